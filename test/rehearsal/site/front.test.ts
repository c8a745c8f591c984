/** Sites over the wire: as a task of the product asks, with a name of the scenario's and an address of loopback. */
import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { test } from 'node:test';
import { openWorld } from '#rehearsal/fleet/world.ts';
import type { OpenRehearsal } from '#rehearsal/open-rehearsal.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { BadScenario } from '#rehearsal/scenario/text.ts';
import { connectTo } from '#rehearsal/site/sites.ts';
import { shopScenario } from './shop.ts';

const PROBE = `{ Name: patchwright-probe, Priority: 9, Action: { Block: { CustomResponse: { ResponseCode: 204, ResponseHeaders: [{ Name: x-site, Value: shop }] } } }, Statement: { SizeConstraintStatement: { FieldToMatch: { SingleHeader: { Name: x-patchwright-probe } }, ComparisonOperator: GT, Size: 0, TextTransformations: [{ Priority: 0, Type: NONE }] } } }`;
const CORE =
  '{ Name: core, Priority: 1, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesCommonRuleSet } } }';

async function withShop(site: string, work: (rehearsal: OpenRehearsal) => Promise<void>, port?: number): Promise<void> {
  const scenario = shopScenario(`    logs: { bucket: aws-waf-logs-shop }
    webAcl: { name: shop, rules: [${CORE}, ${PROBE}] }
${site}`);
  const rehearsal = await openRehearsal({
    startAt: Date.parse(scenario.start),
    policyFile: '/nowhere/policy.json',
    world: (stage) => openWorld(scenario, stage),
    ...(port === undefined ? {} : { address: { host: '127.0.0.1', port } }),
  });
  try {
    await work(rehearsal);
  } finally {
    await rehearsal.close();
  }
}

