import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sumDelta } from '#domain/patch/delta/delta-sum.ts';
import { deltaChart } from '#views/patch/report/delta-chart.ts';
import { timeline } from '#views/patch/report/timeline.ts';
import { wavesOf } from '#views/patch/report/waves.ts';
import { BACK, DONE, notSent, patched, ringRecord, SENT } from '../../../domain/fixture-ring.ts';
import { plan, record, row } from './fixture.ts';

const rects = (svg: string, kind: string) =>
  [
    ...svg.matchAll(
      new RegExp(`<rect x="([\\d.]+)" y="[\\d.]+" width="([\\d.]+)" height="\\d+" rx="3" class="${kind}"`, 'g'),
    ),
  ].map(([, x, width]) => ({ x: Number(x), width: Number(width) }));

test('bars are as long as their findings are many, and follow each other', () => {
  const many = (count: number, bucket: 'fixed' | 'remaining') =>
    Array.from({ length: count }, (_, n) =>
      row({ arn: `${bucket}${n}`, bucket, reason: bucket === 'remaining' ? 'no-fix' : null }),
    );
  const svg = deltaChart(sumDelta([...many(30, 'fixed'), ...many(10, 'remaining')])).text;
  const [fixed] = rects(svg, 'fixed');
  const [remaining] = rects(svg, 'remaining');
  assert.ok(fixed && remaining);
  assert.equal(Math.round(fixed.width / remaining.width), 3);
  assert.ok(remaining.x >= fixed.x + fixed.width);
  assert.match(svg, /HIGH fixed: 30/);
  assert.doesNotMatch(svg, /class="label">LOW/, 'a severity without findings has no bar');
});

test('a wave is what its hosts’ records tell', () => {
  const ring = ringRecord([
    patched('i-1'),
    notSent('i-2', { status: 'failed', wave: 1, sentAt: SENT, finishedAt: DONE }),
    notSent('i-3', { status: 'lost', wave: 2, sentAt: DONE }),
    notSent('i-4'),
  ]);
  assert.deepEqual(wavesOf(ring), [
    { ring: 'canary', wave: 1, hosts: 2, sentAt: SENT, endedAt: BACK, patched: 1, failed: 1, other: 0 },
    { ring: 'canary', wave: 2, hosts: 1, sentAt: DONE, endedAt: null, patched: 0, failed: 0, other: 1 },
  ]);
});

test('the timeline has a lane per planned ring, and its waves where they were', () => {
  const svg = timeline({ record: record(), plan: plan(), rings: [ringRecord([patched('i-1')])] }).text;
  const [wave] = rects(svg, 'wave');
  assert.ok(wave);
  // sent at 02:00 of 00:00 to 06:00, over 806 units from 130 on
  assert.ok(Math.abs(wave.x - (130 + 806 / 3)) < 1, `${wave.x}`);
  assert.match(svg, /class="label">canary/);
  assert.match(svg, /2024-09-01<\/text>/);
  assert.match(svg, />03:00<\/text>/);
});

test('a campaign of no length, or of months, still has a timeline', () => {
  const at = '2024-09-01T00:00:00.000Z';
  for (const closedAt of [at, '2025-09-01T00:00:00.000Z']) {
    const svg = timeline({ record: record({ openedAt: at, closedAt }), plan: null, rings: [] }).text;
    assert.doesNotMatch(svg, /NaN|Infinity/);
    assert.ok((svg.match(/class="tick"/g)?.length ?? 0) <= 10);
  }
});
