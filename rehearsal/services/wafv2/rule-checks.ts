/** What AWS WAF refuses in the rules of a web ACL or a group; and what the rehearsal cannot play, by name. */
import { notPlayed } from '#rehearsal/engine/service-faults.ts';
import { capacityOf } from '#rehearsal/services/wafv2/capacity.ts';
import type { Entities, Members } from '#rehearsal/services/wafv2/entities.ts';
import { checkField, checkRegex, checkText } from '#rehearsal/services/wafv2/field-checks.ts';
import type { ManagedGroups } from '#rehearsal/services/wafv2/managed-groups.ts';
import { checkResponse } from '#rehearsal/services/wafv2/response-checks.ts';
import { exactlyOne, invalid, wafFault } from '#rehearsal/services/wafv2/waf-faults.ts';

export interface RuleText extends Members {
  Name: string;
  Priority: number;
  Statement: Members;
}

export interface Place {
  kind: 'webacl' | 'rulegroup';
  /** Keys of CustomResponseBodies. */
  bodies: ReadonlySet<string>;
  /** As they stand: versions in them may stay although nobody else may choose them. */
  before: readonly RuleText[];
}

/** Quotas that cannot be changed (WAF developer guide). */
const MOST = { capacity: 5000, references: 50, rates: { webacl: 10, rulegroup: 4 } };
const WINDOWS = [60, 120, 300, 600];
const GROUPS = ['ManagedRuleGroupStatement', 'RuleGroupReferenceStatement'];

export class RuleChecks {
  readonly #entities: Entities;
  readonly #managed: ManagedGroups;

  constructor(entities: Entities, managed: ManagedGroups) {
    this.#entities = entities;
    this.#managed = managed;
  }

  /** Returns the capacity of the rules. Throws AWS's fault for the first that is wrong. */
  check(rules: readonly RuleText[], place: Place): number {
    checkUnique(rules);
    let references = 0;
    let rates = 0;
    for (const rule of rules) {
      const kind = kindOf(rule.Statement);
      if (kind === 'RateBasedStatement') rates++;
      checkActions(rule, GROUPS.includes(kind), place);
      references += this.#statement(rule.Statement, place, true);
    }
    if (references > MOST.references || rates > MOST.rates[place.kind]) throw wafFault('WAFLimitsExceededException');
    const capacity = capacityOf(rules, (statement) => this.#groupCapacity(statement));
    if (capacity > MOST.capacity) throw wafFault('WAFLimitsExceededException');
    return capacity;
  }

  #groupCapacity(statement: Members): number {
    const managed = statement.ManagedRuleGroupStatement as Members | undefined;
    if (managed) return this.#managed.find(managed)?.capacity ?? 0;
    const own = this.#entities.get((statement.RuleGroupReferenceStatement as { ARN: string }).ARN);
    return Number(own?.content.Capacity ?? 0);
  }

  /** Returns how many references it holds. `top`: not inside another. */
  #statement(statement: Members, place: Place, top: boolean): number {
    const kind = kindOf(statement);
    const spec = statement[kind] as Members;
    const inner = (each: unknown) => (each ? this.#statement(each as Members, place, false) : 0);
    if (!top && (GROUPS.includes(kind) || kind === 'RateBasedStatement'))
      throw invalid('STATEMENT', kind, 'INVALID_NESTING');
    switch (kind) {
      case 'AndStatement':
      case 'OrStatement': {
        const each = spec.Statements as unknown[];
        const field = kind === 'AndStatement' ? 'AND_STATEMENT' : 'OR_STATEMENT';
        if (each.length < 2) throw invalid(field, kind, 'BELOW_MINIMUM');
        return each.reduce<number>((sum, one) => sum + inner(one), 0);
      }
      case 'NotStatement':
        return inner(spec.Statement);
      case 'ManagedRuleGroupStatement':
        this.#managedGroup(spec, place);
        return 1 + inner(spec.ScopeDownStatement);
      case 'RuleGroupReferenceStatement':
        this.#ownGroup(spec, place);
        return 1;
      case 'RateBasedStatement':
        checkRate(spec);
        return inner(spec.ScopeDownStatement);
      case 'IPSetReferenceStatement':
        this.#entities.referred(spec.ARN as string, 'ipset');
        return 1;
      case 'RegexPatternSetReferenceStatement':
        this.#entities.referred(spec.ARN as string, 'regexpatternset');
        checkField(spec);
        return 1;
      case 'ByteMatchStatement':
        checkText(spec.SearchString);
        checkField(spec);
        return 0;
      case 'RegexMatchStatement':
        checkRegex(spec.RegexString as string, 'STATEMENT');
        checkField(spec);
        return 0;
      case 'GeoMatchStatement':
        if ((spec.CountryCodes as unknown[]).length > 50)
          throw invalid('GEO_MATCH_STATEMENT', 'CountryCodes', 'TOO_MANY');
        return 0;
      case 'LabelMatchStatement':
        return 0;
      case 'SqliMatchStatement':
      case 'XssMatchStatement':
      case 'SizeConstraintStatement':
        checkField(spec);
        return 0;
      default:
        throw notPlayed(`the statement ${kind}`);
    }
  }

