/** What the parts of a site say about each other: each fault with the place in the site and the remedy. */

import { trialsFor } from '#domain/edge/bound.ts';
import { orderFindings } from '#domain/edge/order/order.ts';
import { ATTACKS } from '#domain/edge/probes.ts';
import { regexFault } from '#domain/edge/regex-fault.ts';
import { awsRules } from '#domain/edge/rules.ts';
import { PROBE_RULE, type SitePolicy, type SiteRule, type SiteSet } from '#domain/edge/site.ts';
import { meant, ruleConflicts, type SiteConflict } from '#policy/site-rule-checks.ts';
import type { Path } from '#policy/source.ts';

export function siteConflicts(
  site: SitePolicy,
  sites: Record<string, SitePolicy>,
  groups: readonly string[],
): SiteConflict[] {
  const lists: [Path, SiteRule[]][] = [
    [['rules'], site.rules],
    ...Object.entries(site.ruleGroups).map(([name, rules]): [Path, SiteRule[]] => [['ruleGroups', name], rules]),
  ];
  const own = lists.flatMap(([path, rules]) => [
    ...rules.flatMap((rule, at) => ruleConflicts(site, rule, [...path, at])),
    ...alike(rules, path, 'name'),
  ]);
  return [
    ...own,
    ...setConflicts(site),
    ...endpointConflicts(site),
    ...promotionConflicts(site),
    ...patchConflicts(site),
    ...alike(site.benign, ['benign'], 'id'),
    ...neighbours(site, sites, groups),
    ...(own.length === 0 ? orderConflicts(site) : []),
  ];
}

function setConflicts({ regexSets, ipSets }: SitePolicy): SiteConflict[] {
  const mixed = Object.entries(ipSets).flatMap(([name, set]) =>
    'of' in set && new Set(set.of.map((each) => each.includes(':'))).size > 1
      ? [
          {
            at: ['ipSets', name],
            problem: 'it holds IPv4 and IPv6 ranges, and AWS takes one kind in a set',
            remedy: 'part it in two',
          },
        ]
      : [],
  );
  const patterns = Object.entries(regexSets).flatMap(([name, set]) => {
    if (!('of' in set)) return [];
    const many =
      set.of.length > 10
        ? [
            {
              at: ['regexSets', name],
              problem: `${set.of.length} patterns, and AWS takes 10`,
              remedy: 'part it in two',
            },
          ]
        : [];
    const each = set.of.flatMap((pattern, at) => {
      const wrong = regexFault(pattern);
      return wrong
        ? [
            {
              at: ['regexSets', name, at],
              problem: `the pattern ${wrong}`,
              remedy: 'write it as AWS takes it, (?: ) for groups',
            },
          ]
        : [];
    });
    return [...many, ...each];
  });
  const kinds: [Path, SiteSet, string][] = [
    ...Object.entries(ipSets).map(([name, set]): [Path, SiteSet, string] => [['ipSets', name], set, 'ipset']),
    ...Object.entries(regexSets).map(([name, set]): [Path, SiteSet, string] => [
      ['regexSets', name],
      set,
      'regexpatternset',
    ]),
  ];
  const foreign = kinds.flatMap(([at, set, kind]) =>
    'external' in set && !set.external.includes(`/${kind}/`)
      ? [{ at, problem: `${set.external} is no ${kind}`, remedy: `name the ARN of an ${kind}` }]
      : [],
  );
  return [...mixed, ...patterns, ...foreign];
}

