import type { Instant } from '#domain/instant.ts';
import { latest } from '#domain/instant.ts';
import type { HostResult, RingRecord } from '#domain/patch/records.ts';

/** One wave, as its hosts' records tell it. */
export interface Wave {
  ring: string;
  wave: number;
  hosts: number;
  sentAt: Instant;
  endedAt: Instant | null; // its last host back, or its patch ended; null while nothing is known
  patched: number;
  failed: number;
  other: number; // lost, gone, unknown, still at work
}

export function wavesOf({ ring, hosts }: RingRecord): Wave[] {
  const waves = new Map<number, HostResult[]>();
  for (const host of hosts) {
    if (host.wave === null || host.sentAt === null) continue;
    waves.set(host.wave, [...(waves.get(host.wave) ?? []), host]);
  }
  return [...waves].sort(([a], [b]) => a - b).map(([wave, of]) => waveOf(ring, wave, of));
}

function waveOf(ring: string, wave: number, hosts: HostResult[]): Wave {
  const sent = hosts.flatMap(({ sentAt }) => (sentAt ? [sentAt] : [])).sort();
  const patched = hosts.filter(({ status }) => status === 'patched').length;
  const failed = hosts.filter(({ status }) => status === 'failed').length;
  return {
    ring,
    wave,
    hosts: hosts.length,
    sentAt: sent[0] ?? '',
    endedAt: latest(...hosts.flatMap(({ finishedAt, backAt }) => [finishedAt, backAt])),
    patched,
    failed,
    other: hosts.length - patched - failed,
  };
}
