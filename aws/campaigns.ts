import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { ask, isNamed, pages } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { setting } from '#aws/setting.ts';
import type { Campaigns } from '#domain/campaign/ports.ts';
import type { Approval, Lease } from '#domain/campaign/records.ts';
import { shortName } from '#domain/campaign/short-name.ts';
import { BrokenRecord } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { plusDays } from '#domain/instant.ts';
import type { Intent } from '#domain/patch/records.ts';

const dynamodb = lazily(() => new DynamoDBClient({}));

/**
 * One table, keys `pk` and `sk`. An item is a record as JSON in `data`, beside the attributes that conditions look at. A group stands
 * there by its short name.
 *
 *   lease            group#web               version
 *   campaign#<id>    intent#<ring>#<wave>    expires, once its campaign is closed
 *   approval#<id>    approval#<ring>         askedAt, decision; expires as above
 *   trigger#<id>     trigger                 campaign, expires (epoch seconds: the table's TTL)
 *   switch           kill
 *
 * What a role may write is bounded by `pk` (dynamodb:LeadingKeys, which sees no sort key): the words of stack/role.ts.
 * Every read is consistent, for decisions hang on each.
 */
export const campaigns: Campaigns = {
  lease: (group) => get<Lease>('lease', `group#${shortName(group)}`),

  leases: () => query<Lease>('lease', 'group#'),

  writeLease(lease) {
    const next: Lease = { ...lease, version: lease.version + 1 };
    return putIf(
      {
        pk: 'lease',
        sk: `group#${shortName(lease.group)}`,
        data: next,
        beside: { version: { N: String(next.version) } },
      },
      lease.version === 0
        ? { if: 'attribute_not_exists(pk)' }
        : { if: 'version = :was', values: { ':was': { N: String(lease.version) } } },
    );
  },

  claimTrigger(trigger, campaign) {
    const beside = { campaign: { S: campaign }, expires: { N: epochSeconds(plusDays(trigger.at, TRIGGER_DAYS)) } };
    return putIf(
      { pk: `trigger#${trigger.id}`, sk: 'trigger', data: { trigger, campaign }, beside },
      { if: 'attribute_not_exists(pk) OR campaign = :campaign', values: { ':campaign': { S: campaign } } },
    );
  },

  intents: (campaign, ring) =>
    query<Intent>(`campaign#${campaign}`, ring === undefined ? 'intent#' : `intent#${ring}#`),

  addIntent: (intent) => putIf(intentItem(intent), { if: 'attribute_not_exists(pk)' }),

  async updateIntent(intent) {
    const there = await putIf(intentItem(intent), { if: 'attribute_exists(pk)' });
    if (!there) throw new BrokenRecord(`no intent of ${intent.campaign} for wave ${intent.wave} of ${intent.ring}`);
  },

  approval: (campaign, ring) => get<Approval>(`approval#${campaign}`, `approval#${ring}`),

  // A retry comes after somebody decided, or a run that hung comes after its own retry: neither takes anything back.
  putApproval: (approval) =>
    putIf(approvalItem(approval), {
      if: 'attribute_not_exists(decision) AND (attribute_not_exists(askedAt) OR askedAt <= :askedAt)',
      values: { ':askedAt': { S: approval.askedAt } },
    }),

  approvals: (campaign) => query<Approval>(`approval#${campaign}`, 'approval#'),

  // Only on the same ask: a later one has another token, and may have another scope.
  decide: (approval) =>
    putIf(approvalItem(approval), {
      if: 'askedAt = :askedAt AND attribute_not_exists(decision)',
      values: { ':askedAt': { S: approval.askedAt } },
    }),

  updateApproval: (approval) =>
    putIf(approvalItem(approval), { if: 'askedAt = :askedAt', values: { ':askedAt': { S: approval.askedAt } } }),

  async expire(campaign, after) {
    for (const pk of [`campaign#${campaign}`, `approval#${campaign}`])
      for await (const { sk } of items(pk, '')) if (sk?.S) await expireItem(pk, sk.S, after);
  },

  async killSwitch() {
    const set = await get<{ to: string }>('switch', 'kill');
    return set?.to === 'go' ? 'go' : 'stop';
  },

  async setKillSwitch(to, by, at) {
    await put({ pk: 'switch', sk: 'kill', data: { to, by, at } });
  },
};

