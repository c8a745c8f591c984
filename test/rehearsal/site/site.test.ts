import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOn, type TestWorld } from '../fleet/stage.ts';
import { acl, asked, byteMatch, fault, logFiles, paced, rule, shopScenario, shopWorld, siteOf } from './shop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CORE = 'AWSManagedRulesCommonRuleSet';
/** `rules`: YAML in flow style. */
const live = (rules: string, more = '') => `${more}
    webAcl:
      name: shop
      rules: ${rules}`;
const pathRule = (name: string, path: string, action = '{ Block: {} }') =>
  `{ Name: ${name}, Priority: 0, Action: ${action}, Statement: { ByteMatchStatement: { FieldToMatch: { UriPath: {} }, SearchString: ${path}, PositionalConstraint: EXACTLY, TextTransformations: [{ Priority: 0, Type: NONE }] } } }`;
const core = (more = '') =>
  `{ Name: core, Priority: 1, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: ${CORE}, Version: Version_1.23${more} } } }`;

/** Answers of the three points, now. */
const answers = (world: TestWorld, target: string) =>
  ([0, 1, 2] as const).map((point) => siteOf(world).judge(asked(target, world.now()), point, false)?.action ?? null);

test('a write reaches each point at a time of its own, from 5 to 180 seconds later: answers go back and forth (trap W8)', () => {
  const world = shopWorld(live(`[${pathRule('a', '/x')}]`));
  assert.deepEqual(answers(world, '/x'), ['BLOCK', 'BLOCK', 'BLOCK']);
  const call = paced(world);
  const [{ Id, LockToken }] = call('ListWebACLs').WebACLs;
  call('UpdateWebACL', { ...acl('shop'), Id, LockToken });
  const arrived: number[] = [];
  for (let second = 0; second < 180; second++) {
    const passed = answers(world, '/x').filter((action) => action === 'ALLOW').length;
    while (arrived.length < passed) arrived.push(second);
    world.pass(1000);
  }
  assert.equal(arrived.length, 3);
  assert.ok(new Set(arrived).size > 1, 'not all at once');
  assert.ok(Math.min(...arrived) >= 5 && Math.max(...arrived) <= 180, String(arrived));
});

test('of two writes the later one stays at a point, whichever comes last', () => {
  for (let seed = 1; seed <= 8; seed++) {
    const world = shopWorld(live(`[${pathRule('a', '/x')}]`), seed);
    const call = paced(world);
    const [{ Id, LockToken }] = call('ListWebACLs').WebACLs;
    const { NextLockToken } = call('UpdateWebACL', { ...acl('shop'), Id, LockToken });
    const again = acl('shop', [rule('b', 0, byteMatch({ UriPath: {} }, '/y'))]);
    call('UpdateWebACL', { ...again, Id, LockToken: NextLockToken });
    world.pass(200_000);
    assert.deepEqual(
      [...answers(world, '/y'), ...answers(world, '/x')],
      ['BLOCK', 'BLOCK', 'BLOCK', 'ALLOW', 'ALLOW', 'ALLOW'],
    );
  }
});

test('after a write has come some answers are still the old ones, for as long as the scenario says', () => {
  const slow = '    propagation: { from: 10m, to: 10m, stale: { share: 0.5, lasts: 10m } }';
  const world = shopWorld(live(`[${pathRule('a', '/x')}]`, slow));
  const call = paced(world);
  const [{ Id, LockToken }] = call('ListWebACLs').WebACLs;
  call('UpdateWebACL', { ...acl('shop'), Id, LockToken });
  const judge = (isStale: boolean) => siteOf(world).judge(asked('/x', world.now()), 0, isStale)?.action;
  world.pass(9 * MINUTE);
  assert.equal(judge(false), 'BLOCK');
  world.pass(2 * MINUTE);
  assert.deepEqual([judge(false), judge(true)], ['ALLOW', 'BLOCK']);
  world.pass(10 * MINUTE);
  assert.equal(judge(true), 'ALLOW');
});

test('a load balancer without a web ACL lets everything pass, and logs nothing; an association arrives as any write', () => {
  const world = shopWorld();
  assert.deepEqual(answers(world, '/x'), [null, null, null]);
  const call = paced(world);
  const { ARN } = call('CreateWebACL', acl('shop', [rule('a', 0, byteMatch({ UriPath: {} }, '/x'))])).Summary;
  world.pass(200_000);
  call('AssociateWebACL', { WebACLArn: ARN, ResourceArn: siteOf(world).balancer });
  assert.deepEqual(answers(world, '/x'), [null, null, null]);
  world.pass(200_000);
  assert.deepEqual(answers(world, '/x'), ['BLOCK', 'BLOCK', 'BLOCK']);
});

