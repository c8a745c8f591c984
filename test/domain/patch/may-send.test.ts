import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval, Lease } from '#domain/campaign/records.ts';
import { type GoFacts, mayGo, proofUntil } from '#domain/patch/may-send.ts';
import type { Verdict } from '#domain/patch/records.ts';

const at = '2024-09-01T22:00:00.000Z';
const lease: Lease = {
  group: 'web',
  version: 3,
  holder: {
    campaign: 'c',
    execution: 'arn',
    state: 'open',
    openedAt: at,
    trigger: { kind: 'person', id: 'x', at, by: 'me' },
  },
  noted: [],
  lastOpenedAt: at,
  lastClosed: null,
  lastProof: null,
};
const yes: Approval = {
  campaign: 'c',
  group: 'web',
  ring: 'fleet',
  scopeHash: 'h',
  askedAt: at,
  expiresAt: at,
  decide: 'link',
  linkHash: null,
  taskToken: null,
  decision: 'yes',
  by: 'me',
  decidedAt: at,
};
const good: GoFacts = {
  campaign: 'c',
  killSwitch: 'go',
  lease,
  canary: 'pass',
  approval: { given: yes, scopeHash: 'h' },
  window: { mayStart: true, opensAt: null },
  calendars: { open: true, nextChange: null },
  begunAt: at,
  proofUntil: '2024-09-04T22:00:00.000Z',
  alarms: [{ name: 'web-5xx', state: 'OK', rangSince: null }],
  errors: 1,
  gone: 0,
  at,
};
const say = (change: Partial<GoFacts>) => {
  const go = mayGo({ ring: 'fleet', errors: 1 }, { ...good, ...change });
  return go.say === 'stop' ? `stop ${go.why}` : go.say === 'wait' ? `wait ${go.seconds}` : 'go';
};

const rows: [string, Partial<GoFacts>, string][] = [
  ['everything says so', {}, 'go'],
  ['always 5: the kill switch is on', { killSwitch: 'stop' }, 'stop kill-switch'],
  ['always 5: the kill switch is unreadable', { killSwitch: 'unreadable' }, 'stop kill-switch'],
  ['always 3: the lease is free', { lease: { ...lease, holder: null } }, 'stop lease'],
  ['always 3: the lease is another campaign’s', { campaign: 'd' }, 'stop lease'],
  [
    'always 3: the lease is draining',
    { lease: lease.holder ? { ...lease, holder: { ...lease.holder, state: 'draining' } } : lease },
    'stop lease',
  ],
  ['always 3: there is no lease', { lease: null }, 'stop lease'],
  ['always 1: the canary was judged otherwise', { canary: 'inconclusive' }, 'stop canary'],
  ['always 1: the canary was not judged', { canary: 'none' }, 'stop canary'],
  ['the canary itself', { canary: null }, 'go'],
  ['always 5: no approval where one is asked for', { approval: { given: null, scopeHash: 'h' } }, 'stop approval'],
  ['always 5: a no', { approval: { given: { ...yes, decision: 'no' }, scopeHash: 'h' } }, 'stop approval'],
  [
    'always 5: an approval that nobody answered yet',
    { approval: { given: { ...yes, decision: null }, scopeHash: 'h' } },
    'stop approval',
  ],
  ['always 5: an approval of another scope', { approval: { given: yes, scopeHash: 'other' } }, 'stop approval'],
  ['no approval asked for', { approval: null }, 'go'],
  ['too many errors', { errors: 2 }, 'stop errors'],
  ['hosts terminated at work, and no more that came back', { gone: 2 }, 'stop errors'],
  ['an alarm rings', { alarms: [{ name: 'a', state: 'ALARM', rangSince: null }] }, 'stop alarm'],
  ['an alarm rang', { alarms: [{ name: 'a', state: 'OK', rangSince: at }] }, 'stop alarm'],
  [
    'an unreadable alarm is the gate’s business',
    { alarms: [{ name: 'a', state: 'unreadable', rangSince: null }] },
    'go',
  ],
  ['the proof is too old', { proofUntil: at }, 'stop proof'],
  ['always 5: the window is closed', { window: { mayStart: false, opensAt: '2024-09-01T23:00:00.000Z' } }, 'wait 3600'],
  [
    'a window that opens in seconds is not asked every second',
    { window: { mayStart: false, opensAt: '2024-09-01T22:00:05.000Z' } },
    'wait 60',
  ],
  [
    'the window opens after the proof',
    { window: { mayStart: false, opensAt: '2024-09-04T22:00:00.000Z' } },
    'stop window',
  ],
  ['the window never opens', { window: { mayStart: false, opensAt: null } }, 'stop window'],
  [
    'a first ring waits for a week',
    { proofUntil: null, window: { mayStart: false, opensAt: '2024-09-07T22:00:00.000Z' } },
    'wait 518400',
  ],
  [
    'and no longer',
    { proofUntil: null, window: { mayStart: false, opensAt: '2024-09-08T22:00:00.000Z' } },
    'stop window',
  ],
  [
    'always 5: a calendar is closed',
    { calendars: { open: false, nextChange: '2024-09-01T22:30:00.000Z' } },
    'wait 1800',
  ],
  ['a calendar that does not say when it opens', { calendars: { open: false, nextChange: null } }, 'wait 3600'],
  ['always 5: a calendar is unreadable', { calendars: 'unreadable' }, 'wait 600'],
  [
    'always 9: a calendar that stays unreadable is not asked for ever',
    { calendars: 'unreadable', proofUntil: null, begunAt: '2024-08-25T22:05:00.000Z' },
    'stop window',
  ],
  [
    'the week of a first ring counts from its beginning, whatever it waited for',
    {
      proofUntil: null,
      begunAt: '2024-08-30T22:00:00.000Z',
      window: { mayStart: false, opensAt: '2024-09-06T22:00:00.000Z' },
    },
    'stop window',
  ],
];
for (const [name, change, expected] of rows)
  test(`may the next wave go: ${name}`, () => assert.equal(say(change), expected));

test('the proof counts from the first wave of the canary', () => {
  assert.equal(proofUntil(null, 3), null);
  assert.equal(proofUntil({ firstSentAt: null }, 3), null);
  assert.equal(proofUntil({ firstSentAt: at }, 3), '2024-09-04T22:00:00.000Z');
});

test('always 2: the proof of a canary at level counts from the pass that it rests on', () => {
  const verdict = { verdict: 'pass', restsOn: 'b', provenAt: '2024-08-30T20:00:00.000Z' } as Verdict;
  assert.equal(proofUntil({ firstSentAt: null, verdict }, 3), '2024-09-02T20:00:00.000Z');
});

test('always 2: a canary that was sent something counts from its own first wave, whatever its verdict rests on', () => {
  const verdict = { verdict: 'pass', restsOn: 'b', provenAt: '2024-08-30T20:00:00.000Z' } as Verdict;
  assert.equal(proofUntil({ firstSentAt: at, verdict }, 3), '2024-09-04T22:00:00.000Z');
});
