import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  closeLease,
  drainLease,
  noticedLease,
  openLease,
  releaseLease,
  unheldLease,
  untold,
} from '#domain/campaign/lease.ts';
import type { Lease, Trigger } from '#domain/campaign/records.ts';

const at = '2024-09-01T00:00:00.000Z';
const later = '2024-09-01T12:00:00.000Z';
const trigger = (id: string, kind: Trigger['kind'] = 'schedule', seen = at): Trigger => ({
  kind,
  id,
  at: seen,
  by: 'test',
});
const opening = (campaign: string, t: Trigger, now = at) => ({
  campaign,
  kind: 'group',
  execution: `arn:${campaign}`,
  trigger: t,
  minHours: 24,
  at: now,
});
const closing = (campaign: string, now = later, busy = false) => ({
  campaign,
  outcome: 'Completed' as const,
  at: now,
  minHours: 24,
  proof: null,
  successor: { campaign: 'next', execution: 'arn:next' },
  busy,
});
const open = (lease: Lease, ...args: Parameters<typeof opening>): Lease => {
  const opened = openLease(lease, opening(...args));
  assert.equal(opened.decision, 'Opened');
  return opened.lease ?? lease;
};

test('a free lease is taken; its own campaign may open it again without a write', () => {
  const held = open(unheldLease('web'), 'a', trigger('1'));
  assert.equal(held.holder?.campaign, 'a');
  assert.equal(held.lastOpenedAt, at);
  assert.equal(openLease(held, opening('a', trigger('1'))).lease, null);
});

test('always 3: a held lease passes to nobody: the trigger is noted once, the campaign is coalesced', () => {
  const held = open(unheldLease('web'), 'a', trigger('1'));
  const second = openLease(held, opening('b', trigger('2'), later));
  assert.equal(second.decision, 'Coalesced');
  assert.deepEqual(
    second.lease?.noted.map((t) => t.id),
    ['2'],
  );
  assert.equal(second.lease?.holder?.campaign, 'a');
  assert.equal(openLease(second.lease ?? held, opening('c', trigger('2'), later)).lease, null, 'noted already');
  assert.equal(openLease(held, opening('d', trigger('1'), later)).lease, null, 'its own trigger, doubled');
});

test('what is noted has a bound: one event, the newest, and twenty others, which one successor serves', () => {
  let lease = open(unheldLease('web'), 'a', trigger('1'));
  for (let n = 0; n < 1000; n++)
    for (const kind of ['person', 'event'] as const) {
      const seen = new Date(Date.parse(later) + n * 1000).toISOString();
      lease = openLease(lease, opening(`b${n}`, trigger(`${kind}${n}`, kind, seen), later)).lease ?? lease;
    }
  assert.equal(lease.noted.length, 21);
  assert.deepEqual(
    lease.noted.filter(({ kind }) => kind === 'event').map(({ id }) => id),
    ['event999'],
  );
  const full = openLease(lease, opening('c', trigger('late'), later));
  assert.deepEqual([full.decision, full.lease], ['Coalesced', null]);
  assert.match(full.why, /20 triggers are noted on it, and a successor serves this one too/);
  assert.match(openLease(lease, opening('d', trigger('e', 'event', later), later)).why, /a newer event is noted/);
  assert.equal(closeLease(lease, closing('a', later)).holder?.state, 'handover');
});

test('always 3: draining and busy leases pass to nobody either', () => {
  const draining = drainLease(open(unheldLease('web'), 'a', trigger('1')), 'a');
  assert.equal(openLease(draining, opening('b', trigger('2'), later)).decision, 'Coalesced');
  const busy = closeLease(open(unheldLease('web'), 'a', trigger('1')), closing('a', later, true));
  assert.equal(busy.holder?.state, 'draining');
  assert.equal(busy.lastClosed?.campaign, 'a');
  assert.equal(openLease(busy, opening('b', trigger('2'), later)).decision, 'Coalesced');
  assert.equal(releaseLease(busy, closing('a')).holder, null);
});

test('closed with nothing noted it is free; with a note it is handed to the successor, and to nobody else', () => {
  const held = open(unheldLease('web'), 'a', trigger('1'));
  assert.equal(closeLease(held, closing('a')).holder, null);
  const noted = openLease(held, opening('b', trigger('2'), later)).lease ?? held;
  const handed = closeLease(noted, closing('a'));
  assert.deepEqual([handed.holder?.campaign, handed.holder?.state, handed.noted], ['next', 'handover', []]);
  assert.equal(handed.holder?.trigger.id, '2>a', 'the trigger counted once already under its own id');
  assert.equal(openLease(handed, opening('c', trigger('3'), later)).decision, 'Coalesced');
  assert.equal(open(handed, 'next', trigger('2>a', 'successor'), later).holder?.state, 'open');
});

