/**
 * The rules of AWS that a site's file makes, and the hashes by which forms and contents are compared. A form is hashed by names and
 * by the content of regex sets and groups, never by ARN; what stands in a web ACL is hashed as AWS gives it, without our probe rule.
 */
import {
  type AwsRule,
  PROBE_HEADER,
  PROBE_RULE,
  REVISION_HEADER,
  type RuleAction,
  type RuleActionOverride,
  SITE_HEADER,
  type SiteAction,
  type SitePolicy,
  type SiteRule,
  type Statement,
} from '#domain/edge/site.ts';
import { sha256 } from '#domain/hash.ts';

/** ARNs of the sets and groups that the file names. What is missing is made before the rules are written. */
export interface Arns {
  ipSets: Record<string, string>;
  regexSets: Record<string, string>;
  ruleGroups: Record<string, string>;
}

/** Names of the rules inside each group of the file, by the group's rule name: `core` → [`SizeRestrictions_BODY`, …]. */
export type Inside = Record<string, string[]>;

/** What is, of each form: `core/SizeRestrictions_BODY` → count. What is not named has the action that the file wants. */
export type Actions = Record<string, SiteAction>;

/** Below Shield Advanced's own rule, which stands at 10,000,000 (WAF developer guide). */
const PROBE_PRIORITY = 999_999;

/**
 * The rules in the file's order, our probe rule last. A group's rule on count is an override of that rule; the group itself is never
 * on Count, since its first match would end it. Throws RangeError for a set or group without an ARN.
 */
export function awsRules(
  site: SitePolicy,
  is: { actions: Actions; arns: Arns; inside: Inside; revision: string },
): AwsRule[] {
  const rules = site.rules.map((rule, at) => awsRule(rule, at, is));
  return [...rules, probeRule(site.name, is.revision)];
}

/** The rules of an own group, as CreateRuleGroup takes them: by their wanted actions, which the web ACL overrides. */
export function groupRules(rules: readonly SiteRule[], arns: Arns): AwsRule[] {
  return rules.map((rule, at) => awsRule(rule, at, { actions: {}, arns, inside: {} }));
}

function awsRule(
  rule: SiteRule,
  at: number,
  { actions, arns, inside }: { actions: Actions; arns: Arns; inside: Inside },
): AwsRule {
  const head = {
    Name: rule.name,
    Priority: at,
    VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: rule.name },
    ...(rule.labels.length ? { RuleLabels: rule.labels.map((Name) => ({ Name })) } : {}),
  };
  const overrides = (inside[rule.name] ?? [])
    .filter((name) => actionOf(rule, name, actions) === 'count')
    .map((Name): RuleActionOverride => ({ Name, ActionToUse: { Count: {} } }));
  const Overrides = overrides.length ? { RuleActionOverrides: overrides } : {};
  if (rule.managed) {
    const { vendor, name, version, scopeDown } = rule.managed;
    const ManagedRuleGroupStatement = {
      VendorName: vendor,
      Name: name,
      ...(version === null ? {} : { Version: version }),
      ...(scopeDown ? { ScopeDownStatement: withArns(scopeDown, arns) } : {}),
      ...Overrides,
    };
    return { ...head, Statement: { ManagedRuleGroupStatement }, OverrideAction: { None: {} } };
  }
  if (rule.ruleGroup !== undefined) {
    const ARN = arnOf(arns.ruleGroups, rule.ruleGroup, 'rule group');
    return { ...head, Statement: { RuleGroupReferenceStatement: { ARN, ...Overrides } }, OverrideAction: { None: {} } };
  }
  const action = actions[rule.name] ?? rule.action;
  return { ...head, Statement: withArns(rule.statement ?? {}, arns), Action: ACTIONS[action] };
}

const ACTIONS: Record<SiteAction, RuleAction> = { count: { Count: {} }, block: { Block: {} }, allow: { Allow: {} } };

/** What a rule inside a group does: what is proven of it, else `keep`, else what the group is wanted to do. */
function actionOf(rule: SiteRule, name: string, actions: Actions): SiteAction {
  return rule.keep[name] ?? actions[`${rule.name}/${name}`] ?? rule.action;
}

/**
 * The last rule: a request with our header that nothing before it decided is answered by the WAF itself, with the site's name and the
 * revision that is live at that place of presence. No cache may keep the answer.
 */
