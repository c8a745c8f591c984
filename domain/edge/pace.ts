/** How fast probes may go, so that no rate rule takes our own scan for an attack (its 403 is no detection). */
import type { Probe } from '#domain/edge/probes.ts';
import type { ByteMatchStatement, RateBasedStatement, Statement } from '#domain/edge/site.ts';

export interface PaceOf {
  perSecond: number;
  /** The rate rule that sets it; null: the file's own `perSecond` does. */
  rule: string | null;
}

const LEAST_WINDOW_SECONDS = 300; // where a rule has none, AWS takes this

/** At most `perSecond`, and at most half of the tightest rate rule that could see one of the probes. */
export function paceOf(
  perSecond: number,
  rules: readonly { name: string; statement?: Statement | undefined }[],
  probes: readonly Probe[],
): PaceOf {
  let pace: PaceOf = { perSecond, rule: null };
  for (const { name, statement } of rules) {
    const rate = statement?.RateBasedStatement;
    if (!rate || !probes.some((probe) => counts(rate, probe))) continue;
    const half = rate.Limit / 2 / (rate.EvaluationWindowSec ?? LEAST_WINDOW_SECONDS);
    if (half < pace.perSecond) pace = { perSecond: half, rule: name };
  }
  return pace;
}

function counts({ ScopeDownStatement }: RateBasedStatement, probe: Probe): boolean {
  return ScopeDownStatement === undefined || fits(ScopeDownStatement, probe) !== false;
}

/** Whether a probe fits; null where this cannot be told from the statement alone, as of addresses, labels and transformed text. */
function fits(
  { AndStatement, OrStatement, NotStatement, ByteMatchStatement }: Statement,
  probe: Probe,
): boolean | null {
  if (NotStatement) {
    const inner = fits(NotStatement.Statement, probe);
    return inner === null ? null : !inner;
  }
  if (AndStatement) return joined(AndStatement.Statements, probe, false);
  if (OrStatement) return joined(OrStatement.Statements, probe, true);
  return ByteMatchStatement ? bytesFit(ByteMatchStatement, probe) : null;
}

/** And is settled by one `false`, Or by one `true`. */
function joined(statements: Statement[], probe: Probe, settles: boolean): boolean | null {
  const each = statements.map((statement) => fits(statement, probe));
  if (each.includes(settles)) return settles;
  return each.includes(null) ? null : !settles;
}

function bytesFit(bytes: ByteMatchStatement, probe: Probe): boolean | null {
  const text = partOf(bytes, probe);
  if (text === null || bytes.TextTransformations.some(({ Type }) => Type !== 'NONE' && Type !== 'LOWERCASE'))
    return null;
  const lower = bytes.TextTransformations.some(({ Type }) => Type === 'LOWERCASE');
  const seen = lower ? text.toLowerCase() : text;
  switch (bytes.PositionalConstraint) {
    case 'EXACTLY':
      return seen === bytes.SearchString;
    case 'STARTS_WITH':
      return seen.startsWith(bytes.SearchString);
    case 'ENDS_WITH':
      return seen.endsWith(bytes.SearchString);
    case 'CONTAINS':
      return seen.includes(bytes.SearchString);
    default:
      return null;
  }
}

function partOf({ FieldToMatch }: ByteMatchStatement, { method, target }: Probe): string | null {
  if (FieldToMatch.Method) return method;
  if (FieldToMatch.UriPath) return target.split('?')[0] ?? '';
  if (FieldToMatch.QueryString) return target.includes('?') ? target.slice(target.indexOf('?') + 1) : '';
  return null;
}
