/** The text of a scenario file, and in words what is wrong with it and where. */
import { LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type ScenarioText, scenarioSchema } from '#rehearsal/scenario/format.ts';

/** A scenario that cannot be used. `faults`: one line each, `file:line:column: what, and the remedy`. */
export class BadScenario extends Error {
  override readonly name = 'BadScenario';
  readonly faults: string[];
  constructor(faults: string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** A scenario as it is written, and where in the file a part of it stands. */
export interface Parsed {
  text: ScenarioText;
  place(path: PropertyKey[]): string; // file:line:column
}

/** Throws BadScenario with every fault of form at once. */
export function parseScenario(source: string, file: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new BadScenario(
      document.errors.map(
        (error) =>
          `${at(error.pos[0])}: not YAML: ${error.message.replace(/ at line [\s\S]*/, '')}. Remedy: correct the quotes or indentation there`,
      ),
    );
  }
  const parsed = scenarioSchema.safeParse(document.toJS());
  const place = (path: PropertyKey[]) => at(offsetOf(document, path));
  if (parsed.success) return { text: parsed.data, place };
  throw new BadScenario(parsed.error.issues.flatMap((issue) => wordsOf(issue, place)));
}

function offsetOf(document: ReturnType<typeof parseDocument>, path: PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pairs = (parent as { items?: { key?: Node & { value?: unknown } }[] } | null)?.items ?? [];
    const pair = pairs.find((item) => item.key?.value === key);
    const range = pair?.key?.range ?? (document.getIn(path.slice(0, length), true) as Node | undefined)?.range;
    if (range) return range[0];
  }
  return 0;
}

function wordsOf(issue: z.core.$ZodIssue, place: (path: PropertyKey[]) => string): string[] {
  const where = issue.path.join('.') || 'the scenario';
  if (issue.code !== 'unrecognized_keys') return [`${place(issue.path)}: ${where}: ${issue.message}`];
  return issue.keys.map((key) => {
    const remedy = remedyFor(key, keysAt(issue.path), 'remove it');
    return `${place([...issue.path, key])}: unknown key "${key}" in ${where}. Remedy: ${remedy}`;
  });
}

/** Every key that the format knows: a misspelling is compared with all of them, but first with those of its own place. */
function keysAt(path: PropertyKey[]): string[] {
  let schema: unknown = scenarioSchema;
  const all = new Set<string>();
  for (const step of [...path, null]) {
    const shapes = shapesOf(schema);
    if (step === null) for (const shape of shapes) for (const key of Object.keys(shape)) all.add(key);
    else schema = typeof step === 'number' ? schema : shapes.map((shape) => shape[String(step)]).find(Boolean);
  }
  return [...all];
}

function shapesOf(schema: unknown): Record<string, unknown>[] {
  const def = (schema as { def?: Record<string, unknown> } | undefined)?.def;
  if (!def) return [];
  if (def.shape) return [def.shape as Record<string, unknown>];
  if (Array.isArray(def.options)) return def.options.flatMap(shapesOf);
  return shapesOf(def.element ?? def.innerType ?? def.valueType);
}

/** The near one of what is known; else all of a short list, else `otherwise`. */
export function remedyFor(word: string, known: string[], otherwise: string): string {
  const near = nearest(word, known);
  return near ? `did you mean "${near}"?` : otherwise;
}

function nearest(word: string, known: string[]): string | null {
  const ranked = known.map((key) => ({ key, far: distance(word.toLowerCase(), key.toLowerCase()) }));
  const best = ranked.sort((a, b) => a.far - b.far)[0];
  return best && best.far <= Math.max(2, word.length / 3) ? best.key : null;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

export interface Misfit {
  path: PropertyKey[];
  problem: string;
  word: string; // what is not known
  known: string[]; // what would be right, if one of it is near
  otherwise: string; // the remedy if none is
}
