import type { z } from 'zod';
import { nearest } from '#policy/nearest.ts';
import type { Path, Source } from '#policy/source.ts';

/** One thing that is wrong with a policy, where, and what would be right. Line and column count from 1. */
export interface Fault {
  file: string;
  line: number;
  column: number;
  path: string; // groups.web.rings[0].soakMinutes; empty for the file as a whole
  problem: string;
  remedy: string;
}

/** All faults of a policy file at once; the message has a line for each, in the order of the file. */
export class PolicyFaults extends Error {
  override readonly name = 'PolicyFaults';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    const inOrder = [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
    super(inOrder.map(faultLine).join('\n'));
    this.faults = inOrder;
  }
}

function faultLine({ file, line, column, path, problem, remedy }: Fault): string {
  return `${file}:${line}:${column} ${path ? `${path}: ` : ''}${problem}; ${remedy}`;
}

export function pathText(path: Path): string {
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text ? `.${part}` : part;
  return text;
}

/** What zod found in the value at `base`. A key that is misspelt is not reported as missing too. */
export function issueFaults(source: Source, schema: z.ZodType, base: Path, issues: z.core.$ZodIssue[]): Fault[] {
  const faults = issues.flatMap((issue) => issueFault(source, schema, base, issue));
  const misspelt = new Set<string>();
  for (const { path, problem, remedy } of faults) {
    const meant = problem === UNKNOWN_KEY && /^did you mean (.+)\?$/.exec(remedy)?.[1];
    if (meant) misspelt.add(`${path.slice(0, path.lastIndexOf('.') + 1)}${meant}`);
  }
  return faults.filter(({ path, problem }) => problem !== MISSING || !misspelt.has(path));
}

const UNKNOWN_KEY = 'unknown key';
const MISSING = 'missing';

function issueFault(source: Source, schema: z.ZodType, base: Path, issue: z.core.$ZodIssue): Fault[] {
  const within = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const path = [...base, ...within];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, within);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      const remedy = meant ? `did you mean ${meant}?` : `known are ${known.join(', ')}`;
      return fault(source, [...path, key], 'key', UNKNOWN_KEY, remedy);
    });
  }
  const [should = '', write = ''] = issue.message.split(/; (.*)/s);
  const found = source.value(path);
  if (found === undefined) return [fault(source, path, 'key', MISSING, write || should)];
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const meant = typeof found === 'string' ? nearest(found, values) : null;
    const remedy = meant ? `did you mean ${meant}?` : `write one of ${values.join(', ')}`;
    return [fault(source, path, 'value', `${shown(found)} is not known here`, remedy)];
  }
  const wanted = write ? should : 'what belongs here';
  return [fault(source, path, 'value', `${shown(found)} is not ${wanted}`, write || should)];
}

export function fault(source: Source, path: Path, of: 'key' | 'value', problem: string, remedy: string): Fault {
  const { line, column } = source.place(path, of);
  return { file: source.file, line, column, path: pathText(path), problem, remedy };
}

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The keys that the schema knows at a path. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let at: z.core.$ZodType | undefined = schema;
  for (const part of [...path, null]) {
    while (at && ('innerType' in at._zod.def || 'in' in at._zod.def)) {
      const def = at._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType };
      at = def.innerType ?? def.in;
    }
    const def = at?._zod.def as
      | {
          shape?: Record<string, z.core.$ZodType>;
          element?: z.core.$ZodType;
          valueType?: z.core.$ZodType;
          keyType?: z.core.$ZodType;
        }
      | undefined;
    if (part !== null) at = def?.shape?.[part] ?? def?.element ?? def?.valueType;
    else if (def?.shape) return Object.keys(def.shape);
    else return [...(def?.keyType?._zod.values ?? [])].map(String);
  }
  return [];
}
