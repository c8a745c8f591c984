/**
 * What of a table a role may read and write: DynamoDB's fine-grained access control (amazondynamodb specifying-conditions.html), as far as
 * single items and queries go. Who has no role of the stack is the account's administrator.
 */
import { AwsFault, type Caller } from '#rehearsal/api.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { type Request, verdictOf } from '#rehearsal/services/iam/policies.ts';
import { Roles } from '#rehearsal/services/iam/roles.ts';

type Item = Record<string, Record<string, unknown>>;

/** Of the inputs of operations on items, what IAM looks at. */
interface ItemInput {
  TableName?: string;
  Key?: Item;
  Item?: Item;
  KeyConditionExpression?: string;
  FilterExpression?: string;
  UpdateExpression?: string;
  ConditionExpression?: string;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
}

export class TableAccess {
  readonly #roles: Roles;
  readonly #installed: Installation;

  constructor(installed: Installation) {
    this.#roles = new Roles(installed);
    this.#installed = installed;
  }

  /** Throws AwsFault. */
  check(operation: string, input: ItemInput, who: Caller): void {
    const role = this.#roles.of(who);
    const statements = role === undefined ? null : this.#roles.statements(role);
    if (statements === null) return;
    const request = this.#request(operation, input);
    if (verdictOf(statements, request) === 'allow') return;
    throw new AwsFault(
      'AccessDeniedException',
      `User: ${role} is not authorized to perform: ${request.action} on resource: ${request.resource} because no identity-based policy allows the ${request.action} action`,
    );
  }

  #request(operation: string, input: ItemInput): Request {
    const { account, region, tables } = this.#installed;
    const schema = tables.find(({ name }) => name === input.TableName)?.properties.KeySchema;
    const key = (schema as { AttributeName: string; KeyType: string }[] | undefined)?.find((k) => k.KeyType === 'HASH');
    const leading = key && leadingKey(key.AttributeName, input);
    return {
      action: `dynamodb:${operation}`,
      resource: `arn:aws:dynamodb:${region}:${account}:table/${input.TableName}`,
      context: {
        ...(leading !== undefined && { 'dynamodb:LeadingKeys': [leading] }),
        'dynamodb:Attributes': attributes(input),
      },
    };
  }
}

/** undefined: the call names no partition, as a Scan. */
function leadingKey(key: string, input: ItemInput): string | undefined {
  const value = (input.Key ?? input.Item)?.[key] ?? queried(key, input);
  return value === undefined ? undefined : String(Object.values(value)[0]);
}

function queried(key: string, { KeyConditionExpression = '', ...input }: ItemInput): Item[string] | undefined {
  for (const [, left = '', right = ''] of KeyConditionExpression.matchAll(/([#\w]+)\s*=\s*(:\w+)/g))
    if ((input.ExpressionAttributeNames?.[left] ?? left) === key) return input.ExpressionAttributeValues?.[right];
  return undefined;
}

/** Those that the request names; where it names none, all come back, and IAM sees none. */
function attributes(input: ItemInput): string[] {
  const { ExpressionAttributeNames: names = {} } = input;
  const expressions = [
    input.KeyConditionExpression,
    input.FilterExpression,
    input.UpdateExpression,
    input.ConditionExpression,
    input.ProjectionExpression,
  ];
  const named = expressions
    .flatMap((text) => (text ?? '').match(/(?<![:\w])#?[A-Za-z_]\w*(?!\w|\s*\()/g) ?? [])
    .filter((word) => !/^(SET|REMOVE|ADD|DELETE|AND|OR|NOT|BETWEEN|IN)$/i.test(word))
    .map((word) => names[word] ?? word);
  return [...new Set([...Object.keys(input.Key ?? input.Item ?? {}), ...named])];
}
