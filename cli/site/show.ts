import { type Arns, awsRules, groupRules, probeRule, revisionOf } from '#domain/edge/rules.ts';
import type { SitePolicy, SiteSet } from '#domain/edge/site.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { BadInput } from '../bad-input.ts';

/** The site of a policy file. Throws BadInput where the file has none of that name, and PolicyFaults where it has faults. */
export function siteOfFile(file: string, name: string): SitePolicy {
  const policy = loadPolicy(file);
  const sites = policy.sites ?? {};
  const site = sites[name];
  if (site) return site;
  if (policy.groups[name])
    throw new BadInput([
      `${name}: is a group of ${file}, and no site. Remedy: name a site, or patchwright plan ${name} for the group`,
    ]);
  const known = Object.keys(sites);
  const there = known.length ? `its sites are ${known.join(', ')}` : 'it has no sites';
  throw new BadInput([
    `${name}: ${file} has no such site, ${there}. Remedy: name one of them, or write it under sites:`,
  ]);
}

/**
 * `waf show SITE`: what CreateWebACL, CreateIPSet, CreateRegexPatternSet and CreateRuleGroup would be asked for, every form on the
 * action that the file wants. Sets and groups that do not exist yet stand by their names where AWS wants an ARN. With `probeRule`
 * that rule alone, to be pasted last into a web ACL of somebody else.
 */
export function shownSite(site: SitePolicy, only?: { probeRule?: true }): unknown {
  if (only?.probeRule) return probeRule(site.name, 'none');
  const arns: Arns = {
    ipSets: placeholders(site.ipSets),
    regexSets: placeholders(site.regexSets),
    ruleGroups: Object.fromEntries(Object.keys(site.ruleGroups).map((name) => [name, name])),
  };
  const inside = Object.fromEntries(
    site.rules.map((rule) => [
      rule.name,
      rule.ruleGroup === undefined
        ? Object.keys(rule.keep)
        : (site.ruleGroups[rule.ruleGroup] ?? []).map(({ name }) => name),
    ]),
  );
  const made = awsRules(site, { actions: {}, arns, inside, revision: 'none' });
  const rules = awsRules(site, { actions: {}, arns, inside, revision: revisionOf(made) });
  return {
    WebACL: {
      Name: site.webAcl,
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: site.webAcl },
      Tags: [{ Key: 'patchwright:site', Value: site.name }],
      Rules: rules,
    },
    IPSets: own(site.ipSets).map(([Name, Addresses]) => ({
      Name,
      Scope: 'REGIONAL',
      IPAddressVersion: versionOf(Addresses),
      Addresses,
    })),
    RegexPatternSets: own(site.regexSets).map(([Name, patterns]) => ({
      Name,
      Scope: 'REGIONAL',
      RegularExpressionList: patterns.map((RegexString) => ({ RegexString })),
    })),
    RuleGroups: Object.entries(site.ruleGroups).map(([Name, of]) => ({
      Name,
      Scope: 'REGIONAL',
      Rules: groupRules(of, arns),
    })),
  };
}

function placeholders(sets: Record<string, SiteSet>): Record<string, string> {
  return Object.fromEntries(Object.entries(sets).map(([name, set]) => [name, 'external' in set ? set.external : name]));
}

function own(sets: Record<string, SiteSet>): [string, string[]][] {
  return Object.entries(sets).flatMap(([name, set]): [string, string[]][] => ('of' in set ? [[name, set.of]] : []));
}

function versionOf(addresses: readonly string[]): 'IPV4' | 'IPV6' {
  return addresses.some((each) => each.includes(':')) ? 'IPV6' : 'IPV4';
}
