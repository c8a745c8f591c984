/**
 * A web ACL that stands, as the entry of policy.yml that describes it. Nothing is guessed: what the file cannot say is listed in
 * words, and what AWS does not know, the host names, is left for people.
 */
import type { LiveWebAcl, Logging } from '#domain/edge/ports.ts';
import { isForeignManaged } from '#domain/edge/rules.ts';
import { type AwsRule, PROBE_RULE, type RuleAction, type SiteAction, type Statement } from '#domain/edge/site.ts';

/** A site as people spell it, by keys in the order of the documentation. */
export interface SiteEntry {
  mode: 'observe';
  webAcl: string;
  protects: string[];
  endpoints: string[];
  logs?: { bucket: string; prefix?: string };
  ipSets?: Record<string, { external: string }>;
  regexSets?: Record<string, { external: string }>;
  ruleGroups?: Record<string, RuleEntry[]>;
  rules: RuleEntry[];
}

export interface RuleEntry {
  name: string;
  action: SiteAction;
  statement?: Statement;
  managed?: { vendor: string; name: string; version?: string; scopeDown?: Statement };
  ruleGroup?: string;
  labels?: string[];
  keep?: Record<string, 'count'>;
}

export interface Around {
  loadBalancers: string[];
  logging: Logging | null;
  /** Rules of the groups that it refers to, by ARN; null: they may not be read. */
  groups: Record<string, AwsRule[] | null>;
}

/** The entry, and in words what stands in the web ACL and has no place in it. */
export function entryOf(
  live: LiveWebAcl,
  { loadBalancers, logging, groups }: Around,
): { entry: SiteEntry; cannot: string[] } {
  const cannot: string[] = [];
  const sets = { ipSets: new Map<string, string>(), regexSets: new Map<string, string>() };
  const ruleGroups: Record<string, RuleEntry[]> = {};
  const rules: RuleEntry[] = [];
  for (const rule of [...live.rules].sort((a, b) => a.Priority - b.Priority)) {
    if (rule.Name === PROBE_RULE) continue;
    if (isForeignManaged(rule)) {
      cannot.push(`${rule.Name}: AWS keeps it by itself; it is carried as it is and needs no line`);
      continue;
    }
    const written = ruleOf(rule);
    if (written) rules.push(written);
  }
  if (live.content.DefaultAction && !(live.content.DefaultAction as { Allow?: object }).Allow)
    cannot.push('its default action is Block, and the file knows Allow alone: it stays Observed');
  const [, bucket, prefix] = /^arn:[\w-]+:s3:::([^/]+)\/?(.*?)\/?$/.exec(logging?.destinations[0] ?? '') ?? [];
  const entry: SiteEntry = {
    mode: 'observe',
    webAcl: live.name,
    protects: loadBalancers,
    endpoints: [],
    ...(bucket ? { logs: { bucket, ...(prefix ? { prefix } : {}) } } : {}),
    ...some('ipSets', external(sets.ipSets)),
    ...some('regexSets', external(sets.regexSets)),
    ...some('ruleGroups', ruleGroups),
    rules,
  };
  return { entry, cannot };

  function ruleOf(rule: AwsRule): RuleEntry | null {
    const { ManagedRuleGroupStatement: managed, RuleGroupReferenceStatement: own } = rule.Statement;
    for (const member of Object.keys(rule))
      if (!KNOWN.has(member)) cannot.push(`${rule.Name}: ${member} has no place in the file`);
    const labels = rule.RuleLabels?.length ? { labels: rule.RuleLabels.map(({ Name }) => Name) } : {};
    if (!managed && !own) {
      const action = actionOf(rule.Name, rule.Action);
      return action && { name: rule.Name, action, statement: named(rule.Statement), ...labels };
    }
    const head = { name: rule.Name, action: rule.OverrideAction?.Count ? ('count' as const) : ('block' as const) };
    if (rule.OverrideAction?.Count)
      cannot.push(
        `${rule.Name}: the whole group is on Count, so its first match ends it; the file counts rule by rule`,
      );
    const keep = { ...some('keep', kept(rule.Name, managed ?? own ?? {})) };
    if (managed) {
      const { VendorName: vendor, Name: name, Version: version, ScopeDownStatement: down } = managed;
      if (managed.ManagedRuleGroupConfigs?.length)
        cannot.push(`${rule.Name}: ManagedRuleGroupConfigs has no place in the file`);
      if (!version)
        cannot.push(`${rule.Name}: no version is pinned; if ${name} has versions, write the one that you counted`);
      const scopeDown = down && { scopeDown: named(down) };
      return { ...head, managed: { vendor, name, ...(version ? { version } : {}), ...scopeDown }, ...labels, ...keep };
    }
    const arn = own?.ARN ?? '';
    const inside = groups[arn];
    if (!inside) {
      cannot.push(`${rule.Name}: the group ${arn} may not be read: it is somebody else's`);
      return null;
    }
    const called = nameIn(arn);
    ruleGroups[called] = inside.flatMap((inner) => ruleOf(inner) ?? []);
    return { ...head, ruleGroup: called, ...labels, ...keep };
  }

  function actionOf(name: string, action: RuleAction | undefined): SiteAction | null {
    const [[word = '', of = {}] = []] = Object.entries(action ?? {});
    if (!['Allow', 'Block', 'Count'].includes(word)) {
      cannot.push(`${name}: the action ${word || 'that it has'} is not supported by this version`);
      return null;
    }
    for (const member of Object.keys(of as object))
      cannot.push(`${name}: ${member} of its ${word} has no place in the file`);
    return word.toLowerCase() as SiteAction;
  }

  function kept(
    name: string,
    group: { RuleActionOverrides?: { Name: string; ActionToUse: RuleAction }[]; ExcludedRules?: { Name: string }[] },
  ) {
    const counted = (group.ExcludedRules ?? []).map(({ Name }) => Name);
    for (const { Name, ActionToUse } of group.RuleActionOverrides ?? []) {
      if (ActionToUse.Count) counted.push(Name);
      else cannot.push(`${name}/${Name}: an override to ${Object.keys(ActionToUse)[0]} has no place in the file`);
    }
    return Object.fromEntries(counted.map((each): [string, 'count'] => [each, 'count']));
  }

  /** ARNs of sets become names, and the sets are those of others. */
  function named(value: Statement): Statement {
    return JSON.parse(JSON.stringify(value), (key, inner) => {
      const kind =
        key === 'IPSetReferenceStatement' ? 'ipSets' : key === 'RegexPatternSetReferenceStatement' ? 'regexSets' : null;
      if (!kind) return inner;
      const arn = String(inner.ARN);
      const name = nameIn(arn);
      sets[kind].set(name, arn);
      return { ...inner, ARN: name };
    });
  }
}

const KNOWN = new Set(['Name', 'Priority', 'Statement', 'Action', 'OverrideAction', 'RuleLabels', 'VisibilityConfig']);

/** `…/ipset/office/3f9a` → office, as a name of the file: a letter first. */
function nameIn(arn: string): string {
  const name = /\/([^/]+)\/[^/]+$/.exec(arn)?.[1] ?? arn;
  return /^[A-Za-z]/.test(name) ? name.slice(0, 64) : `set-${name}`.slice(0, 64);
}

function external(sets: ReadonlyMap<string, string>): Record<string, { external: string }> {
  return Object.fromEntries([...sets].map(([name, arn]) => [name, { external: arn }]));
}

function some<K extends string, V extends object>(key: K, value: V): { [key in K]?: V } {
  return (Object.keys(value).length ? { [key]: value } : {}) as { [key in K]?: V };
}
