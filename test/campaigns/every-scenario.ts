import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { loadScenario } from '#rehearsal/scenario/scenario.ts';
import type { Rehearsing } from '../../cli/rehearse/conduct.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';

const folder = new URL('../../scenarios/', import.meta.url).pathname;

/** A test for every scenario in scenarios/: it ends as its name promises. `rehearse` itself throws where a promise of the product breaks. */
export function everyScenario(): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yml')))
    test(`scenario ${file.replace('.yml', '')} ends as promised`, async () => {
      const { promises } = loadScenario(`${folder}${file}`);
      const rehearsing = await rehearse({ scenario: `${folder}${file}`, out: null });
      const { run } = rehearsing;
      assert.equal(run.campaign.outcome, promises.outcome);
      const verdicts = Object.fromEntries(run.rings.map(({ name, verdict }) => [name, verdict]));
      for (const [ring, verdict] of Object.entries(promises.rings ?? {})) assert.equal(verdicts[ring], verdict, ring);
      for (const reason of promises.reasons ?? [])
        assert.ok(reason in (run.delta?.remainingByReason ?? {}), `reason ${reason}`);
      assertSums(rehearsing);
      assertNotices(rehearsing);
    });
}

/** always 6: sums by severity, on the delta that people see. */
function assertSums({ run: { delta } }: Rehearsing): void {
  if (!delta) return;
  for (const severity of Object.keys(delta.before) as (keyof typeof delta.before)[]) {
    const of = (bucket: 'fixed' | 'closedOtherwise' | 'remaining' | 'unverified' | 'gone' | 'new' | 'after'): number =>
      delta[bucket][severity];
    assert.equal(
      of('fixed') + of('closedOtherwise') + of('remaining') + of('unverified') + of('gone'),
      delta.before[severity],
      severity,
    );
    assert.equal(of('remaining') + of('unverified') + of('new'), of('after'), severity);
  }
  const reasons = Object.values(delta.remainingByReason).reduce((sum, n) => sum + n, 0);
  assert.equal(reasons, delta.remaining.total);
}

/** always 9: a closing notice, and no state, log line or mail that carries a task token. */
function assertNotices({ run, rehearsal, evidence }: Rehearsing): void {
  const closing = run.notices.filter((notice) => notice.kind !== 'approval');
  assert.equal(new Set(closing.map((notice) => notice.id)).size, closing.length, 'one notice an id');
  assert.ok(closing.length >= 1);
  for (const { subject } of run.notices) assert.match(subject, /^[\x20-\x7e]{1,99}$/);
  const words = [...rehearsal.inbox.map((mail) => mail.body), ...rehearsal.logs.map((log) => log.line)].join('\n');
  for (const [key, bytes] of evidence)
    if (key.endsWith('campaign.json')) assert.ok(!/"taskToken":"/.test(new TextDecoder().decode(bytes)));
  assert.ok(!/taskToken/.test(words));
}
