/** What the order table is asked over, and what its rows have in common. */
import type { AwsRule, Statement } from '#domain/edge/site.ts';
import { statementsIn } from '#domain/edge/statement.ts';

export interface OrderFinding {
  row: string;
  rule: string; // '' where the web ACL as a whole is meant
  /** `refused`: AWS refuses it or it cannot work; `open`: it lets something pass that people think is stopped; `note`: worth knowing. */
  level: 'refused' | 'open' | 'note';
  words: string;
  remedy: string;
}

/** What AWS said around the rules. What was not asked is null, and its rows say nothing. */
export interface OrderFacts {
  rules: AwsRule[];
  /** `awswaf:111122223333:webacl:shop:` stands before the labels of own rules. */
  labelNamespace: string | null;
  groups: ManagedGroup[] | null;
  regexSets: Record<string, string[]> | null; // ARN or name → patterns
  ruleGroups: Record<string, AwsRule[]> | null; // ARN or name → rules
  capacity: number | null;
  loadBalancers:
    | { arn: string; failOpen: boolean; targets: { name: string; protocolVersion: string; wholeBody: boolean }[] }[]
    | null;
  /** Allow of the file that stands above a group on purpose, by rule. */
  deliberately: ReadonlySet<string>;
  requestsPerMonth: number | null; // by the web ACL's metrics
}

/** A managed rule group as DescribeManagedRuleGroup and ListAvailableManagedRuleGroupVersions tell it, of one version. */
export interface ManagedGroup {
  vendor: string;
  name: string;
  version: string | null; // null: the group has no versions, or none is pinned
  versioned: boolean;
  /** null: this version is not offered. AWS then takes the default version, and refuses every update (trap W15). */
  rules: { name: string; action: 'allow' | 'block' | 'count' | 'captcha' | 'challenge' }[] | null;
  labels: string[]; // all that its rules may add
  daysToExpiry: number | null; // CloudWatch; null where nothing says that it expires
}

export type Row = (facts: OrderFacts) => Omit<OrderFinding, 'row'>[];
type Each = (rule: AwsRule, at: number, facts: OrderFacts) => Omit<OrderFinding, 'row' | 'rule'> | null;

/** A row that looks at one rule after the other. */
export const each =
  (check: Each): Row =>
  (facts) =>
    facts.rules.flatMap((rule, at) => {
      const found = check(rule, at, facts);
      return found ? [{ rule: rule.Name, ...found }] : [];
    });

/** `blocks`, `allows`, `counts`, `challenges`; of a group `group`, or `counts` where the whole of it is on Count. */
export function doingOf({ Action, OverrideAction }: Pick<AwsRule, 'Action' | 'OverrideAction'>): string {
  if (OverrideAction) return OverrideAction.Count ? 'counts' : 'group';
  if (Action?.Allow) return 'allows';
  if (Action?.Block) return 'blocks';
  return Action?.Count ? 'counts' : 'challenges';
}

/** All statements of a rule, outermost first. */
export function allOf(rule: Pick<AwsRule, 'Statement'>): Statement[] {
  return [...statementsIn(rule.Statement)];
}

export function isGroup({ Statement }: AwsRule): boolean {
  return Statement.ManagedRuleGroupStatement !== undefined || Statement.RuleGroupReferenceStatement !== undefined;
}

export function groupStatement({ Statement }: AwsRule) {
  return Statement.ManagedRuleGroupStatement ?? Statement.RuleGroupReferenceStatement;
}

export function overridden(rule: AwsRule): string[] {
  const group = groupStatement(rule);
  return [...(group?.RuleActionOverrides ?? []), ...(group?.ExcludedRules ?? [])].map(({ Name }) => Name);
}

export function managedOf({ Statement }: AwsRule, { groups }: OrderFacts): ManagedGroup | undefined {
  const managed = Statement.ManagedRuleGroupStatement;
  return (
    managed &&
    groups?.find(
      ({ vendor, name, version }) =>
        vendor === managed.VendorName && name === managed.Name && version === (managed.Version ?? null),
    )
  );
}

export function titled({ name, version }: ManagedGroup): string {
  return version ? `${name} ${version}` : name;
}

export function names(rules: AwsRule[]): string {
  return rules.map(({ Name }) => Name).join(', ');
}
