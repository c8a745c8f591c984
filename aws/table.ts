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
import { BrokenRecord } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';

const dynamodb = lazily(() => new DynamoDBClient({}));

export interface Item {
  pk: string;
  sk: string;
  data: unknown;
  beside?: Record<string, AttributeValue>;
}

interface Condition {
  if: string;
  values?: Record<string, AttributeValue>;
}

export function epochSeconds(at: Instant): string {
  return String(Math.floor(Date.parse(at) / 1000));
}

/**
 * true if this call wrote. The SDK tries again after a lost answer and then meets its own first attempt, so a failed
 * condition is only believed where the item was not written under this call's own mark.
 */
export async function putIf(item: Item, condition: Condition): Promise<boolean> {
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

export async function put(item: Item, condition?: Condition): Promise<void> {
  const command = new PutItemCommand({
    TableName: setting('TABLE_NAME'),
    Item: { ...item.beside, pk: { S: item.pk }, sk: { S: item.sk }, data: { S: JSON.stringify(item.data) } },
    ConditionExpression: condition?.if,
    ExpressionAttributeValues: condition?.values,
  });
  await ask('dynamodb:PutItem', dynamodb().send(command));
}

export async function get<T>(pk: string, sk: string): Promise<T | null> {
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
export async function expireItem(pk: string, sk: string, after: Instant): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: setting('TABLE_NAME'),
    Key: { pk: { S: pk }, sk: { S: sk } },
    UpdateExpression: 'SET expires = :expires',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':expires': { N: epochSeconds(after) } },
  });
  await ask('dynamodb:UpdateItem', dynamodb().send(command));
}

export async function* query<T>(pk: string, start: string): AsyncGenerator<T> {
  for await (const item of items(pk, start)) yield parsed<T>(item);
}

export function items(pk: string, start: string): AsyncGenerator<Record<string, AttributeValue>> {
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
