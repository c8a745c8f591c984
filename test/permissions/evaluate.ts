/** As much of IAM's evaluation as identity policies of ours need. What is not known throws: it must not pass for allowed. */

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface Request {
  action: string; // ssm:SendCommand
  resource: string; // an ARN, or * where the action knows no resource
  context: Record<string, string | string[]>; // aws:ResourceTag/PatchGroup …
}

/** The statements that allow it; empty: it is refused. A Deny beats all. */
export function allowing(statements: Statement[], request: Request): Statement[] {
  const matching = statements.filter((statement) => applies(statement, request));
  return matching.some(({ Effect }) => Effect === 'Deny') ? [] : matching;
}

function applies({ Action, Resource, Condition = {} }: Statement, { action, resource, context }: Request): boolean {
  return (
    [Action].flat().some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
    [Resource].flat().some((pattern) => like(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, [values].flat(), context[key])),
    )
  );
}

/** A key that the request does not have matches nothing, but each of no values is whatever it should be. */
function holds(operator: string, values: string[], actual: string | string[] | undefined): boolean {
  if (operator === 'Null') return values.includes(actual === undefined ? 'true' : 'false');
  if (operator.startsWith('ForAllValues:'))
    return [actual ?? []].flat().every((one) => holds(operator.replace('ForAllValues:', ''), values, one));
  if (operator === 'StringEquals') return values.some((value) => value === actual);
  if (operator === 'StringLike' || operator === 'ArnLike')
    return typeof actual === 'string' && values.some((value) => like(value, actual));
  throw new Error(`the condition ${operator} is not known`);
}

function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
