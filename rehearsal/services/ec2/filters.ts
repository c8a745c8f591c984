/**
 * EC2's filters: joined by AND, their values by OR, both minding case; `*` and `?` are wildcards. At most 50 filters, and 200
 * values in one. Facts: Filter (EC2 API Reference), "List and filter using the CLI and API" (EC2 User Guide).
 */
import { AwsFault } from '#rehearsal/api.ts';

export interface Ec2Filter {
  Name: string;
  Values?: string[];
}

/** What a filter of this name looks at; null: there is no such filter. */
export type FieldsOf<Row> = (name: string) => ((row: Row) => readonly unknown[]) | null;

/** Throws AwsFault for a filter that the operation does not have, and for too many. */
export function compileFilters<Row>(filters: readonly Ec2Filter[], fieldsOf: FieldsOf<Row>): (row: Row) => boolean {
  if (filters.length > 50) throw new AwsFault('FilterLimitExceeded', 'The maximum number of filters is 50');
  const compiled = filters.map(({ Name, Values = [] }) => {
    if (Values.length > 200) throw new AwsFault('FilterLimitExceeded', 'The maximum number of filter values is 200');
    const fields = fieldsOf(Name);
    if (!fields) throw new AwsFault('InvalidParameterValue', `The filter '${Name}' is invalid`);
    const isWanted = matcher(Values);
    return (row: Row) => fields(row).some((value) => isWanted(textOf(value)));
  });
  return (row) => compiled.every((fits) => fits(row));
}

/** Values without a wildcard are looked up: a question may name 200 ids of 2,000 hosts. */
function matcher(values: readonly string[]): (text: string) => boolean {
  const plain = new Set(values.filter((value) => !/[*?\\]/.test(value)));
  const wild = values.filter((value) => /[*?\\]/.test(value)).map(wildcard);
  return (text) => plain.has(text) || wild.some((pattern) => pattern.test(text));
}

/** `*` and `?` stand for anything and any one, unless a backslash is before them. */
function wildcard(wanted: string): RegExp {
  const parts = wanted.match(/\\[\s\S]|[\s\S]/g) ?? [];
  const pattern = parts.map((part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    return (part.length > 1 ? part.slice(1) : part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${pattern.join('')}$`);
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

/** All values at a path of member names, through lists; members that are not there have none. */
export function valuesAt(row: unknown, path: readonly string[]): unknown[] {
  if (row === undefined || row === null) return [];
  if (Array.isArray(row)) return row.flatMap((item) => valuesAt(item, path));
  const [member, ...rest] = path;
  return member === undefined ? [row] : valuesAt((row as Record<string, unknown>)[member], rest);
}
