/**
 * A statement of policy.yml judged against AWS's own model of it (wafv2-rule.json, derived from botocore: the shape Rule and all that
 * it reaches): members, types, words, lengths and patterns. Strings stand for blobs, and names for ARNs of sets.
 */
import { nearest } from '#policy/nearest.ts';
import type { Path } from '#policy/source.ts';
import model from '#policy/wafv2-rule.json' with { type: 'json' };

interface Shape {
  type: 'structure' | 'list' | 'string' | 'integer' | 'boolean' | 'blob';
  members?: Record<string, string>;
  required?: string[];
  member?: string;
  enum?: string[];
  min?: number;
  max?: number;
  pattern?: string;
}

export interface ShapeFault {
  path: Path; // within the value
  of: 'key' | 'value';
  problem: string;
  remedy: string;
}

const SHAPES = model.shapes as unknown as Record<string, Shape>;
/** Structures of which AWS takes exactly one member. */
const ONE_OF = new Set([
  'Statement',
  'FieldToMatch',
  'RuleAction',
  'JsonMatchPattern',
  'HeaderMatchPattern',
  'CookieMatchPattern',
]);
const NESTABLE = new Set(['AndStatement', 'OrStatement']);

/** All faults of a value as AWS's shape of that name. */
export function shapeFaults(value: unknown, shape = 'Statement', path: Path = []): ShapeFault[] {
  const of = SHAPES[shape];
  if (!of) throw new RangeError(`${shape} is no shape of a rule`);
  const wrong = (problem: string, remedy: string): ShapeFault[] => [{ path, of: 'value', problem, remedy }];
  switch (of.type) {
    case 'structure':
      return isMap(value) ? structureFaults(value, shape, of, path) : wrong(`${told(value)} is not a map`, known(of));
    case 'list': {
      if (!Array.isArray(value)) return wrong(`${told(value)} is not a list`, 'write it in [ ]');
      const many = sizeFault(value.length, of, 'entries');
      const inner = value.flatMap((each, at) => shapeFaults(each, of.member ?? '', [...path, at]));
      return many ? [...wrong(...many), ...inner] : inner;
    }
    case 'integer': {
      if (!Number.isInteger(value)) return wrong(`${told(value)} is not a whole number`, 'write digits');
      const size = sizeFault(value as number, of, '');
      return size ? wrong(...size) : [];
    }
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong(`${told(value)} is neither true nor false`, 'write true or false');
    case 'blob':
      return typeof value === 'string'
        ? []
        : wrong(`${told(value)} is not text`, 'write it in quotes, as text and not in base64');
    case 'string':
      return textFaults(value, shape, of, wrong);
  }
}

function structureFaults(value: Record<string, unknown>, name: string, shape: Shape, path: Path): ShapeFault[] {
  const members = shape.members ?? {};
  const faults: ShapeFault[] = [];
  for (const key of Object.keys(value)) {
    const to = members[key];
    if (to) {
      const inner = [...path, key];
      if (!(to === 'ResourceArn' && typeof value[key] === 'string')) faults.push(...shapeFaults(value[key], to, inner));
      continue;
    }
    const meant = nearest(key, Object.keys(members));
    faults.push({
      path: [...path, key],
      of: 'key',
      problem: 'unknown key',
      remedy: meant ? `did you mean ${meant}?` : known(shape),
    });
  }
  for (const key of shape.required ?? [])
    if (value[key] === undefined && !faults.some(({ remedy }) => remedy === `did you mean ${key}?`))
      faults.push({ path, of: 'value', problem: `${key} is missing`, remedy: `write ${key}:` });
  const count = Object.keys(value).length;
  if (ONE_OF.has(name) && count !== 1) {
    const problem = count === 0 ? 'nothing of it is said' : `${count} of it are said, and AWS takes one`;
    faults.push({ path, of: 'value', problem, remedy: `write one of ${Object.keys(members).join(', ')}` });
  }
  for (const key of Object.keys(value)) {
    const statements = NESTABLE.has(key) ? (value[key] as { Statements?: unknown }).Statements : undefined;
    if (Array.isArray(statements) && statements.length < 2)
      faults.push({
        path: [...path, key],
        of: 'value',
        problem: `it joins ${statements.length} statement`,
        remedy: 'write two at least, or the one alone',
      });
  }
  return faults;
}

function textFaults(
  value: unknown,
  name: string,
  shape: Shape,
  wrong: (problem: string, remedy: string) => ShapeFault[],
): ShapeFault[] {
  if (typeof value !== 'string') return wrong(`${told(value)} is not text`, 'write it in quotes');
  if (shape.enum) {
    if (shape.enum.includes(value)) return [];
    const meant = nearest(value, shape.enum);
    return wrong(
      `${told(value)} is not known here`,
      meant ? `did you mean ${meant}?` : `write one of ${shape.enum.join(', ')}`,
    );
  }
  const size = sizeFault(value.length, shape, 'characters');
  if (size) return wrong(...size);
  if (shape.pattern && !matching(shape.pattern, value))
    return wrong(`${told(value)} is no ${name}`, `AWS takes what fits ${shape.pattern}`);
  return [];
}

/** The model's patterns are Java's: they match the whole. */
function matching(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`, 's').test(value);
}

function sizeFault(size: number, { min, max }: Shape, what: string): [string, string] | null {
  const many = what ? `${size} ${what}` : String(size);
  if (min !== undefined && size < min) return [`${many} are under the least that AWS takes`, `write at least ${min}`];
  if (max !== undefined && size > max) return [`${many} are over the most that AWS takes`, `write at most ${max}`];
  return null;
}

function known(shape: Shape): string {
  return `known are ${Object.keys(shape.members ?? {}).join(', ') || 'no keys: write {}'}`;
}

function told(value: unknown): string {
  const text = value === undefined || value === null ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
