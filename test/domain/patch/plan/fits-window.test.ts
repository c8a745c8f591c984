import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { WindowPolicy } from '#domain/campaign/window.ts';
import { fits } from '#domain/patch/plan/fits-window.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { AT, groupPolicy } from '../../fleet.ts';

/** 2024-09-01 is a Sunday. */
const nightly: WindowPolicy = {
  days: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  nth: [],
  from: '02:00',
  to: '05:00',
  cutoffMinutes: 60,
  timeZone: 'UTC',
  calendars: [],
};
const ring = (name: string, waves: number, soakMinutes = 60, lookMinutes = 90) => ({
  ring: name,
  waves,
  soakMinutes,
  lookMinutes,
});

suite('does a plan fit its window and its proof', () => {
  const rows: [
    what: string,
    policy: Partial<GroupPolicy>,
    rings: ReturnType<typeof ring>[],
    ok: boolean,
    words: RegExp,
  ][] = [
    ['nothing to do', {}, [ring('canary', 0)], true, /nothing to send/],
    [
      'always open',
      {},
      [ring('canary', 1), ring('fleet', 3)],
      true,
      /canary 2024-09-01 02:00 UTC to 2024-09-01 02:50 UTC; fleet 2024-09-01 04:20 UTC to/,
    ],
    [
      'the longer of soak and look counts',
      {},
      [ring('canary', 1, 600, 90), ring('fleet', 1)],
      true,
      /fleet 2024-09-01 12:50 UTC/,
    ],
    [
      'the fleet waits for the next window',
      { window: nightly },
      [ring('canary', 1), ring('fleet', 1)],
      true,
      /fleet 2024-09-02 02:00 UTC/,
    ],
    [
      'six waves start before the cutoff',
      { window: nightly },
      [ring('canary', 6)],
      true,
      /canary 2024-09-01 02:00 UTC to 2024-09-01 04:30 UTC\./,
    ],
    ['the seventh needs another window', { window: nightly }, [ring('canary', 7)], true, /in 2 windows/],
    [
      'a fleet that outlives the proof',
      { window: nightly, proofDays: 1 },
      [ring('canary', 1), ring('fleet', 7)],
      false,
      /The proof lasts 1 day, until 2024-09-02 02:00 UTC, .* fleet/,
    ],
    [
      'proof over by the soak alone',
      { proofDays: 1 },
      [ring('canary', 1, 1440), ring('fleet', 1)],
      false,
      /fleet would start 2024-09-02 02:50 UTC/,
    ],
    [
      'a window that never opens',
      { window: { ...nightly, cutoffMinutes: 180 } },
      [ring('canary', 1)],
      false,
      /never opens for canary/,
    ],
    [
      'a canary after its window waits',
      { window: { ...nightly, from: '01:00', to: '02:00', cutoffMinutes: 0 } },
      [ring('canary', 1)],
      true,
      /canary 2024-09-02 01:00 UTC/,
    ],
  ];
  for (const [what, policy, rings, ok, words] of rows) {
    test(`${ok ? 'yes' : 'no'}: ${what}`, () => {
      const said = fits(groupPolicy(policy), rings, AT);
      assert.equal(said.ok, ok, said.words);
      assert.match(said.words, words);
    });
  }
});
