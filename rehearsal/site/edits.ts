/** Somebody at the console: sets what one rule does, over whatever stands, as a person may at any time. */
import type { Entity, Members } from '#rehearsal/services/wafv2/entities.ts';
import type { Waf } from '#rehearsal/services/wafv2/wafv2.ts';

export type ConsoleAction = 'count' | 'block' | 'allow';

const ACTIONS: Record<ConsoleAction, Members> = { count: { Count: {} }, block: { Block: {} }, allow: { Allow: {} } };

/**
 * `rule`: of the web ACL that stands before the load balancer, or `rule/inner` inside the group that it refers to. false: there is no
 * such web ACL or rule now.
 */
export function editRule(waf: Waf, balancer: string, rule: string, action: ConsoleAction): boolean {
  const acl = waf.entities.get(waf.associations.get(balancer) ?? '');
  const [name = '', inner] = rule.split('/');
  const rules = (acl?.content.Rules ?? []) as Members[];
  if (!acl || !rules.some(({ Name }) => Name === name)) return false;
  const edited = rules.map((one) => (one.Name === name ? edit(one, inner, action) : one));
  replaceRules(waf, acl, edited);
  return true;
}

function replaceRules(waf: Waf, acl: Entity, Rules: Members[]): void {
  waf.entities.replace(acl, acl.lockToken, { ...acl.content, Rules });
}

function edit(rule: Members, inner: string | undefined, action: ConsoleAction): Members {
  if (inner !== undefined) return { ...rule, Statement: overridden(rule.Statement as Members, inner, action) };
  if (rule.OverrideAction) return { ...rule, OverrideAction: action === 'count' ? { Count: {} } : { None: {} } };
  return { ...rule, Action: ACTIONS[action] };
}

function overridden(statement: Members, inner: string, action: ConsoleAction): Members {
  const [kind = '', spec] = Object.entries(statement)[0] ?? [];
  const { RuleActionOverrides = [], ...more } = spec as Members;
  const others = (RuleActionOverrides as { Name: string }[]).filter(({ Name }) => Name !== inner);
  return { [kind]: { ...more, RuleActionOverrides: [...others, { Name: inner, ActionToUse: ACTIONS[action] }] } };
}
