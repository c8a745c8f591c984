/** A small world with one site, for tests of AWS WAF: its load balancer, and whatever web ACL the text says. */
import { AwsFault } from '#rehearsal/api.ts';
import { DEBIAN } from '../fleet/small-data.ts';
import { type TestWorld, testWorld } from '../fleet/stage.ts';

export const NONE = [{ Priority: 0, Type: 'NONE' }];
export const VISIBLE = (MetricName: string) => ({
  SampledRequestsEnabled: true,
  CloudWatchMetricsEnabled: true,
  MetricName,
});
export const wire = (text: string) => Buffer.from(text, 'latin1').toString('base64');
export const SHOP = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/';

/** `site`: members of the site below its name, as YAML of two spaces more than the list's. */
export function shopWorld(site = '', seed = 1): TestWorld {
  return testWorld(
    `start: 2024-09-02T08:00:00Z
seed: ${seed}
fleet: [{ name: web, count: 2, platform: DEBIAN_12, tags: { PatchGroup: web } }, { name: off, platform: DEBIAN_12, state: stopped, tags: { PatchGroup: web } }]
sites:
  - name: shop
    hosts: [shop.example.com]
    group: web
${site}
`,
    [DEBIAN],
  );
}

/** A call a second after the last, so that no quota strikes. */
export function paced(world: TestWorld) {
  // biome-ignore lint/suspicious/noExplicitAny: answers have AWS's shapes
  return (operation: string, input: Record<string, unknown> = {}): any => {
    world.pass(2000);
    return world.call(operation, { ...(SCOPED.test(operation) ? { Scope: 'REGIONAL' } : {}), ...input });
  };
}
const SCOPED =
  /^(Create|Get|Update|Delete|List)(WebACLs?|IPSets?|RegexPatternSets?|RuleGroups?)$|^CheckCapacity|ManagedRuleGroup|^GetSampled/;

export const fault =
  (code: string, members: Record<string, unknown> = {}) =>
  (error: unknown): boolean =>
    error instanceof AwsFault &&
    error.code === code &&
    Object.entries(members).every(([name, value]) => error.members[name] === value);

export const byteMatch = (field: Record<string, unknown>, text: string, how = 'EXACTLY') => ({
  ByteMatchStatement: {
    FieldToMatch: field,
    SearchString: wire(text),
    PositionalConstraint: how,
    TextTransformations: NONE,
  },
});
export const rule = (Name: string, Priority: number, Statement: unknown, more: Record<string, unknown> = {}) => ({
  Name,
  Priority,
  Statement,
  VisibilityConfig: VISIBLE(Name),
  ...(more.OverrideAction ? {} : { Action: { Block: {} } }),
  ...more,
});
export const managed = (Name: string, Version?: string, more: Record<string, unknown> = {}) => ({
  ManagedRuleGroupStatement: { VendorName: 'AWS', Name, ...(Version ? { Version } : {}), ...more },
});
export const acl = (Name: string, Rules: unknown[] = [], more: Record<string, unknown> = {}) => ({
  Name,
  DefaultAction: { Allow: {} },
  VisibilityConfig: VISIBLE(Name),
  Rules,
  ...more,
});
