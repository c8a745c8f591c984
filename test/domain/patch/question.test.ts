import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { type QuestionFacts, question } from '#domain/patch/question.ts';
import { REASONS } from '#domain/patch/reasons.ts';
import type { FindingFate, Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { SEVERITIES, type Severity } from '#domain/severity.ts';
import { startedWords, startWords, windowWords } from '#views/frame/window-words.ts';
import { anApproval, aQuestion } from '../approval-fixture.ts';

const host = (id: string, zone = 'eu-central-1a') => ({
  id,
  os: 'DEBIAN' as const,
  zone,
  scanMode: 'EC2_AGENTLESS',
  missing: 1,
  expected: 1,
});
const fate = (
  id: string,
  severity: Severity,
  fate: FindingFate['fate'],
  more: Partial<FindingFate> = {},
): FindingFate => ({
  arn: `arn:${id}`,
  instance: 'i-1',
  vulnerabilityId: id,
  severity,
  fate,
  words: `words of ${id}`,
  ...more,
});
const facts = (fates: FindingFate[], change: Partial<QuestionFacts> = {}): QuestionFacts => ({
  plan: { left: [], warnings: [], reboot: 'NoReboot' } as unknown as Plan,
  ringPlan: {
    ring: 'fleet',
    atOnce: 2,
    errors: 0,
    soakMinutes: 60,
    hosts: [host('i-1'), host('i-2'), host('i-3', 'eu-central-1b')],
    last: false,
  } as unknown as RingPlan,
  approval: anApproval(),
  policy: { window: null, gate: { alarms: [] }, proofDays: 3 } as unknown as GroupPolicy,
  fates,
  records: [],
  place: 's3://x',
  flags: '--stage dev --region eu-central-1',
  ...change,
});

test('exploited ones first, then by severity and hosts; what remains by reason, with an example of the worst', async () => {
  const asked = await question(
    facts([
      fate('CVE-1', 'CRITICAL', 'fix'),
      fate('CVE-2', 'LOW', 'fix', { exploited: true }),
      fate('CVE-3', 'HIGH', 'fix'),
      fate('CVE-4', 'HIGH', 'fix'),
      fate('CVE-4', 'HIGH', 'fix', { instance: 'i-2' }),
      fate('CVE-5', 'LOW', 'no-fix'),
      fate('CVE-6', 'HIGH', 'no-fix', { exploited: true }),
      fate('CVE-7', 'LOW', 'suppressed'),
    ]),
  );
  assert.deepEqual(
    asked.vulnerabilities.map(({ id, hosts }) => `${id} ${hosts}`),
    ['CVE-2 1', 'CVE-1 1', 'CVE-4 2', 'CVE-3 1'],
  );
  assert.deepEqual([asked.fixes.total, asked.exploitedFixes, asked.exploitedRemains], [5, 1, 1]);
  assert.deepEqual(
    asked.remains.map(({ reason, findings, words }) => [reason, findings.total, words]),
    [
      ['no-fix', 2, 'words of CVE-6'],
      ['suppressed', 1, 'words of CVE-7'],
    ],
  );
});

test('hosts with their wave and place; rings before with what was installed; only what concerns the ring is left out', async () => {
  const verdict = aQuestion().before[0]?.verdict ?? null;
  const canary = {
    verdict,
    firstSentAt: '2024-08-31T22:00:00.000Z',
    hosts: [
      { installed: 9, pendingReboot: 0 },
      { installed: 18, pendingReboot: 1 },
    ],
  } as unknown as RingRecord;
  const left = [
    { id: 'i-7', ring: 'fleet', why: 'stopped' as const, words: '' },
    { id: 'i-8', ring: null, why: 'no-ring' as const, words: '' },
    { id: 'i-9', ring: 'canary', why: 'stopped' as const, words: '' },
  ];
  const plan = { left, warnings: ['w'], reboot: 'NoReboot' } as unknown as Plan;
  const asked = await question(
    facts([], { plan, records: [canary, { verdict: null, hosts: [] } as unknown as RingRecord] }),
  );
  assert.deepEqual(
    asked.hosts.map(({ id, wave }) => `${id} ${wave}`),
    ['i-1 1', 'i-2 1', 'i-3 2'],
  );
  assert.deepEqual([asked.waves, asked.zones[0]], [2, { name: 'eu-central-1a', hosts: 2 }]);
  assert.deepEqual(
    asked.left.map(({ id }) => id),
    ['i-7', 'i-8'],
  );
  assert.deepEqual(asked.before, [{ verdict, installed: 27, pendingReboot: 1 }]);
  assert.equal(asked.proofUntil, '2024-09-03T22:00:00.000Z');
});

test('every finding of the ring is counted once, however long the lists; lists are cut and say so', async () => {
  const fates = fc.array(
    fc.record({
      id: fc.integer({ min: 1, max: 200 }),
      severity: fc.constantFrom(...SEVERITIES),
      fate: fc.constantFrom('fix' as const, ...REASONS),
      exploited: fc.boolean(),
    }),
    { maxLength: 400 },
  );
  await fc.assert(
    fc.asyncProperty(fates, async (drawn) => {
      const lines = drawn.map(({ id, severity, fate: what, exploited }) =>
        fate(`CVE-${id}`, severity, what, exploited ? { exploited: true } : {}),
      );
      const asked = await question(facts(lines));
      const remains = asked.remains.reduce((sum, { findings }) => sum + findings.total, 0);
      assert.equal(asked.fixes.total + remains, lines.length);
      assert.equal(asked.exploitedFixes + asked.exploitedRemains, lines.filter((line) => line.exploited).length);
      assert.ok(asked.vulnerabilities.length <= 50 && asked.vulnerabilities.length <= asked.vulnerabilityCount);
    }),
    { numRuns: 40 },
  );
});

test('a window in words, and when a yes would take effect', () => {
  const window = {
    days: ['sat' as const, 'sun' as const],
    nth: [{ nth: 2 as const, day: 'tue' as const }],
    from: '22:00',
    to: '06:00',
    cutoffMinutes: 45,
    timeZone: 'Europe/Berlin',
    calendars: ['freeze'],
  };
  assert.equal(
    windowWords(window),
    'Sat, Sun, every second Tue of the month, 22:00 to 06:00 Europe/Berlin; no wave starts in its last 45 minutes; while freeze is open',
  );
  assert.equal(windowWords(null), 'at any time, for the policy names no window');
  const table = [
    ['2024-08-31T21:00:00.000Z', 'At once, if the yes comes before 2024-09-01 03:15 UTC.'],
    ['2024-09-01T03:20:00.000Z', 'When the window opens, 2024-09-01 20:00 UTC.'],
    ['2024-09-02T12:00:00.000Z', 'When the window opens, 2024-09-07 20:00 UTC.'],
  ] as const;
  for (const [at, words] of table) assert.equal(startWords(window, at), words);
  assert.equal(startedWords(window, table[0][0]), 'The first wave starts in a minute or two.');
  assert.equal(startedWords(window, table[1][0]), 'The first wave starts when the window opens, 2024-09-01 20:00 UTC.');
  assert.equal(startWords(null, '2024-09-02T12:00:00.000Z'), 'At once.');
  const never = { ...window, days: [], nth: [] };
  assert.equal(startWords(never, '2024-09-02T12:00:00.000Z'), 'Never: the window does not open again.');
});
