import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Baseline, Finding, Os } from '#domain/patch/model.ts';
import { approval, baselineWarnings } from '#domain/patch/plan/baseline-reading.ts';
import { AT, baseline, finding, rule, vulnerable } from '../../fleet.ts';

const AL: Os = 'AMAZON_LINUX_2023';

suite('what a baseline approves', () => {
  const lists = (over: Partial<Baseline>, os: Os = AL) => baseline(os, { rules: [], ...over });
  const old = { vendorCreatedAt: '2024-08-01T00:00:00.000Z', vendorSeverity: 'Important' };
  const young = { vendorCreatedAt: '2024-08-30T00:00:00.000Z', vendorSeverity: 'Important' };
  const rows: [what: string, baseline: Baseline, over: Partial<Finding>, say: string][] = [
    ['trap 34: a wait counts from a release that AWS does not tell', baseline(AL), old, 'open'],
    ['trap 34: whenever the vulnerability was published', baseline(AL), young, 'open'],
    ['trap 4: Medium never', baseline(AL), { ...old, vendorSeverity: 'medium' }, 'not-approved'],
    ['trap 4: Low never', baseline(AL), { ...old, vendorSeverity: 'Low' }, 'not-approved'],
    ['trap 4: Debian at once', baseline('DEBIAN'), { vendorCreatedAt: AT, vendorSeverity: 'low' }, 'approved'],
    ['trap 4: Ubuntu at once', baseline('UBUNTU'), { vendorCreatedAt: AT }, 'approved'],
    [
      'trap 34: a delay means nothing on Debian',
      baseline('DEBIAN', { rules: [rule({ PRODUCT: ['*'] }, { approveAfterDays: 30 })] }),
      young,
      'approved',
    ],
    ['trap 4: Windows after seven days', baseline('WINDOWS'), young, 'open'],
    ['trap 4: Windows, Moderate never', baseline('WINDOWS'), { ...old, vendorSeverity: 'Moderate' }, 'not-approved'],
    ["without the vendor's rating nothing is certain", baseline(AL), { ...old, vendorSeverity: null }, 'open'],
    [
      "without the vendor's rating Inspector's own is none",
      baseline(AL),
      { ...old, vendorSeverity: null, severity: 'MEDIUM' },
      'open',
    ],
    ["a word of CVSS is NVD's, not the vendor's", baseline(AL), { ...old, vendorSeverity: 'MEDIUM' }, 'open'],
    [
      'all severities are taken, whichever it has',
      lists({
        rules: [rule({ SEVERITY: ['Critical', 'Important', 'Medium', 'Low'] }, { approveAfterDays: 0 })],
      }),
      { ...old, vendorSeverity: null },
      'approved',
    ],
    [
      'Moderate is Medium on Amazon Linux',
      lists({ rules: [rule({ SEVERITY: ['Medium'] }, { approveAfterDays: 0 })] }),
      { ...old, vendorSeverity: 'Moderate' },
      'approved',
    ],
    [
      '* matches all',
      lists({ rules: [rule({ SEVERITY: ['*'] }, { approveAfterDays: 0 })] }),
      { ...old, vendorSeverity: null, severity: 'UNTRIAGED' },
      'approved',
    ],
    [
      'of several rules one that approves at once',
      lists({ rules: [rule({}, { approveAfterDays: 30 }), rule({}, { approveAfterDays: 0 })] }),
      young,
      'approved',
    ],
    [
      'global filters hold for all rules',
      baseline(AL, { globalFilters: { SEVERITY: ['Critical'] } }),
      old,
      'not-approved',
    ],
    [
      'released until a day: nobody tells when it was',
      lists({ rules: [rule({}, { approveAfterDays: null, approveUntil: '2024-08-01' })] }),
      old,
      'open',
    ],
    [
      'trap 35: Windows words on Red Hat',
      lists({ rules: [rule({ CLASSIFICATION: ['CriticalUpdates', 'SecurityUpdates'] })] }, 'REDHAT_ENTERPRISE_LINUX'),
      old,
      'not-approved',
    ],
    [
      "trap 35: Red Hat's word on Amazon Linux",
      lists({ rules: [rule({ SEVERITY: ['Moderate'] })] }),
      { ...old, vendorSeverity: 'Medium' },
      'not-approved',
    ],
    ['trap 35: lower case', lists({ rules: [rule({ CLASSIFICATION: ['security'] })] }), old, 'not-approved'],
    [
      'CentOS has no advisories of its own',
      lists({ rules: [rule({ CLASSIFICATION: ['Security'] }, { approveAfterDays: 0 })] }, 'CENTOS'),
      old,
      'open',
    ],
    [
      "CentOS as in AWS's baseline",
      lists({ rules: [rule({ PRODUCT: ['*'] }, { approveAfterDays: 0, enableNonSecurity: true })] }, 'CENTOS'),
      old,
      'approved',
    ],
    ['no rules', lists({}), old, 'not-approved'],
    ['approved by list', lists({ approved: ['openssl'] }), young, 'approved'],
    ['approved by list with *', lists({ approved: ['open*'] }), young, 'approved'],
    ['approved by CVE', lists({ approved: ['CVE-2024-1111'] }), young, 'approved'],
    [
      'approved: only one of two packages',
      lists({ approved: ['curl'] }),
      { packages: [vulnerable('curl', '1-1'), vulnerable('tar', '1-1')] },
      'not-approved',
    ],
    ['rejected by list', baseline(AL, { rejected: ['openssl'] }), old, 'rejected'],
    ['rejected beats approved', lists({ approved: ['openssl'], rejected: ['openssl*'] }), old, 'rejected'],
    [
      'rejected: one of two packages is enough',
      baseline(AL, { rejected: ['tar'] }),
      { ...old, packages: [vulnerable('curl', '1-1'), vulnerable('tar', '1-1')] },
      'rejected',
    ],
    ['rejected by name and version', baseline(AL, { rejected: ['openssl-3.0.14-1~deb12u2'] }), old, 'rejected'],
    ['rejected: another version', baseline(AL, { rejected: ['openssl-2.*'] }), old, 'open'],
    [
      'rejected: name.arch',
      baseline(AL, { rejected: ['*.x86_64'] }),
      { ...old, packages: [vulnerable('tar', '1-1', { arch: 'X86_64' })] },
      'rejected',
    ],
    [
      'trap 20: the list names a binary, the finding its source',
      baseline('DEBIAN', { rejected: ['libssl3'] }),
      old,
      'rejected',
    ],
    ['trap 20: with *', baseline('DEBIAN', { rejected: ['libss*'] }), old, 'rejected'],
    ['trap 20: not on RPM', baseline(AL, { rejected: ['libssl3'] }), old, 'open'],
    [
      'rejected by CVE: a list of rejected patches takes packages',
      baseline(AL, { rejected: ['CVE-2024-1111'] }),
      old,
      'open',
    ],
    ['approved by CVE: not on Debian', lists({ approved: ['CVE-2024-1111'] }, 'DEBIAN'), old, 'not-approved'],
    [
      'Windows by KB',
      baseline('WINDOWS', { rejected: ['KB5041160'] }),
      { ...old, vulnerabilityId: 'KB5041160' },
      'rejected',
    ],
  ];
  for (const [what, given, over, say] of rows) {
    test(`${say}: ${what}`, () => assert.equal(approval(given, finding(over)).say, say));
  }

  test('words name the baseline, what it takes, and what nobody tells; no day', () => {
    const words = (over: Partial<Finding>, given = baseline(AL)) => approval(given, finding(over)).words;
    assert.equal(
      words(young),
      'Baseline Default-AMAZON_LINUX_2023 approves 7 days after release, and AWS does not tell when it was released.',
    );
    assert.equal(
      words({ vendorSeverity: 'Medium' }),
      'Baseline Default-AMAZON_LINUX_2023 never approves it: of severity it takes Critical, Important, and this is Medium.',
    );
    assert.equal(
      words({ vendorSeverity: null }),
      'Baseline Default-AMAZON_LINUX_2023 takes of severity only Critical, Important, and AWS does not tell its severity.',
    );
    assert.equal(
      words(old, baseline(AL, { rules: [rule({ CLASSIFICATION: ['SecurityUpdates'] })] })),
      'Baseline Default-AMAZON_LINUX_2023 never approves it: of classification it takes SecurityUpdates, and this is Security.',
    );
  });

  test('a pattern with many stars is no trouble', () => {
    const name = 'a'.repeat(2000);
    const pattern = `${'*a'.repeat(500)}*b`;
    const given = baseline(AL, { rejected: [pattern] });
    assert.equal(approval(given, finding({ packages: [vulnerable(name, '1-1')] })).say, 'open');
  });
});

