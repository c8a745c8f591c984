/** A loop of its own: it lights lamps, one campaign a house, once a person said yes. All that a second loop has to bring. */
import { linkHash, linkTo } from '#domain/campaign/approval-link.ts';
import { files } from '#domain/campaign/files.ts';
import type { CampaignEnd, Left } from '#domain/campaign/loop.ts';
import type { FrozenPolicy, SubjectPolicy } from '#domain/campaign/policy.ts';
import type { CampaignPorts, CampaignRef } from '#domain/campaign/ports.ts';
import type { Approval, CampaignRecord, Notice, PlanHead } from '#domain/campaign/records.ts';
import type { AskTask, CampaignTask, CloseTask, Opened } from '#domain/campaign/tasks.ts';
import { BrokenRecord } from '#domain/errors.ts';
import { sha256 } from '#domain/hash.ts';
import { type Instant, plusMinutes } from '#domain/instant.ts';
import type { Policy } from '#domain/policy.ts';
import { close } from '#loops/campaign/close.ts';
import type { AskedPage } from '#views/frame/approval-page/pages.ts';
import { html } from '#views/frame/html.ts';

export interface House extends SubjectPolicy {
  lamps: string[];
}

interface Lamps {
  lit: string[];
  litAt: Instant;
  looked: boolean; // that they shine
}

const WARM_MINUTES = 5;
const RING = 'lamps'; // what a campaign asks for is one thing
const LAMPS = 'lamps.json';

export const lampLoop = {
  subjects: (policy: Policy): Record<string, House> =>
    (policy as Policy & { houses?: Record<string, House> }).houses ?? {},

  async opening(ref: CampaignRef, house: SubjectPolicy, { notices }: Pick<CampaignPorts, 'notices'>, at: Instant) {
    if ((house as House).lamps.length === 0)
      await notices.publish(told(ref, 'missing', `${house.name} has no lamps`, at));
  },

  page: (question: unknown, _now: Instant): AskedPage => {
    const { campaign, lamps, ...asked } = question as CampaignRef & PlanHead & { lamps: string[]; askedAt: Instant };
    const list = html`<ul>${lamps.map((lamp) => html`<li>${lamp}</li>`)}</ul>`;
    return {
      ...{ title: `Light ${lamps.length} lamps?`, campaign, scopeHash: asked.scopeHash, askedAt: asked.askedAt },
      ...{ place: asked.group, sections: () => [list], yes: 'They are lit.', no: 'It stays dark.', commands: [] },
      told: { yes: 'They will be lit.', starts: 'At once.', no: 'It stays dark.', unchanged: 'it stays dark' },
    };
  },

  async atWork(ref: CampaignRef, { evidence }: Pick<CampaignPorts, 'evidence'>, now: Instant): Promise<string[]> {
    const { lit, litAt } = (await evidence.readIfThere<Lamps>(ref, LAMPS)) ?? { lit: [], litAt: now };
    return now < plusMinutes(litAt, WARM_MINUTES) ? lit.map((lamp) => `${lamp} warms up`) : [];
  },

  stop: async (): Promise<string[]> => [], // nothing outlives its execution

  async settle(ref: CampaignRef, ports: Pick<CampaignPorts, 'evidence'>, now: Instant): Promise<string[]> {
    const lamps = await ports.evidence.readIfThere<Lamps>(ref, LAMPS);
    if (lamps) await ports.evidence.write(ref, LAMPS, { ...lamps, looked: true });
    return lampLoop.atWork(ref, ports, now);
  },

  async leave(
    ref: CampaignRef,
    { outcome, why }: CampaignEnd,
    { evidence }: Pick<CampaignPorts, 'evidence'>,
    now: Instant,
  ): Promise<Left> {
    const { group: house } = await evidence.read<FrozenPolicy<House>>(ref, files.policy);
    const opened = await evidence.read<Opened>(ref, files.opened);
    const plan = await evidence.readIfThere<PlanHead>(ref, files.plan);
    const { scopeHash, planHash } = plan ?? { scopeHash: null, planHash: null };
    const ends = { closedAt: now, outcome, why, scopeHash, planHash, verdicts: [], approvals: [] };
    await evidence.write(ref, files.campaign, { version: 1, ...opened, ...ends } satisfies CampaignRecord);
    await evidence.write(
      ref,
      files.notice,
      told(ref, outcome === 'Lost' ? 'lost' : 'delta', `${outcome}: ${why}`, now),
    );
    return { proof: null, minHours: house.triggers.minHours };
  },
};

/** Its own tasks. */
export async function askForLamps(
  input: AskTask,
  { campaigns, evidence, secrets }: CampaignPorts,
  now: Instant,
): Promise<string> {
  const { group: house } = await evidence.read<FrozenPolicy<House>>(input, files.policy);
  const plan: PlanHead = { scopeHash: sha256(house.lamps), planHash: sha256(house) };
  await evidence.write(input, files.plan, plan);
  const { campaign, group, taskToken } = input;
  const expiresAt = plusMinutes(now, input.expiresSeconds / 60);
  const none = { decision: null, by: null, decidedAt: null };
  const of = { campaign, group, kind: 'house', ring: RING, scopeHash: plan.scopeHash, askedAt: now, expiresAt };
  const approval: Approval = { ...of, decide: house.approvals.decide, linkHash: null, taskToken, ...none };
  const secret = secrets.random();
  await campaigns.putApproval({ ...approval, linkHash: linkHash(approval, secret) });
  await evidence.write(input, files.question(RING), { ...of, ...plan, lamps: house.lamps });
  return linkTo('https://page.example/', { campaign, ring: RING, secret });
}

export async function lightLamps(
  input: CampaignTask,
  { campaigns, evidence }: CampaignPorts,
  now: Instant,
): Promise<void> {
  const yes = await campaigns.approval(input.campaign, RING);
  if (yes?.decision !== 'yes') throw new BrokenRecord('nobody said yes');
  const { group: house } = await evidence.read<FrozenPolicy<House>>(input, files.policy);
  await evidence.write(input, LAMPS, { lit: house.lamps, litAt: now, looked: false } satisfies Lamps);
}

export async function closeLamps(input: CloseTask, ports: CampaignPorts, now: Instant): Promise<void> {
  await close(input, { outcome: 'Completed', why: input.why }, lampLoop, ports, now);
}

function told({ group, campaign }: CampaignRef, kind: Notice['kind'], subject: string, at: Instant): Notice {
  const data = { version: 1, campaign, at, manifest: null };
  return {
    id: `${campaign}.${kind}`,
    kind,
    topic: 'notices',
    group,
    campaign,
    subject,
    body: subject,
    data,
    attributes: { kind },
  };
}