interface Told {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** As curl with --connect-to; the certificate is looked at. */
function ask(target: string, headers: Record<string, string> = {}, more: { plain?: true; timeout?: number } = {}) {
  const [host, , address, port] = (process.env.CONNECT_TO ?? '').split(':');
  const asked = more.plain ? httpRequest : httpsRequest;
  return new Promise<Told>((resolve, reject) => {
    const request = asked(
      {
        host: address,
        port,
        path: target,
        servername: host,
        headers: { Host: host, 'User-Agent': 'test', ...headers },
        agent: false,
      },
      async (answer) => {
        const body = Buffer.concat(await answer.toArray()).toString();
        resolve({ status: answer.statusCode, headers: answer.headers, body });
      },
    );
    request.once('error', reject);
    if (more.timeout !== undefined) setTimeout(() => request.destroy(new Error('no patience left')), more.timeout);
    request.end();
  });
}
const status = async (...of: Parameters<typeof ask>) => (await ask(...of)).status;
const header = { 'x-patchwright-probe': 'a' };

test('https by the name of the site: blocked, answered by the probe rule, or passed to the application, path as written', () =>
  withShop('', async (rehearsal) => {
    const [site] = rehearsal.sites?.all ?? [];
    const { told, plain } = await rehearsal.act('scan', async () => ({
      told: [await ask('/'), await ask('/', header), await ask('/a/../../etc/passwd', header), await ask('/?q=a%20b')],
      plain: await status('/', {}, { plain: true }),
    }));
    assert.deepEqual(
      told.map((one) => one.status),
      [200, 204, 403, 200],
    );
    assert.deepEqual([told[1]?.headers['x-site'], told[1]?.body], ['shop', '']);
    assert.equal(told[0]?.headers.date, 'Mon, 02 Sep 2024 08:00:00 GMT');
    assert.match(String(told[2]?.headers.server), /awselb/);
    assert.equal(plain, 200);
    assert.deepEqual(site?.reached, { probes: 0, others: 3 });
  }));

test('whether a probe reached the application is counted apart', () =>
  withShop('    associated: false', async (rehearsal) => {
    await rehearsal.act('scan', async () => [await ask('/', header), await ask('/')]);
    assert.deepEqual(rehearsal.sites?.all[0]?.reached, { probes: 1, others: 1 });
  }));

for (const [endpoint, plainly, attack, reached] of [
  ['plain', 200, 403, 1],
  ['redirect', 301, 403, 1],
  ['forbidden', 403, 403, 1],
  ['behind-waf', 200, 403, 1],
  ['elsewhere', 200, 403, 0],
] as const)
  test(`an endpoint of kind ${endpoint} answers ${plainly}`, () =>
    withShop(`    endpoint: ${endpoint}`, async (rehearsal) => {
      const [site] = rehearsal.sites?.all ?? [];
      const statuses = await rehearsal.act('scan', async () => [
        await status('/'),
        await status('/?q=%3Cscript%3E'),
        await status('/', header),
      ]);
      // Elsewhere nobody knows our header; before a WAF of somebody else's the harmless ones still come through.
      assert.deepEqual(statuses, [plainly, attack, endpoint === 'elsewhere' ? 200 : 204]);
      assert.equal(site?.reached.others, reached);
      const judged =
        rehearsal.sites?.waf.sampler.recent(rehearsal.sites.waf.entities.all('webacl')[0]?.arn ?? '') ?? [];
      const attacks = judged.filter(({ request }) => request.query !== '').length;
      assert.equal(attacks, endpoint === 'behind-waf' || endpoint === 'elsewhere' ? 0 : 1, 'attacks that our WAF saw');
    }));

test('a silent endpoint: virtual time goes by until the patience of a task is over, or the load balancer gives up', () =>
  withShop('    endpoint: silent', async (rehearsal) => {
    const begin = rehearsal.clock.now();
    const impatient = rehearsal.act('scan', () => ask('/', {}, { timeout: 10_000 }));
    await assert.rejects(impatient, /no patience left/);
    assert.equal(rehearsal.clock.now() - begin, 10_000);
    const patient = await rehearsal.act('scan', () => status('/'));
    assert.equal(patient, 504);
    assert.ok(rehearsal.clock.now() - begin >= 70_000);
    const answered = await rehearsal.act('scan', () => status('/', header));
    assert.equal(answered, 204, 'the WAF answers by itself');
  }));

test('a request that takes no virtual time lets none go by, even beside a timer of the task', () =>
  withShop('', async (rehearsal) => {
    const begin = rehearsal.clock.now();
    const told = await rehearsal.act('scan', () => status('/', {}, { timeout: 5000 }));
    assert.equal(told, 200);
    assert.equal(rehearsal.clock.now(), begin);
  }));

test('log files come into the bucket of S3, and CONNECT_TO names every host', () =>
  withShop('    visits: { perDay: 20000 }', async (rehearsal) => {
    const begin = rehearsal.clock.now();
    await rehearsal.act('scan', () => ask('/'));
    await rehearsal.run(() => rehearsal.clock.now() >= begin + 30 * 60_000);
    const files = rehearsal.timeline.filter(({ kind }) => kind === 'log-file');
    assert.ok(files.length >= 6, `${files.length} files`);
    assert.ok(files.every(({ subject, text }) => subject === 'aws-waf-logs-shop' && text.startsWith('AWSLogs/')));
    const sites = [{ name: 'a', hosts: ['a.test', 'b.test'], address: '127.0.0.1:1' }];
    assert.equal(connectTo(sites), 'a.test:443:127.0.0.1:1,b.test:443:127.0.0.1:1');
  }));

test('bytes that are no request, and a connection that says nothing, hold nobody up', () =>
  withShop('', async (rehearsal) => {
    const [, port = ''] = (rehearsal.sites?.opened?.sites[0]?.address ?? '').split(':');
    for (const bytes of ['\x16nonsense', 'nonsense\r\n\r\n', ''])
      connect(Number(port), '127.0.0.1')
        .on('error', () => undefined)
        .write(bytes);
    assert.equal(await rehearsal.act('scan', () => status('/')), 200);
  }));

test('a port of the scenario that is taken is told with its remedy', () =>
  withShop('', async (rehearsal) => {
    const taken = (rehearsal.sites?.opened?.sites[0]?.address ?? '').split(':')[1];
    const sites = rehearsal.sites;
    assert.ok(sites);
    const [site] = sites.all;
    assert.ok(site);
    site.text.port = Number(taken);
    await assert.rejects(
      sites.open(false),
      (error) => error instanceof BadScenario && /already\. Remedy:/.test(error.message),
    );
  }));

test('a certificate of another name is refused by whoever looks at it', () =>
  withShop('    certificate: other', async (rehearsal) => {
    await assert.rejects(
      rehearsal.act('scan', () => status('/')),
      /certificate/i,
    );
    assert.equal(await rehearsal.act('scan', () => status('/', {}, { plain: true })), 200);
  }));
