import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Finding, Os, Patch } from '#domain/patch/model.ts';
import { isComplete, patchFor } from '#domain/patch/packages/patch-for-finding.ts';
import { finding, host, kbPatch, patch, vulnerable } from '../../fleet.ts';

const joined = (os: Os, over: Partial<Finding>, patches: Patch[]) =>
  patchFor(finding(over), host('i-1', { os, patches }));
const closes = (os: Os, over: Partial<Finding>, patches: Patch[]) => isComplete(joined(os, over, patches));

suite('a patch closes a finding', () => {
  const openssl = { packages: [vulnerable('openssl', '3.0.14-1~deb12u2')] };
  const kernel = { packages: [vulnerable('linux-image-6.1.0-9-amd64', '6.1.106-3')] };
  const bySource = { packages: [vulnerable('linux', '6.1.106-3')] };
  const ubuntu = { packages: [vulnerable('linux-image-6.5.0-1014-aws', '6.5.0-1020.20')] };
  const al = { packages: [vulnerable('openssl-libs', '1:3.0.8-1.amzn2023.0.14', { arch: 'X86_64' })] };
  const rows: [what: string, os: Os, over: Partial<Finding>, patches: Patch[], expected: boolean][] = [
    ['by name, at the very version', 'DEBIAN', openssl, [patch('openssl', '3.0.14-1~deb12u2')], true],
    ['by name, at a later version', 'DEBIAN', openssl, [patch('openssl', '3.0.15-1~deb12u1')], true],
    ['not at an earlier version', 'DEBIAN', openssl, [patch('openssl', '3.0.14-1~deb12u1')], false],
    [
      "not before a tilde: the distribution's order",
      'DEBIAN',
      { packages: [vulnerable('x', '1.0')] },
      [patch('x', '1.0~rc1')],
      false,
    ],
    ['trap 20: the source of a library', 'DEBIAN', openssl, [patch('libssl3', '3.0.14-1~deb12u2')], true],
    ['no patch at all', 'DEBIAN', openssl, [], false],
    ['another package', 'DEBIAN', openssl, [patch('openssh-server', '9:9.9-1')], false],
    ['installed is not offered', 'DEBIAN', openssl, [patch('openssl', '3.0.15-1', { status: 'Installed' })], false],
    [
      'failed the last time: tried again',
      'DEBIAN',
      openssl,
      [patch('openssl', '3.0.15-1', { status: 'Failed' })],
      true,
    ],
    [
      'installed, waits for the reboot',
      'DEBIAN',
      openssl,
      [patch('openssl', '3.0.15-1', { status: 'InstalledPendingReboot' })],
      true,
    ],
    [
      'trap 20: a kernel under its next name',
      'DEBIAN',
      kernel,
      [patch('linux-image-6.1.0-25-amd64', '6.1.106-3')],
      true,
    ],
    ['trap 20: a kernel by its metapackage', 'DEBIAN', kernel, [patch('linux-image-amd64', '6.1.106-3')], true],
    [
      'trap 20: not a kernel of another flavour',
      'DEBIAN',
      kernel,
      [patch('linux-image-6.1.0-25-rt-amd64', '6.1.106-3')],
      false,
    ],
    ['trap 20: not an older kernel', 'DEBIAN', kernel, [patch('linux-image-6.1.0-22-amd64', '6.1.94-1')], false],
    ['trap 20: the kernel by source', 'DEBIAN', bySource, [patch('linux-image-6.1.0-25-amd64', '6.1.106-3')], true],
    ['the kernel by source, only headers there', 'DEBIAN', bySource, [patch('linux-libc-dev', '6.1.106-3')], true],
    [
      'an image decides before headers',
      'DEBIAN',
      bySource,
      [patch('linux-libc-dev', '6.1.106-3'), patch('linux-image-6.1.0-22-amd64', '6.1.94-1')],
      false,
    ],
    [
      "Ubuntu's metapackage is not later than every image",
      'UBUNTU',
      ubuntu,
      [patch('linux-image-aws', '6.5.0.1016.16')],
      false,
    ],
    ["Ubuntu's metapackage at the version", 'UBUNTU', ubuntu, [patch('linux-image-aws', '6.5.0.1020.20')], true],
    [
      'names cannot tell: the very version does',
      'DEBIAN',
      { packages: [vulnerable('acme', '2.9.1-3+deb12u1')] },
      [patch('libfoo2', '2.9.1-3+deb12u1')],
      true,
    ],
    [
      'names cannot tell: a later version does not',
      'DEBIAN',
      { packages: [vulnerable('acme', '2.9.1-3+deb12u1')] },
      [patch('libfoo2', '2.9.1-3+deb12u2')],
      false,
    ],
    [
      'names can tell: an equal version is chance',
      'DEBIAN',
      { packages: [vulnerable('acme', '3.0.14-1~deb12u2')] },
      [patch('libssl3', '3.0.14-1~deb12u2')],
      false,
    ],
    [
      "names can tell: the finding's name is known",
      'DEBIAN',
      { packages: [vulnerable('curl', '7.1-1')] },
      [patch('libfoo2', '7.1-1')],
      false,
    ],
    [
      'an equal version on RPM is chance',
      'AMAZON_LINUX_2023',
      { packages: [vulnerable('acme', '1-1')] },
      [patch('foo', '1-1')],
      false,
    ],
    [
      'RPM by name and arch',
      'AMAZON_LINUX_2023',
      al,
      [patch('openssl-libs', '1:3.0.8-1.amzn2023.0.14', { arch: 'x86_64' })],
      true,
    ],
    [
      'RPM: release 0.9 comes before 0.14',
      'AMAZON_LINUX_2023',
      al,
      [patch('openssl-libs', '1:3.0.8-1.amzn2023.0.9', { arch: 'x86_64' })],
      false,
    ],
    [
      'RPM: another arch',
      'AMAZON_LINUX_2023',
      al,
      [patch('openssl-libs', '1:3.0.8-1.amzn2023.0.14', { arch: 'i686' })],
      false,
    ],
    [
      'RPM: names of Debian mean nothing',
      'AMAZON_LINUX_2023',
      { packages: [vulnerable('openssl', '1-1')] },
      [patch('libssl3', '1-1')],
      false,
    ],
    [
      'spellings of one arch',
      'DEBIAN',
      { packages: [vulnerable('openssl', '1-1', { arch: 'X86_64' })] },
      [patch('openssl', '1-1')],
      true,
    ],
    [
      'arch all fits any',
      'DEBIAN',
      { packages: [vulnerable('openssl', '1-1', { arch: 'AARCH64' })] },
      [patch('openssl', '1-1', { arch: 'all' })],
      true,
    ],
    [
      'trap 20: Windows by KB id',
      'WINDOWS',
      { vulnerabilityId: 'KB5041160', packages: [] },
      [kbPatch('KB5041160')],
      true,
    ],
    ['trap 20: another KB', 'WINDOWS', { vulnerabilityId: 'KB5041160', packages: [] }, [kbPatch('KB5041161')], false],
    [
      'trap 20: a CVE whose package names a KB',
      'WINDOWS',
      { packages: [vulnerable('KB5041160', null)] },
      [kbPatch('KB5041160')],
      true,
    ],
    ['KB ids in any case', 'WINDOWS', { vulnerabilityId: 'kb5041160' }, [kbPatch('KB5041160')], true],
  ];
  for (const [what, os, over, patches, expected] of rows) {
    test(`${expected ? 'yes' : 'no'}: ${what}`, () => assert.equal(closes(os, over, patches), expected));
  }
});