  /** Overrides of rules that the group does not have are swallowed (trap W1). */
  #managedGroup(spec: Members, place: Place): void {
    if (place.kind === 'rulegroup') throw invalid('STATEMENT', 'ManagedRuleGroupStatement', 'INVALID_NESTING');
    const kept = place.before
      .map(({ Statement }) => Statement.ManagedRuleGroupStatement as Members | undefined)
      .filter((one) => one?.VendorName === spec.VendorName && one?.Name === spec.Name)
      .map((one) => one?.Version);
    this.#managed.check(spec, kept);
    checkOverrides(spec);
  }

  #ownGroup(spec: Members, place: Place): void {
    if (place.kind === 'rulegroup') throw invalid('STATEMENT', 'RuleGroupReferenceStatement', 'INVALID_NESTING');
    const { content } = this.#entities.referred(spec.ARN as string, 'rulegroup');
    const names = (content.Rules as RuleText[]).map(({ Name }) => Name);
    checkOverrides(spec);
    for (const { Name } of overridesOf(spec))
      if (!names.includes(Name)) throw invalid('EXCLUDED_RULE', Name, 'INVALID_REFERENCE');
  }
}

function checkUnique(rules: readonly RuleText[]): void {
  for (const member of ['Name', 'Priority'] as const) {
    const seen = new Set<unknown>();
    for (const rule of rules) {
      if (seen.has(rule[member])) throw invalid('RULE', `${member} ${rule[member]}`, 'DUPLICATE');
      seen.add(rule[member]);
    }
  }
}

/** A rule has an action, one of a group an override of its action. */
function checkActions(rule: RuleText, isGroup: boolean, { bodies }: Place): void {
  const own = rule.Action as Members | undefined;
  const override = rule.OverrideAction as Members | undefined;
  if ((own === undefined) === (override === undefined)) throw invalid('RULE', 'Rule', 'EXACTLY_ONE_CONDITION_REQUIRED');
  if (isGroup !== (override !== undefined)) throw invalid('RULE', 'Statement', 'INVALID_REFERENCE');
  if (own) checkResponse(own, 'RULE_ACTION', bodies);
  if (override) exactlyOne(override, 'OVERRIDE_ACTION', 'OverrideAction');
  for (const { Name } of (rule.RuleLabels ?? []) as { Name: string }[])
    if (RESERVED.some((word) => Name.split(':').includes(word))) throw invalid('RULE', Name, 'INVALID_VALUE');
}

/** Not in a label of one's own (WAF developer guide, label syntax). */
const RESERVED = ['awswaf', 'aws', 'waf', 'rulegroup', 'webacl', 'regexpatternset', 'ipset', 'managed'];

function checkRate({
  AggregateKeyType,
  EvaluationWindowSec = 300,
  ForwardedIPConfig,
  ScopeDownStatement,
}: Members): void {
  if (!WINDOWS.includes(EvaluationWindowSec as number))
    throw invalid('RATE_BASED_STATEMENT', `EvaluationWindowSec ${EvaluationWindowSec}`, 'INVALID_VALUE');
  if (AggregateKeyType === 'FORWARDED_IP' && !ForwardedIPConfig)
    throw invalid('FORWARDED_IP_CONFIG', 'ForwardedIPConfig', 'EXACTLY_ONE_CONDITION_REQUIRED');
  if (AggregateKeyType === 'CONSTANT' && !ScopeDownStatement)
    throw invalid('SCOPE_DOWN', 'ScopeDownStatement', 'EXACTLY_ONE_CONDITION_REQUIRED');
  if (AggregateKeyType === 'CUSTOM_KEYS') throw notPlayed('a rate rule with custom keys');
}

function overridesOf(spec: Members): { Name: string; ActionToUse?: Members }[] {
  return [
    ...((spec.RuleActionOverrides ?? []) as { Name: string; ActionToUse: Members }[]),
    ...((spec.ExcludedRules ?? []) as { Name: string }[]),
  ];
}

function checkOverrides(spec: Members): void {
  for (const { ActionToUse } of overridesOf(spec))
    if (ActionToUse) checkResponse(ActionToUse, 'RULE_ACTION', new Set());
}

function kindOf(statement: Members): string {
  return exactlyOne(statement, 'STATEMENT', 'Statement');
}
