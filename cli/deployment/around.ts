/**
 * What stands around `deploy` and `remove`: neither under open campaigns unless it is asked for, a word of what stays, and `purge`
 * for stages that nobody needs.
 */
import type { Operator } from '#aws/operator.ts';
import { plainly } from '#stack/plainly.ts';

export interface Stack {
  name: string; // patchwright-dev
  stage: string;
  region: string;
  account: string;
}

const DEVELOPMENT = /^(dev|test|play)(-|$)/;
const bucketOf = ({ name, account, region }: Stack) => `${name}-evidence-${account}-${region}`;
/** As stack/storage.yml describes it. */
const keyOf = ({ name }: Stack) => `${name}, evidence, topics, queues and logs`;

/** Throws while a lease is held, naming the campaigns. No table yet: nothing can be open. */
export async function refuseWhileOpen(
  { leases }: Pick<Operator, 'leases'>,
  { name }: Pick<Stack, 'name'>,
  what: 'deploy' | 'remove',
): Promise<void> {
  const held = await unlessMissing(() => leases(name));
  const open = (held ?? []).flatMap((data) => JSON.parse(data).holder?.campaign ?? []);
  if (open.length === 0) return;
  const [is, them] = open.length === 1 ? ['is', 'it'] : ['are', 'them'];
  throw plainly(
    new Error(
      `${open.join(', ')} ${is} open: ${what} would change the code under ${them}. Wait (patchwright status), halt (patchwright stop), or say --param open=ignore`,
    ),
  );
}

/** What `remove` leaves, in words. */
export function whatStays(stack: Stack): string[] {
  return [
    'These stay, with what campaigns left in them:',
    `  table   ${stack.name}`,
    `  bucket  ${bucketOf(stack)}`,
    `  key     ${keyOf(stack)} (without it the evidence cannot be read)`,
    again(stack.stage),
  ];
}

/** What is to be done before a stage that was removed is deployed again. */
export function again(stage: string): string {
  return DEVELOPMENT.test(stage)
    ? `Before this stage is deployed again: npm run purge -- --stage ${stage} (empties and deletes what stayed)`
    : 'Before this stage is deployed again, what stayed has to be imported into the stack, or deleted by hand.';
}

/** Empties and deletes what stays. Throws for a stage that is none of development, and while the stack is there. */
export async function purge(aws: Operator, stack: Stack, say: (line: string) => void): Promise<void> {
  if (!DEVELOPMENT.test(stack.stage))
    throw plainly(
      new Error(`purge is for the stages dev, test and play, with or without -more; ${stack.stage} is none of them`),
    );
  if (await unlessMissing(() => aws.stack(stack.name)))
    throw plainly(new Error(`the stack ${stack.name} is still there: remove it first`));
  const gone = async (what: string, act: () => Promise<unknown>) => {
    const was = await unlessMissing(() => act().then(() => true));
    say(was ? `deleted the ${what}` : `no ${what}`);
  };
  await gone(`bucket ${bucketOf(stack)}`, () => aws.deleteBucket(bucketOf(stack)));
  await gone(`table ${stack.name}`, () => aws.deleteTable(stack.name));
  for (const key of await aws.keys(keyOf(stack))) {
    await aws.deleteKey(key);
    say(`the key ${key} goes in 7 days`);
  }
}

/** Null where AWS says that it is not there; everything else is thrown. */
export async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    const { name, message } = error as Error;
    if (['ResourceNotFoundException', 'NoSuchBucket'].includes(name)) return null;
    if (name === 'ValidationError' && /does not exist/.test(message)) return null; // DescribeStacks
    throw error;
  }
}
