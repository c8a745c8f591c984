/** What `check` warns of a baseline and what the plan says of a finding come from one reading of its rules. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Baseline, Os } from '#domain/patch/model.ts';
import { approval, baselineWarnings } from '#domain/patch/plan/baseline-reading.ts';
import { wordsFor } from '#domain/patch/plan/baseline-words.ts';
import { wordsOf } from '#rehearsal/services/ssm/patch-words.ts';
import { baseline, finding, rule } from './fleet.ts';

const OSES: Os[] = [
  'AMAZON_LINUX_2',
  'AMAZON_LINUX_2023',
  'REDHAT_ENTERPRISE_LINUX',
  'ROCKY_LINUX',
  'ALMA_LINUX',
  'ORACLE_LINUX',
  'SUSE',
  'WINDOWS',
];
const classes = fc.subarray(['Security', 'Bugfix', 'SecurityUpdates', 'CriticalUpdates', 'security', '*'], {
  minLength: 1,
});
const grades = fc.subarray(['Critical', 'Important', 'Medium', 'Moderate', 'Low', 'HIGH', '*'], { minLength: 1 });

const made = fc.record({
  os: fc.constantFrom(...OSES),
  rules: fc.array(
    fc.record({
      CLASSIFICATION: fc.option(classes, { nil: null }),
      grades: fc.option(grades, { nil: null }),
      days: fc.constantFrom(0, 3, 7, 30),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

function baselineOf({ os, rules }: typeof made extends fc.Arbitrary<infer T> ? T : never): Baseline {
  const key = os === 'WINDOWS' ? 'MSRC_SEVERITY' : 'SEVERITY';
  const filters = rules.map((each) =>
    rule(
      {
        ...(each.CLASSIFICATION ? { CLASSIFICATION: each.CLASSIFICATION } : {}),
        ...(each.grades ? { [key]: each.grades } : {}),
      },
      { approveAfterDays: each.days },
    ),
  );
  return baseline(os, { rules: filters });
}

test('property: what check calls never approved is what the plan calls not-approved, and waits are the same', () => {
  fc.assert(
    fc.property(made, fc.integer({ min: 0, max: 3 }), (input, nth) => {
      const given = baselineOf(input);
      const isWindows = input.os === 'WINDOWS';
      const severity = wordsFor(input.os, isWindows ? 'MSRC_SEVERITY' : 'SEVERITY')[nth] ?? '';
      const said = approval(given, finding({ vendorSeverity: severity }));
      const warned = (classification: string) =>
        baselineWarnings(given, { classifications: [classification], severities: [severity], approvedWithinDays: 0 });
      // of a Windows finding two classes are possible: never only if neither is taken
      const all = (isWindows ? ['SecurityUpdates', 'CriticalUpdates'] : ['Security']).map(warned);
      const never = all.every((words) => words.some((each) => each.includes('never approves')));
      assert.equal(said.say === 'not-approved', never, `${said.words} ${JSON.stringify(all)}`);
      if (isWindows || never) return;
      const slow = all.flat().find((each) => each.includes('days after release'));
      assert.equal(said.waitDays, Number(/ (\d+) days/.exec(slow ?? '')?.[1] ?? 0), `${said.words} ${slow}`);
    }),
    { numRuns: 2000 },
  );
});

test('the words of each OS are those that SSM tells by DescribePatchProperties', () => {
  for (const os of [...OSES, 'DEBIAN', 'UBUNTU'] as const) {
    for (const key of ['CLASSIFICATION', 'SEVERITY', 'MSRC_SEVERITY'] as const) {
      assert.deepEqual([...wordsFor(os, key)].sort(), [...(wordsOf(os, key) ?? [])].sort(), `${os} ${key}`);
    }
  }
});
