import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeLease } from '#domain/lease.ts';
import type { Policy } from '#domain/policy.ts';
import { checkDue } from '../../functions/check-due.ts';
import { campaignsInMemory } from './in-memory.ts';

const group = (name: string) => ({ name, triggers: { schedule: 'cron(0 22 ? * SAT *)' } });

test('names the groups that are overdue, and those that were blind', async () => {
  const campaigns = campaignsInMemory();
  const closed = (name: string, outcome: 'Completed' | 'Blind', at: string) =>
    campaigns.store.set(name, {
      ...freeLease(name),
      version: 1,
      lastClosed: { campaign: 'c', outcome, at, noticed: true },
    });
  closed('web', 'Completed', '2024-09-01T00:00:00.000Z');
  closed('db', 'Blind', '2024-09-19T00:00:00.000Z');
  const beats: unknown[] = [];
  const policy = { groups: { web: group('web'), db: group('db'), never: group('never') } } as unknown as Policy;
  const ports = {
    campaigns,
    policies: { current: async () => policy },
    pulse: { beat: (beat: unknown) => void beats.push(beat) },
  };
  const result = await checkDue({}, ports, '2024-09-20T00:00:00.000Z');
  assert.deepEqual(result, { overdue: ['web'], blind: ['db'] });
  assert.deepEqual(beats, [{ OverdueGroups: ['web'], BlindGroups: ['db'] }]);
});
