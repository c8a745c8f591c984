/** A fresh site, made through our adapters in the rehearsal and asked over the wire: how long a write takes until every answer is new. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { web } from '#aws/web.ts';
import { webAcls } from '#aws/web-acls.ts';
import { probeRule } from '#domain/edge/rules.ts';
import { PROBE_HEADER } from '#domain/edge/site.ts';
import { siteSchema } from '#rehearsal/scenario/site-format.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';
import { inAccount } from '../cli/account/rehearsed.ts';

const fresh = siteSchema.parse({ name: 'shop', hosts: ['shop.example.com'], logs: { bucket: 'aws-waf-logs-shop' } });
const control = {
  id: 'control-get',
  family: 'control' as const,
  place: 'any' as const,
  method: 'GET',
  target: '/',
  headers: [[PROBE_HEADER, 'control-get']] as [string, string][],
  body: null,
};
const visible = { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: 'shop' };
const content = (revision: string) => ({
  DefaultAction: { Allow: {} },
  VisibilityConfig: visible,
  Rules: [probeRule('shop', revision)],
});

/** What was made just now may be unknown for some seconds; AWS takes one write of a kind a second. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!/WAFUnavailableEntity|ThrottlingException/.test((error as Error).message)) throw error;
      await new Promise((wake) => setTimeout(wake, 2000));
    }
  }
}

test('a web ACL is made, logged and associated; until it has reached all points the application answers some requests', () =>
  inAccount({ ...scenarioOf('default'), sites: [fresh], faults: [] }, async ({ rehearsal, ask }) => {
    const [site] = (rehearsal as unknown as { sites: { all: { balancer: string; reached: { probes: number } }[] } })
      .sites.all;
    assert.ok(site);
    const made = await ask(async () => {
      const arn = await webAcls.create('shop', content('one') as never, { 'patchwright:site': 'shop' });
      assert.ok(arn);
      await webAcls.startLogging(arn, 'arn:aws:s3:::aws-waf-logs-shop');
      await patiently(() => webAcls.associate(arn, site.balancer));
      return arn;
    });
    assert.match(made, /:regional\/webacl\/shop\//);
    const watch = (revision: string) =>
      ask(async () => {
        const seen: (string | null)[] = [];
        while (seen.slice(-30).filter((one) => one === revision).length < 30 && seen.length < 400) {
          const answer = await web.send(control, 'https://shop.example.com', 2000);
          seen.push(answer.revision);
        }
        return seen;
      });
    const first = await watch('one');
    const news = first.indexOf('one');
    assert.ok(news > 0, 'at first nobody knows it');
    assert.ok(first.slice(news).includes(null), 'old and new answers alternate');
    assert.equal(site.reached.probes, first.filter((one) => one === null).length, 'those reached the application');
    const live = await ask(() => webAcls.read('shop'));
    assert.ok(live);
    const written = await ask(() => webAcls.update(live, content('two') as never));
    assert.equal(written, 'written');
    const second = await watch('two');
    assert.ok(second.includes('one') && !second.includes(null));
    assert.ok(second.lastIndexOf('one') > second.indexOf('two'), 'back and forth');
    const stale = await ask(() => webAcls.update(live, content('three') as never));
    assert.equal(stale, 'moved');
  }));
