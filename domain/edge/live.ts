/**
 * What stands in a web ACL, read as the forms of the file. Sets and groups of ours are made as `<site>-<name>-<8 of their content's
 * hash>` and never changed in place, so a form is told by names alone; one that others keep is told by its ARN.
 */
import { groupRules, isForeignManaged } from '#domain/edge/rules.ts';
import {
  type AwsRule,
  PROBE_RULE,
  REVISION_HEADER,
  type RuleAction,
  SITE_HEADER,
  type SiteAction,
  type SitePolicy,
  type SiteRule,
  type SiteSet,
  type Statement,
} from '#domain/edge/site.ts';
import { canonical, sha256 } from '#domain/hash.ts';

export interface Live {
  /** Of each form of the file that is live as the file has it: `core/SizeRestrictions_BODY` → count. */
  actions: Record<string, SiteAction>;
  /** Rules of the file that are live under their name with another statement, labels or version, and what each does. */
  changed: Record<string, { rule: AwsRule; actions: Record<string, SiteAction> }>;
  /** Names of rules that the file does not have. */
  strangers: string[];
  /** Rules of the file with an action that it cannot say, and a probe rule that is not ours: nothing to write over. In words. */
  foreign: string[];
  /** Whose probe rule stands there, and the revision that it answers; null: there is none. */
  probe: { site: string; revision: string } | null;
}

/** Names of the rules inside each group of the file, by the group's rule name. */
type Inside = Readonly<Record<string, string[]>>;

export function liveForms(site: SitePolicy, rules: readonly AwsRule[], inside: Inside): Live {
  const live: Live = { actions: {}, changed: {}, strangers: [], foreign: [], probe: null };
  for (const rule of rules) {
    if (isForeignManaged(rule)) continue;
    if (rule.Name === PROBE_RULE) {
      live.probe = signatureOf(rule);
      if (!live.probe) live.foreign.push(`${PROBE_RULE}: it is not the rule that we ask for`);
      continue;
    }
    const ours = site.rules.find(({ name }) => name === rule.Name);
    if (!ours) {
      live.strangers.push(rule.Name);
      continue;
    }
    const { actions, fault } = actionsOf(rule, inside[ours.name] ?? []);
    if (fault) live.foreign.push(`${rule.Name}: ${fault}`);
    else if (shapeOf(site.name, rule) === wantedShape(site, ours)) Object.assign(live.actions, actions);
    else live.changed[rule.Name] = { rule, actions };
  }
  return live;
}

/** The name under which a set or a group of the file is made: of its content too, so that another content is another set. */
export function madeName(site: string, name: string, content: unknown): string {
  return `${site}-${name}-${sha256(content).slice(0, 8)}`;
}

/** The name in the file of what was made so; null: it is not of this site's making. */
export function nameOfMade(site: string, made: string): string | null {
  return (made.startsWith(`${site}-`) && /^(.+)-[0-9a-f]{8}$/.exec(made.slice(site.length + 1))?.[1]) || null;
}

/** What each form of a live rule does. An action that the file has no word for is a fault. */
function actionsOf(rule: AwsRule, names: string[]): { actions: Record<string, SiteAction>; fault: string | null } {
  const group = rule.Statement.ManagedRuleGroupStatement ?? rule.Statement.RuleGroupReferenceStatement;
  if (!group) {
    const action = wordOf(rule.Action);
    return action ? { actions: { [rule.Name]: action }, fault: null } : fault(`its action is ${spelled(rule.Action)}`);
  }
  // Excluded rules are an older way to say Count; a whole group on Count ends nothing, and hides what each rule would do.
  if (rule.OverrideAction?.Count) return fault('the whole group is on Count');
  const actions: Record<string, SiteAction> = Object.fromEntries(
    names.map((name): [string, SiteAction] => [`${rule.Name}/${name}`, 'block']),
  );
  for (const { Name } of group.ExcludedRules ?? []) actions[`${rule.Name}/${Name}`] = 'count';
  for (const { Name, ActionToUse } of group.RuleActionOverrides ?? []) {
    const action = wordOf(ActionToUse);
    if (action === null || action === 'allow') return fault(`${Name} is overridden to ${spelled(ActionToUse)}`);
    if (names.includes(Name)) actions[`${rule.Name}/${Name}`] = action;
  }
  return { actions, fault: null };

  function fault(words: string) {
    return { actions: {}, fault: words };
  }
}

