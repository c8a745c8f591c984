import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeleteTableCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, KMSClient, ListKeysCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteBucketCommand, DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { concurrency } from '#aws/concurrency.ts';
import { registrations } from '#aws/registrations.ts';

/** What a deployment and a removal ask of AWS besides CloudFormation's own work. Never bundled into a function. */
export type Operator = ReturnType<typeof operator>;

/** `config`: region and credentials, as osls resolved them. AWS's errors pass as they are. */
export function operator(config: { region?: string }) {
  const cloudformation = new CloudFormationClient(config);
  const dynamodb = new DynamoDBClient(config);
  const kms = new KMSClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const ssm = new SSMClient(config);
  const sts = new STSClient(config);
  return {
    registrations: registrations(() => ssm),
    concurrency: concurrency(new LambdaClient(config)),

    /** Who asks. */
    async identity(): Promise<{ account: string; arn: string }> {
      const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
      return { account: Account, arn: Arn };
    },

    /** Throws a ValidationError where there is none. */
    async stack(StackName: string): Promise<{ status: string }> {
      const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
      return { status: Stacks[0]?.StackStatus ?? '' };
    },

    /** The records of all leases. */
    async leases(TableName: string): Promise<string[]> {
      const { Items = [] } = await dynamodb.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'lease' } },
          ConsistentRead: true,
        }),
      );
      return Items.flatMap(({ data }) => data?.S ?? []);
    },

    deleteTable: (TableName: string) => dynamodb.send(new DeleteTableCommand({ TableName })),

    /** All versions of all objects, then the bucket. */
    async deleteBucket(Bucket: string): Promise<void> {
      for (;;) {
        const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
        const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
        if (Objects.length === 0) break;
        await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      }
      await s3.send(new DeleteBucketCommand({ Bucket }));
    },

    /** Enabled keys with this description: the alias of a key goes with its stack, the description stays. */
    async keys(description: string): Promise<string[]> {
      const found: string[] = [];
      let Marker: string | undefined;
      do {
        const { Keys = [], NextMarker } = await kms.send(new ListKeysCommand({ Marker }));
        for (const { KeyId } of Keys) {
          const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
          if (KeyId && KeyMetadata?.Description === description && KeyMetadata.KeyState === 'Enabled')
            found.push(KeyId);
        }
        Marker = NextMarker;
      } while (Marker);
      return found;
    },

    deleteKey: (KeyId: string) => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
  };
}
