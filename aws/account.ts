import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ask } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { AwsRefused } from '#domain/errors.ts';

const sts = lazily(() => new STSClient({}));

/** Who calls, and where. `arn`: of the caller, arn:aws:sts::123456789012:assumed-role/admin/alice. */
export interface Identity {
  arn: string;
  account: string;
  partition: string;
  region: string;
  aheadMs: number; // by how much AWS's clock is ahead of this one, to the second
}

/** By the ordinary credential chain. Throws `AwsRefused` where there are no credentials, or no Region. */
export async function identity(): Promise<Identity> {
  const region = await sts()
    .config.region()
    .catch((cause: unknown) => {
      throw new AwsRefused('no Region is set', { cause });
    });
  const { Account, Arn } = await ask('sts:GetCallerIdentity', sts().send(new GetCallerIdentityCommand({})));
  if (!Account || !Arn) throw new AwsRefused('sts:GetCallerIdentity: an answer without account or ARN');
  return {
    arn: Arn,
    account: Account,
    partition: Arn.split(':')[1] ?? 'aws',
    region,
    aheadMs: sts().config.systemClockOffset,
  };
}
