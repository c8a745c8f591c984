import type { z } from 'zod';
import { sha256 } from '#domain/hash.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Policy } from '#domain/policy.ts';
import { CHECKS, type Conflict } from '#policy/checks.ts';
import { BUILT_IN } from '#policy/defaults.ts';
import { type Fault, fault, issueFaults, PolicyFaults, pathText } from '#policy/faults.ts';
import { type Defaults, defaultsSchema, type Group, groupKey, groupSchema, shellSchema } from '#policy/schema.ts';
import { readSites } from '#policy/site.ts';
import { type Path, readSource, type Source } from '#policy/source.ts';

/**
 * The policy of a policy.yml: what it says, over its `defaults`, over ours; checked, hashed and frozen. Lists and windows are
 * replaced whole, maps key by key. Throws `PolicyFaults` with everything that is wrong.
 */
export function loadPolicy(file: string): Policy {
  const source = opened(file);
  const faults: Fault[] = [];
  const shell = read(source, shellSchema, [], faults).value;
  const defaults = shell?.defaults === undefined ? NOTHING : read(source, defaultsSchema, ['defaults'], faults);
  const groups: [string, GroupPolicy][] = [];
  // Not those of `shell`, which has no key `__proto__`: that is a name too.
  for (const name of Object.keys((shell?.groups && source.value(['groups'])) ?? {})) {
    const path = ['groups', name];
    const wrong = groupKey.safeParse(name).error?.issues[0]?.message.split('; ');
    if (wrong) faults.push(fault(source, path, 'key', `not ${wrong[0]}`, wrong[1] ?? ''));
    const own = read(source, groupSchema, path, faults);
    const group = merged(name, defaults.value ?? {}, own.value ?? {});
    const bad = new Set([...own.bad, ...[...defaults.bad].filter((key) => source.value([...path, key]) === undefined)]);
    if (own.value) faults.push(...groupFaults(source, group, bad));
    groups.push([name, group]);
  }
  if (shell?.groups && Object.keys(source.value(['groups']) ?? {}).length === 0) {
    faults.push(
      fault(source, ['groups'], 'key', 'no group', 'write a group below it, by the value of its tag PatchGroup'),
    );
  }
  const sites = readSites(
    source,
    Object.keys(shell?.sites ?? {}),
    groups.map(([name]) => name),
    faults,
  );
  if (faults.length > 0) throw new PolicyFaults(faults);
  const content = { version: 1 as const, groups: Object.fromEntries(groups), ...(shell?.sites ? { sites } : {}) };
  return frozen({ ...content, hash: sha256(content) });
}

function opened(file: string): Source {
  const whole = (problem: string, remedy: string) =>
    new PolicyFaults([{ file, line: 1, column: 1, path: '', problem, remedy }]);
  let source: Source;
  try {
    source = readSource(file);
  } catch (error) {
    throw whole(`cannot be read (${codeOf(error)})`, 'name a policy.yml that is there');
  }
  if (source.syntax.length > 0) throw new PolicyFaults(source.syntax.map((each) => ({ file, path: '', ...each })));
  if (source.value([]) === null) throw whole('the file is empty', 'write version: 1 and groups:');
  return source;
}

interface Read<T> {
  value: T | null; // without the members that have faults
  bad: Set<string>; // names of those
}
const NOTHING: Read<Defaults> = { value: {}, bad: new Set() };

function read<T>(source: Source, schema: z.ZodType<T>, path: Path, faults: Fault[]): Read<T> {
  const raw = source.value(path);
  const first = schema.safeParse(raw);
  if (first.success) return { value: first.data, bad: new Set() };
  const bad = new Set<string>();
  faults.push(...issueFaults(source, schema, path, first.error.issues));
  for (const issue of first.error.issues) {
    const [member] = issue.path;
    if (member !== undefined) bad.add(String(member));
    else if (issue.code === 'unrecognized_keys') for (const key of issue.keys) bad.add(key);
  }
  if (raw === null || typeof raw !== 'object' || bad.size === 0) return { value: null, bad };
  const rest = Object.fromEntries(Object.entries(raw).filter(([key]) => !bad.has(key)));
  return { value: schema.safeParse(rest).data ?? null, bad };
}

function merged(name: string, defaults: Defaults, group: Group): GroupPolicy {
  const pick = <K extends keyof Defaults & keyof typeof BUILT_IN>(key: K) =>
    (group[key] ?? defaults[key] ?? BUILT_IN[key]) as GroupPolicy[K];
  return {
    name,
    mode: pick('mode'),
    os: group.os ?? defaults.os ?? [],
    rings: group.rings ?? defaults.rings ?? [],
    reboot: pick('reboot'),
    replaced: pick('replaced'),
    baseline: over(BUILT_IN.baseline, defaults.baseline, group.baseline),
    gate: over(BUILT_IN.gate, defaults.gate, group.gate),
    approvals: over(BUILT_IN.approvals, defaults.approvals, group.approvals),
    window: group.window !== undefined ? group.window : (defaults.window ?? BUILT_IN.window),
    proofDays: pick('proofDays'),
    rescanMinutes: over(BUILT_IN.rescanMinutes, defaults.rescanMinutes, group.rescanMinutes),
    triggers: over(BUILT_IN.triggers, defaults.triggers, group.triggers),
    waivers: group.waivers ?? BUILT_IN.waivers,
  };
}

/** Key by key, the later layer first. */
function over<T extends object>(base: T, ...layers: ({ [K in keyof T]?: T[K] | undefined } | undefined)[]): T {
  return Object.assign({}, base, ...layers);
}

/** What the merged group lacks, and which of its settings cannot go together. */
function groupFaults(source: Source, group: GroupPolicy, bad: ReadonlySet<string>): Fault[] {
  const home = ['groups', group.name];
  const missing = (['os', 'rings'] as const).filter((key) => group[key].length === 0);
  const lacking = missing
    .filter((key) => !bad.has(key))
    .map((key) => fault(source, [...home, key], 'key', 'missing', `write ${key}: here or under defaults:`));
  const unsure = new Set<string>([...bad, ...missing]);
  const conflicts = CHECKS.filter(({ needs }) => !needs.some((key) => unsure.has(key))).flatMap((c) => c.find(group));
  return [...lacking, ...conflicts.map((each) => conflictFault(source, home, each))];
}

function conflictFault(source: Source, home: Path, { at, against, problem, remedy }: Conflict): Fault {
  const here = written(source, home, at);
  let other = '';
  if (against) {
    const there = written(source, home, against);
    const line = there ? `line ${source.place(there, 'key').line}` : 'built in';
    other = `${pathText(against)} (${line})`;
  }
  const found = fault(source, here ?? home, here ? 'value' : 'key', problem.replace('{other}', other), remedy);
  return { ...found, path: pathText([...home, ...at]) };
}

/** Where a setting of a group is written: in the group, or under `defaults`. */
function written(source: Source, home: Path, path: Path): Path | null {
  return (
    [
      [...home, ...path],
      ['defaults', ...path],
    ].find((each) => source.value(each) !== undefined) ?? null
  );
}

function frozen<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
