import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { HostAfter, SurveyedHost } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { writeDelta } from '#loops/patch/write-delta.ts';
import { aFinding, after, before, JUDGED, OPENED, patched, ringRecord } from '../../domain/fixture-ring.ts';
import { evidenceInMemory } from '../../functions/in-memory.ts';

const ref = { group: 'web', campaign: 'c' };
const facts = {
  group: { reboot: 'RebootIfNeeded', waivers: [] } as unknown as GroupPolicy,
  openedAt: OPENED,
  outcome: 'Completed' as const,
  why: '',
};
let evidence: ReturnType<typeof evidenceInMemory>;
beforeEach(() => {
  evidence = evidenceInMemory();
});

async function surveyed(first: SurveyedHost[], second: HostAfter[]): Promise<void> {
  const summary = { at: OPENED, rings: [{ ring: 'canary', hosts: first.length, findings: 1 }] };
  await evidence.write(ref, patchFiles.surveyBefore, summary);
  await evidence.write(ref, patchFiles.surveyAfter, summary);
  await evidence.writeLines(ref, patchFiles.before('canary'), first);
  await evidence.writeLines(ref, patchFiles.after('canary'), second);
  await evidence.write(ref, patchFiles.ring('canary'), ringRecord(first.map(({ id }) => patched(id))));
}

test('the delta is written ring by ring: a row per finding, a row per instance, and their sums', async () => {
  const finding = aFinding();
  await surveyed([before('i-1', [finding])], [after('i-1', [{ ...finding, status: 'CLOSED' }])]);
  const delta = await writeDelta(ref, facts, evidence, JUDGED);
  assert.deepEqual([delta?.before.total, delta?.fixed.total], [1, 1]);
  const rows = await Array.fromAsync(evidence.lines<DeltaRow>(ref, patchFiles.deltaRows('canary')));
  assert.deepEqual(
    rows.map(({ bucket }) => bucket),
    ['fixed'],
  );
  assert.deepEqual(await evidence.read(ref, patchFiles.delta), delta);
});

test('always 6: rows that are no partition of the raw surveys are not written', async () => {
  const finding = aFinding(); // one ARN, and Inspector gives it on two hosts
  await surveyed([before('i-1', [finding]), before('i-2', [finding])], [after('i-1'), after('i-2')]);
  await assert.rejects(writeDelta(ref, facts, evidence, JUDGED), { name: 'BrokenRecord', message: /two buckets/ });
  assert.equal(await evidence.readIfThere(ref, patchFiles.deltaRows('canary')), null);
  assert.equal(await evidence.readIfThere(ref, patchFiles.delta), null);
});

test('without a second survey there is no delta', async () => {
  await surveyed([before('i-1')], [after('i-1')]);
  evidence.files.delete(`web/c/${patchFiles.surveyAfter}`);
  assert.equal(await writeDelta(ref, facts, evidence, JUDGED), null);
});
