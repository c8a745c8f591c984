/** What is asked before anything is packaged or changed: who deploys, where to, and whether the stack there can be changed. */
import type { Operator } from '#aws/operator.ts';
import { plainly } from '#stack/plainly.ts';
import { remedyOf } from '../account/remedy.ts';
import { again, type Stack, unlessMissing } from './around.ts';

export type Work = 'deploy' | 'remove' | 'purge';

/**
 * Says where to, in lines. Throws, in words with their remedy, where nobody is signed in, the Region does not answer, there is
 * nothing to remove, a stack was removed and what it left is in the way, or the stack got stuck. Regions that are none osls refuses by itself.
 */
export async function before(
  work: Work,
  { name, stage, region }: Omit<Stack, 'account'>,
  connect: () => Promise<Pick<Operator, 'identity' | 'leases' | 'stack'>>,
  usual?: string, // the Region of the environment
): Promise<string[]> {
  const aws = await connect();
  const { account, arn } = await aws.identity().catch((error: Error) => {
    throw plainly(new Error(`${refused(error, region)}. Nothing was changed.`, { cause: error }));
  });
  const where = `${account} ${region}`;
  const lines = [`Stage ${stage} in ${where}, as ${arn}`];
  if (usual !== undefined && usual !== region)
    lines.push(
      `The environment says ${usual}: give --region ${usual} to mean that, and --region ${region} to patchwright's commands.`,
    );
  const there = await unlessMissing(() => aws.stack(name));
  if (there) {
    const stuck = STUCK[there.status]?.(name, region, stage);
    if (stuck && work === 'deploy')
      throw plainly(new Error(`the stack ${name} in ${where} is ${there.status}: ${stuck}`));
  } else if (work === 'remove') {
    throw plainly(
      new Error(
        `no stack ${name} in ${where}: nothing to remove. Remedy: give the --stage and --region that were deployed`,
      ),
    );
  } else if (work === 'deploy') {
    if (await unlessMissing(() => aws.leases(name)))
      throw plainly(
        new Error(`the table ${name} in ${where} is there, its stack is not: it was removed. ${again(stage)}`),
      );
    lines.push(`No stack ${name} there yet: this makes one, in observe mode unless told otherwise.`);
  }
  return lines;
}

function refused(error: Error, region: string): string {
  const why = error.message.split('\n')[0]?.replace(/\.$/, '');
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'AWS_CREDENTIALS_NOT_FOUND' || error.name === 'CredentialsProviderError')
    return 'no AWS credentials: none in the environment, and no profile that has some. Remedy: sign in (aws sso login), or name a profile by --aws-profile';
  if (code === 'UNRECOGNIZED_AWS_PROFILE')
    return `${why}. Remedy: name another by --aws-profile, or configure it (aws configure sso)`;
  return `AWS does not tell who asks, in ${region} (${error.name}: ${why}). Remedy: ${remedyOf(error)}`;
}

/** CloudFormation updates no stack in these states; osls finds out late, and says it in CloudFormation's words. */
const STUCK: Record<string, (name: string, region: string, stage: string) => string> = {
  ...Object.fromEntries(
    ['CREATE_FAILED', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'DELETE_FAILED'].map((state) => [
      state,
      (_name: string, region: string, stage: string) =>
        `its first deployment failed, or a removal. Remedy: npm run remove -- --stage ${stage} --region ${region}, then deploy again`,
    ]),
  ),
  UPDATE_ROLLBACK_FAILED: (name, region) =>
    `a deployment failed, and going back failed too. Remedy: aws cloudformation continue-update-rollback --stack-name ${name} --region ${region}, then deploy again`,
  ...Object.fromEntries(
    [
      'CREATE',
      'UPDATE',
      'ROLLBACK',
      'UPDATE_ROLLBACK',
      'DELETE',
      'UPDATE_COMPLETE_CLEANUP',
      'UPDATE_ROLLBACK_COMPLETE_CLEANUP',
    ].map((state) => [
      `${state}_IN_PROGRESS`,
      () => 'somebody is at it. Remedy: wait until it has ended, then deploy again',
    ]),
  ),
};