suite('what of the wish a baseline does not give', () => {
  const wish = {
    classifications: ['Security'],
    severities: ['Critical', 'Important', 'Medium'],
    approvedWithinDays: 2,
  };
  const rows: [what: string, baseline: Baseline, expected: RegExp[]][] = [
    [
      'severities and days',
      baseline(AL),
      [/never approves Security of severity Medium,/, /7 days after release; the policy wishes 2\./],
    ],
    ['Debian gives all at once', baseline('DEBIAN'), []],
    ['no rules', baseline(AL, { rules: [] }), [/has no rules/]],
    [
      'a classification',
      baseline(AL, { rules: [rule({ CLASSIFICATION: ['Bugfix'] }, { approveAfterDays: 0 })] }),
      [/never approves Security,/],
    ],
    [
      'a day that is over',
      baseline(AL, { rules: [rule({}, { approveAfterDays: null, approveUntil: '2024-01-31' })] }),
      [/released until 2024-01-31/],
    ],
    ['all that is wished', baseline(AL, { rules: [rule({ SEVERITY: ['*'] }, { approveAfterDays: 2 })] }), []],
  ];
  for (const [what, given, expected] of rows) {
    test(what, () => {
      const warnings = baselineWarnings(given, wish);
      assert.equal(warnings.length, expected.length, warnings.join('\n'));
      for (const [i, pattern] of expected.entries()) assert.match(warnings[i] ?? '', pattern);
    });
  }
  const without: [what: string, over: Partial<Baseline>, os: Os, expected: RegExp[]][] = [
    ['no wish, no warning', { rules: [] }, AL, []],
    [
      'trap 35: words of another system are named without a wish',
      { rules: [rule({ CLASSIFICATION: ['SecurityUpdates'], SEVERITY: ['Critical', 'Medium'] })] },
      'REDHAT_ENTERPRISE_LINUX',
      [/classification SecurityUpdates,.*: write Security\./, /severity Medium,.*: write Moderate\./],
    ],
    [
      'entries that mean nothing',
      { rejected: ['CVE-2024-1', 'openssl'] },
      AL,
      [/CVE-2024-1 among the rejected patches has no effect/],
    ],
    [
      'a package in a list of Windows',
      { approved: ['openssl', 'KB5041160'] },
      'WINDOWS',
      [/openssl among the approved .* takes KB ids/],
    ],
  ];
  for (const [what, over, os, expected] of without) {
    test(what, () => {
      const warnings = baselineWarnings(baseline(os, over), undefined);
      assert.equal(warnings.length, expected.length, warnings.join('\n'));
      for (const [i, pattern] of expected.entries()) assert.match(warnings[i] ?? '', pattern);
    });
  }
});
