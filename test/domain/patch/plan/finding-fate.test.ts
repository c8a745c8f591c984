import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AL, agent, type Change, fate, host, vulnerable } from '../../fleet.ts';

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
  [
    'managed-by',
    'trap 32: a service runs it',
    { host: { member: { ...host('i-1').member, managedBy: 'eks.amazonaws.com' } } },
    /^eks\.amazonaws\.com runs i-1 for this account/,
  ],
  [
    'replaced',
    'trap 33: a scaling group would replace it',
    { host: { member: { ...host('i-1').member, tags: { 'aws:autoscaling:groupName': 'web-asg' } } } },
    /i-1 is of the scaling group web-asg, which replaces hosts from their image/,
  ],
  ['not-in-ring', 'in none', { host: { ring: null, rings: [] } }, /i-1 has the tag of no ring/],
  [
    'stopped',
    'trap 8: its findings stay',
    { host: { member: { ...host('i-1').member, state: 'stopped' } } },
    /i-1 is stopped/,
  ],
  ['unmanaged', 'SSM does not list it', { host: { managed: null } }, /not a managed node/],
  [
    'not-supported',
    "a limit of Patch Manager's",
    { host: agent({ os: null, limit: 'aws', platform: 'Debian GNU/Linux 13' }) },
    /^Patch Manager does not patch Debian GNU\/Linux 13 \(i-1\)/,
  ],
  [
    'not-supported',
    'a limit of ours',
    { host: agent({ os: null, limit: 'ours', platform: 'macOS 14.5' }) },
    /^patchwright does not patch macOS 14\.5 \(i-1\): that is its own limit/,
  ],
  [
    'offline',
    'its agent is silent',
    { host: agent({ ping: 'ConnectionLost' }) },
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
    'SSM does not call it missing',
    { host: { patches: [] } },
    /openssl 3\.0\.14-1~deb12u2 is not among what SSM calls missing on i-1/,
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
    ['less than CRITICAL is none', { finding: { ...eol, severity: 'HIGH' } }, 'not-os-package'],
    ['suppressed comes first', { finding: { ...eol, status: 'SUPPRESSED' } }, 'suppressed'],
    ['it comes before the ring', { finding: eol, host: { ring: null, rings: [] } }, 'end-of-life'],
  ];
  for (const [what, change, expected] of rows) test(what, () => assert.equal(fate(change).fate, expected));
});
