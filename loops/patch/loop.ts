/** What patching tells the campaign that runs it. */
import type { Loop } from '#domain/campaign/loop.ts';
import type { SubjectPolicy } from '#domain/campaign/policy.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import type { Question } from '#domain/patch/question.ts';
import type { Policy } from '#domain/policy.ts';
import { atWork } from '#loops/patch/commands-at-work.ts';
import { leaveEvidence } from '#loops/patch/leave-evidence.ts';
import { tellMissing } from '#loops/patch/missing-names.ts';
import { type SettlePorts, settle, stopRings } from '#loops/patch/settle.ts';
import { questionPage } from '#views/patch/question-page.ts';

type LeavePorts = Pick<PatchPorts, 'campaigns' | 'evidence' | 'instances' | 'intents' | 'patching'>;
export type PatchLoopPorts = SettlePorts;
export type TellPorts = Pick<PatchPorts, 'alarms' | 'evidence' | 'notices' | 'patching'>;

/** As much as a close needs: a closing task may touch less than the sweeper. */
export const patchEnd: Pick<Loop<LeavePorts>, 'atWork' | 'leave'> = { atWork, leave: leaveEvidence };

export const patchLoop = {
  ...patchEnd,
  stop: stopRings,
  settle,
  subjects: ({ groups }: Policy) => groups,
  opening: (ref: CampaignRef, group: SubjectPolicy, ports: TellPorts, now: Instant) =>
    tellMissing(ref, group as GroupPolicy, ports, now), // one of its own `subjects`
  page: (question: unknown, now: Instant) => questionPage(question as Question, now),
};
