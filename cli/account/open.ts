import { type Identity, identity } from '#aws/account.ts';
import { evidenceBucket } from '#domain/campaign/stage-name.ts';
import { BadInput } from '../bad-input.ts';
import { setClock } from './clock.ts';
import type { AccountFlags } from './flags.ts';

/** A deployment in an account: who calls, and what the stack called its parts. */
export interface DeployedStage extends Omit<Identity, 'aheadMs'> {
  stage: string;
  names: Names;
}

/** As serverless.yml names them, under the names by which the adapters ask. */
export interface Names {
  TABLE_NAME: string;
  EVIDENCE_BUCKET: string;
  CAMPAIGN_MACHINE_ARN: string;
  NOTICES_TOPIC_ARN: string;
  APPROVALS_TOPIC_ARN: string;
  RESCAN_DOCUMENT_NAME: string;
}

/**
 * Finds the deployment that the flags mean and sets the adapters on it: they read their settings, as they do in a function, from
 * the environment. Throws `AwsRefused` where nobody can tell who calls.
 */
export async function openAccount({ profile, region, endpointUrl, stage }: AccountFlags): Promise<DeployedStage> {
  if (profile !== undefined) {
    process.env.AWS_PROFILE = profile;
    // Keys of the environment would win over a profile that was asked for by name.
    for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) delete process.env[key];
  }
  const place = region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (place !== undefined) {
    if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(place)) {
      throw new BadInput([`--region ${place}: is no Region. Remedy: write for example eu-central-1`]);
    }
    process.env.AWS_REGION = place;
  }
  if (endpointUrl !== undefined) process.env.AWS_ENDPOINT_URL = endpointUrl;
  const { aheadMs, ...who } = await identity();
  setClock(aheadMs);
  const names = namesOf({ ...who, stage });
  Object.assign(process.env, names, { AWS_REGION: who.region });
  return { ...who, stage, names };
}

export function namesOf(of: Pick<DeployedStage, 'stage' | 'account' | 'region' | 'partition'>): Names {
  const { stage, account, region, partition } = of;
  const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
  return {
    TABLE_NAME: `patchwright-${stage}`,
    EVIDENCE_BUCKET: evidenceBucket(stage, account, region),
    CAMPAIGN_MACHINE_ARN: arn('states', `stateMachine:patchwright-${stage}-campaign`),
    NOTICES_TOPIC_ARN: arn('sns', `patchwright-${stage}-notices`),
    APPROVALS_TOPIC_ARN: arn('sns', `patchwright-${stage}-approvals`),
    RESCAN_DOCUMENT_NAME: `patchwright-${stage}-rescan-vm`,
  };
}

/** Opens the account that the flags mean. What is wrong with files and names is told before anybody asks AWS. */
export type Open = () => Promise<DeployedStage>;
