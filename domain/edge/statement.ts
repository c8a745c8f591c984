/** Looking into AWS's statements: what is nested, what is inspected, what always or never matches. */
import type { FieldStatement, FieldToMatch, Statement } from '#domain/edge/site.ts';

/** The statement and all that it nests, outermost first: And, Or, Not, and what scopes a rate or a group down. */
export function* statementsIn(statement: Statement): Generator<Statement> {
  yield statement;
  for (const inner of nested(statement)) yield* statementsIn(inner);
}

function nested(statement: Statement): Statement[] {
  const { AndStatement, OrStatement, NotStatement, RateBasedStatement, ManagedRuleGroupStatement } = statement;
  return [
    ...(AndStatement?.Statements ?? []),
    ...(OrStatement?.Statements ?? []),
    ...(NotStatement ? [NotStatement.Statement] : []),
    ...(RateBasedStatement?.ScopeDownStatement ? [RateBasedStatement.ScopeDownStatement] : []),
    ...(ManagedRuleGroupStatement?.ScopeDownStatement ? [ManagedRuleGroupStatement.ScopeDownStatement] : []),
  ];
}

/** The members of a statement that inspect a field, by their kind. */
export function fieldStatement(statement: Statement): FieldStatement | null {
  return (
    statement.ByteMatchStatement ??
    statement.SqliMatchStatement ??
    statement.XssMatchStatement ??
    statement.SizeConstraintStatement ??
    statement.RegexMatchStatement ??
    statement.RegexPatternSetReferenceStatement ??
    null
  );
}

/** Whether the statement, or one that it nests, looks into the body, which a load balancer hands over only in part. */
export function looksIntoBody(statement: Statement): boolean {
  return [...statementsIn(statement)].some((each) => {
    const field = fieldStatement(each)?.FieldToMatch;
    return field?.Body !== undefined || field?.JsonBody !== undefined;
  });
}

/**
 * `always` and `never` only where the statement itself shows it: a path begins with `/`, every size is at least 0, a country list of
 * none does not exist. `perhaps` says nothing.
 */
export function matches(statement: Statement): 'always' | 'never' | 'perhaps' {
  const { AndStatement, OrStatement, NotStatement } = statement;
  if (NotStatement) {
    const inner = matches(NotStatement.Statement);
    return inner === 'always' ? 'never' : inner === 'never' ? 'always' : 'perhaps';
  }
  if (AndStatement) return all(AndStatement.Statements.map(matches), 'always', 'never');
  if (OrStatement) return all(OrStatement.Statements.map(matches), 'never', 'always');
  return alwaysOf(statement) ? 'always' : neverOf(statement) ? 'never' : 'perhaps';
}

/** `whole` if all are, `broken` if one is. */
function all<T extends string>(each: T[], whole: T, broken: T): T | 'perhaps' {
  if (each.includes(broken)) return broken;
  return each.length > 0 && each.every((one) => one === whole) ? whole : 'perhaps';
}

function alwaysOf({ ByteMatchStatement: bytes, SizeConstraintStatement: size, RegexMatchStatement: regex }: Statement) {
  if (bytes && isPath(bytes.FieldToMatch))
    return bytes.SearchString === '/' && ['STARTS_WITH', 'CONTAINS'].includes(bytes.PositionalConstraint);
  if (size && size.FieldToMatch.Body === undefined)
    return (size.ComparisonOperator === 'GE' && size.Size <= 0) || (size.ComparisonOperator === 'NE' && size.Size < 0);
  if (!regex) return false;
  const bare = regex.RegexString.replace(/^\^/, '').replace(/\$$/, '');
  return (
    bare === '.*' ||
    bare === '' ||
    (isPath(regex.FieldToMatch) && ['/', '/.*'].includes(bare) && !regex.RegexString.endsWith('/$'))
  );
}

function neverOf({ SizeConstraintStatement: size }: Statement): boolean {
  return size !== undefined && size.ComparisonOperator === 'LT' && size.Size <= 0;
}

function isPath(field: FieldToMatch): boolean {
  return field.UriPath !== undefined;
}

/** `UriPath`, `SingleHeader user-agent`: for words. */
export function fieldName(field: FieldToMatch): string {
  const [kind = 'nothing', of] = Object.entries(field)[0] ?? [];
  const name = (of as { Name?: string } | undefined)?.Name;
  return name ? `${kind} ${name}` : kind;
}
