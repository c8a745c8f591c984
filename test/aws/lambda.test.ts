import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { event, lambda } from '#aws/lambda.ts';
import { log } from '#aws/log.ts';
import { unheldLease } from '#domain/campaign/lease.ts';
import type { Lease } from '#domain/campaign/records.ts';
import { AwsUnavailable, BrokenRecord } from '#domain/errors.ts';

const NOW = Date.parse('2026-03-01T02:00:00.500Z');
const input = { contract: 1, campaign: 'c1', group: 'web', ring: 'canary', hosts: 3 };
const ports = { answer: async () => 42 };
const holder = {
  campaign: 'c1',
  execution: '',
  state: 'open' as const,
  openedAt: '',
  trigger: { kind: 'person' as const, id: '', at: '', by: '' },
};
const lease: Lease = { ...unheldLease('web'), holder };
const held = { leases: { lease: async () => lease } };

let lines: Record<string, unknown>[] = [];
let reads = 0;
before(() => {
  mock.method(process.stdout, 'write', written);
  mock.method(process.stderr, 'write', written);
  mock.method(Date, 'now', () => {
    reads += 1;
    return NOW + reads;
  });
});
after(() => mock.restoreAll());

/** Keeps what the logger wrote; the test runner's own lines go on to where they went. */
function written(this: unknown, text: string | Uint8Array): boolean {
  const line = String(text);
  if (line.startsWith('{"level"')) lines.push(JSON.parse(line));
  return true;
}

const run = async (handler: (input: unknown) => Promise<unknown>, given: unknown) => {
  lines = [];
  reads = 0;
  return handler(given);
};

test('a task gets its input, its ports and one instant', async () => {
  const seen: unknown[] = [];
  const handler = lambda(
    async (given: typeof input, { answer }: typeof ports, now) => {
      seen.push(given, now);
      return answer();
    },
    ports,
    held,
  );
  assert.equal(await run(handler, input), 42);
  assert.deepEqual(seen, [input, '2026-03-01T02:00:00.501Z']);
  assert.equal(reads, 1);
});

test('trap 25: an input of another contract does not reach the task', async () => {
  const handler = lambda(async () => assert.fail('reached'), ports, held);
  for (const given of [{ ...input, contract: 2 }, { ...input, contract: '1' }, {}, null, 'text'])
    await assert.rejects(run(handler, given), { name: 'UnknownContract' });
});

test('always 9: without the lease open and its own no task runs, but those that take it and give it back', async () => {
  const leases: (Lease | null)[] = [
    null,
    unheldLease('web'),
    { ...lease, holder: { ...holder, campaign: 'c2' } },
    { ...lease, holder: { ...holder, state: 'draining' } },
    { ...lease, holder: { ...holder, state: 'handover' } },
  ];
  for (const one of leases) {
    const sealed = lambda(async () => assert.fail('reached'), ports, { leases: { lease: async () => one } });
    await assert.rejects(run(sealed, input), { name: 'Sealed', message: /^c1 may not act: the lease is / });
    assert.equal(
      await run(
        lambda(async () => 1, ports, { lease: 'any', leases: { lease: async () => one } }),
        input,
      ),
      1,
    );
  }
  const unread = { leases: { lease: async () => Promise.reject(new AwsUnavailable('throttled')) } };
  await assert.rejects(
    run(
      lambda(async () => assert.fail('reached'), ports, unread),
      input,
    ),
    { name: 'AwsUnavailable' },
  );
});

test('a trigger has no contract', async () => {
  const handler = event(async (given: { detail: string }) => given.detail, ports);
  assert.equal(await run(handler, { detail: 'x' }), 'x');
});

test('each line carries campaign, group and ring: of the start, of adapters, of the end', async () => {
  const handler = lambda(async () => log.warn('from an adapter'), ports, held);
  await run(handler, input);
  assert.deepEqual(
    lines.map(({ message, campaign, group, ring, service }) => [message, campaign, group, ring, service]),
    ['begins', 'from an adapter', 'ends'].map((message) => [message, 'c1', 'web', 'canary', 'patchwright']),
  );
});

test('the keys of one run are not on the lines of the next', async () => {
  const handler = lambda(async () => null, ports, { lease: 'any' });
  await run(handler, input);
  await run(handler, { contract: 1, group: 'batch' });
  assert.deepEqual(
    lines.map(({ campaign, group, ring }) => [campaign, group, ring]),
    [
      [undefined, 'batch', undefined],
      [undefined, 'batch', undefined],
    ],
  );
});

test('an error is logged and goes on as it is, with its name', async () => {
  const broken = new BrokenRecord('plan.json is not there');
  const handler = lambda(async () => Promise.reject(broken), ports, held);
  await assert.rejects(run(handler, input), broken);
  const [, last] = lines;
  assert.equal(last?.message, 'fails');
  assert.match(JSON.stringify(last?.error), /"name":"BrokenRecord"/);
});