/** An endpoint is a host with its name: https, or http on loopback alone. */
function endpointConflicts({ endpoints }: SitePolicy): SiteConflict[] {
  return endpoints.flatMap((endpoint, at) => {
    const wrong = (problem: string, remedy: string) => [{ at: ['endpoints', at], problem, remedy }];
    const { protocol, hostname, pathname, search, hash, username } = new URL(endpoint);
    const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
    if (protocol !== 'https:' && !(protocol === 'http:' && loopback))
      return wrong(`${endpoint} is not https`, 'write https://');
    if (/^[\d.]+$|^\[/.test(hostname) && !loopback)
      return wrong(`${hostname} is an address`, 'write the name that its certificate has');
    if (pathname !== '/' || search || hash || username)
      return wrong(`${endpoint} holds more than a host`, 'write the host alone, and probes.path');
    return [];
  });
}

function promotionConflicts({ promote, rules }: SitePolicy): SiteConflict[] {
  const needed = trialsFor(promote.falsePositives);
  const found: SiteConflict[] = [];
  if (promote.visits < needed)
    found.push({
      at: ['promote', 'visits'],
      problem: `${promote.visits} visits without a match prove no bound of ${promote.falsePositives * 100}%`,
      remedy: `write visits: ${needed} or more, or a higher falsePositives`,
    });
  promote.byName.forEach(({ rule }, at) => {
    const of = rules.find(({ name }) => name === rule.split('/')[0]);
    const path = ['promote', 'byName', at, 'rule'];
    if (!of)
      found.push({
        at: path,
        problem: `no rule is called ${rule}`,
        remedy: meant(
          rule,
          rules.map(({ name }) => name),
          'rules',
        ),
      });
    else if (of.keep[rule.slice(of.name.length + 1)])
      found.push({ at: path, problem: `${rule} is kept on count`, remedy: 'take it out of keep, or out of byName' });
  });
  return found;
}

function patchConflicts({ virtualPatches, rules }: SitePolicy): SiteConflict[] {
  return virtualPatches.flatMap((patch, at) => [
    ...patch.rules.flatMap((rule, place) => {
      const path = ['virtualPatches', at, 'rules', place];
      const of = rules.find(({ name }) => name === rule.split('/')[0]);
      if (!of)
        return [
          {
            at: path,
            problem: `no rule is called ${rule}`,
            remedy: meant(
              rule,
              rules.map(({ name }) => name),
              'rules',
            ),
          },
        ];
      if (of.keep[rule.slice(of.name.length + 1)])
        return [
          { at: path, problem: `${rule} is kept on count: it stands for no patch`, remedy: 'take it out of keep' },
        ];
      return [];
    }),
    ...patch.attacks.flatMap((attack, place) =>
      ATTACKS.some(({ id }) => id === attack)
        ? []
        : [
            {
              at: ['virtualPatches', at, 'attacks', place],
              problem: `the scan has no attack ${attack}`,
              remedy: meant(
                attack,
                ATTACKS.map(({ id }) => id),
                'attacks',
              ),
            },
          ],
    ),
  ]);
}

function neighbours(
  { name, group, after }: SitePolicy,
  sites: Record<string, SitePolicy>,
  groups: readonly string[],
): SiteConflict[] {
  const found: SiteConflict[] = [];
  if (group !== null && !groups.includes(group))
    found.push({ at: ['group'], problem: `no group is called ${group}`, remedy: meant(group, groups, 'groups') });
  if (after === null) return found;
  if (after !== name && !sites[after])
    return [
      ...found,
      { at: ['after'], problem: `no site is called ${after}`, remedy: meant(after, Object.keys(sites), 'sites') },
    ];
  for (
    let at: string | null = after, steps = 0;
    at !== null && steps <= Object.keys(sites).length;
    at = sites[at]?.after ?? null, steps += 1
  )
    if (at === name)
      return [...found, { at: ['after'], problem: 'it waits for itself, in a circle', remedy: 'take one after: out' }];
  return found;
}

/** Of the order table what can be said without asking AWS: what it refuses, and what opens the door unsaid. */
function orderConflicts(site: SitePolicy): SiteConflict[] {
  const names = <T>(sets: Record<string, T>) => Object.fromEntries(Object.keys(sets).map((name) => [name, name]));
  const arns = { ipSets: names(site.ipSets), regexSets: names(site.regexSets), ruleGroups: names(site.ruleGroups) };
  const rules = awsRules(site, { actions: {}, arns, inside: {}, revision: 'none' }).filter(
    ({ Name }) => Name !== PROBE_RULE,
  );
  const findings = orderFindings({
    rules,
    labelNamespace: null,
    groups: null,
    regexSets: null,
    ruleGroups: null,
    capacity: null,
    loadBalancers: null,
    deliberately: new Set(site.rules.flatMap(({ name, deliberately }) => (deliberately === null ? [] : [name]))),
    requestsPerMonth: null,
  });
  return findings
    .filter(({ level, row }) => (level === 'refused' && row !== 'same-name') || row === 'allow-above-group')
    .map(({ rule, words, remedy }) => {
      const at = site.rules.findIndex(({ name }) => name === rule);
      return { at: at === -1 ? ['rules'] : ['rules', at], problem: words, remedy };
    });
}

function alike<K extends string>(entries: readonly Record<K, string>[], path: Path, key: K): SiteConflict[] {
  return entries.flatMap((entry, at) => {
    const first = entries.findIndex((other) => other[key] === entry[key]);
    return first < at
      ? [
          {
            at: [...path, at, key],
            problem: `the same ${key} as the ${ordinal(first)}`,
            remedy: `give each a ${key} of its own`,
          },
        ]
      : [];
  });
}

function ordinal(at: number): string {
  return ['first', 'second', 'third'][at] ?? `${at + 1}th`;
}
