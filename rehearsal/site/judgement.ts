/** A request judged by the web ACL as a point of presence knows it. */

import type { Members } from '#rehearsal/services/wafv2/entities.ts';
import { type Decision, evaluate, type WafGroup, type WafRule } from '#rehearsal/services/wafv2/evaluate.ts';
import type { ManagedGroups } from '#rehearsal/services/wafv2/managed-groups.ts';
import type { WebRequest } from '#rehearsal/services/wafv2/request.ts';
import { valuesOf } from '#rehearsal/services/wafv2/sets.ts';
import { rulesOfVersion, STAND_IN_SETS, standInSqli, standInXss } from '#rehearsal/services/wafv2/stand-ins.ts';
import type { Known } from '#rehearsal/site/points.ts';
import type { RateCounts } from '#rehearsal/site/rate-counts.ts';

export interface JudgingParts {
  account: string;
  managed: ManagedGroups;
  rates: RateCounts;
  /** What the point knows by this ARN. */
  known(arn: string): Known | null;
}

export function judgedRequest(acl: Known, request: WebRequest, parts: JudgingParts): Decision {
  const { account, rates, known } = parts;
  const rules = rulesOf(acl.content);
  const group = (spec: Members): WafGroup | null => groupOf(spec, parts);
  const labelNamespace = `awswaf:${account}:webacl:${acl.name}:`;
  const defaultAction = acl.content.DefaultAction as Members;
  const bodies = (acl.content.CustomResponseBodies ?? {}) as Record<string, { ContentType: string; Content: string }>;
  return evaluate({ arn: acl.arn, rules, defaultAction, labelNamespace, bodies, group }, request, {
    ipSet: (arn) => STAND_IN_SETS[arn] ?? setOf(known(arn)),
    regexSet: (arn) => setOf(known(arn)),
    overRate: (rule, key, limit, seconds) =>
      rates.over(`${acl.arn} ${rule} ${textOf(rule, rules, group)}`, key, limit, seconds, request.at),
    sqli: standInSqli,
    xss: standInXss,
  });

  function groupOf(spec: Members, { managed: groups }: Pick<JudgingParts, 'managed'>): WafGroup | null {
    if (spec.VendorName === undefined) {
      const own = known(String(spec.ARN));
      if (!own) return null;
      return { id: own.arn, rules: rulesOf(own.content), labelNamespace: `awswaf:${account}:rulegroup:${own.name}:` };
    }
    const found = groups.find(spec);
    if (!found) return null;
    const pinned = (spec.Version as string | undefined) ?? null;
    // An expired version is the default one, in silence (trap W15).
    const version = pinned !== null && groups.stateOf(found, pinned) !== 'expired' ? pinned : groups.defaultOf(found);
    return {
      id: `AWS#${found.name}${pinned === null ? '' : `#${pinned}`}`,
      rules: rulesOfVersion(found, version),
      labelNamespace: found.labelNamespace,
    };
  }
}

function setOf(known: Known | null): string[] | null {
  return known ? valuesOf(known) : null;
}

/** Of a rule of the web ACL, or of `rule/inner` inside its group. */
function textOf(name: string, rules: WafRule[], group: (spec: Members) => WafGroup | null): string {
  const [outer, inner] = name.split('/');
  const rule = rules.find(({ Name }) => Name === outer);
  if (!rule || inner === undefined) return JSON.stringify(rule?.Statement);
  const spec = (rule.Statement.RuleGroupReferenceStatement ?? rule.Statement.ManagedRuleGroupStatement) as Members;
  return JSON.stringify(group(spec)?.rules.find(({ Name }) => Name === inner)?.Statement);
}

const decoded = new WeakMap<Members, WafRule[]>();

/** With texts to look for as bytes, one character each: the wire has base64. */
function rulesOf(content: Members): WafRule[] {
  let rules = decoded.get(content);
  if (!rules) {
    rules = asBytes(content.Rules) as WafRule[];
    decoded.set(content, rules);
  }
  return rules;
}

function asBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'SearchString' ? Buffer.from(String(inner), 'base64').toString('latin1') : asBytes(inner),
    ]),
  );
}
