/** IAM's evaluation of policies, as far as those of the stack go. A condition that is not known here is refused by name, never passed. */

export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource?: string | string[];
  Principal?: '*' | { AWS?: string | string[]; Service?: string | string[] };
  Condition?: Record<string, Record<string, unknown>>;
}

export interface Request {
  action: string; // kms:Decrypt
  resource: string;
  context: Record<string, string | string[]>; // kms:ViaService …
}

export type Verdict = 'allow' | 'deny' | 'nothing';

/** A denial beats all. `nothing`: no statement speaks of it. */
export function verdictOf(statements: Statement[], request: Request): Verdict {
  const said = statements.filter((one) => speaksOf(one, request)).map(({ Effect }) => Effect);
  if (said.includes('Deny')) return 'deny';
  return said.includes('Allow') ? 'allow' : 'nothing';
}

/** The statements of a resource's policy that are about this caller: a service's name, or ARNs. */
export function about(statements: Statement[], who: { service: string } | { arns: string[] }): Statement[] {
  return statements.filter(({ Principal }) => {
    if (Principal === '*') return true;
    if ('service' in who) return [Principal?.Service ?? []].flat().includes(who.service);
    return [Principal?.AWS ?? []].flat().some((one) => one === '*' || who.arns.includes(one));
  });
}

function speaksOf(
  { Action, Resource = '*', Condition = {} }: Statement,
  { action, resource, context }: Request,
): boolean {
  return (
    [Action].flat().some((pattern) => isLike(pattern.toLowerCase(), action.toLowerCase())) &&
    [Resource].flat().some((pattern) => isLike(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, [values].flat().map(String), context[key])),
    )
  );
}

/** A key that the request does not carry matches nothing; of a set without values ForAllValues holds (IAM, multivalued context keys). */
function holds(operator: string, values: string[], actual: string | string[] | undefined): boolean {
  if (operator === 'Null') return values.includes(String(actual === undefined));
  const [, all, name = ''] = /^(ForAllValues:)?(\w+)$/.exec(operator) ?? [];
  const compare = OPERATORS[name];
  if (!compare) throw new Error(`not rehearsed: the condition ${operator}`);
  if (all) return [actual ?? []].flat().every((one) => values.some((value) => compare(value, one)));
  return typeof actual === 'string' && values.some((value) => compare(value, actual));
}

const OPERATORS: Record<string, (value: string, actual: string) => boolean> = {
  StringEquals: (value, actual) => value === actual,
  StringLike: isLike,
  ArnEquals: isLike,
  ArnLike: isLike,
  Bool: (value, actual) => value.toLowerCase() === actual.toLowerCase(),
};

function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
