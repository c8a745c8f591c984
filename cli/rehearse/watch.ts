import { folderOf } from '#domain/campaign/short-name.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { ExecutionView, Rehearsal, TimelineEvent } from '#rehearsal/api.ts';
import { stateWords } from '../screen/words.ts';

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
    const patching = ringOf(rehearsal, entered.execution);
    const ring = patching?.ring ?? null;
    if (patching && entered.state === 'WaveDone?') tellProgress(rehearsal, patching, watcher);
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

interface Patching {
  group: string;
  campaign: string;
  ring: string;
}

/** What an execution of the ring machine was given; null for another. */
function ringOf(rehearsal: Rehearsal, execution: string): Patching | null {
  const isIt = ({ machine, name }: ExecutionView) => machine === 'patchRing' && name === execution;
  return (rehearsal.executions().find(isIt)?.input as Patching | undefined) ?? null;
}

function tellProgress(rehearsal: Rehearsal, patching: Patching, watcher: Watcher): void {
  const { ring } = patching;
  const file = rehearsal.evidence().get(folderOf(patching) + patchFiles.ring(ring));
  if (!file) return;
  const { hosts } = JSON.parse(new TextDecoder().decode(file)) as { hosts: { status: string }[] };
  const open = hosts.filter((host) => host.status === 'planned' || host.status === 'working').length;
  watcher.progress(ring, hosts.length - open, hosts.length);
}
