import type { Instant } from '#domain/model.ts';
import type { Approval } from '#domain/records.ts';
import type { Answer } from '#domain/tasks.ts';

/** Silence means no; so does a yes to another scope, or one that came too late. */
export function decideApproval(
  asked: Approval,
  answer: Answer,
  scopeHash: string,
  now: Instant,
): { approval: Approval; why: string } {
  const by = answer.by ?? 'nobody named';
  const decided = (decision: Approval['decision'], why: string) => ({
    approval: { ...asked, decision, by: answer.decision === 'silence' ? null : by, decidedAt: answer.at ?? now },
    why,
  });
  if (answer.decision === 'silence')
    return decided('silence', `nobody answered the approval of ${asked.ring} by ${asked.expiresAt}`);
  if (answer.decision !== 'yes') return decided('no', `${by} said no to ${asked.ring}`);
  if (answer.scopeHash !== scopeHash || asked.scopeHash !== scopeHash) {
    return decided('no', `${by} said yes to ${asked.ring}, but of another scope than the plan's`);
  }
  if (now > asked.expiresAt) return decided('no', `${by} said yes to ${asked.ring} after ${asked.expiresAt}`);
  return decided('yes', `${by} said yes to ${asked.ring}`);
}
