import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Os, Patch } from '#domain/patch/model.ts';
import { fromInspector, fromSsm, kbOf, orderOf, sameArch } from '#domain/patch/packages/comparable.ts';
import { isComplete, patchFor } from '#domain/patch/packages/patch-for-finding.ts';
import { compareVersions } from '#domain/patch/packages/version-order.ts';
import { finding, host, kbPatch, vulnerable } from '../../fleet.ts';

suite('trap 38: words of Inspector', () => {
  const rows: [written: object, version: string, fixedIn: string | null, arch: string | null][] = [
    [
      {
        version: '4.9.17',
        release: '6.29.amzn1',
        epoch: 0,
        arch: 'X86_64',
        fixedInVersion: '0:4.9.18-6.30.amzn1.X86_64',
      },
      '4.9.17-6.29.amzn1',
      '4.9.18-6.30.amzn1',
      'x86_64',
    ],
    [
      { version: '1.04', release: '299', epoch: 1, arch: 'NOARCH', fixedInVersion: '1:1.04-300' },
      '1:1.04-299',
      '1:1.04-300',
      null,
    ],
    [{ version: '1.04', release: '299', epoch: 1, fixedInVersion: '1.04-300' }, '1:1.04-299', '1:1.04-300', null],
    [{ version: '2:1.0-1', epoch: 2, fixedInVersion: '2:1.0-2' }, '2:1.0-1', '2:1.0-2', null],
    [
      { version: '2.63', epoch: 0, arch: 'ALL', fixedInVersion: '0:2.63+22.04ubuntu0.1' },
      '2.63',
      '2.63+22.04ubuntu0.1',
      null,
    ],
    [{ version: '1-1', fixedInVersion: 'NotAvailable' }, '1-1', null, null],
    [{ version: '1-1', fixedInVersion: '' }, '1-1', null, null],
  ];
  for (const [written, version, fixedIn, arch] of rows) {
    test(JSON.stringify(written), () => {
      const said = fromInspector({ name: 'x', packageManager: 'OS', ...written });
      assert.deepEqual([said.version, said.fixedIn, said.arch], [version, fixedIn, arch]);
    });
  }

  test('a version of another manager is left as it is', () => {
    const said = fromInspector({ name: 'x', version: 'v0.28.0', packageManager: 'GOBINARY', fixedInVersion: '0.35.0' });
    assert.deepEqual([said.version, said.fixedIn], ['v0.28.0', '0.35.0']);
  });
});

test('words of SSM: name, arch and version, whatever stands in KBId', () => {
  const curl = { name: 'curl', arch: 'x86_64', version: '8.3.0-1' };
  assert.deepEqual(fromSsm('curl.x86_64', 'curl.x86_64:0:8.3.0-1'), curl);
  assert.deepEqual(fromSsm('', 'curl.x86_64:0:8.3.0-1'), curl);
  assert.deepEqual(fromSsm('curl.x86_64', 'curl.x86_64:None:8.3.0-1'), curl);
  assert.deepEqual(fromSsm('perl.x86_64', 'perl.x86_64:4:5.16.3-1')?.version, '4:5.16.3-1');
  assert.equal(fromSsm('libc6:i386.i386', 'libc6:i386.i386:2.36-9')?.name, 'libc6');
  assert.equal(fromSsm('KB5041160', '2024-08 Cumulative Update (KB5041160)'), null);
  assert.equal(fromSsm('KB2305420', ''), null);
});

test('a KB id, however a row writes it', () => {
  const rows: [kb: string, title: string, id: string | null][] = [
    ['KB5041160', '', 'KB5041160'],
    ['kb5041160', '', 'KB5041160'],
    ['5041160', '', 'KB5041160'],
    ['', 'Update for Windows (KB5041160)', 'KB5041160'],
    ['', 'Printer driver', null],
    ['curl.x86_64', 'curl.x86_64:0:8.3.0-1', null],
  ];
  for (const [kb, title, id] of rows) assert.equal(kbOf({ kb, title }), id, `${kb} ${title}`);
});

/** One package as the distribution knows it. */
interface Real {
  name: string;
  arch: string;
  epoch: number;
  version: string;
  release: string;
}