test('sets are looked up as the point knows them', () => {
  const rules =
    '[{ Name: own, Priority: 0, Action: { Block: {} }, Statement: { IPSetReferenceStatement: { ARN: own } } }]';
  const world = shopWorld(
    `    webAcl:\n      name: shop\n      ipSets: { own: [192.0.2.10/32] }\n      rules: ${rules}`,
  );
  assert.deepEqual(answers(world, '/'), ['BLOCK', 'BLOCK', 'BLOCK']);
  const call = paced(world);
  const [{ Id, LockToken }] = call('ListIPSets').IPSets;
  call('UpdateIPSet', { Name: 'own', Id, LockToken, Addresses: [] });
  world.pass(200_000);
  assert.deepEqual(answers(world, '/'), ['ALLOW', 'ALLOW', 'ALLOW']);
});

test('rates are looked at every ten seconds over their window, and a changed rule begins anew (trap W21)', () => {
  const rated = (Limit: number) =>
    rule('rate', 0, { RateBasedStatement: { Limit, AggregateKeyType: 'IP', EvaluationWindowSec: 60 } });
  const world = shopWorld(
    live(
      '[{ Name: rate, Priority: 0, Action: { Block: {} }, Statement: { RateBasedStatement: { Limit: 10, AggregateKeyType: IP, EvaluationWindowSec: 60 } } }]',
      '    propagation: { from: 0s, to: 0s }',
    ),
  );
  const ask = () => siteOf(world).judge(asked('/', world.now()), 0, false)?.action;
  const eleven = Array.from({ length: 11 }, ask);
  assert.ok(
    eleven.every((action) => action === 'ALLOW'),
    'not looked at yet',
  );
  world.pass(10_000);
  assert.equal(ask(), 'BLOCK');
  world.pass(80_000);
  assert.equal(ask(), 'ALLOW', 'the window is over');
  const call = paced(world);
  for (let more = 0; more < 11; more++) ask();
  world.pass(10_000);
  assert.equal(ask(), 'BLOCK');
  const [{ Id, LockToken }] = call('ListWebACLs').WebACLs;
  call('UpdateWebACL', { ...acl('shop', [rated(11)]), Id, LockToken });
  world.pass(10_000);
  assert.equal(ask(), 'ALLOW', 'twelve of its window were counted by the rule before');
});

const VISITS = '    visits: { perDay: 20000, scanners: 0.1, attackers: 0.1 }\n    logs: { bucket: aws-waf-logs-shop }';
const total = (files: ReturnType<typeof logFiles>) => [...files.values()].flatMap(({ lines }) => lines);

test('log files have the names of AWS, come one to nine minutes late, with some lines twice and some in a later file', () => {
  const world = shopWorld(live(`[${core()}]`, VISITS));
  const files = logFiles(world);
  world.pass(2 * HOUR);
  assert.ok(files.size > 40, `${files.size} files`);
  const ids = new Map<string, number>();
  const late = new Set<string>();
  for (const [key, { at, lines }] of files) {
    const found =
      /^AWSLogs\/123456789012\/WAFLogs\/eu-central-1\/shop\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/(\d\d)\/123456789012_waflogs_eu-central-1_shop_(\d{8}T\d{4}Z)_[0-9a-f]{8}\.log\.gz$/.exec(
        key,
      );
    assert.ok(found, key);
    const [, year, month, day, hour, minute, stamp] = found;
    assert.equal(stamp, `${year}${month}${day}T${hour}${minute}Z`);
    const start = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
    assert.equal(start % (5 * MINUTE), 0);
    const delay = at - (start + 5 * MINUTE);
    assert.ok(delay >= MINUTE && delay <= 9 * MINUTE, `${delay} ms late`);
    for (const { timestamp, httpRequest } of lines as { timestamp: number; httpRequest: { requestId: string } }[]) {
      assert.ok(timestamp < start + 5 * MINUTE);
      if (timestamp < start) late.add(httpRequest.requestId);
      ids.set(httpRequest.requestId, (ids.get(httpRequest.requestId) ?? 0) + 1);
    }
  }
  assert.ok(
    [...late].some((id) => ids.get(id) === 1),
    'a line in a later file alone',
  );
  assert.ok(
    [...ids.values()].some((times) => times > 1),
    'a line in two files',
  );
  const [line] = total(files) as { webaclId: string; httpSourceId: string }[];
  assert.match(String(line?.httpSourceId), /^123456789012-app\/shop\/[0-9a-f]{16}$/);
});