suite('all packages of a finding count', () => {
  const packages = [vulnerable('curl', '7.88.1-10+deb12u7'), vulnerable('libcurl4', '7.88.1-10+deb12u7')];

  test('one of two is not enough, and the join says which is open', () => {
    const join = joined('DEBIAN', { packages }, [patch('curl', '7.88.1-10+deb12u7')]);
    assert.equal(isComplete(join), false);
    assert.deepEqual(
      join.open.map((each) => each.package.name),
      ['libcurl4'],
    );
  });

  test('both', () => {
    const join = joined('DEBIAN', { packages }, [
      patch('curl', '7.88.1-10+deb12u7'),
      patch('libcurl4', '7.88.1-10+deb12u7'),
    ]);
    assert.equal(isComplete(join), true);
    assert.equal(join.closes.length, 2);
  });

  test('what is offered instead is named', () => {
    const join = joined('DEBIAN', {}, [patch('openssl', '3.0.11-1~deb12u1')]);
    assert.equal(join.open[0]?.nearest?.package?.version, '3.0.11-1~deb12u1');
  });

  test('trap 17: CVE ids only confirm', () => {
    const named = { cveIds: ['CVE-2024-1111'] };
    assert.equal(closes('DEBIAN', {}, [patch('nginx', '1.27-1', named)]), false, 'a CVE id alone joins nothing');
    assert.equal(joined('DEBIAN', {}, [patch('openssl', '3.0.14-1~deb12u2', named)]).confirmed, true);
    assert.equal(joined('DEBIAN', {}, [patch('openssl', '3.0.14-1~deb12u2')]).confirmed, false);
    assert.equal(closes('DEBIAN', {}, [patch('openssl', '3.0.14-1~deb12u2')]), true, 'none is needed');
  });
});
