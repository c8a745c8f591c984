/**
 * Inspector's filters over a value. Fields are joined by AND. Of one field, EQUALS, PREFIX and ranges are alternatives, and NOT_EQUALS
 * excludes: no page of Inspector says the latter, it is what Security Hub documents of the same words. A value that is not there
 * equals nothing.
 */
import { timeOf } from '#rehearsal/services/paging.ts';

/** By field. One to ten entries each, which the model checks. */
export type Criteria = Record<string, readonly unknown[]>;

export interface TextFilter {
  comparison: string;
  value: string;
}

/** Text, a list of texts, a number, a time or tags; undefined: nothing of the kind. */
export type FieldValue = string | readonly string[] | number | Date | Record<string, string> | undefined;

export function fieldMatches(value: FieldValue, filters: readonly unknown[]): boolean {
  if (value instanceof Date) return filters.some((filter) => within(value.getTime(), filter));
  if (typeof value === 'number') return filters.some((filter) => inRange(value, filter));
  if (filters.every(isText)) return textMatches(textsOf(value), filters);
  return isTags(value) && filters.some((filter) => tagMatches(value, filter));
}

export function textMatches(values: readonly string[], filters: readonly TextFilter[]): boolean {
  let [isAsked, isFound] = [false, false];
  for (const { comparison, value } of filters) {
    if (comparison === 'NOT_EQUALS') {
      if (values.includes(value)) return false;
      continue;
    }
    isAsked = true;
    isFound ||= comparison === 'PREFIX' ? values.some((one) => one.startsWith(value)) : values.includes(value);
  }
  return isFound || !isAsked;
}

/** A package fits an entry with all its parts, whose `epoch` is a range. */
export function packageMatches(one: Record<string, unknown>, filter: unknown): boolean {
  return Object.entries(filter as Record<string, unknown>).every(([part, wanted]) =>
    fieldMatches(one[part === 'architecture' ? 'arch' : part] as FieldValue, [wanted]),
  );
}

function textsOf(value: FieldValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : [];
}

function isText(filter: unknown): filter is TextFilter {
  return typeof (filter as TextFilter).comparison === 'string' && !('key' in (filter as object));
}

function isTags(value: FieldValue): value is Record<string, string> {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Without a value: any. */
function tagMatches(tags: Record<string, string>, filter: unknown): boolean {
  const { key, value } = filter as { key: string; value?: string };
  return value === undefined ? tags[key] !== undefined : tags[key] === value;
}

function within(at: number, filter: unknown): boolean {
  const { startInclusive, endInclusive } = filter as Record<string, unknown>;
  return at >= (timeOf(startInclusive) ?? -Infinity) && at <= (timeOf(endInclusive) ?? Infinity);
}

function inRange(value: number, filter: unknown): boolean {
  const { lowerInclusive = -Infinity, upperInclusive = Infinity } = filter as Record<string, number>;
  return value >= lowerInclusive && value <= upperInclusive;
}
