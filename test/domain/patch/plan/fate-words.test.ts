import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AL, agent, type Change, fate, host, kbPatch, patch, vulnerable } from '../../fleet.ts';

suite('what belongs to a reason', () => {
  const rows: [what: string, change: Change, expected: string, words?: RegExp][] = [
    [
      'trap 10: one foreign package among others keeps it open',
      {
        finding: {
          packages: [
            vulnerable('openssl', '3.0.14-1~deb12u2'),
            vulnerable('lodash', '4.17.21', { manager: 'NODEPKG' }),
          ],
        },
      },
      'not-os-package',
    ],
    ['a finding without packages', { finding: { packages: [] } }, 'not-os-package'],
    [
      'a fix for one package of two',
      {
        finding: {
          fixAvailable: 'PARTIAL',
          packages: [vulnerable('openssl', '3.0.14-1~deb12u2'), vulnerable('nodejs', null)],
        },
      },
      'no-fix',
      /nodejs yet; 1 of its 2 packages could/,
    ],
    ['in two rings', { host: { ring: null, rings: ['canary', 'fleet'] } }, 'not-in-ring', /rings canary and fleet/],
    [
      'pending is not running',
      { host: { member: { ...host('i-1').member, state: 'pending' } } },
      'stopped',
      /is pending/,
    ],
    [
      'an OS that Patch Manager does not patch',
      { host: agent({ os: null, platform: 'Fedora 44' }) },
      'not-supported',
      /does not patch Fedora 44/,
    ],
    ['the canary itself needs no proof', { context: { provenOses: null } }, 'fix'],
    [
      'not covered',
      {
        host: {
          coverage: { id: 'i-1', status: 'INACTIVE', reason: 'STALE_INVENTORY', scanMode: null, lastScannedAt: null },
        },
      },
      'unexplained',
      /INACTIVE, STALE_INVENTORY/,
    ],
    ['no coverage row', { host: { coverage: null } }, 'unexplained', /lists no coverage/],
    [
      'no baseline was read',
      { host: { patches: [] }, context: { baselines: new Map() } },
      'unexplained',
      /could not be read/,
    ],
    ['trap 17: what is Missing is approved, whatever the rules seem to say', { baseline: { rules: [] } }, 'fix'],
    [
      'an older version is offered',
      { host: { patches: [patch('openssl', '3.0.11-1~deb12u1')] } },
      'not-offered',
      /offers openssl 3\.0\.11-1~deb12u1 only/,
    ],
    [
      'one package of two is offered',
      { finding: { packages: [vulnerable('openssl', '3.0.14-1~deb12u2'), vulnerable('nginx', '1.22.1-9+deb12u1')] } },
      'not-offered',
      /^nginx 1\.22\.1-9\+deb12u1 is not among what SSM calls missing/,
    ],
    [
      'it failed the last time',
      { host: { patches: [patch('openssl', '3.0.14-1~deb12u2', { status: 'Failed' })] } },
      'fix',
      /It failed the last time/,
    ],
    [
      'it waits for a reboot, which comes',
      { host: { patches: [patch('openssl', '3.0.14-1~deb12u2', { status: 'InstalledPendingReboot' })] } },
      'fix',
      /once the host is rebooted/,
    ],
    [
      'it waits for a reboot, which does not come',
      {
        host: { patches: [patch('openssl', '3.0.14-1~deb12u2', { status: 'InstalledPendingReboot' })] },
        context: { reboot: 'NoReboot' },
      },
      'reboot-pending',
    ],
    [
      'trap 8: a kernel without a reboot',
      {
        finding: { packages: [vulnerable('linux', '6.1.106-3')] },
        host: { patches: [patch('linux-image-6.1.0-25-amd64', '6.1.106-3')] },
        context: { reboot: 'NoReboot' },
      },
      'reboot-pending',
    ],
    [
      'trap 8: a kernel with a reboot',
      {
        finding: { packages: [vulnerable('linux', '6.1.106-3')] },
        host: { patches: [patch('linux-image-6.1.0-25-amd64', '6.1.106-3')] },
      },
      'fix',
    ],
    ['no reboot matters to a library', { context: { reboot: 'NoReboot' } }, 'fix'],
    [
      'trap 20: Windows by KB',
      {
        finding: { vulnerabilityId: 'KB5041160', packages: [] },
        host: { os: 'WINDOWS', patches: [kbPatch('KB5041160')] },
      },
      'fix',
      /KB5041160 is offered and closes it/,
    ],
    [
      'trap 20: Windows, its KB is superseded',
      {
        finding: { vulnerabilityId: 'KB5041160', packages: [] },
        host: { os: 'WINDOWS', patches: [kbPatch('KB5043050')] },
      },
      'not-offered',
      /^KB5041160 is not among what SSM calls missing on i-1\. .*later cumulative update/,
    ],
    [
      'Windows without an update',
      { finding: { vulnerabilityId: 'KB5041160', packages: [], fixAvailable: 'NO' }, host: { os: 'WINDOWS' } },
      'no-fix',
    ],
  ];
  for (const [what, change, expected, words] of rows) {
    test(`${expected}: ${what}`, () => {
      const said = fate(change);
      assert.equal(said.fate, expected, said.words);
      if (words) assert.match(said.words, words);
    });
  }

  test('trap 34: a wait that may still run names no day', () => {
    const said = fate({
      finding: { vendorCreatedAt: '2024-08-30T00:00:00.000Z', vendorSeverity: 'Important' },
      host: { os: AL, patches: [] },
      context: { provenOses: null },
    });
    assert.equal(said.fate, 'not-offered');
    assert.equal(said.approvedFrom, undefined);
    assert.match(said.words, /approves 7 days after release, and AWS does not tell when it was released/);
    assert.doesNotMatch(said.words, /\d{4}-\d\d-\d\d|approved/);
  });

  test('a waiver is named beside the fate and changes nothing else', () => {
    const waiver = {
      id: 'w1',
      owner: 'ops',
      reason: '',
      vulnerabilities: ['CVE-2024-1111'],
      instances: [],
      packages: [],
      expires: '2024-09-30',
    };
    const { waiver: id, ...rest } = fate({ context: { waivers: [waiver] } });
    assert.equal(id, 'w1');
    assert.deepEqual(rest, fate({}));
    assert.equal('waiver' in fate({ context: { waivers: [{ ...waiver, expires: '2024-08-31' }] } }), false);
  });
});
