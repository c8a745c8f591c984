import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareDpkg } from '#domain/patch/packages/dpkg-order.ts';

/** Debian Policy 5.6.12, deb-version(7), and versions of Debian's archive. Each is older than the one to its right. */
const ascending: [source: string, string[]][] = [
  ['Policy 5.6.12, the order of tildes', ['~~', '~~a', '~', '', 'a']],
  ['Policy 5.6.12, a pre-release', ['1.0~beta1~svn1245', '1.0~beta1', '1.0']],
  ['Policy 5.6.12, letters before others', ['1.0a', '1.0+', '1.0.']],
  ['Policy 5.6.12, numbers as numbers', ['1.9', '1.10', '1.100']],
  ['deb-version(7), the epoch rules', ['9.9', '1:0.1', '2:0.0~']],
  ['a security update', ['3.0.13-1~deb12u1', '3.0.13-1~deb12u2', '3.0.13-1']],
  ['a binary rebuild', ['1.2-3', '1.2-3+b1', '1.2-3+deb12u1', '1.2-3.1']],
  ['a hyphen in the upstream version', ['1.2-3-1', '1.2-10-1']],
  ['the revision follows the last hyphen', ['1-2-3', '1-2a-1', '1-10-3']],
  ['a colon in the upstream version', ['0:1:2-1', '0:1:10-1']],
  ['longer than a number holds', ['1.20240101120000000001', '1.20240101120000000002']],
  ['a kernel', ['6.1.90-1', '6.1.94-1', '6.1.106-3']],
];

const equal: [string, string][] = [
  ['1.2-3', '0:1.2-3'],
  ['1.2', '1.2-0'],
  ['1.02', '1.2'],
  ['1.0', '1.'],
  ['001:1', '1:1'],
  ['a0', 'a'],
];

for (const [source, versions] of ascending) {
  test(`dpkg: ${source}`, () => {
    versions.forEach((a, i) => {
      versions.forEach((b, j) => {
        assert.equal(compareDpkg(a, b), Math.sign(i - j), `${a} against ${b}`);
      });
    });
  });
}

test('dpkg: equal versions that are written differently', () => {
  for (const [a, b] of equal) assert.equal(compareDpkg(a, b), 0, `${a} against ${b}`);
});

const version = fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'Z', '~', '+', '-', '.', ':'), maxLength: 8 });

test('dpkg: property: a version equals itself, and the order turns round', () => {
  fc.assert(
    fc.property(version, version, (a, b) => {
      assert.equal(compareDpkg(a, a), 0);
      assert.equal(compareDpkg(a, b) + compareDpkg(b, a), 0);
    }),
  );
});

test('dpkg: property: transitive', () => {
  fc.assert(
    fc.property(fc.array(version, { minLength: 3, maxLength: 3 }), (three) => {
      const [a = '', b = '', c = ''] = three.sort(compareDpkg);
      assert.ok(compareDpkg(a, b) <= 0 && compareDpkg(b, c) <= 0 && compareDpkg(a, c) <= 0);
    }),
    { numRuns: 1000 },
  );
});

test('dpkg: a version goes to its last hyphen: 1-2-3 is older than 1-10-3', () => {
  assert.equal(compareDpkg('1-2-3', '1-10-3'), -1);
  assert.equal(compareDpkg('1-10-3', '1-2-3'), 1);
});
