import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareRpm } from '#domain/patch/packages/rpm-order.ts';

/** Pairs of rpm's own tests (tests/rpmvercmp.at): the left one is older. */
const older: [string, string][] = [
  ['1.0', '2.0'],
  ['2.0', '2.0.1'],
  ['2.0.1', '2.0.1a'],
  ['5.5p1', '5.5p2'],
  ['5.5p1', '5.5p10'],
  ['10xyz', '10.1xyz'],
  ['xyz10', 'xyz10.1'],
  ['xyz.4', '8'],
  ['xyz.4', '2'],
  ['5.5p2', '5.6p1'],
  ['5.6p1', '6.5p1'],
  ['6.0', '6.0.rc1'],
  ['10a1', '10b2'],
  ['10a2', '10b2'],
  ['1.0a', '1.0aa'],
  ['10.0001', '10.0039'],
  ['4.999.9', '5.0'],
  ['20101121', '20101122'],
  ['1.0~rc1', '1.0'],
  ['1.0~rc1', '1.0~rc2'],
  ['1.0~rc1~git123', '1.0~rc1'],
  ['1.0', '1.0^'],
  ['1.0', '1.0^git1'],
  ['1.0^git1', '1.0^git2'],
  ['1.0^git1', '1.01'],
  ['1.0^20160101', '1.0.1'],
  ['1.0^20160101^git1', '1.0^20160102'],
  ['1.0^20160102', '1.0^20160102^git1'],
  ['1.0~rc1', '1.0~rc1^git1'],
  ['1.0^git1~pre', '1.0^git1'],
  ['1b.fc17', '1.fc17'],
  ['1.fc17', '1g.fc17'],
];

const same: [string, string][] = [
  ['1.0', '1.0'],
  ['10.0001', '10.1'],
  ['2_0', '2.0'],
  ['a+', 'a_'],
  ['+a', '_a'],
  ['+', '_'],
  ['1.0~rc1~git123', '1.0~rc1~git123'],
  ['1.0^git1~pre', '1.0^git1~pre'],
  ['1.1.α', '1.1.ββ'],
];

/** Whole versions, by rpm-version(7); Amazon Linux ones among them. */
const wholeOlder: [string, string][] = [
  ['9.9-9', '1:0.1-1'],
  ['1:3.0.8-1.amzn2023.0.12', '1:3.0.8-1.amzn2023.0.14'],
  ['1:3.0.8-1.amzn2023.0.9', '1:3.0.8-1.amzn2023.0.12'],
  ['6.1.102-108.177.amzn2023', '6.1.102-111.182.amzn2023'],
  ['1.0', '1.0-1'],
  ['1.0', '1.0-~1'],
  ['1.0~rc1-9', '1.0-1'],
  ['1.20240101120000000001-1', '1.20240101120000000002-1'],
  ['10.0.20348.2655', '10.0.20348.2700'],
];

for (const [a, b] of [...older, ...wholeOlder]) {
  test(`rpm: ${a} is older than ${b}`, () => {
    assert.equal(compareRpm(a, b), -1);
    assert.equal(compareRpm(b, a), 1);
  });
}

test('rpm: equal versions that are written differently', () => {
  for (const [a, b] of [...same, ['1-1', '0:1-1'], [':1-1', '0:1-1']] as const) {
    assert.equal(compareRpm(a, b), 0, `${a} against ${b}`);
    assert.equal(compareRpm(b, a), 0, `${b} against ${a}`);
  }
});

const version = fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'Z', '~', '^', '-', '.', ':'), maxLength: 8 });

test('rpm: property: a version equals itself, and the order turns round', () => {
  fc.assert(
    fc.property(version, version, (a, b) => {
      assert.equal(compareRpm(a, a), 0);
      assert.equal(compareRpm(a, b) + compareRpm(b, a), 0);
    }),
  );
});

test('rpm: property: transitive', () => {
  fc.assert(
    fc.property(fc.array(version, { minLength: 3, maxLength: 3 }), (three) => {
      const [a = '', b = '', c = ''] = three.sort(compareRpm);
      assert.ok(compareRpm(a, b) <= 0 && compareRpm(b, c) <= 0 && compareRpm(a, c) <= 0);
    }),
    { numRuns: 1000 },
  );
});

test('rpm: a version goes to its last hyphen: 1-2-3 is older than 1-10-3', () => {
  assert.equal(compareRpm('1-2-3', '1-10-3'), -1);
  assert.equal(compareRpm('1-10-3', '1-2-3'), 1);
});
