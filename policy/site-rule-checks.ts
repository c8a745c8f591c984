/** What a rule of a site says about itself, its group and the sets that it names. */

import { PROBE_RULE, type SitePolicy, type SiteRule } from '#domain/edge/site.ts';
import { statementsIn } from '#domain/edge/statement.ts';
import { nearest } from '#policy/nearest.ts';
import type { Path } from '#policy/source.ts';

export interface SiteConflict {
  at: Path; // within the site
  of?: 'key' | 'value';
  problem: string;
  remedy: string;
}

/** Groups of AWS that this version leaves out: they need tokens, prices or configurations of their own. */
const LEFT_OUT = /^AWSManagedRules(?:BotControl|ATP|ACFP|AntiDDoS)RuleSet$/;
/** Groups of AWS without versions (WAF developer guide, IP reputation rule groups). */
const UNVERSIONED = new Set(['AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesAnonymousIpList']);

export function ruleConflicts(site: SitePolicy, rule: SiteRule, at: Path): SiteConflict[] {
  const found: SiteConflict[] = [];
  const say = (path: Path, problem: string, remedy: string) => found.push({ at: [...at, ...path], problem, remedy });
  const inGroup = at[0] === 'ruleGroups';
  const kinds = [rule.statement, rule.managed, rule.ruleGroup].filter((kind) => kind !== undefined).length;
  if (kinds !== 1)
    say([], `says ${kinds === 0 ? 'none' : kinds} of statement, managed and ruleGroup`, 'write one of them');
  if (rule.name === PROBE_RULE)
    say(['name'], `${PROBE_RULE} is our own rule, which stands last`, 'give this one another name');
  const group = rule.managed ?? rule.ruleGroup;
  if (inGroup && group !== undefined)
    say([], 'a group stands inside a group, where AWS refuses it', 'let it stand among the rules');
  if (group !== undefined && rule.action === 'allow')
    say(['action'], 'a group is not allowed as a whole', 'write block or count');
  if (group === undefined && Object.keys(rule.keep).length)
    say(['keep'], 'it is no group, so nothing is inside it', 'write action: count');
  if (rule.action === 'allow' && rule.atOnce !== null)
    say(['atOnce'], 'an Allow has no count to skip', 'take atOnce out');
  if (rule.action === 'count' && rule.atOnce !== null)
    say(['atOnce'], 'what is wanted on count does not block at once', 'take atOnce out, or write action: block');
  if (rule.atOnce !== null && Object.keys(rule.keep).length)
    say(['keep'], 'these would block at once by atOnce', 'take keep or atOnce out');
  if (rule.managed) {
    const { vendor, name, version } = rule.managed;
    if (vendor === 'AWS' && LEFT_OUT.test(name))
      say(['managed', 'name'], `${name} is left out by this version`, 'keep it in a web ACL of its own');
    else if (vendor === 'AWS' && version === null && !UNVERSIONED.has(name))
      say(
        ['managed'],
        `${name} has versions and none is pinned: its rules change some day, unasked`,
        'write version: as list-available-managed-rule-group-versions shows it',
      );
  }
  if (rule.ruleGroup !== undefined && !site.ruleGroups[rule.ruleGroup])
    say(
      ['ruleGroup'],
      `no group is called ${rule.ruleGroup}`,
      meant(rule.ruleGroup, Object.keys(site.ruleGroups), 'ruleGroups'),
    );
  for (const name of Object.keys(rule.keep))
    if (rule.ruleGroup !== undefined && !site.ruleGroups[rule.ruleGroup]?.some((inner) => inner.name === name))
      say(
        ['keep', name],
        `${rule.ruleGroup} has no rule ${name}`,
        meant(
          name,
          (site.ruleGroups[rule.ruleGroup] ?? []).map((inner) => inner.name),
          'its rules',
        ),
      );
  for (const statement of rule.statement ? statementsIn(rule.statement) : []) {
    const ipSet = statement.IPSetReferenceStatement?.ARN;
    const regexSet = statement.RegexPatternSetReferenceStatement?.ARN;
    if (ipSet !== undefined && !site.ipSets[ipSet])
      say(['statement'], `no IP set is called ${ipSet}`, meant(ipSet, Object.keys(site.ipSets), 'ipSets'));
    if (regexSet !== undefined && !site.regexSets[regexSet])
      say(
        ['statement'],
        `no regex set is called ${regexSet}`,
        meant(regexSet, Object.keys(site.regexSets), 'regexSets'),
      );
    if (statement.ManagedRuleGroupStatement)
      say(['statement'], 'a managed group is written as a statement', 'write managed: { name: … } instead');
    if (statement.RuleGroupReferenceStatement)
      say(['statement'], 'a group is written as a statement', 'write ruleGroup: with its name in ruleGroups');
  }
  return found;
}

/** The remedy for a name that is not there. */
export function meant(name: string, known: readonly string[], where: string): string {
  const near = nearest(name, [...known]);
  return near
    ? `did you mean ${near}?`
    : known.length
      ? `${where} are ${known.slice(0, 20).join(', ')}`
      : `write it under ${where}:`;
}
