/** Scenario files: reading them, and saying of each fault in one where it is and what would be right. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import {
  ENGINE_FAULTS,
  type EngineFault,
  milliseconds,
  type ScenarioText,
  scenarioSchema,
  type WorldFault,
} from '#rehearsal/scenario-format.ts';
import type { AdvisoryFile } from '#rehearsal/world/advisories.ts';
import type { ExportedFinding } from '#rehearsal/world/exported.ts';

export type { EngineFault, ScenarioText, WorldFault };
export { milliseconds };

/** A scenario with its data read. `file` is where it came from. */
export interface Scenario extends ScenarioText {
  file: string;
  data: AdvisoryFile[];
  /** Hosts of a real findings export, by instance id: they have and show exactly what it says. */
  exported?: Record<string, ExportedFinding[]>;
}

/** A scenario that cannot be used. `faults`: one line each, `file:line:column: what, and the remedy`. */
export class BadScenario extends Error {
  override readonly name = 'BadScenario';
  readonly faults: string[];
  constructor(faults: string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** Throws BadScenario with every fault at once. Paths of advisories are relative to the scenario's folder. */
export function loadScenario(file: string): Scenario {
  const text = parseScenario(readText(file, 'the scenario'), file);
  const data = text.advisories.map((path) => readAdvisories(resolve(dirname(file), path)));
  return { ...text, file, data };
}

export function listScenarios(dir: string): { name: string; title: string; file: string }[] {
  const files = readdirSync(dir).filter((name) => name.endsWith('.yml'));
  return files.sort().map((name) => {
    const file = join(dir, name);
    const { title } = parseScenario(readText(file, 'the scenario'), file);
    return { name: basename(name, '.yml'), title, file };
  });
}

export function isWorldFault(fault: WorldFault | EngineFault): fault is WorldFault {
  return !(ENGINE_FAULTS as readonly string[]).includes(fault.do);
}

/** When a fault happens by itself, epoch milliseconds; null: at once, or `on` says when. */
export function timeOfFault(scenario: Scenario, fault: WorldFault | EngineFault): number | null {
  if (fault.at) return Date.parse(fault.at);
  return fault.after ? Date.parse(scenario.start) + milliseconds(fault.after) : null;
}

export function parseScenario(source: string, file: string): ScenarioText {
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
  if (parsed.success) return parsed.data;
  const place = (path: PropertyKey[]) => at(offsetOf(document, path));
  throw new BadScenario(parsed.error.issues.flatMap((issue) => wordsOf(issue, place)));
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new BadScenario([`${file}: ${what} cannot be read (${code}). Remedy: check the path`]);
  }
}

export function readAdvisories(file: string): AdvisoryFile {
  try {
    return JSON.parse(readText(file, 'the advisories')) as AdvisoryFile;
  } catch (error) {
    if (error instanceof BadScenario) throw error;
    throw new BadScenario([`${file}: not JSON (${(error as Error).message}). Remedy: restore the file`]);
  }
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
    const near = nearest(key, keysAt(issue.path));
    const remedy = near ? `did you mean "${near}"?` : 'remove it';
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
