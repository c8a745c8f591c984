import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { page } from '#aws/page.ts';
import { asEvidence, type Decided, mayApprove, readSaid } from '#domain/campaign/approval.ts';
import { files } from '#domain/campaign/files.ts';
import type { Opened } from '#domain/campaign/tasks.ts';
import type { Answered, Visit } from '#domain/campaign/visit.ts';
import type { Instant } from '#domain/instant.ts';
import { type DecisionPorts, decide } from '#loops/campaign/decision.ts';

/**
 * Takes a yes or no by AWS credentials: `patchwright approve` and `deny`. Lambda has checked signature and permission, and says who calls:
 * that is recorded, whatever the body says.
 */
export async function decideApproval(visit: Visit, ports: DecisionPorts, now: Instant): Promise<Answered> {
  if (visit.method !== 'POST') return told(405, 'method');
  const { caller } = visit;
  if (!caller) return told(403, 'nobody');
  const said = readSaid(visit.body ?? '');
  if (!said) return told(400, 'bad-request');
  const asked = await ports.campaigns.approval(said.campaign, said.ring);
  if (!asked) return told(404, 'not-asked');
  const { trigger } = await ports.evidence.read<Opened>(asked, files.opened);
  if (said.decision === 'yes' && !mayApprove(caller, trigger))
    return of({ what: 'starter', approval: asked, delivered: false }, caller);
  return of(await decide(asked, { ...said, by: caller, way: 'iam' }, ports, now), caller);
}

const STATUS: Record<Decided['what'], number> = {
  recorded: 200,
  repeated: 200,
  opposite: 409,
  replaced: 409,
  widened: 409,
  late: 410,
  starter: 403,
  way: 403,
};

function of({ what, approval, delivered }: Decided, caller: string): Answered {
  const { campaign, ring, decision } = approval;
  const log = { approval: `${campaign}.${ring}`, caller, decision: decision ?? 'none' };
  return told(STATUS[what], what, { delivered, approval: asEvidence(approval) }, log);
}

function told(status: number, what: string, more: object = {}, log: Record<string, string> = {}): Answered {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers, body: JSON.stringify({ version: 1, what, ...more }), log: { what, ...log } };
}

export const handler = page(decideApproval, { campaigns, engine, evidence });
