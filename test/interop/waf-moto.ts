/** Makes a site's web ACL at moto's server by our own adapter, and reads it back. `node test/interop/waf-moto.ts MOTO_SERVER` */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webAcls } from '#aws/web-acls.ts';
import { type Arns, awsRules, groupRules } from '#domain/edge/rules.ts';
import { SITE_TAG, type SitePolicy } from '#domain/edge/site.ts';
import { SHOP as SITE } from '../domain/edge/site-fixture.ts';

const tags = { [SITE_TAG]: 'shop' };
const visible = (MetricName: string) => ({ SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName });

const port = await freePort();
const moto = spawn(process.argv[2] ?? 'moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
try {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  await answers();
  await judged(SITE);
} finally {
  moto.kill();
}

async function judged(site: SitePolicy): Promise<void> {
  const office = await webAcls.createSet('shop-office-1', { kind: 'ipSet', addresses: ['198.51.100.0/24'] }, tags);
  const admin = await webAcls.createSet('shop-admin-1', { kind: 'regexSet', patterns: ['^/admin(?:/|$)'] }, tags);
  assert.ok(office && admin);
  const arns: Arns = { ipSets: { office }, regexSets: { admin }, ruleGroups: {} };
  const inner = groupRules(site.ruleGroups.own ?? [], arns);
  const own = await webAcls.createSet(
    'shop-own-1',
    { kind: 'ruleGroup', rules: inner, capacity: 50, metricName: 'own' },
    tags,
  );
  assert.ok(own);
  arns.ruleGroups.own = own;
  assert.deepEqual(await webAcls.addresses(office), ['198.51.100.0/24']);
  assert.deepEqual(await webAcls.patterns(admin), ['^/admin(?:/|$)']);
  assert.deepEqual(await webAcls.groupRules(own), inner);

  const inside = { core: ['SizeRestrictions_BODY'], own: ['no-debug'] };
  const rules = (revision: string) => awsRules(site, { actions: { 'own/no-debug': 'count' }, arns, inside, revision });
  const content = { DefaultAction: { Allow: {} }, VisibilityConfig: visible('shop'), Rules: rules('r1') };
  assert.ok(await webAcls.create('shop', content, tags));
  const live = await webAcls.read('shop');
  assert.ok(live);
  assert.deepEqual(live.rules, rules('r1'), 'read back as it was written');
  assert.deepEqual(await webAcls.tags(live.arn), tags);
  assert.equal(await webAcls.update(live, { ...live.content, Rules: rules('r2') }), 'written');
  assert.equal(await webAcls.update(live, live.content), 'moved', 'a stale lock token');
  const after = await webAcls.read('shop');
  assert.deepEqual(after?.rules, rules('r2'));
  assert.equal(await webAcls.read('blog'), null);
  assert.equal(await webAcls.logging(live.arn), null);
  await webAcls.startLogging(live.arn, 'arn:aws:s3:::aws-waf-logs-shop');
  assert.deepEqual((await webAcls.logging(live.arn))?.destinations, ['arn:aws:s3:::aws-waf-logs-shop']);
  const balancer = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/75f9d1e2a3b4c5d6';
  await webAcls.associate(live.arn, balancer);
  assert.deepEqual(await webAcls.of(balancer), { name: 'shop', arn: live.arn });
  await webAcls.disassociate(balancer);
  assert.equal(await webAcls.deleteSet(admin), 'written');
  assert.equal(await webAcls.deleteSet(admin), 'written', 'what is gone is deleted');
  console.log(
    `moto took ${rules('r1').length} rules, two sets and a group, gave them back equal, and refused a stale lock token`,
  );
}

async function answers(): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await fetch(`http://127.0.0.1:${port}/moto-api/`).catch(() => null)) return;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new Error('moto does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return free;
}
