/**
 * What stands around `deploy` and `remove`: no deployment under open campaigns unless it is asked for, a word of what stays, and
 * `purge` for stages that nobody needs. Speaks to AWS by the provider of osls.
 */

// biome-ignore lint/suspicious/noExplicitAny: each call has AWS's own shapes
export type Request = (service: string, method: string, parameters: object) => Promise<any>;

export interface Stack {
  name: string; // patchwright-dev
  stage: string;
  region: string;
}

const DEVELOPMENT = /^(dev|test|play)(-|$)/;

/** Throws while a lease is held, naming the campaigns. No table yet: nothing can be open. */
export async function refuseWhileOpen(request: Request, { name }: Stack, what: 'deploy' | 'remove'): Promise<void> {
  const campaigns = await openCampaigns(request, name);
  if (campaigns.length === 0) return;
  throw new Error(
    `${campaigns.join(', ')} ${campaigns.length === 1 ? 'is' : 'are'} open: ${what} would change the code under ${
      campaigns.length === 1 ? 'it' : 'them'
    }. Wait (patchwright status), halt (patchwright stop), or say --param open=ignore`,
  );
}

async function openCampaigns(request: Request, TableName: string): Promise<string[]> {
  try {
    const { Items = [] } = await request('DynamoDB', 'query', {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'lease' } },
      ConsistentRead: true,
    });
    return Items.flatMap(({ data }: { data: { S: string } }) => JSON.parse(data.S).holder?.campaign ?? []);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The bucket's name, from the caller's account. */
async function bucketOf(request: Request, { name, region }: Stack): Promise<string> {
  const { Account } = await request('STS', 'getCallerIdentity', {});
  return `${name}-evidence-${Account}-${region}`;
}

/** What `remove` leaves, in words. */
export async function whatStays(request: Request, stack: Stack): Promise<string[]> {
  return [
    'These stay, with what campaigns left in them:',
    `  table   ${stack.name}`,
    `  bucket  ${await bucketOf(request, stack)}`,
    `  key     ${KEY(stack)} (without it the evidence cannot be read)`,
    DEVELOPMENT.test(stack.stage)
      ? `Before this stage is deployed again: npm run purge -- --stage ${stack.stage} (empties and deletes them)`
      : 'Before this stage is deployed again they have to be imported into the stack, or deleted by hand.',
  ];
}

const KEY = ({ name }: Stack) => `${name}, evidence, topics, queues and logs`;

/** Empties and deletes what stays. Throws for a stage that is none of development, and while the stack is there. */
export async function purge(request: Request, stack: Stack, say: (line: string) => void): Promise<void> {
  if (!DEVELOPMENT.test(stack.stage))
    throw new Error(
      `purge is for the stages dev, test and play, with or without -more; ${stack.stage} is none of them`,
    );
  if (await isThere(() => request('CloudFormation', 'describeStacks', { StackName: stack.name })))
    throw new Error(`the stack ${stack.name} is still there: remove it first`);
  const Bucket = await bucketOf(request, stack);
  say((await isThere(() => emptied(request, Bucket))) ? `deleted the bucket ${Bucket}` : `no bucket ${Bucket}`);
  const table = () => request('DynamoDB', 'deleteTable', { TableName: stack.name });
  say((await isThere(table)) ? `deleted the table ${stack.name}` : `no table ${stack.name}`);
  for (const KeyId of await keysOf(request, KEY(stack))) {
    await request('KMS', 'scheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    say(`the key ${KeyId} goes in 7 days`);
  }
}

async function emptied(request: Request, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await request('S3', 'listObjectVersions', { Bucket, MaxKeys: 1000 });
    const Objects = [...(Versions ?? []), ...(DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) break;
    await request('S3', 'deleteObjects', { Bucket, Delete: { Objects, Quiet: true } });
  }
  await request('S3', 'deleteBucket', { Bucket });
}

/** The alias went with the stack; the description is what is left of the name. */
async function keysOf(request: Request, description: string): Promise<string[]> {
  const found: string[] = [];
  let Marker: string | undefined;
  do {
    const { Keys = [], NextMarker } = await request('KMS', 'listKeys', Marker ? { Marker } : {});
    for (const { KeyId } of Keys) {
      const { KeyMetadata } = await request('KMS', 'describeKey', { KeyId });
      if (KeyMetadata.Description === description && KeyMetadata.KeyState === 'Enabled') found.push(KeyId);
    }
    Marker = NextMarker;
  } while (Marker);
  return found;
}

/** Not found while cleaning up is success; everything else is thrown. */
async function isThere(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const {
    code = '',
    message = '',
    providerError,
  } = error as {
    code?: string;
    message?: string;
    providerError?: { code?: string; name?: string };
  };
  const said = [code, providerError?.code, providerError?.name, message].join(' ');
  return /ResourceNotFound|RESOURCE_NOT_FOUND|NoSuchBucket|NO_SUCH_BUCKET|does not exist|non-existent table/i.test(
    said,
  );
}
