/**
 * A survey in parts, since no call lasts longer than 15 minutes and Inspector publishes no rates. Who is in it is written down as it
 * begins; each part is a file of evidence, and a ring's file is made of its parts. A call that died, or ran out of time, is gone on
 * from there: nothing is read twice but the part that it died in.
 */

import type { CampaignRef, Evidence } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';
import type { Finding, Managed, Os } from '#domain/patch/model.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';

/** Hosts of a part: of ten instance ids a filter, eight requests are in flight, so that one part keeps them all busy. */
export const PART = 80;

/** A call begins no part after so long: the last one has a third of the 15 minutes that a call lasts. */
const CALL_MINUTES = 10;

/** `More`: the time of this call is over, and the next one goes on. */
export type SurveyStep = 'More' | 'Done';

/** `before.members.json`, `after.members.json`: who is asked for, as the survey began. */
export interface Begun<Asked> {
  at: Instant;
  inspectorEnabled: boolean; // all along
  rings: { ring: string; asked: Asked[] }[];
}

export type SurveyEvidence = Pick<Evidence, 'lines' | 'list' | 'read' | 'readIfThere' | 'write' | 'writeLines'>;

export type SurveyPorts = Pick<PatchPorts, 'clock' | 'inspector' | 'instances' | 'patching'> & {
  evidence: SurveyEvidence;
};

interface Surveyed {
  managed: Pick<Managed, 'os'> | null;
  findings: Finding[];
}

interface RingTally {
  ring: string;
  hosts: number;
  findings: number;
  oses: Os[]; // of managed hosts, in the order met
  patchable: Os[];
}

interface Survey<Asked, Host> {
  paths: { begun: string; ring(ring: string): string; part(ring: string, number: number): string };
  begin(): Promise<Begun<Asked>>;
  read(ring: string, asked: Asked[], begun: Begun<Asked>): AsyncIterable<Host>;
  patchable?(host: Host): Os[];
}

/** Writes the files of all rings. null: the time of this call is over before it had all. */
export async function surveyInParts<Asked, Host extends Surveyed>(
  ref: CampaignRef,
  survey: Survey<Asked, Host>,
  { clock, evidence, inspector }: Pick<SurveyPorts, 'clock' | 'evidence' | 'inspector'>,
  now: Instant,
): Promise<{ begun: Begun<Asked>; rings: RingTally[] } | null> {
  const { paths, read, patchable } = survey;
  const begun = (await goneOnWith()) ?? (await first());
  const there = new Set(await Array.fromAsync(evidence.list(ref)));
  const isOver = () => clock.now() >= plusMinutes(now, CALL_MINUTES);
  const tallies = new Map<string, RingTally>();
  for (const { ring, asked } of begun.rings) {
    if (there.has(paths.ring(ring))) continue;
    const parts = inParts(asked);
    const numbered = parts.length > 1 ? parts : [];
    for (const [place, part] of numbered.entries()) {
      if (there.has(paths.part(ring, place + 1))) continue;
      if (isOver()) return null;
      await evidence.writeLines(ref, paths.part(ring, place + 1), read(ring, part, begun));
    }
    if (isOver()) return null;
    const whole = numbered.length > 0 ? joined(ring, numbered.length) : read(ring, asked, begun);
    const tally = newTally(ring);
    await evidence.writeLines(ref, paths.ring(ring), counted(whole, tally));
    tallies.set(ring, tally);
  }
  const rings: RingTally[] = [];
  for (const { ring } of begun.rings) rings.push(tallies.get(ring) ?? (await tallyOf(ring)));
  return { begun, rings };

  async function first(): Promise<Begun<Asked>> {
    const begins = await survey.begin();
    await evidence.write(ref, paths.begun, begins);
    return begins;
  }

  /** Switched off meanwhile, Inspector's lists are empty: the survey says that it was not on all along. */
  async function goneOnWith(): Promise<Begun<Asked> | null> {
    const before = await evidence.readIfThere<Begun<Asked>>(ref, paths.begun);
    if (!before?.inspectorEnabled || (await inspector.enabled())) return before;
    const off = { ...before, inspectorEnabled: false };
    await evidence.write(ref, paths.begun, off);
    return off;
  }

  async function* joined(ring: string, parts: number): AsyncGenerator<Host> {
    for (let number = 1; number <= parts; number++) yield* evidence.lines<Host>(ref, paths.part(ring, number));
  }

  /** Of a ring that an earlier call ended. */
  async function tallyOf(ring: string): Promise<RingTally> {
    const tally = newTally(ring);
    for await (const _ of counted(evidence.lines<Host>(ref, paths.ring(ring)), tally));
    return tally;
  }

  async function* counted(hosts: AsyncIterable<Host>, tally: RingTally): AsyncGenerator<Host> {
    for await (const host of hosts) {
      tally.hosts += 1;
      tally.findings += host.findings.length;
      if (host.managed?.os) add(tally.oses, host.managed.os);
      for (const os of patchable?.(host) ?? []) add(tally.patchable, os);
      yield host;
    }
    tally.patchable.sort();
  }
}

function newTally(ring: string): RingTally {
  return { ring, hosts: 0, findings: 0, oses: [], patchable: [] };
}

function add(oses: Os[], os: Os): void {
  if (!oses.includes(os)) oses.push(os);
}

export function inParts<T>(all: T[]): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < all.length; from += PART) parts.push(all.slice(from, from + PART));
  return parts;
}
