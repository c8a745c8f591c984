import { createHash } from 'node:crypto';
import { AwsFault } from '#rehearsal/api.ts';

export interface PageRule {
  operation: string;
  least: number;
  most: number;
  usual: number; // without MaxResults
  cap?: number; // rows at most, whatever is asked
  badToken?: string; // error code for a token of another list
  badSize?: string; // for a size out of range
}

/** A page of `rows`. The token is opaque and good for this list only: same operation, same question. */
export function pageOf<T>(
  rows: readonly T[],
  rule: PageRule,
  question: unknown,
  maxResults: number | undefined,
  token: string | undefined,
): { rows: T[]; next: string | undefined } {
  if (maxResults !== undefined && (maxResults < rule.least || maxResults > rule.most)) {
    const words = `maxResults: must be between ${rule.least} and ${rule.most}, got ${maxResults}`;
    throw new AwsFault(rule.badSize ?? 'ValidationException', words);
  }
  const list = createHash('sha256')
    .update(`${rule.operation} ${JSON.stringify(question)}`)
    .digest('hex')
    .slice(0, 16);
  const from = token === undefined ? 0 : offsetOf(token, list, rule);
  const size = Math.min(maxResults ?? rule.usual, rule.cap ?? Number.POSITIVE_INFINITY);
  const next = from + size < rows.length ? Buffer.from(`${list}/${from + size}`).toString('base64url') : undefined;
  return { rows: rows.slice(from, from + size), next };
}

function offsetOf(token: string, list: string, rule: PageRule): number {
  const [of, offset] = Buffer.from(token, 'base64url').toString().split('/');
  if (of !== list || !/^\d+$/.test(offset ?? ''))
    throw new AwsFault(rule.badToken ?? 'ValidationException', 'the next token is not of this list');
  return Number(offset);
}

/** A time as callers send it: epoch seconds, ISO text or a Date. */
export function timeOf(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return value * 1000;
  const text = String(value);
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
