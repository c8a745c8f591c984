import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type FateContext, fateOf } from '#domain/fate.ts';
import type { Baseline, Finding, Os, SurveyedHost } from '#domain/model.ts';
import { AT, baseline, finding, host, kbPatch, patch, vulnerable } from './fleet.ts';

const AL: Os = 'AMAZON_LINUX_2023';
const offered = [patch('openssl', '3.0.14-1~deb12u2')];

type Change = {
  finding?: Partial<Finding>;
  host?: Parameters<typeof host>[1];
  context?: Partial<FateContext>;
  baseline?: Partial<Baseline>;
};

function fate(change: Change) {
  const given = host('i-1', { patches: offered, ...change.host });
  const os = given.managed?.os ?? 'DEBIAN';
  const context: FateContext = {
    at: AT,
    baselines: new Map([[os, baseline(os, change.baseline)]]),
    provenOses: [os],
    reboot: 'RebootIfNeeded',
    waivers: [],
    ...change.context,
  };
  return fateOf(finding(change.finding), given, context);
}

const base = host('i-1');
const managed = (over: Partial<NonNullable<SurveyedHost['managed']>>) => ({
  managed: {
    id: 'i-1',
    ping: 'Online' as const,
    os: 'DEBIAN' as Os,
    platform: 'Debian GNU/Linux 12',
    lastPingAt: AT,
    ...over,
  },
});

/** In the order of the reasons: each row alone gives its reason, two together give the earlier one. */
const REASONS: [fate: string, what: string, change: Change, words: RegExp][] = [
  ['suppressed', 'by a rule of Inspector', { finding: { status: 'SUPPRESSED' } }, /suppression rule/],
  [
    'not-os-package',
    'trap 10: from deep inspection',
    { finding: { packages: [vulnerable('jinja2', '3.1.4', { manager: 'PIP', version: '3.1.2' })] } },
    /jinja2 3\.1\.2 \(PIP\)/,
  ],
  [
    'no-fix',
    'the vendor has none',
    { finding: { packages: [vulnerable('openssl', null)] } },
    /no fixed version of openssl yet/,
  ],
  ['not-in-ring', 'in none', { host: { ring: null, rings: [] } }, /i-1 has the tag of no ring/],
  [
    'stopped',
    'trap 8: its findings stay',
    { host: { member: { ...base.member, state: 'stopped' } } },
    /i-1 is stopped/,
  ],
  ['unmanaged', 'SSM does not list it', { host: { managed: null } }, /not a managed node/],
  [
    'offline',
    'its agent is silent',
    { host: managed({ ping: 'ConnectionLost' }) },
    /since 2024-09-01 02:00 UTC \(ConnectionLost\)/,
  ],
  ['unproven', 'no canary of its OS', { context: { provenOses: [AL] } }, /DEBIAN, and no canary/],
  ['unexplained', 'its patch scan failed', { host: { patchScan: 'unknown', patches: [] } }, /patch scan of i-1 failed/],
  ['rejected', 'by the list', { host: { patches: [] }, baseline: { rejected: ['openssl'] } }, /rejects openssl/],
  [
    'not-approved',
    'trap 4: no rule takes it',
    { host: { patches: [] }, baseline: { rules: [] } },
    /openssl 3\.0\.14-1~deb12u2: Baseline Default-DEBIAN has no rules/,
  ],
  [
    'not-offered',
    'approved, yet not there',
    { host: { patches: [] } },
    /openssl 3\.0\.14-1~deb12u2 is approved, but i-1 does not offer it/,
  ],
];

suite('each reason alone', () => {
  for (const [expected, what, change, words] of REASONS) {
    test(`${expected}: ${what}`, () => {
      const said = fate(change);
      assert.equal(said.fate, expected);
      assert.match(said.words, words);
    });
  }
  test('fix: none of them', () => {
    const said = fate({});
    assert.equal(said.fate, 'fix');
    assert.equal(said.words, 'openssl 3.0.14-1~deb12u2 is offered; fixed in 3.0.14-1~deb12u2.');
  });
});

suite('of two reasons the first', () => {
  for (const [i, [first, , a]] of REASONS.entries()) {
    for (const [second, , b] of REASONS.slice(i + 1)) {
      test(`${first} before ${second}`, () => {
        assert.equal(fate(both(a, b)).fate, first);
      });
    }
  }
});

/** `a` wins where both speak of the same field, except that what is not offered stays so. */
function both(a: Change, b: Change): Change {
  const patches = a.host?.patches ?? b.host?.patches;
  return {
    finding: { ...b.finding, ...a.finding },
    host: { ...b.host, ...a.host, ...(patches ? { patches } : {}) },
    context: { ...b.context, ...a.context },
    baseline: { ...b.baseline, ...a.baseline },
  };
}

suite('end-of-life', () => {
  const eol = {
    vulnerabilityId: 'DISCONTINUED-AL2',
    severity: 'CRITICAL' as const,
    title: 'Discontinued OS: Amazon Linux 2',
    packages: [],
  };
  const rows: [what: string, change: Change, expected: string][] = [
    ["trap 9: Inspector's own finding has no package", { finding: eol }, 'end-of-life'],
    [
      'trap 9: or one without a fix',
      { finding: { ...eol, packages: [vulnerable('amazon-linux', null)] } },
      'end-of-life',
    ],
    ['trap 9: in other words', { finding: { ...eol, title: 'Debian 11 has reached its end of life' } }, 'end-of-life'],
    [
      'a CVE in a package of that name is none',
      { finding: { ...eol, vulnerabilityId: 'CVE-2024-1' } },
      'not-os-package',
    ],
    ['suppressed comes first', { finding: { ...eol, status: 'SUPPRESSED' } }, 'suppressed'],
    ['it comes before the ring', { finding: eol, host: { ring: null, rings: [] } }, 'end-of-life'],
  ];
  for (const [what, change, expected] of rows) test(what, () => assert.equal(fate(change).fate, expected));
});

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
    ['pending is not running', { host: { member: { ...base.member, state: 'pending' } } }, 'stopped', /is pending/],
    [
      'an OS that Patch Manager does not patch',
      { host: managed({ os: null, platform: 'Fedora 44' }) },
      'unmanaged',
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
      /^nginx 1\.22\.1-9\+deb12u1 is approved/,
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
      /^KB5041160 is approved/,
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

  test('trap 4: not approved yet says from when', () => {
    const said = fate({
      finding: { vendorCreatedAt: '2024-08-30T00:00:00.000Z' },
      host: { os: AL, patches: [] },
      context: { provenOses: null },
    });
    assert.equal(said.fate, 'not-approved');
    assert.equal(said.approvedFrom, '2024-09-06T00:00:00.000Z');
    assert.match(said.words, /from 2024-09-06/);
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
