import { kindOf } from '#domain/campaign/lease.ts';
import type { Loop } from '#domain/campaign/loop.ts';
import type { SubjectPolicy } from '#domain/campaign/policy.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import type { Approval, Lease } from '#domain/campaign/records.ts';
import { BrokenRecord } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import type { Policy } from '#domain/policy.ts';
import { type PatchLoopPorts, patchLoop, type TellPorts } from '#loops/patch/loop.ts';
import type { AskedPage } from '#views/frame/approval-page/pages.ts';

/** All that functions/campaign/ ask of a loop: its ends, and what its campaigns begin and ask with. */
export interface WholeLoop extends Loop<PatchLoopPorts> {
  /** Its subjects in the policy, by name. A name is of one loop alone. */
  subjects(policy: Policy): Readonly<Record<string, SubjectPolicy>>;
  /** As a campaign opens: people are told of what its policy names and is not there. */
  opening(ref: CampaignRef, policy: SubjectPolicy, ports: TellPorts, now: Instant): Promise<void>;
  /** `approvals/<ring>.json` of its evidence, for the page. */
  page(question: unknown, now: Instant): AskedPage;
}

/** By the kind of subject that a lease names: the one place that knows all loops. */
export const LOOPS: Record<string, WholeLoop> = {
  group: patchLoop,
};

/** Which loop runs the campaigns of the subject that a lease or an approval names. */
export function loopOf(of: Pick<Lease | Approval, 'group' | 'kind'>): WholeLoop {
  const kind = kindOf(of);
  const loop = Object.hasOwn(LOOPS, kind) && LOOPS[kind];
  if (!loop) throw new BrokenRecord(`${of.group} is a ${kind}: no loop here runs campaigns over one.`);
  return loop;
}

export interface Subject {
  kind: string;
  policy: SubjectPolicy;
  loop: WholeLoop;
}

/** Every subject of the policy. */
export function subjectsOf(policy: Policy): Subject[] {
  return Object.entries(LOOPS).flatMap(([kind, loop]) =>
    Object.values(loop.subjects(policy)).map((each) => ({ kind, policy: each, loop })),
  );
}

/** null: the policy has no such subject. Names are anybody's words: `constructor` is a legal one. */
export function subjectIn(policy: Policy, name: string): Subject | null {
  for (const [kind, loop] of Object.entries(LOOPS)) {
    const all = loop.subjects(policy);
    const found = Object.hasOwn(all, name) && all[name];
    if (found) return { kind, policy: found, loop };
  }
  return null;
}