test('trap 13: events that the last campaign has seen, or that come within minHours of it, start nothing', () => {
  const free = closeLease(open(unheldLease('web'), 'a', trigger('1')), closing('a'));
  const seen = trigger('e', 'event', '2024-08-31T23:00:00.000Z');
  assert.equal(openLease(free, opening('b', seen, '2024-09-05T00:00:00.000Z')).decision, 'Coalesced');
  const fresh = trigger('e', 'event', '2024-09-01T02:00:00.000Z');
  assert.equal(openLease(free, opening('b', fresh, '2024-09-01T20:00:00.000Z')).decision, 'Coalesced');
  assert.equal(openLease(free, opening('b', fresh, '2024-09-02T00:00:00.000Z')).decision, 'Opened');
  assert.equal(
    openLease(free, opening('b', trigger('s'), '2024-09-01T20:00:00.000Z')).decision,
    'Opened',
    'a schedule may',
  );
});

test('an event noted too soon after the open asks for no successor', () => {
  const held = open(unheldLease('web'), 'a', trigger('1'));
  const noted = openLease(held, opening('b', trigger('e', 'event', '2024-09-01T02:00:00.000Z'), later)).lease ?? held;
  assert.equal(closeLease(noted, closing('a')).holder, null);
  assert.equal(closeLease(noted, closing('a', '2024-09-02T01:00:00.000Z')).holder?.state, 'handover');
});

test('an illegal transition names what the lease is and what it would have to be', () => {
  const held = open(unheldLease('web'), 'a', trigger('1'));
  assert.throws(() => closeLease(held, closing('b')), /lease of web is open by a; b needs it open or draining/);
  assert.throws(() => closeLease(unheldLease('web'), closing('a')), /is free/);
  assert.throws(() => releaseLease(held, closing('a')), /is open by a; a needs it draining/);
  assert.throws(() => drainLease(unheldLease('web'), 'a'), /is free/);
});

test('the closing notice is marked once, and not for an earlier campaign', () => {
  const closed = closeLease(open(unheldLease('web'), 'a', trigger('1')), closing('a'));
  const told = noticedLease(closed, 'a');
  assert.equal(told?.lastClosed?.noticed, true);
  assert.equal(noticedLease(told ?? closed, 'a'), null);
  assert.equal(noticedLease(closed, 'b'), null);
});

test('always 3: whatever the order of opens, drains, closes and releases, at most one campaign holds the lease', () => {
  const step = fc.record({
    what: fc.constantFrom('open', 'drain', 'close', 'busy', 'release'),
    who: fc.constantFrom('a', 'b', 'c'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let lease = unheldLease('web');
      for (const [n, { what, who }] of steps.entries()) {
        const before = lease.holder;
        try {
          if (what === 'open') lease = openLease(lease, opening(who, trigger(`${who}${n}`))).lease ?? lease;
          if (what === 'drain') lease = drainLease(lease, who);
          if (what === 'close' || what === 'busy') lease = closeLease(lease, closing(who, later, what === 'busy'));
          if (what === 'release') lease = releaseLease(lease, closing(who));
        } catch {
          assert.deepEqual(lease.holder, before, 'a refused step changes nothing');
        }
        const holder = lease.holder;
        if (before && holder && before.campaign !== holder.campaign)
          assert.ok(['close', 'release'].includes(what), 'only its end passes it on');
      }
    }),
  );
});

test('always 9: a campaign that closes keeps the notices of earlier ones that did not go out', () => {
  const first = closeLease(open(unheldLease('web'), 'a', trigger('1')), closing('a'));
  const second = closeLease(open(first, 'b', trigger('2'), later), closing('b'));
  assert.deepEqual(untold(second), ['a', 'b']);
  const told = noticedLease(second, 'b');
  assert.deepEqual(untold(told ?? second), ['a']);
  const third = closeLease(open(told ?? second, 'c', trigger('3'), later), closing('c'));
  assert.deepEqual(untold(third), ['a', 'c']);
});

test('always 2: a close without a proof of its own keeps the one before', () => {
  const proof = { campaign: 'z', ring: 'canary', at, oses: ['DEBIAN' as const] };
  const held = open({ ...unheldLease('web'), lastProof: proof }, 'a', trigger('1'));
  assert.deepEqual(closeLease(held, closing('a')).lastProof, proof);
  const own = { ...proof, campaign: 'a' };
  assert.deepEqual(closeLease(held, { ...closing('a'), proof: own }).lastProof, own);
});

test('always 9: what is handed over can be drained, for a successor may die before it opens', () => {
  const held = open(unheldLease('web'), 'a', trigger('1'));
  const handed = closeLease(openLease(held, opening('b', trigger('2'), later)).lease ?? held, closing('a'));
  assert.equal(handed.holder?.state, 'handover');
  assert.equal(drainLease(handed, 'next').holder?.state, 'draining');
});