export function probeRule(site: string, revision: string): AwsRule {
  const ResponseHeaders = [
    { Name: SITE_HEADER, Value: site },
    { Name: REVISION_HEADER, Value: revision },
    { Name: 'cache-control', Value: 'no-store' },
  ];
  return {
    Name: PROBE_RULE,
    Priority: PROBE_PRIORITY,
    Statement: {
      SizeConstraintStatement: {
        FieldToMatch: { SingleHeader: { Name: PROBE_HEADER } },
        ComparisonOperator: 'GT',
        Size: 0,
        TextTransformations: [{ Priority: 0, Type: 'NONE' }],
      },
    },
    Action: { Block: { CustomResponse: { ResponseCode: 204, ResponseHeaders } } },
    VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: PROBE_RULE },
  };
}

/** Names of sets become ARNs, wherever in the statement they stand. A name that is an ARN already stays. */
export function withArns(statement: Statement, arns: Arns): Statement {
  return mapped(statement, (kind, name) =>
    kind === 'IPSetReferenceStatement' ? arnOf(arns.ipSets, name, 'IP set') : arnOf(arns.regexSets, name, 'regex set'),
  );
}

function mapped(statement: Statement, to: (kind: string, name: string) => string): Statement {
  return walk(statement) as Statement;

  function walk(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const reference = key === 'IPSetReferenceStatement' || key === 'RegexPatternSetReferenceStatement';
        return [key, reference ? { ...inner, ARN: to(key, inner.ARN) } : walk(inner)];
      }),
    );
  }
}

function arnOf(arns: Record<string, string>, name: string, what: string): string {
  if (name.startsWith('arn:')) return name;
  const arn = arns[name];
  if (arn === undefined) throw new RangeError(`the ${what} ${name} has no ARN yet`);
  return arn;
}

/**
 * Each form of the site with its hash: statement, labels and version, not its action and not its exceptions. Regex sets count by
 * their patterns and groups by their rules; addresses are data and count by their set's name.
 */
export function forms(site: SitePolicy, inside: Inside): Record<string, string> {
  const sets = (name: string) => {
    const set = site.regexSets[name];
    return set === undefined ? name : 'of' in set ? set.of : set.external;
  };
  const statementOf = (statement: Statement | undefined) =>
    statement && named(statement, (kind, name) => (kind === 'RegexPatternSetReferenceStatement' ? sets(name) : name));
  return Object.fromEntries(
    site.rules.flatMap((rule) => {
      const whole = rule.ruleGroup === undefined ? [] : (site.ruleGroups[rule.ruleGroup] ?? []);
      const own = { statement: statementOf(rule.statement), labels: rule.labels };
      const managed = rule.managed && { ...rule.managed, scopeDown: statementOf(rule.managed.scopeDown) };
      const names = inside[rule.name] ?? whole.map(({ name }) => name);
      if (!rule.managed && rule.ruleGroup === undefined) return [[rule.name, sha256(own)]];
      return names.map((name) => {
        const of = whole.find((each) => each.name === name);
        return [
          `${rule.name}/${name}`,
          sha256({ managed, name, statement: statementOf(of?.statement), labels: of?.labels ?? [] }),
        ];
      });
    }),
  );
}

/** The rule of the web ACL that holds a form: `core` of `core/CrossSiteScripting_BODY`. */
export function ruleOfForm(form: string): string {
  return form.split('/')[0] ?? form;
}

/** As `mapped`, where a reference may become anything that hashes. */
function named(statement: Statement, to: (kind: string, name: string) => unknown): unknown {
  return JSON.parse(JSON.stringify(statement), (key, value) =>
    /^(IPSet|RegexPatternSet)ReferenceStatement$/.test(key) ? { ...value, ARN: to(key, value.ARN) } : value,
  );
}

/** The hash of what stands in a web ACL: all rules but ours of the probe and those that Shield Advanced and Firewall Manager put there. */
export function contentHash(rules: readonly AwsRule[]): string {
  const counted = rules.filter((rule) => rule.Name !== PROBE_RULE && !isForeignManaged(rule));
  return sha256([...counted].sort((a, b) => a.Priority - b.Priority));
}

/** The revision of what a campaign writes: the first 16 of its content hash. */
export function revisionOf(rules: readonly AwsRule[]): string {
  return contentHash(rules).slice(0, 16);
}

/** Rules that AWS puts into a web ACL by itself: carried as they were read, in no hash (WAF developer guide, Shield Advanced). */
export function isForeignManaged({ Name, Priority }: AwsRule): boolean {
  return (
    Name.startsWith('ShieldMitigationRuleGroup_') ||
    Name.startsWith('PREFMManaged-') ||
    Name.startsWith('POSTFMManaged-') ||
    Priority >= 10_000_000
  );
}
