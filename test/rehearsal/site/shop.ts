/** A small world with one site, for tests of AWS WAF: its load balancer, and whatever web ACL the text says. */
import { gunzipSync } from 'node:zlib';
import { AwsFault } from '#rehearsal/api.ts';
import { Traffic } from '#rehearsal/engine/traffic.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import { parseScenario } from '#rehearsal/scenario/text.ts';
import type { S3 } from '#rehearsal/services/s3/s3.ts';
import type { WebRequest } from '#rehearsal/services/wafv2/request.ts';
import type { Site } from '#rehearsal/site/site.ts';
import { DEBIAN } from '../fleet/small-data.ts';
import { openOn, type TestWorld } from '../fleet/stage.ts';

export const NONE = [{ Priority: 0, Type: 'NONE' }];
export const VISIBLE = (MetricName: string) => ({
  SampledRequestsEnabled: true,
  CloudWatchMetricsEnabled: true,
  MetricName,
});
export const wire = (text: string) => Buffer.from(text, 'latin1').toString('base64');
export const SHOP = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/';

/** `site`: members of the site below its name, as YAML of two spaces more than the list's. */
export function shopScenario(site = '', seed = 1): Scenario {
  const text = `name: test
title: test
promises: { outcome: Completed }
advisories: [none]
group: web
start: 2024-09-02T08:00:00Z
seed: ${seed}
fleet: [{ name: web, count: 2, platform: DEBIAN_12, tags: { PatchGroup: web } }, { name: off, platform: DEBIAN_12, state: stopped, tags: { PatchGroup: web } }]
sites:
  - name: shop
    hosts: [shop.example.com]
    group: web
${site}
`;
  return { ...parseScenario(text, 'test.yml').text, file: 'test.yml', data: [DEBIAN] };
}

export function shopWorld(site = '', seed = 1): TestWorld {
  return openOn(shopScenario(site, seed));
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

/** A request as it comes to the load balancer, for `judge`. */
export function asked(target: string, at: number, more: Partial<WebRequest> = {}): WebRequest {
  const [path = '', query = ''] = target.split('?');
  return {
    at,
    id: '1-a',
    client: '192.0.2.10',
    country: 'US',
    method: 'GET',
    path,
    query,
    headers: [
      ['Host', 'shop.example.com'],
      ['User-Agent', 'test'],
    ],
    body: null,
    ...more,
  };
}

/** The site's own part of the world. */
export function siteOf(world: TestWorld): Site {
  const [site] = world.world.sites.all;
  if (!site) throw new Error('the world has no site');
  return site;
}

/** Puts log files into memory instead of S3. */
export function logFiles(world: TestWorld): Map<string, { at: number; lines: Record<string, unknown>[] }> {
  const files = new Map<string, { at: number; lines: Record<string, unknown>[] }>();
  const put = ({ Key, Body }: { Key: string; Body: Uint8Array }) => {
    const lines = gunzipSync(Body).toString().trimEnd().split('\n');
    files.set(Key, { at: world.now(), lines: lines.map((line) => JSON.parse(line)) });
    return { ETag: '' };
  };
  const operations = { PutObject: put } as unknown as S3['operations'];
  const buckets = new Map([['aws-waf-logs-shop', new Map()]]);
  world.world.sites.attach({ traffic: new Traffic(0), s3: { buckets, operations }, env: {} });
  return files;
}