const RPM: Os[] = [
  'AMAZON_LINUX_2',
  'AMAZON_LINUX_2023',
  'REDHAT_ENTERPRISE_LINUX',
  'SUSE',
  'ROCKY_LINUX',
  'ORACLE_LINUX',
];
const DEB: Os[] = ['DEBIAN', 'UBUNTU'];
const word = fc.constantFrom(
  'openssl-libs',
  'curl',
  'perl-Pod-Escapes',
  'python3.9',
  'gtk2.i',
  'kernel-tools',
  'libxml2',
  'acme',
);
const numbers = (from: number, to: number) =>
  fc.array(fc.integer({ min: 0, max: 40 }), { minLength: from, maxLength: to });
const real: fc.Arbitrary<Real> = fc.record({
  name: word,
  arch: fc.constantFrom('x86_64', 'aarch64', 'noarch'),
  epoch: fc.constantFrom(0, 0, 1, 4, 32),
  version: numbers(1, 4).map((each) => each.join('.')),
  release: numbers(1, 3).map((each) => `${each.join('.')}.amzn2`),
});
const how = fc.record({
  upper: fc.boolean(),
  zero: fc.boolean(),
  archInFix: fc.boolean(),
  noArch: fc.boolean(),
  noKbId: fc.boolean(),
});
type How = typeof how extends fc.Arbitrary<infer T> ? T : never;

/** As Inspector may write it. */
function inspectorWords(
  os: Os,
  { name, arch, epoch, version, release }: Real,
  { upper, zero, archInFix, noArch }: How,
) {
  const spelt = upper ? arch.toUpperCase() : arch;
  const deb = DEB.includes(os);
  const whole = `${epoch > 0 || zero ? `${epoch}:` : ''}${version}-${release}`;
  return fromInspector({
    name,
    version: deb ? `0-${release}` : '0',
    ...(deb ? {} : { release: '0' }),
    epoch,
    arch: noArch ? 'ALL' : spelt,
    packageManager: 'OS',
    fixedInVersion: `${whole}${archInFix && !deb ? `.${spelt}` : ''}`,
  });
}

/** As the agent reports it. */
function ssmWords(os: Os, { name, arch, epoch, version, release }: Real, { noKbId }: How): Patch {
  const deb = DEB.includes(os);
  const spelt = deb ? ({ x86_64: 'amd64', aarch64: 'arm64' }[arch] ?? 'all') : arch;
  const whole = `${epoch > 0 || !deb ? `${epoch}:` : ''}${version}-${release}`;
  const kb = noKbId ? '' : `${name}.${spelt}`;
  const title = `${name}.${spelt}:${whole}`;
  return { ...kbPatch(kb), title, package: fromSsm(kb, title) };
}

const closes = (os: Os, wanted: ReturnType<typeof fromInspector>, patches: Patch[]) =>
  isComplete(patchFor(finding({ packages: [wanted] }), host('i-1', { os, patches })));

test('property: whatever either side calls it, equal packages are equal, and join', () => {
  fc.assert(
    fc.property(fc.constantFrom(...RPM, ...DEB), real, how, (os, each, style) => {
      const [wanted, offered] = [inspectorWords(os, each, style), ssmWords(os, each, style)];
      assert.ok(offered.package && wanted.fixedIn);
      assert.equal(offered.package.name, wanted.name);
      assert.ok(sameArch(offered.package.arch, wanted.arch));
      assert.equal(orderOf(os, offered.package, { name: wanted.name, version: wanted.fixedIn }), 0);
      assert.ok(closes(os, wanted, [offered]));
    }),
    { numRuns: 1000 },
  );
});

test('property: a later version joins, an earlier one does not', () => {
  fc.assert(
    fc.property(fc.constantFrom(...RPM, ...DEB), real, real, how, (os, fix, other, style) => {
      const [wanted, same] = [inspectorWords(os, fix, style), { ...other, name: fix.name, arch: fix.arch }];
      const offered = ssmWords(os, same, style);
      const order = compareVersions(os, offered.package?.version ?? '', wanted.fixedIn ?? '');
      assert.equal(closes(os, wanted, [offered]), order >= 0);
    }),
    { numRuns: 1000 },
  );
});

test("property: a finding and another package's patch never join, even at the very version", () => {
  fc.assert(
    fc.property(fc.constantFrom(...RPM, ...DEB), real, word, how, (os, fix, name, style) => {
      fc.pre(name !== fix.name);
      assert.equal(closes(os, inspectorWords(os, fix, style), [ssmWords(os, { ...fix, name }, style)]), false);
    }),
    { numRuns: 1000 },
  );
});

