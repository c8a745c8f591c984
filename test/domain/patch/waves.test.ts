import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { HostStatus, Intent } from '#domain/patch/records.ts';
import { capacity, doubtfullyGone, errorsSoFar, nextWave } from '#domain/patch/waves.ts';
import { notSent, patched, ringPlan, ringRecord, SENT } from '../fixture-ring.ts';

function intent(wave: number, instances: string[], state: Intent['state'] = 'sent'): Intent {
  return { campaign: 'c-1', ring: 'canary', wave, instances, comment: '', at: SENT, state, commandId: null, words: '' };
}

const ids = (many: number) => Array.from({ length: many }, (_, n) => `i-${n}`);

describe('waves', () => {
  test('go in the frozen order, at most atOnce, and the next ones follow those that are back', () => {
    const plan = ringPlan(['i-9', 'i-1', 'i-5'], { atOnce: 2 });
    const fresh = ringRecord(plan.hosts.map(({ id }) => notSent(id)));
    assert.deepEqual(nextWave(plan, fresh, []), ['i-9', 'i-1']);
    const first = [intent(1, ['i-9', 'i-1'])];
    const oneBack = ringRecord([patched('i-9'), patched('i-1', { status: 'working' }), notSent('i-5')]);
    assert.deepEqual(nextWave(plan, oneBack, first), ['i-5']);
    const all = ringRecord([patched('i-9'), patched('i-1'), patched('i-5')]);
    assert.deepEqual(nextWave(plan, all, first), []);
  });

  test('a host that has not come back, or of which nothing is clear, keeps its place', () => {
    const plan = ringPlan(ids(4), { atOnce: 2 });
    for (const status of ['working', 'lost', 'unknown'] as const) {
      const record = ringRecord([
        patched('i-0', { status }),
        patched('i-1', { status }),
        notSent('i-2'),
        notSent('i-3'),
      ]);
      assert.equal(capacity(plan, record, [intent(1, ['i-0', 'i-1'])]), 0);
      assert.deepEqual(nextWave(plan, record, [intent(1, ['i-0', 'i-1'])]), []);
    }
  });

  test('an intent that AWS refused frees its hosts, one that is unclear does not', () => {
    const plan = ringPlan(ids(3), { atOnce: 3 });
    const record = ringRecord(ids(3).map((id) => notSent(id)));
    assert.deepEqual(nextWave(plan, record, [intent(1, ['i-0'], 'refused')]), ['i-0', 'i-1', 'i-2']);
    assert.deepEqual(nextWave(plan, record, [intent(1, ['i-0'], 'unclear')]), ['i-1', 'i-2']);
    assert.deepEqual(nextWave(plan, record, [intent(1, ['i-0'], 'refused'), intent(2, ['i-0'])]), ['i-1', 'i-2']);
  });

  test('trap 22: one command takes 50 hosts', () => {
    const plan = ringPlan(ids(120), { atOnce: 80 });
    assert.equal(nextWave(plan, ringRecord(ids(120).map((id) => notSent(id))), []).length, 50);
  });

  test('always 8: a host that EC2 says is terminated is at work no more', () => {
    const plan = ringPlan(ids(3), { atOnce: 1 });
    const record = ringRecord([patched('i-0', { status: 'gone' }), notSent('i-1'), notSent('i-2')]);
    assert.deepEqual(nextWave(plan, record, [intent(1, ['i-0'])]), ['i-1']);
    assert.equal(errorsSoFar(record), 0);
  });

  test('terminated hosts are in doubt where more are than may fail, and as many as came back: gone, back, tolerated', () => {
    const table: [number, number, number, boolean][] = [
      [0, 0, 0, false],
      [1, 9, 0, false],
      [1, 1, 0, true],
      [1, 0, 0, true],
      [1, 0, 1, false],
      [2, 1, 1, true],
      [2, 3, 1, false],
    ];
    for (const [gone, back, tolerated, doubt] of table) {
      const hosts = ids(gone + back).map((id, n) => patched(id, n < gone ? { status: 'gone' } : {}));
      assert.equal(doubtfullyGone(hosts, tolerated).length, doubt ? gone : 0, `${gone} ${back} ${tolerated}`);
    }
  });

  test('failed and lost hosts are errors', () => {
    const record = ringRecord([
      patched('i-0', { status: 'failed' }),
      patched('i-1', { status: 'lost' }),
      patched('i-2'),
    ]);
    assert.equal(errorsSoFar(record), 2);
  });

  test('always 8: never more at work at once than atOnce, never a host twice, never one outside the plan', () => {
    const statuses: HostStatus[] = [
      'planned',
      'planned',
      'planned',
      'working',
      'patched',
      'failed',
      'lost',
      'gone',
      'unknown',
      'skipped',
    ];
    const states: Intent['state'][] = ['intended', 'sent', 'refused', 'unclear'];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...statuses), { maxLength: 12 }),
        fc.array(
          fc.record({ instances: fc.array(fc.integer({ min: 0, max: 14 })), state: fc.constantFrom(...states) }),
        ),
        fc.integer({ min: 1, max: 6 }),
        (hosts, sent, atOnce) => {
          const plan = ringPlan(ids(hosts.length), { atOnce });
          const record = ringRecord(hosts.map((status, n) => notSent(`i-${n}`, { status })));
          const intents = sent.map(({ instances, state }, n) =>
            intent(
              n + 1,
              instances.map((id) => `i-${id}`),
              state,
            ),
          );
          const wave = nextWave(plan, record, intents);
          const live = new Set(
            intents.filter(({ state }) => state !== 'refused').flatMap(({ instances }) => instances),
          );
          const disturbed = record.hosts.filter(
            ({ id, status }) =>
              ['working', 'lost', 'unknown'].includes(status) || (status === 'planned' && live.has(id)),
          );
          if (wave.length > 0) assert.ok(disturbed.length + wave.length <= atOnce);
          assert.equal(new Set(wave).size, wave.length);
          for (const id of wave) {
            assert.ok(plan.hosts.some((host) => host.id === id));
            assert.ok(!live.has(id));
          }
        },
      ),
      { numRuns: 1000, seed: 8 },
    );
  });
});
