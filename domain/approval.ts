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

/** What the machine that waits is told. What counts is what the table says: the machine reads it there. */
export function answerOf({ decision, scopeHash, by, decidedAt }: Approval) {
  return { decision, scopeHash, by, at: decidedAt };
}

/**
 * Whether this person may say yes with their AWS credentials: who started a campaign by hand is not the second pair of eyes, also
 * where it came later, as the successor of one that was at work.
 */
export function mayApprove(caller: string, { by }: Trigger): boolean {
  return principalOf(by) !== principalOf(caller);
}

/**
 * Who stands behind an ARN of STS, whose forms the IAM User Guide lists (IAM identifiers). The name of a session is chosen by
 * whoever assumes the role, that of a federated user by whoever asks for its token: neither tells two people apart. IAM Identity
 * Center alone sets it itself, to the user's name. Names of roles are unique in an account, whatever their path.
 */
function principalOf(arn: string): string {
  const [, partition, , , account, resource = ''] = arn.split(':');
  const [kind, ...names] = resource.split('/');
  const of = (...parts: (string | undefined)[]) => [partition, account, ...parts].join(':');
  if (kind === 'assumed-role')
    return names[0]?.startsWith('AWSReservedSSO_') ? of('role', ...names) : of('role', names[0]);
  if (kind === 'role') return of('role', names.at(-1));
  if (kind === 'federated-user') return of(kind);
  return arn;
}

/** As evidence keeps it: without what could still be used. */
export function asEvidence(approval: Approval): Approval {
  return { ...approval, linkHash: null, taskToken: null };
}