test('the body is never logged (trap W10); what is redacted is not there', () => {
  const logs =
    '    logs: { bucket: aws-waf-logs-shop, redacted: [{ QueryString: {} }, { SingleHeader: { Name: cookie } }] }';
  const world = shopWorld(live(`[${core()}]`, logs));
  const files = logFiles(world);
  const headers: [string, string][] = [
    ['Host', 'x'],
    ['User-Agent', 'x'],
    ['Cookie', 'sid=topsecret'],
  ];
  siteOf(world).judge(
    asked('/a?token=topsecret', world.now(), { method: 'POST', headers, body: 'card=topsecret' }),
    0,
    false,
  );
  world.pass(20 * MINUTE);
  const text = JSON.stringify(total(files));
  assert.doesNotMatch(text, /topsecret/);
  assert.match(text, /"args":"REDACTED"/);
  assert.match(text, /"uri":"\/a"/);
});

test('a filter keeps and drops by action and label, the first that fits first (trap W29)', () => {
  const filter = `{ DefaultBehavior: DROP, Filters: [
        { Behavior: DROP, Requirement: MEETS_ANY, Conditions: [{ LabelNameCondition: { LabelName: 'awswaf:managed:aws:core-rule-set:NoUserAgent_Header' } }] },
        { Behavior: KEEP, Requirement: MEETS_ANY, Conditions: [{ ActionCondition: { Action: BLOCK } }, { ActionCondition: { Action: COUNT } }] }] }`;
  const counted = ', RuleActionOverrides: [{ Name: CrossSiteScripting_QUERYARGUMENTS, ActionToUse: { Count: {} } }]';
  const world = shopWorld(live(`[${core(counted)}]`, `    logs: { bucket: aws-waf-logs-shop, filter: ${filter} }`));
  const files = logFiles(world);
  const judge = (target: string, more = {}) => siteOf(world).judge(asked(target, world.now(), more), 0, false);
  judge('/allowed');
  judge('/counted?q=%3Cscript%3E');
  judge('/blocked?f=../../etc/passwd');
  judge('/dropped', { headers: [['Host', 'x']] });
  world.pass(20 * MINUTE);
  const uris = (total(files) as { httpRequest: { uri: string } }[]).map(({ httpRequest }) => httpRequest.uri);
  assert.deepEqual(uris.sort(), ['/blocked', '/counted']);
});

test('logging that goes elsewhere leaves nothing in S3', () => {
  const elsewhere =
    '    logs: { destination: "arn:aws:firehose:eu-central-1:123456789012:deliverystream/aws-waf-logs-x" }';
  const world = shopWorld(live(`[${core()}]`, elsewhere));
  const files = logFiles(world);
  siteOf(world).judge(asked('/', world.now()), 0, false);
  world.pass(30 * MINUTE);
  assert.equal(files.size, 0);
  const [{ ARN }] = paced(world)('ListWebACLs').WebACLs;
  assert.match(
    paced(world)('GetLoggingConfiguration', { ResourceArn: ARN }).LoggingConfiguration.LogDestinationConfigs[0],
    /firehose/,
  );
});

test('the same seed makes the same visits and files, another seed others; nobody comes while it is quiet', () => {
  const run = (seed: number, more = VISITS) => {
    const world = shopWorld(live(`[${core()}]`, more), seed);
    const files = logFiles(world);
    world.pass(HOUR);
    return JSON.stringify([...files]);
  };
  assert.equal(run(1), run(1));
  assert.notEqual(run(1), run(2));
  const quiet = VISITS.replace('perDay: 20000', 'perDay: 20000, quiet: { from: 8, to: 9 }');
  assert.equal(run(1, quiet), '[]');
});

test('visits reach the application unless they are blocked; all kinds come', () => {
  const world = shopWorld(live(`[${core()}]`, VISITS));
  const files = logFiles(world);
  world.pass(2 * HOUR);
  const lines = total(files) as { action: string; httpRequest: { clientIp: string } }[];
  const blocked = lines.filter(({ action }) => action === 'BLOCK').length;
  assert.ok(blocked > 10 && blocked < lines.length / 2, `${blocked} of ${lines.length}`);
  const { probes, others } = siteOf(world).reached;
  assert.ok(others > lines.length / 2 && probes === 0);
  for (const network of ['198.18.', '198.19.', '198.51.100.', '203.0.113.'])
    assert.ok(
      lines.some(({ httpRequest }) => httpRequest.clientIp.startsWith(network)),
      network,
    );
});

