/** The sites of a policy.yml: spelled, judged against AWS's model, laid out as the edge loop takes them. */
import type { z } from 'zod';
import type { SitePolicy, SiteRule, Statement } from '#domain/edge/site.ts';
import { type Fault, fault, issueFaults } from '#policy/faults.ts';
import { shapeFaults } from '#policy/shape-faults.ts';
import { siteConflicts } from '#policy/site-checks.ts';
import type { SiteConflict } from '#policy/site-rule-checks.ts';
import { type SiteSpelling, siteName, siteSchema } from '#policy/site-schema.ts';
import type { Path, Source } from '#policy/source.ts';

/** All sites that could be read; what is wrong goes to `faults`, all at once. */
export function readSites(
  source: Source,
  names: readonly string[],
  groups: readonly string[],
  faults: Fault[],
): Record<string, SitePolicy> {
  const sites: Record<string, SitePolicy> = {};
  for (const name of names) {
    const home = ['sites', name];
    const wrong = siteName.safeParse(name).error?.issues[0]?.message.split('; ');
    if (wrong) faults.push(fault(source, home, 'key', `not ${wrong[0]}`, wrong[1] ?? ''));
    if (groups.includes(name))
      faults.push(
        fault(source, home, 'key', `${name} is a group too`, 'give the site another name: leases and notices go by it'),
      );
    const read = siteSchema.safeParse(source.value(home));
    if (read.error) faults.push(...issueFaults(source, siteSchema as z.ZodType, home, read.error.issues));
    const statements = statementFaults(source, home);
    faults.push(...statements);
    if (read.data && statements.length === 0) sites[name] = siteOf(name, read.data);
  }
  for (const site of Object.values(sites))
    faults.push(
      ...siteConflicts(site, sites, groups).map((conflict) => conflictFault(source, ['sites', site.name], conflict)),
    );
  return sites;
}

/** Statements are read as they are written, and judged here with their own lines. */
function statementFaults(source: Source, home: Path): Fault[] {
  return statementPaths(source, home).flatMap((path) =>
    shapeFaults(source.value(path)).map(({ path: within, of, problem, remedy }) =>
      fault(source, [...path, ...within], of, problem, remedy),
    ),
  );
}

function statementPaths(source: Source, home: Path): Path[] {
  const groups = source.value([...home, 'ruleGroups']);
  const lists: Path[] = [[...home, 'rules'], ...keysOf(groups).map((name) => [...home, 'ruleGroups', name])];
  return lists.flatMap((list) => {
    const rules = source.value(list);
    return (Array.isArray(rules) ? rules : []).flatMap((_, at) =>
      [
        [...list, at, 'statement'],
        [...list, at, 'managed', 'scopeDown'],
      ].filter((path) => source.value(path) !== undefined),
    );
  });
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

function siteOf(name: string, spelled: SiteSpelling): SitePolicy {
  return {
    ...spelled,
    name,
    group: spelled.group ?? null,
    logs: spelled.logs ?? null,
    clientAddress: spelled.clientAddress ?? null,
    after: spelled.after ?? null,
    rules: spelled.rules.map(ruleOf),
    ruleGroups: Object.fromEntries(
      Object.entries(spelled.ruleGroups).map(([group, rules]) => [group, rules.map(ruleOf)]),
    ),
  };
}

function ruleOf({
  statement,
  managed,
  ruleGroup,
  atOnce,
  deliberately,
  ...rest
}: SiteSpelling['rules'][number]): SiteRule {
  return {
    ...rest,
    ...(statement === undefined ? {} : { statement: statement as Statement }),
    ...(managed === undefined
      ? {}
      : {
          managed: {
            vendor: managed.vendor,
            name: managed.name,
            version: managed.version ?? null,
            ...(managed.scopeDown === undefined ? {} : { scopeDown: managed.scopeDown as Statement }),
          },
        }),
    ...(ruleGroup === undefined ? {} : { ruleGroup }),
    atOnce: atOnce ?? null,
    deliberately: deliberately ?? null,
  };
}

function conflictFault(source: Source, home: Path, { at, of, problem, remedy }: SiteConflict): Fault {
  return fault(source, [...home, ...at], of ?? 'value', problem, remedy);
}
