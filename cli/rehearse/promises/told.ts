/**
 * 9. Every campaign that opened ends in a closing notice (repeats carry the same id), and its lease is freed.
 */
import type { Happened, LeftBehind } from './happened.ts';

export function closes({ name, record }: LeftBehind): string[] {
  return record ? [] : [`9: ${name} opened and never closed`];
}

export function eachTold(campaigns: readonly LeftBehind[], { inbox, timeline }: Happened): string[] {
  const told = [
    ...inbox.map(({ attributes }) => attributes.kind),
    // Sent, and nobody was subscribed any more: the campaign has kept its word.
    ...timeline.filter(({ kind }) => kind === 'unheard').map(({ data }) => data.kind),
  ].filter((kind) => kind !== undefined && kind !== 'approval' && kind !== 'missing').length; // without a kind: an alarm's
  return told < campaigns.length ? [`9: ${campaigns.length} campaigns opened, ${told} closing notices came`] : [];
}
