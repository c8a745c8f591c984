/** Who may decide what is asked, and what of it counts. */

import type { Approval, Trigger, Way } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';

/** Somebody's answer to one ask. `by` is what is known of them: the ARN of their credentials, or the address that a link came from. */
export interface Said {
  decision: 'yes' | 'no';
  by: string;
  way: Way;
  askedAt: Instant; // of the ask that they saw
  scopeHash: string; // the same
}

/** What the command line sends, signed: who says it stands in the signature. */
type SignedSaid = Omit<Said, 'by' | 'way'> & { campaign: string; ring: string };

/** null: what no command line of ours sends. */
export function readSaid(body: string): SignedSaid | null {
  let given: Record<string, unknown> | null;
  try {
    given = JSON.parse(body);
  } catch {
    return null;
  }
  const { campaign, ring, decision, askedAt, scopeHash } = given ?? {};
  if (decision !== 'yes' && decision !== 'no') return null;
  if (![campaign, ring, askedAt, scopeHash].every((text) => typeof text === 'string' && text.length <= 256))
    return null;
  return { campaign, ring, decision, askedAt, scopeHash } as SignedSaid;
}

/**
 * `way`: the policy wants AWS credentials, and this came by a link. `replaced`: it was asked anew. `late`: it expired. `widened`: the plan
 * is no longer what was asked. `starter`: see `mayApprove`.
 */
export type Refusal = 'way' | 'replaced' | 'late' | 'widened' | 'starter';

/**
 * What came of an answer. `recorded`: by this call. `repeated`: the same was decided before. `opposite`: the other was. `delivered` false:
 * the machine could not be told yet, and will be.
 */
export interface Decided {
  what: 'recorded' | 'repeated' | 'opposite' | Refusal;
  approval: Approval;
  delivered: boolean;
}

/** The function URL that takes a decision by AWS credentials. */
export interface Decisions {
  /** Signed by the caller's own credentials. `at`: now, as AWS's clock has it. Throws `AwsRefused` where the caller may not. */
  take(url: string, said: SignedSaid, at: Instant): Promise<Decided | 'not-asked'>;
}

/** Why an answer does not count; null: it does. `scopeHash`: of the plan as it is. A no is taken to any scope. */
export function mayDecide(asked: Approval, said: Said, scopeHash: string, at: Instant): Refusal | null {
  if (asked.decide === 'iam' && said.way !== 'iam') return 'way';
  if (said.askedAt !== asked.askedAt) return 'replaced';
  if (at > asked.expiresAt) return 'late';
  if (said.decision === 'yes' && !(said.scopeHash === asked.scopeHash && asked.scopeHash === scopeHash))
    return 'widened';
  return null;
}

/** Whether a yes stands that counts on this scope: null, or why not. Only what the table says is asked, never who woke whom. */
export function yesFor(stands: Approval | null, scopeHash: string): 'none' | Refusal | null {
  if (stands?.decision !== 'yes') return 'none';
  const { by, way = 'link', askedAt, decidedAt } = stands;
  const said: Said = { decision: 'yes', by: by ?? '', way, askedAt, scopeHash: stands.scopeHash };
  return mayDecide(stands, said, scopeHash, decidedAt ?? askedAt);
}

export const REFUSALS: Record<Refusal, string> = {
  way: 'it was given by a link, and the policy asks for AWS credentials',
  replaced: 'it was asked anew since',
  late: 'it came too late',
  widened: 'it was given for another scope',
  starter: 'it was given by who started the campaign by hand',
};

/** The approval with an answer on it. */
export function decidedBy(asked: Approval, { decision, by, way }: Said, at: Instant): Approval {
  return { ...asked, decision, by, way, decidedAt: at };
}

/**
 * The approval of a machine that goes on though nobody decided: `woke` is what it was woken with. Silence is its own time-out's; whoever
 * else woke it could not write a decision, so it is a no (trap 47).
 */
export function undecided(asked: Approval, woke: unknown, at: Instant): Approval {
  const isSilence = (woke as { decision?: unknown } | null)?.decision === 'silence';
  const by = isSilence ? null : 'nobody: the campaign was woken, and no decision stood in the table';
  return { ...asked, decision: isSilence ? 'silence' : 'no', by, decidedAt: at };
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
  const { decideAt: _, ...kept } = approval;
  return { ...kept, linkHash: null, taskToken: null };
}