function wordOf(action: RuleAction | undefined): SiteAction | null {
  if (action?.Count) return 'count';
  if (action?.Allow) return Object.keys(action.Allow).length ? null : 'allow';
  if (action?.Block) return Object.keys(action.Block).length ? null : 'block';
  return null;
}

function spelled(action: RuleAction | undefined): string {
  const [kind] = Object.keys(action ?? {});
  return kind === undefined ? 'none' : `${kind} ${canonical(action?.[kind as keyof RuleAction])}`;
}

function signatureOf({ Action }: AwsRule): Live['probe'] {
  const { ResponseCode, ResponseHeaders = [] } = Action?.Block?.CustomResponse ?? {};
  const of = (name: string) => ResponseHeaders.find(({ Name }) => Name.toLowerCase() === name)?.Value;
  const [site, revision] = [of(SITE_HEADER), of(REVISION_HEADER)];
  return ResponseCode === 204 && site !== undefined && revision !== undefined ? { site, revision } : null;
}

/** Statement and labels of a live rule, sets by our names, as text. Without overrides: they are the forms' actions. */
function shapeOf(site: string, { Statement, RuleLabels = [] }: AwsRule): string {
  return canonical({
    statement: shaped(Statement, (kind, arn) => {
      const name = /:(?:regional|global)\/(?:ipset|regexpatternset|rulegroup)\/([^/]+)\//.exec(arn)?.[1] ?? '';
      const made = nameOfMade(site, name);
      if (made === null) return arn;
      return kind === 'IPSetReferenceStatement' ? `addresses of ${made}` : name; // addresses are data, not form
    }),
    labels: RuleLabels.map(({ Name }) => Name).sort(),
  });
}

function wantedShape(site: SitePolicy, rule: SiteRule): string {
  const set = (sets: Record<string, SiteSet>, name: string, made: (of: string[]) => string) => {
    const one = sets[name];
    if (!one) return name;
    return 'of' in one ? made(one.of) : one.external;
  };
  const { managed, ruleGroup } = rule;
  const statement: Statement = managed
    ? {
        ManagedRuleGroupStatement: {
          VendorName: managed.vendor,
          Name: managed.name,
          ...(managed.version === null ? {} : { Version: managed.version }),
          ...(managed.scopeDown ? { ScopeDownStatement: managed.scopeDown } : {}),
        },
      }
    : ruleGroup !== undefined
      ? { RuleGroupReferenceStatement: { ARN: ruleGroup } }
      : (rule.statement ?? {});
  return canonical({
    statement: shaped(statement, (kind, name) => {
      if (kind === 'IPSetReferenceStatement') return set(site.ipSets, name, () => `addresses of ${name}`);
      if (kind === 'RegexPatternSetReferenceStatement')
        return set(site.regexSets, name, (of) => madeName(site.name, name, of));
      return madeName(site.name, name, contentOfGroup(site, name));
    }),
    labels: [...rule.labels].sort(),
  });
}

/** What an own group is hashed by: its rules with names for sets. */
export function contentOfGroup(site: SitePolicy, name: string): unknown {
  const names = (sets: Record<string, SiteSet>) =>
    Object.fromEntries(
      Object.entries(sets).map(([set, one]) => [set, 'of' in one ? madeName(site.name, set, one.of) : one.external]),
    );
  const byName = Object.fromEntries(Object.keys(site.ipSets).map((set) => [set, `addresses of ${set}`]));
  return groupRules(site.ruleGroups[name] ?? [], { ipSets: byName, regexSets: names(site.regexSets), ruleGroups: {} });
}

/** References by what `to` says of them, overrides left out. */
function shaped(statement: Statement, to: (kind: string, arn: string) => string): unknown {
  return JSON.parse(JSON.stringify(statement), (key, value) => {
    if (key === 'RuleActionOverrides' || key === 'ExcludedRules') return undefined;
    if (/^(IPSet|RegexPatternSet|RuleGroup)ReferenceStatement$/.test(key)) return { ...value, ARN: to(key, value.ARN) };
    // Members that the service fills in where they are absent (wafv2 API: RateBasedStatement, Body).
    if (key === 'RateBasedStatement') return { EvaluationWindowSec: 300, ...value };
    if (key === 'Body' && value !== null && typeof value === 'object')
      return { OversizeHandling: 'CONTINUE', ...value };
    return value;
  });
}
