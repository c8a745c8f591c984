import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unheldLease } from '#domain/campaign/lease.ts';
import type { Subscriptions } from '#domain/campaign/ports.ts';
import { AwsRefused } from '#domain/errors.ts';
import type { Policy } from '#domain/policy.ts';
import { checkDue } from '../../../functions/campaign/check-due.ts';
import { campaignsInMemory } from '../in-memory.ts';

const group = (name: string) => ({ name, triggers: { schedule: 'cron(0 22 ? * SAT *)' } });

test('trap 44: names the groups that are overdue, one that never closed a campaign among them, and those that were blind', async () => {
  const campaigns = campaignsInMemory();
  const closed = (name: string, outcome: 'Completed' | 'Blind', at: string) =>
    campaigns.store.set(name, {
      ...unheldLease(name),
      version: 1,
      lastClosed: { campaign: 'c', outcome, at, noticed: true },
    });
  closed('web', 'Completed', '2024-09-01T00:00:00.000Z');
  closed('db', 'Blind', '2024-09-19T00:00:00.000Z');
  const beats: unknown[] = [];
  const byHand = { name: 'hand', triggers: { schedule: null } };
  const groups = { web: group('web'), db: group('db'), never: group('never'), new: group('new'), gone: group('gone') };
  const policy = { groups: { ...groups, byHand } } as unknown as Policy;
  const made: Record<string, string> = {
    web: '2024-08-01T00:00:00.000Z',
    db: '2024-08-01T00:00:00.000Z',
    never: '2024-09-01T00:00:00.000Z',
    new: '2024-09-19T00:00:00.000Z',
  };
  const ports = {
    campaigns,
    schedules: { madeAt: async (name: string) => made[name] ?? null },
    policies: { current: async () => policy },
    subscriptions: { of: async () => ({ confirmed: 1, pending: 0 }) },
    metrics: { beat: (beat: unknown) => void beats.push(beat) },
  };
  const result = await checkDue({}, ports, '2024-09-20T00:00:00.000Z');
  assert.deepEqual(result, { overdue: ['web', 'never', 'gone'], blind: ['db'], unheard: {} });
  assert.deepEqual(beats, [{ OverdueGroups: ['web', 'never', 'gone'], BlindGroups: ['db'], UnheardTopics: [] }]);
});

const HEARD = { confirmed: 2, pending: 1 };
const rows: [what: string, of: Subscriptions['of'], unheard: Record<string, string>][] = [
  ['somebody hears both', async () => HEARD, {}],
  [
    'nobody is left',
    async (topic) => (topic === 'notices' ? { confirmed: 0, pending: 0 } : HEARD),
    { notices: 'no confirmed subscription, 0 pending' },
  ],
  [
    'nobody has confirmed',
    async (topic) => (topic === 'approvals' ? { confirmed: 0, pending: 3 } : HEARD),
    { approvals: 'no confirmed subscription, 3 pending' },
  ],
  [
    'nobody can tell',
    () => Promise.reject(new AwsRefused('sns:ListSubscriptionsByTopic: AuthorizationErrorException: no')),
    {
      notices: 'sns:ListSubscriptionsByTopic: AuthorizationErrorException: no',
      approvals: 'sns:ListSubscriptionsByTopic: AuthorizationErrorException: no',
    },
  ],
];
for (const [what, of, unheard] of rows)
  test(`${what}: ${Object.keys(unheard).join(' and ') || 'no topic'} counts as unheard, and the pulse beats`, async () => {
    const beats: { UnheardTopics: string[] }[] = [];
    const ports = {
      campaigns: campaignsInMemory(),
      policies: { current: async () => ({ groups: {} }) as unknown as Policy },
      schedules: { madeAt: async () => null },
      subscriptions: { of },
      metrics: { beat: (beat: (typeof beats)[number]) => void beats.push(beat) },
    };
    const { unheard: told } = await checkDue({}, ports, '2024-09-20T00:00:00.000Z');
    assert.deepEqual(told, unheard);
    assert.deepEqual(
      beats.map(({ UnheardTopics }) => UnheardTopics),
      [Object.keys(unheard)],
    );
  });
