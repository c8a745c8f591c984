import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { instances } from '#aws/instances.ts';
import { lambda } from '#aws/lambda.ts';
import { notices } from '#aws/notices.ts';
import { patching } from '#aws/patching.ts';
import { BrokenRecord } from '#domain/errors.ts';
import type { Instant } from '#domain/model.ts';
import type { Ports } from '#domain/ports.ts';
import { OUTCOMES } from '#domain/records.ts';
import type { CloseTask } from '#domain/tasks.ts';
import { close } from '#loop/close.ts';

/** Delta, report, evidence; then the lease is freed; then people are told. */
export const closeCampaign = async (
  input: CloseTask,
  ports: Pick<Ports, 'campaigns' | 'engine' | 'evidence' | 'instances' | 'notices' | 'patching'>,
  now: Instant,
) => {
  const outcome = OUTCOMES.find((each) => each === input.outcome);
  if (!outcome) throw new BrokenRecord(`${input.outcome} is no outcome of a campaign.`);
  await close(input, { outcome, why: input.why }, ports, now);
  return { outcome, why: input.why };
};

export const handler = lambda(closeCampaign, { campaigns, engine, evidence, instances, notices, patching });
