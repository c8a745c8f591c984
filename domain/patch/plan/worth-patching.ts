import type { LeftHost } from '#domain/patch/plan/left-host.ts';
import type { PlanPart } from '#domain/patch/plan/plan-ring.ts';
import type { RingPlan } from '#domain/patch/records.ts';

/**
 * A campaign in which no finding would be fixed plans no host, whatever else the hosts lack: they are left, and say so. Where one
 * would be, a ring is patched whole: each of its hosts proves what the others get.
 */
export function worthPatching(parts: readonly PlanPart[]): PlanPart[] {
  if (parts.some(({ ring }) => ring !== null && ring.expected.total > 0)) return [...parts];
  return parts.map((part) => (part.ring ? { ...part, ...unplanned(part, part.ring) } : part));
}

function unplanned({ left, seen }: PlanPart, ring: RingPlan): Omit<PlanPart, 'before' | 'byFate' | 'warnings'> {
  const idle = ring.hosts.map(
    ({ id, os }): LeftHost => ({
      id,
      ring: ring.ring,
      why: 'nothing-to-fix',
      words: `What ${id} lacks is not known to fix a finding.`,
      os,
    }),
  );
  return { left: [...left, ...idle], seen: { ...seen, scanModes: [] }, ring: { ...ring, atOnce: 0, hosts: [] } };
}
