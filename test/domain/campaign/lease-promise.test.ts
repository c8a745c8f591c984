import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLease, promiseLease, releaseLease, unheldLease } from '#domain/campaign/lease.ts';
import type { Lease, Trigger } from '#domain/campaign/records.ts';

const at = '2024-09-02T00:00:00.000Z';
const seen = (time: string, id = 'e'): Trigger => ({ kind: 'event', id, at: time, by: 'rule' });
const asked = (trigger: Trigger, campaign = 'web-1') => ({
  campaign,
  kind: 'group',
  execution: `arn:${campaign}`,
  trigger,
  minHours: 24,
  at,
});
const held = (state: 'open' | 'draining' | 'handover'): Lease => ({
  ...unheldLease('web'),
  lastOpenedAt: '2024-09-01T00:00:00.000Z',
  holder: {
    campaign: 'web-0',
    execution: 'arn:web-0',
    state,
    openedAt: '2024-09-01T00:00:00.000Z',
    trigger: seen('2024-08-31T00:00:00.000Z', 'first'),
  },
});

test('a free lease is promised to the campaign that is started for an event, which then opens it', () => {
  const { decision, lease } = promiseLease(unheldLease('web'), asked(seen('2024-09-01T23:00:00.000Z')));
  assert.equal(decision, 'Opened');
  assert.deepEqual([lease?.holder?.state, lease?.holder?.campaign], ['handover', 'web-1']);
  const opened = openLease(lease ?? unheldLease('web'), asked(seen('2024-09-01T23:00:00.000Z')));
  assert.equal(opened.lease?.holder?.state, 'open');
});

test('a second batch, a person and a schedule do not get what is promised', () => {
  const { lease } = promiseLease(unheldLease('web'), asked(seen('2024-09-01T23:00:00.000Z')));
  assert.equal(promiseLease(lease ?? held('open'), asked(seen('2024-09-01T23:30:00.000Z', 'f'), 'web-2')).lease, null);
  const other = openLease(lease ?? held('open'), { ...asked(seen(at)), campaign: 'by-hand' });
  assert.equal(other.decision, 'Coalesced');
});

test('always 3: what the holder has seen starts nothing and is not noted; what it has not is, the newest alone', () => {
  const old = promiseLease(held('open'), asked(seen('2024-08-31T12:00:00.000Z')));
  assert.deepEqual([old.decision, old.lease], ['Coalesced', null]);
  const first = promiseLease(held('open'), asked(seen('2024-09-01T01:00:00.000Z', 'a')));
  assert.deepEqual(
    first.lease?.noted.map(({ id }) => id),
    ['a'],
  );
  const older = promiseLease(first.lease ?? held('open'), asked(seen('2024-09-01T00:30:00.000Z', 'b')));
  assert.equal(older.lease, null);
  const newer = promiseLease(first.lease ?? held('open'), asked(seen('2024-09-01T02:00:00.000Z', 'c')));
  assert.deepEqual(
    newer.lease?.noted.map(({ id }) => id),
    ['c'],
  );
  const person = { ...held('draining'), noted: [{ ...seen(at, 'p'), kind: 'person' as const }] };
  assert.equal(promiseLease(person, asked(seen('2024-09-01T02:00:00.000Z'))).lease?.noted.length, 2);
});

test('events keep minHours between campaigns', () => {
  const free = { ...held('open'), holder: null };
  const soon = promiseLease(free, { ...asked(seen('2024-09-01T23:00:00.000Z')), at: '2024-09-01T23:30:00.000Z' });
  assert.match(soon.why, /may start one again from 2024-09-02T00:00/);
  assert.equal(soon.lease, null);
  assert.equal(promiseLease(free, asked(seen('2024-09-01T23:00:00.000Z'))).decision, 'Opened');
});

test('a noted event asks for a successor when the campaign took longer than minHours', () => {
  const { lease } = promiseLease(held('draining'), asked(seen('2024-09-01T12:00:00.000Z')));
  const next = releaseLease(lease ?? held('draining'), {
    campaign: 'web-0',
    at,
    minHours: 24,
    successor: { campaign: 'web-next', execution: 'arn:next' },
  });
  assert.equal(next.holder?.campaign, 'web-next');
});
