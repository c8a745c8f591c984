import assert from 'node:assert/strict';
import { it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Rehearsal, TimelineEvent } from '#rehearsal/api.ts';
import { type Watcher, watch } from '../../../cli/rehearse/watch.ts';
import { liveScreen } from '../../../cli/screen/live.ts';
import { plain } from '../../../cli/screen/text.ts';
import { CAMPAIGN, ringRecord } from '../fixture.ts';

const UP = new RegExp(`(${'\u001b'}\\[\\d+A${'\u001b'}\\[0J)`);
const AT = Date.parse('2024-08-31T20:00:00Z');

/** What a terminal shows after what was written: only the moves that the live screen makes. */
function terminal() {
  let screen: string[] = [''];
  const stream = {
    columns: 80,
    write(text: string) {
      for (const part of text.split(UP)) {
        const up = /\[(\d+)A/.exec(part)?.[1];
        if (up) screen = [...screen.slice(0, -1 - Number(up)), ''];
        else {
          const [first = '', ...more] = part.split('\n');
          screen[screen.length - 1] += first;
          screen.push(...more);
        }
      }
      return true;
    },
  };
  return { stream: stream as unknown as NodeJS.WriteStream, lines: () => screen.map(stripVTControlCharacters) };
}

it('the live part keeps to its lines, shows a bar while a ring is at work, and leaves nothing', () => {
  const { stream, lines } = terminal();
  const live = liveScreen(stream, plain);
  for (let place = 0; place < 40; place++)
    live.news(AT + place * 60_000, 'canary', `state ${place} ${'x'.repeat(100)}`);
  live.progress('canary', 3, 3);
  assert.ok(lines().length <= 15);
  assert.match(lines().at(-2) ?? '', /^31 Aug 20:39 {2}canary {3}state 39 x+…$/);
  live.progress('fleet', 4, 16);
  live.progress('fleet', 16, 16);
  for (const line of lines()) assert.ok(line.length <= 80, line);
  live.clear();
  assert.deepEqual(lines(), ['']);
});

it('a bar is as full as the ring is done', () => {
  const { stream, lines } = terminal();
  const live = liveScreen(stream, plain);
  live.progress('fleet', 8, 16);
  assert.match(lines()[0] ?? '', /^ +fleet {4}█{15}░{15} 8 of 16 hosts$/);
});

function watched(...entered: [execution: string, state: string][]): string[] {
  const told: string[] = [];
  const watcher: Watcher = {
    news: (_at, who, words) => told.push(`${who}: ${words}`),
    progress: (ring, done, total) => told.push(`${ring} ${done}/${total}`),
  };
  const record = ringRecord('canary', 3, 2, '2024-09-01T00:00:00.000Z');
  for (const host of record.hosts.slice(1)) host.status = 'working';
  let tell: (event: TimelineEvent) => void = () => undefined;
  const rehearsal = {
    on: (listener: typeof tell) => {
      tell = listener;
    },
    executions: () => [
      { machine: 'campaign', name: CAMPAIGN, input: {} },
      { machine: 'patchRing', name: `${CAMPAIGN}-canary`, input: { group: 'web', campaign: CAMPAIGN, ring: 'canary' } },
    ],
    evidence: () => new Map([[`web/${CAMPAIGN}/rings/canary.json`, new TextEncoder().encode(JSON.stringify(record))]]),
  } as unknown as Rehearsal;
  watch(rehearsal, 'web', watcher);
  for (const [subject, state] of entered) {
    tell({ at: AT, kind: 'state-entered', subject, text: state, data: { state } });
    tell({ at: AT, kind: 'call', subject, text: 'ssm.SendCommand', data: {} });
  }
  return told;
}

it('news are states in words: no polls, no choices, no repeats', () => {
  const ring = `${CAMPAIGN}-canary`;
  const told = watched(
    [CAMPAIGN, 'OpenCampaign'],
    [CAMPAIGN, 'Opened?'],
    [ring, 'SendWave'],
    [ring, 'AwaitWave'],
    [ring, 'CheckWave'],
    [ring, 'WaveDone?'],
    [ring, 'AwaitWave'],
  );
  assert.deepEqual(told, ['web: takes the lease', 'canary: next wave', 'canary: hosts at work', 'canary 1/3']);
});
