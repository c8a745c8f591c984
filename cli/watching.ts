import type { Rehearsal, TimelineEvent } from '#rehearsal/api.ts';
import { stateWords } from './screen/words.ts';

/** Who wants to see a rehearsal while it runs. */
export interface Watcher {
  news(at: number, who: string, words: string): void;
  progress(ring: string, done: number, total: number): void;
}

/** Tells the watcher of states entered and of hosts patched, once each: polls repeat a state, and that is no news. */
export function watch(rehearsal: Rehearsal, group: string, watcher: Watcher): void {
  let said = '';
  rehearsal.on((event) => {
    const entered = stateEntered(event);
    if (!entered) return;
    const ring = ringOf(rehearsal, entered.execution);
    if (ring !== null && entered.state === 'WaveDone?')
      tellProgress(rehearsal, group, entered.execution, ring, watcher);
    const words = stateWords(ring, entered.state);
    const who = ring ?? group;
    if (words === null || said === `${who} ${words}`) return;
    said = `${who} ${words}`;
    watcher.news(event.at, who, words);
  });
}

export function stateEntered(event: TimelineEvent): { execution: string; state: string } | null {
  return event.kind === 'state-entered'
    ? { execution: event.subject, state: String(event.data.state ?? event.text) }
    : null;
}

/** An execution of the ring machine is called by its campaign and its ring. */
function ringOf(rehearsal: Rehearsal, execution: string): string | null {
  const campaign = rehearsal
    .executions()
    .find(({ machine, name }) => machine === 'campaign' && execution.startsWith(`${name}-`));
  return campaign ? execution.slice(campaign.name.length + 1) : null;
}

function tellProgress(rehearsal: Rehearsal, group: string, execution: string, ring: string, watcher: Watcher): void {
  const campaign = execution.slice(0, -ring.length - 1);
  const file = rehearsal.evidence().get(`${group}/${campaign}/rings/${ring}.json`);
  if (!file) return;
  const { hosts } = JSON.parse(new TextDecoder().decode(file)) as { hosts: { status: string }[] };
  const open = hosts.filter((host) => host.status === 'planned' || host.status === 'working').length;
  watcher.progress(ring, hosts.length - open, hosts.length);
}
