import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupsOf, inFlight } from '#aws/in-flight.ts';
import { all } from './wire.ts';

/** Works whose ends the test decides. */
function works(count: number) {
  const ends: ((value: string) => void)[] = [];
  const fails: ((error: Error) => void)[] = [];
  const begun: number[] = [];
  const work = (item: number) => {
    begun.push(item);
    return new Promise<string>((end, fail) => {
      ends[item] = end;
      fails[item] = fail;
    });
  };
  return { items: Array.from({ length: count }, (_, item) => item), ends, fails, begun, work };
}

const turn = () => new Promise((next) => setImmediate(next));

test('what comes back first waits for its turn', async () => {
  const { items, ends, work } = works(3);
  const results = all(inFlight(items, 3, work));
  await turn();
  for (const item of [2, 0, 1]) ends[item]?.(`of ${item}`);
  assert.deepEqual(await results, ['of 0', 'of 1', 'of 2']);
});

test('never more at once than the width, and never fewer while there is work', async () => {
  const { items, ends, begun, work } = works(5);
  const results = all(inFlight(items, 2, work));
  await turn();
  assert.deepEqual(begun, [0, 1]);
  ends[0]?.('');
  await turn();
  assert.deepEqual(begun, [0, 1, 2]);
  for (const item of [1, 2, 3, 4]) {
    ends[item]?.('');
    await turn();
  }
  assert.equal((await results).length, 5);
});

test('a failure is thrown in its turn, and those behind it trouble nobody', async () => {
  const { items, ends, fails, work } = works(3);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const result of inFlight(items, 3, work)) seen.push(result);
  })();
  await turn();
  fails[2]?.(new Error('third'));
  fails[1]?.(new Error('second'));
  ends[0]?.('first');
  await assert.rejects(reading, /second/);
  assert.deepEqual(seen, ['first']);
});

test('groups hold distinct ids, and none is empty', () => {
  assert.deepEqual(
    [...groupsOf(['a', 'b', 'a', 'c', 'd'], 2)],
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  );
  assert.deepEqual([...groupsOf([], 2)], []);
});
