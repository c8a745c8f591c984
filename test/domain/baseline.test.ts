import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { approval, baselineWarnings } from '#domain/baseline.ts';
import type { Baseline, Finding, Os } from '#domain/model.ts';
import { AT, baseline, finding, rule, vulnerable } from './fleet.ts';

const AL: Os = 'AMAZON_LINUX_2023';

suite('what a baseline approves', () => {
  const lists = (over: Partial<Baseline>, os: Os = AL) => baseline(os, { rules: [], ...over });
  const old = { vendorCreatedAt: '2024-08-01T00:00:00.000Z', vendorSeverity: 'Important' };
  const young = { vendorCreatedAt: '2024-08-30T00:00:00.000Z', vendorSeverity: 'Important' };
  const rows: [what: string, baseline: Baseline, over: Partial<Finding>, say: string, from?: string | null][] = [
    ['trap 4: seven days are over', baseline(AL), old, 'approved'],
    ['trap 4: seven days are not over', baseline(AL), young, 'not-approved', '2024-09-06T00:00:00.000Z'],
    [
      'trap 4: the seventh day to the millisecond',
      baseline(AL),
      { ...old, vendorCreatedAt: '2024-08-25T02:00:00.000Z' },
      'approved',
    ],
    [
      'trap 4: one millisecond short',
      baseline(AL),
      { ...old, vendorCreatedAt: '2024-08-25T02:00:00.001Z' },
      'not-approved',
      '2024-09-01T02:00:00.001Z',
    ],
    [
      'trap 4: an update of the advisory counts',
      baseline(AL),
      { ...old, vendorUpdatedAt: '2024-08-31T00:00:00.000Z' },
      'not-approved',
      '2024-09-07T00:00:00.000Z',
    ],
    ['trap 4: Medium never', baseline(AL), { ...old, vendorSeverity: 'medium' }, 'not-approved', null],
    ['trap 4: Low never', baseline(AL), { ...old, vendorSeverity: 'Low' }, 'not-approved', null],
    ['trap 4: Debian at once', baseline('DEBIAN'), { vendorCreatedAt: AT, vendorSeverity: 'low' }, 'approved'],
    ['trap 4: Ubuntu at once', baseline('UBUNTU'), { vendorCreatedAt: AT }, 'approved'],
    ['trap 4: Windows after seven days', baseline('WINDOWS'), young, 'not-approved', '2024-09-06T00:00:00.000Z'],
    [
      'trap 4: Windows, Moderate never',
      baseline('WINDOWS'),
      { ...old, vendorSeverity: 'Moderate' },
      'not-approved',
      null,
    ],
    [
      "without the vendor's rating, Inspector's: HIGH is Important",
      baseline(AL),
      { ...old, vendorSeverity: null },
      'approved',
    ],
    [
      "without the vendor's rating, MEDIUM never",
      baseline(AL),
      { ...old, vendorSeverity: null, severity: 'MEDIUM' },
      'not-approved',
      null,
    ],
    [
      'not rated by anyone',
      baseline(AL),
      { ...old, vendorSeverity: null, severity: 'UNTRIAGED' },
      'not-approved',
      null,
    ],
    [
      'Moderate is Medium',
      lists({ rules: [rule({ SEVERITY: ['Medium'] })] }),
      { ...old, vendorSeverity: 'Moderate' },
      'approved',
    ],
    [
      '* matches all',
      lists({ rules: [rule({ SEVERITY: ['*'] })] }),
      { ...old, vendorSeverity: null, severity: 'UNTRIAGED' },
      'approved',
    ],
    ['a release date that nobody knows', baseline(AL), { ...old, vendorCreatedAt: null }, 'not-approved', null],
    [
      'of several rules the first day',
      lists({ rules: [rule({}, { approveAfterDays: 30 }), rule({}, { approveAfterDays: 10 })] }),
      young,
      'not-approved',
      '2024-09-09T00:00:00.000Z',
    ],
    [
      'global filters hold for all rules',
      baseline(AL, { globalFilters: { SEVERITY: ['Critical'] } }),
      old,
      'not-approved',
      null,
    ],
    [
      'released until that day',
      lists({ rules: [rule({}, { approveAfterDays: null, approveUntil: '2024-08-01' })] }),
      old,
      'approved',
    ],
    [
      'released after that day',
      lists({ rules: [rule({}, { approveAfterDays: null, approveUntil: '2024-07-31' })] }),
      old,
      'not-approved',
      null,
    ],
    ['no rules', lists({}), old, 'not-approved', null],
    ['approved by list', lists({ approved: ['openssl'] }), young, 'approved'],
    ['approved by list with *', lists({ approved: ['open*'] }), young, 'approved'],
    ['approved by CVE', lists({ approved: ['CVE-2024-1111'] }), young, 'approved'],
    [
      'approved: only one of two packages',
      lists({ approved: ['curl'] }),
      { packages: [vulnerable('curl', '1-1'), vulnerable('tar', '1-1')] },
      'not-approved',
      null,
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
    ['rejected: another version', baseline(AL, { rejected: ['openssl-2.*'] }), old, 'approved'],
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
    ['trap 20: not on RPM', baseline(AL, { rejected: ['libssl3'] }), old, 'approved'],
    [
      'Windows by KB',
      baseline('WINDOWS', { rejected: ['KB5041160'] }),
      { ...old, vulnerabilityId: 'KB5041160' },
      'rejected',
    ],
  ];
  for (const [what, given, over, say, from = null] of rows) {
    test(`${say}: ${what}`, () => {
      const said = approval(given, finding(over), AT);
      assert.deepEqual([said.say, said.from], [say, from]);
    });
  }

  test('trap 16: what is approved is asked of an instant, and changes with it', () => {
    const over = finding(young);
    assert.equal(approval(baseline(AL), over, '2024-09-05T23:59:59.999Z').say, 'not-approved');
    assert.equal(approval(baseline(AL), over, '2024-09-06T00:00:00.000Z').say, 'approved');
  });

  test('words name the baseline, the day, or what it takes', () => {
    assert.equal(
      approval(baseline(AL), finding(young), AT).words,
      'Baseline Default-AMAZON_LINUX_2023 approves it 7 days after release: from 2024-09-06.',
    );
    assert.equal(
      approval(baseline(AL), finding({ vendorSeverity: 'Medium' }), AT).words,
      'Baseline Default-AMAZON_LINUX_2023 never approves it: of severity it takes Critical, Important, and this is Medium.',
    );
  });

  test('a pattern with many stars is no trouble', () => {
    const name = 'a'.repeat(2000);
    const pattern = `${'*a'.repeat(500)}*b`;
    assert.equal(
      approval(baseline(AL, { rejected: [pattern] }), finding({ packages: [vulnerable(name, '1')] }), AT).say,
      'approved',
    );
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
  test('no wish, no warning', () => assert.deepEqual(baselineWarnings(baseline(AL, { rules: [] }), undefined), []));
});