/** Longer than a year, so that a yearly schedule cannot count twice; a Standard execution lives no longer either. */
const TRIGGER_DAYS = 400;

interface Item {
  pk: string;
  sk: string;
  data: unknown;
  beside?: Record<string, AttributeValue>;
}

interface Condition {
  if: string;
  values?: Record<string, AttributeValue>;
}

function intentItem(intent: Intent): Item {
  const wave = String(intent.wave).padStart(6, '0'); // text order is wave order, also beyond 999
  return { pk: `campaign#${intent.campaign}`, sk: `intent#${intent.ring}#${wave}`, data: intent };
}

function approvalItem(approval: Approval): Item {
  const beside: Record<string, AttributeValue> = { askedAt: { S: approval.askedAt } };
  if (approval.decision !== null) beside.decision = { S: approval.decision };
  return { pk: `approval#${approval.campaign}`, sk: `approval#${approval.ring}`, data: approval, beside };
}

function epochSeconds(at: Instant): string {
  return String(Math.floor(Date.parse(at) / 1000));
}

/**
 * true if this call wrote. The SDK tries again after a lost answer and then meets its own first attempt, so a failed
 * condition is only believed where the item was not written under this call's own mark.
 */
async function putIf(item: Item, condition: Condition): Promise<boolean> {
  const mark = randomUUID();
  try {
    await put({ ...item, beside: { ...item.beside, mark: { S: mark } } }, condition);
    return true;
  } catch (error) {
    if (!(error instanceof Error) || !isNamed(error.cause, 'ConditionalCheckFailedException')) throw error;
    const stored = await read(item.pk, item.sk);
    return stored?.mark?.S === mark;
  }
}

async function put(item: Item, condition?: Condition): Promise<void> {
  const command = new PutItemCommand({
    TableName: setting('TABLE_NAME'),
    Item: { ...item.beside, pk: { S: item.pk }, sk: { S: item.sk }, data: { S: JSON.stringify(item.data) } },
    ConditionExpression: condition?.if,
    ExpressionAttributeValues: condition?.values,
  });
  await ask('dynamodb:PutItem', dynamodb().send(command));
}

async function get<T>(pk: string, sk: string): Promise<T | null> {
  const item = await read(pk, sk);
  return item ? parsed<T>(item) : null;
}

async function read(pk: string, sk: string): Promise<Record<string, AttributeValue> | undefined> {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  const command = new GetItemCommand({ TableName: setting('TABLE_NAME'), Key, ConsistentRead: true });
  const { Item } = await ask('dynamodb:GetItem', dynamodb().send(command));
  return Item;
}

/** Beside what the item holds, which somebody may be writing. */
async function expireItem(pk: string, sk: string, after: Instant): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: setting('TABLE_NAME'),
    Key: { pk: { S: pk }, sk: { S: sk } },
    UpdateExpression: 'SET expires = :expires',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':expires': { N: epochSeconds(after) } },
  });
  await ask('dynamodb:UpdateItem', dynamodb().send(command));
}

async function* query<T>(pk: string, start: string): AsyncGenerator<T> {
  for await (const item of items(pk, start)) yield parsed<T>(item);
}

function items(pk: string, start: string): AsyncGenerator<Record<string, AttributeValue>> {
  return pages(async (token) => {
    const command = new QueryCommand({
      TableName: setting('TABLE_NAME'),
      KeyConditionExpression: start ? 'pk = :pk AND begins_with(sk, :start)' : 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk }, ...(start && { ':start': { S: start } }) },
      ConsistentRead: true,
      ExclusiveStartKey: token ? JSON.parse(token) : undefined,
    });
    const { Items, LastEvaluatedKey } = await ask('dynamodb:Query', dynamodb().send(command));
    return { items: Items, next: LastEvaluatedKey && JSON.stringify(LastEvaluatedKey) };
  });
}

function parsed<T>(item: Record<string, AttributeValue>): T {
  const text = item.data?.S;
  if (text === undefined) throw new BrokenRecord(`the item ${item.pk?.S} ${item.sk?.S} has no data`);
  return JSON.parse(text);
}