const metric = (MetricName: string, dimensions: Record<string, string>, Period = 3600) => ({
  MetricDataQueries: [
    {
      Id: 'a',
      MetricStat: {
        Metric: {
          Namespace: 'AWS/WAFV2',
          MetricName,
          Dimensions: Object.entries({ Region: 'eu-central-1', ...dimensions }).map(([Name, Value]) => ({
            Name,
            Value,
          })),
        },
        Period,
        Stat: 'Sum',
      },
    },
  ],
});

test('metrics by the minute, by rule; only of rules inside a group whose action is overridden (traps W14 and W35)', () => {
  const counted = ', RuleActionOverrides: [{ Name: CrossSiteScripting_QUERYARGUMENTS, ActionToUse: { Count: {} } }]';
  const world = shopWorld(live(`[${pathRule('watched', '/x', '{ Count: {} }')}, ${core(counted)}]`));
  const judge = (target: string) => siteOf(world).judge(asked(target, world.now()), 0, false);
  judge('/x');
  judge('/?q=%3Cscript%3E');
  judge('/?f=../../etc/passwd');
  world.pass(MINUTE);
  const read = (name: string, dimensions: Record<string, string>) =>
    world.call('GetMetricData', {
      ...metric(name, { WebACL: 'shop', ...dimensions }),
      StartTime: (world.now() - HOUR) / 1000,
      EndTime: world.now() / 1000,
    }).MetricDataResults[0].Values;
  assert.deepEqual(read('AllowedRequests', { Rule: 'ALL' }), [2]);
  assert.deepEqual(read('AllowedRequests', { Rule: 'Default_Action' }), [2]);
  assert.deepEqual(read('BlockedRequests', { Rule: 'core' }), [1]);
  assert.deepEqual(read('CountedRequests', { Rule: 'watched' }), [1]);
  const inner = (ManagedRuleGroupRule: string) => ({ ManagedRuleGroup: 'core', ManagedRuleGroupRule });
  assert.deepEqual(read('CountedRequests', inner('CrossSiteScripting_QUERYARGUMENTS')), [1]);
  assert.deepEqual(read('BlockedRequests', inner('GenericLFI_QUERYARGUMENTS')), []);
});

test('the days to expiry of a pinned version are a metric, where it sees traffic (trap W15)', () => {
  const ends = `    versionEnds: [{ group: ${CORE}, version: Version_1.23, after: 20d }]`;
  const world = shopWorld(live(`[${core()}]`, ends));
  const dimensions = { ManagedRuleGroup: CORE, Vendor: 'AWS', Version: 'Version_1.23' };
  const read = () => {
    const query = metric('DaysToExpiry', dimensions);
    for (const { MetricStat } of query.MetricDataQueries) MetricStat.Stat = 'Minimum';
    const window = { StartTime: world.now() / 1000 - 86_400, EndTime: world.now() / 1000 };
    return world.call('GetMetricData', { ...query, ...window }).MetricDataResults[0].Values;
  };
  world.pass(10 * MINUTE);
  assert.deepEqual(read(), []);
  siteOf(world).judge(asked('/', world.now()), 0, false);
  world.pass(10 * MINUTE);
  assert.deepEqual(read(), [19]);
});