test('property: a finding joins no patch of another arch', () => {
  fc.assert(
    fc.property(fc.constantFrom(...RPM, ...DEB), real, how, (os, fix, style) => {
      fc.pre(fix.arch !== 'noarch' && !style.noArch);
      const arch = fix.arch === 'x86_64' ? 'aarch64' : 'x86_64';
      assert.equal(closes(os, inspectorWords(os, fix, style), [ssmWords(os, { ...fix, arch }, style)]), false);
    }),
  );
});

/** A kernel of Ubuntu as its build: kernel, ABI, upload of the image and of the metapackage. */
const build = fc.record({
  flavour: fc.constantFrom('aws', 'azure', 'gcp', 'generic', 'oracle'),
  kernel: fc.constantFrom('5.15.0', '6.5.0', '6.8.0'),
  abi: fc.integer({ min: 1000, max: 1200 }),
  upload: fc.integer({ min: 1, max: 120 }),
  meta: fc.integer({ min: 1, max: 120 }),
  backport: fc.boolean(),
});
type Build = typeof build extends fc.Arbitrary<infer T> ? T : never;

const KINDS = ['image', 'headers', 'modules', 'tools'] as const;
const metaOf = ({ flavour, kernel, abi, meta, backport }: Build, kind: string) =>
  vulnerable(`linux-${kind}-${flavour}`, `${kernel}.${abi}.${meta}${backport ? '~20.04.31' : ''}`);
const realOf = ({ flavour, kernel, abi, upload, backport }: Build, kind: string) =>
  vulnerable(`linux-${kind}-${kernel}-${abi}-${flavour}`, `${kernel}-${abi}.${upload}${backport ? '~20.04.1' : ''}`);
const row = ({ name, fixedIn }: ReturnType<typeof vulnerable>): Patch => {
  const [kb, title] = [`${name}.amd64`, `${name}.amd64:${fixedIn}`];
  return { ...kbPatch(kb), title, package: fromSsm(kb, title) };
};

test('trap 38: property: a kernel of Ubuntu joins by metapackage and by real name, in each kind, and by no older build', () => {
  fc.assert(
    fc.property(build, fc.constantFrom(...KINDS), fc.integer({ min: 1, max: 90 }), (each, kind, later) => {
      for (const wanted of [metaOf(each, kind), realOf(each, kind)]) {
        for (const as of [metaOf, realOf]) {
          assert.ok(closes('UBUNTU', wanted, [row(as(each, kind))]), 'the very build');
          assert.ok(closes('UBUNTU', wanted, [row(as({ ...each, abi: each.abi + later }, kind))]), 'a later one');
          assert.ok(!closes('UBUNTU', wanted, [row(as({ ...each, abi: each.abi - later }, kind))]), 'an older one');
          const flavour = each.flavour === 'aws' ? 'gcp' : 'aws';
          assert.ok(!closes('UBUNTU', wanted, [row(as({ ...each, flavour }, kind))]), 'another flavour');
          const other = kind === 'image' ? 'headers' : 'image';
          assert.ok(!closes('UBUNTU', wanted, [row(as(each, other))]), 'another kind');
        }
      }
    }),
  );
});

test('property: a Windows finding joins its KB and no other, however each is written', () => {
  const kb = fc.integer({ min: 1_000_000, max: 9_999_999 });
  const forms = [
    (id: number) => kbPatch(`KB${id}`),
    (id: number) => kbPatch(`kb${id}`),
    (id: number) => kbPatch(`${id}`),
    (id: number) => kbPatch('', { title: `2024-08 Cumulative Update (KB${id})` }),
  ];
  fc.assert(
    fc.property(kb, kb, fc.constantFrom(...forms), fc.boolean(), (id, other, form, byPackage) => {
      const packages = byPackage ? [vulnerable(`KB${id}`, null)] : [];
      const wanted = finding({ vulnerabilityId: byPackage ? 'CVE-2024-1' : `KB${id}`, packages });
      const by = (patches: Patch[]) => isComplete(patchFor(wanted, host('i-1', { os: 'WINDOWS', patches })));
      assert.ok(by([form(id)]));
      if (other !== id) assert.ok(!by([form(other)]));
    }),
  );
});
