import type { Instant } from '#domain/model.ts';
import type { Approval, Trigger } from '#domain/records.ts';
import type { Answer } from '#domain/tasks.ts';

/** Silence means no; so does a yes to another scope, or one that came too late. */
export function decideApproval(asked: Approval, answer: Answer, scopeHash: string, now: Instant): Approval {
  const by = answer.by ?? 'nobody named';
  const decided = (decision: Approval['decision'], by: string | null): Approval => ({
    ...asked,
    decision,
    by,
    decidedAt: answer.at ?? now,
  });
  if (answer.decision === 'silence') return decided('silence', null);
  if (answer.decision !== 'yes') return decided('no', by);
  if (answer.scopeHash !== scopeHash || asked.scopeHash !== scopeHash) {
    return decided('no', `${by}, whose yes was to another scope than the plan's`);
  }
  if (now > asked.expiresAt) return decided('no', `${by}, whose yes came too late`);
  return decided('yes', by);
}

/** A decision in words, for the campaign's end. */
export function decisionWords({ ring, decision, by, expiresAt }: Approval): string {
  if (decision === 'silence') return `nobody answered the approval of ${ring} by ${expiresAt}`;
  return `${ring} was ${decision === 'yes' ? 'approved' : 'denied'} by ${by ?? 'nobody named'}`;
}

/** Whether this person may say yes with their AWS credentials: who started a campaign by hand is not the second pair of eyes. */
export function mayApprove(caller: string, trigger: Trigger): boolean {
  return trigger.kind !== 'person' || trigger.by !== caller;
}

/** As evidence keeps it: without what could still be used. */
export function asEvidence(approval: Approval): Approval {
  return { ...approval, linkHash: null, taskToken: null };
}