test('sampled requests: three hours at most, no arguments, of a group only what is overridden (trap W13)', () => {
  const counted = ', RuleActionOverrides: [{ Name: CrossSiteScripting_QUERYARGUMENTS, ActionToUse: { Count: {} } }]';
  const list =
    '{ Name: list, Priority: 3, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesAmazonIpReputationList } } }';
  const world = shopWorld(live(`[${core(counted)}, ${list}]`));
  const call = paced(world);
  const [{ ARN }] = call('ListWebACLs').WebACLs;
  const judge = (target: string) => siteOf(world).judge(asked(target, world.now()), 0, false);
  judge('/old?q=%3Cscript%3E');
  world.pass(4 * HOUR);
  judge('/new?q=%3Cscript%3E');
  judge('/plain');
  judge('/blocked?f=../../etc/passwd');
  const sampled = (RuleMetricName: string) =>
    call('GetSampledRequests', {
      WebAclArn: ARN,
      RuleMetricName,
      TimeWindow: { StartTime: world.now() / 1000 - 86_400, EndTime: world.now() / 1000 },
      MaxItems: 500,
    });
  const told = sampled('core');
  assert.equal(world.now() - told.TimeWindow.StartTime.getTime(), 3 * HOUR);
  assert.deepEqual(
    told.SampledRequests.map((one: { Request: { URI: string }; Action: string; OverriddenAction?: string }) => [
      one.Request.URI,
      one.Action,
      one.OverriddenAction,
    ]).sort(),
    [
      ['/blocked', 'BLOCK', undefined],
      ['/new', 'COUNT', 'BLOCK'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(told), /script%3E/);
  assert.equal(sampled('shop').PopulationSize, 2, 'the default action');
  const counting = siteOf(world).judge(asked('/', world.now(), { client: '203.0.113.200' }), 0, false);
  assert.deepEqual(
    counting?.matches.map(({ inner, action }) => [inner, action]),
    [['AWSManagedIPDDoSList', 'COUNT']],
  );
  assert.deepEqual(sampled('list').SampledRequests, [], "a Count inside the group is its owner's to see");
});

test('an expired version judges as the default one, in silence (trap W15); a reputation list knows its addresses', () => {
  const windows = (version: string) =>
    `{ Name: win, Priority: 2, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesWindowsRuleSet, Version: ${version} } } }`;
  const list =
    '{ Name: list, Priority: 3, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesAmazonIpReputationList } } }';
  const ends = '    versionEnds: [{ group: AWSManagedRulesWindowsRuleSet, version: Version_2.4, after: 1d }]';
  const world = shopWorld(live(`[${windows('Version_2.4')}, ${list}]`, ends));
  const shell = '/?x=cmd%20/c%20dir';
  assert.equal(answers(world, shell)[0], 'BLOCK');
  world.pass(25 * HOUR);
  assert.equal(answers(world, shell)[0], 'ALLOW', 'Version_2.5 has no such rule');
  const from = (client: string) => siteOf(world).judge(asked('/', world.now(), { client }), 0, false);
  assert.equal(from('203.0.113.9')?.action, 'BLOCK');
  assert.deepEqual(from('203.0.113.9')?.unknown, []);
  assert.equal(from('198.18.0.1')?.action, 'ALLOW');
});

test('faults: somebody edits a rule at the console, under a lock token that makes the one before stale; the endpoint becomes another', () => {
  const faults = `
faults:
  - { do: rule-edited, site: shop, rule: a, action: count, after: 1h }
  - { do: rule-edited, site: shop, rule: core/CrossSiteScripting_QUERYARGUMENTS, action: count, after: 2h }
  - { do: rule-edited, site: shop, rule: core, action: count, after: 3h }
  - { do: endpoint, site: shop, endpoint: elsewhere, after: 4h }`;
  const world = shopWorld(live(`[${pathRule('a', '/x')}, ${core()}]`) + faults);
  const call = paced(world);
  const [{ LockToken, Id }] = call('ListWebACLs').WebACLs;
  const script = '/?q=%3Cscript%3E';
  world.pass(90 * MINUTE);
  assert.equal(answers(world, '/x')[0], 'ALLOW');
  assert.equal(answers(world, script)[0], 'BLOCK');
  assert.throws(() => call('UpdateWebACL', { ...acl('shop'), Id, LockToken }), fault('WAFOptimisticLockException'));
  world.pass(HOUR);
  assert.equal(answers(world, script)[0], 'ALLOW');
  assert.equal(answers(world, '/../../etc/passwd')[0], 'BLOCK');
  world.pass(HOUR);
  assert.equal(answers(world, '/../../etc/passwd')[0], 'ALLOW');
  assert.equal(siteOf(world).text.endpoint, 'plain');
  world.pass(HOUR);
  assert.equal(siteOf(world).text.endpoint, 'elsewhere');
});

test('visitors ask for what the files of a scenario have, and for nothing else', () => {
  const site = `${VISITS.replace('scanners: 0.1', 'scanners: 0, crawlers: 0')}`;
  const base = shopScenario(live(`[${core()}]`, site));
  const line = (target: string, body: string | null = null) => ({
    method: body === null ? 'GET' : 'POST',
    target,
    body,
  });
  const requests = {
    shop: { benign: [line('/own?n={n}'), line('/form', 'a=1')], attacks: [line('/own?q=%3Cscript%3E')] },
  };
  const world = openOn({ ...base, requests });
  const files = logFiles(world);
  world.pass(HOUR);
  const asked = (total(files) as { httpRequest: { uri: string; args: string; httpMethod: string } }[]).map(
    ({ httpRequest: { uri, args, httpMethod } }) => `${httpMethod} ${uri} ${args.replace(/\d+/, '')}`,
  );
  assert.deepEqual([...new Set(asked)].sort(), ['GET /own n=', 'GET /own q=%Cscript%3E', 'POST /form ']);
});
