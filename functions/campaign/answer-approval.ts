import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { page } from '#aws/page.ts';
import type { Said } from '#domain/campaign/approval.ts';
import { opens, readLink } from '#domain/campaign/approval-link.ts';
import { files } from '#domain/campaign/files.ts';
import type { Answered, Visit } from '#domain/campaign/visit.ts';
import type { Instant } from '#domain/instant.ts';
import { type DecisionPorts, decide } from '#loops/campaign/decision.ts';
import { loopOf } from '#loops/loop-of.ts';
import { readForm } from '#views/frame/approval-page/form.ts';
import { asking, deciding, refused } from '#views/frame/approval-page/pages.ts';

/**
 * The page behind the link. Nothing but a POST with the word decides: scanners of mails fetch links, render pages, run scripts and
 * send forms. Without the right secret one item of the table is read and nothing else happens.
 */
export async function answerApproval(visit: Visit, ports: DecisionPorts, now: Instant): Promise<Answered> {
  const { campaigns, evidence } = ports;
  if (!['GET', 'HEAD', 'POST'].includes(visit.method)) return refused('method');
  const link = visit.path === '/' ? readLink(visit.query) : null;
  if (!link) return refused('no-link');
  if (visit.method === 'POST' && visit.body === null) return refused('too-long');
  if (visit.method === 'POST' && visit.contentType !== 'application/x-www-form-urlencoded') return refused('no-form');
  const approval = await campaigns.approval(link.campaign, link.ring);
  if (!opens(approval, link.secret)) return refused('wrong-link');
  if (visit.method === 'POST' && approval.decide === 'iam') return refused('iam-only', approval);
  const question = await evidence.read<unknown>(approval, files.question(approval.ring));
  const asked = loopOf(approval).page(question, now);
  if (visit.method !== 'POST') return asking(asked, approval, now);
  const form = readForm(visit.body ?? '', approval.scopeHash);
  if (!form.decision) return asking(asked, approval, now, form.fault);
  const { askedAt, scopeHash } = approval; // what the link is bound to
  const by = `${visit.sourceIp} by mail link`;
  const said: Said = { decision: form.decision, by, way: 'link', askedAt, scopeHash };
  return deciding(asked, await decide(approval, said, ports, now), form.decision, now);
}

export const handler = page(answerApproval, { campaigns, engine, evidence });
