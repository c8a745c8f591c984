import type { ManagedGroup } from '#domain/edge/order/facts.ts';
import type { LoadBalancer, LoadBalancers, ManagedRules, SiteMetrics, WebAcls } from '#domain/edge/ports.ts';
import { type Arns, awsRules, type Inside } from '#domain/edge/rules.ts';
import { type AwsRule, PROBE_RULE, type SitePolicy, type SiteSet } from '#domain/edge/site.ts';
import { plusDays } from '#domain/instant.ts';
import { type Checked, good, looked } from '../account/checked.ts';
import { now } from '../account/clock.ts';
import { several } from '../screen/text.ts';

export interface CheckSitePorts {
  webAcls: Pick<WebAcls, 'read' | 'of' | 'tags' | 'logging' | 'managed' | 'capacity' | 'patterns'>;
  loadBalancers: LoadBalancers;
  siteMetrics: SiteMetrics;
}

/** The rules as the file wants them, by names where AWS wants an ARN of something that is not made yet. */
export function fileRules(site: SitePolicy, groups: readonly ManagedGroup[]): AwsRule[] {
  const inside: Inside = Object.fromEntries(
    site.rules.map((rule) => {
      const managed = groups.find((group) => group.name === rule.managed?.name && group.vendor === rule.managed.vendor);
      const named =
        managed?.rules?.map(({ name }) => name) ??
        (site.ruleGroups[rule.ruleGroup ?? ''] ?? []).map(({ name }) => name);
      return [rule.name, [...new Set([...named, ...Object.keys(rule.keep)])]];
    }),
  );
  const arns: Arns = {
    ipSets: names(site.ipSets),
    regexSets: names(site.regexSets),
    ruleGroups: names(site.ruleGroups),
  };
  return awsRules(site, { actions: {}, arns, inside, revision: 'none' }).filter(({ Name }) => Name !== PROBE_RULE);
}

function names(sets: Record<string, SiteSet | unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sets).map(([name, set]) => [name, (set as { external?: string }).external ?? name]),
  );
}

export async function managedGroups(
  { rules }: SitePolicy,
  { webAcls, siteMetrics }: CheckSitePorts,
  checks: Checked[],
): Promise<ManagedGroup[]> {
  const groups: ManagedGroup[] = [];
  for (const { name: rule, managed } of rules) {
    if (!managed) continue;
    checks.push(
      ...(await looked(rule, async () => {
        const found = await webAcls.managed(managed.vendor, managed.name, managed.version);
        if (!found)
          return [
            {
              about: rule,
              state: 'mend',
              words: `AWS offers no group ${managed.vendor} ${managed.name} here`,
              remedy: 'look at its name and at the Region',
            },
          ];
        const of =
          managed.version === null ? null : { vendor: managed.vendor, name: managed.name, version: managed.version };
        const daysToExpiry = of && (await siteMetrics.daysToExpiry(of, now()).catch(() => null));
        groups.push({ ...found, daysToExpiry });
        return versionWords(rule, found);
      })),
    );
  }
  return groups;
}

function versionWords(
  rule: string,
  { name, version, versions, versioned, defaultVersion, rules }: ManagedRules,
): Checked[] {
  if (!versioned) return [good(rule, `${name} has no versions: AWS keeps it up to date`)];
  if (rules === null) return []; // the order table says it
  const other = defaultVersion !== null && defaultVersion !== version ? `; AWS's default is ${defaultVersion}` : '';
  if (version !== null && !versions.includes(version)) {
    const words = `${name} ${version} runs and can be chosen no more: it is about to expire${other}`;
    return [{ about: rule, state: 'mind', words, remedy: `let a successor count beside it: ${versions.join(', ')}` }];
  }
  return [good(rule, `${name} ${version ?? 'unpinned'}: ${several(rules.length, 'rule')}${other}`)];
}

export async function balancersOf({ protects }: SitePolicy, { loadBalancers }: CheckSitePorts, checks: Checked[]) {
  const found: LoadBalancer[] = [];
  for (const arn of protects)
    checks.push(
      ...(await looked('load balancer', async () => {
        const balancer = await loadBalancers.read(arn);
        if (!balancer)
          return [
            {
              about: 'load balancer',
              state: 'mend',
              words: `${arn} is not there`,
              remedy: 'mend protects: of the site',
            },
          ];
        found.push(balancer);
        return [good('load balancer', `${shortOf(arn)}: ${several(balancer.targets.length, 'target group')}`)];
      })),
    );
  return found.length ? found : null;
}

/** Only rules whose sets and groups stand can be counted by AWS: what the first campaign makes has no ARN yet. */
export async function capacityOf(
  site: SitePolicy,
  rules: AwsRule[],
  { webAcls }: CheckSitePorts,
  checks: Checked[],
): Promise<number | null> {
  const made = [...Object.entries(site.ipSets), ...Object.entries(site.regexSets)].flatMap(([name, set]) =>
    'of' in set ? [name] : [],
  );
  const missing = [...made, ...Object.keys(site.ruleGroups)];
  if (missing.length) {
    const words = `AWS counts no rules over ${missing.join(', ')}, which the first campaign makes; its question holds the capacity`;
    checks.push({ about: 'capacity', state: 'mind', words, remedy: null });
    return null;
  }
  let units: number | null = null;
  checks.push(
    ...(await looked('capacity', async () => {
      units = await webAcls.capacity(rules);
      return [good('capacity', `${several(units, 'unit')} by AWS's own count`)];
    })),
  );
  return units;
}

export async function requestsOf(webAcl: string, { siteMetrics }: CheckSitePorts): Promise<number | null> {
  const to = now();
  const hours = await siteMetrics.requests(webAcl, plusDays(to, -7), to).catch(() => null);
  if (!hours || hours.size === 0) return null;
  const week = [...hours.values()].reduce((sum, { allowed, blocked }) => sum + allowed + blocked, 0);
  return Math.round((week / 7) * 30);
}

export function shortOf(arn: string): string {
  return /loadbalancer\/app\/([\w-]+)/.exec(arn)?.[1] ?? arn;
}
