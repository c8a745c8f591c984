import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webAcls } from '#aws/web-acls.ts';
import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import { all, error, wire } from './wire.ts';

const aws = await wire();

const ARN = 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/a1';
const SET = 'arn:aws:wafv2:eu-central-1:111122223333:regional/ipset/office/b2';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const rule = (SearchString: string, more: object = {}) => ({
  Name: 'own',
  Priority: 0,
  Statement: {
    ByteMatchStatement: {
      FieldToMatch: { UriPath: {} },
      SearchString,
      PositionalConstraint: 'EXACTLY',
      TextTransformations: [{ Priority: 0, Type: 'NONE' }],
    },
  },
  Action: { Block: {} },
  VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: 'own' },
  ...more,
});
const WEB_ACL = {
  Name: 'shop',
  Id: 'a1',
  ARN,
  DefaultAction: { Allow: {} },
  Rules: [rule(base64('/für'))],
  VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: 'shop-metric' },
  Capacity: 12,
  ManagedByFirewallManager: false,
  RetrofittedByFirewallManager: false,
  PreProcessFirewallManagerRuleGroups: [],
  PostProcessFirewallManagerRuleGroups: [],
  LabelNamespace: 'awswaf:111122223333:webacl:shop:',
  TokenDomains: ['example.com'],
  CaptchaConfig: null, // as good as absent
  NewMember: { Of: ['a later year'] },
};

function plays(webAcl: object = WEB_ACL) {
  aws.plays(({ operation, body }) => {
    if (operation === 'ListWebACLs')
      return {
        body: body.NextMarker
          ? { WebACLs: [{ Name: 'shop', Id: 'a1', ARN }] }
          : { WebACLs: [{ Name: 'shop-2', Id: 'zz' }], NextMarker: 'more' },
      };
    return { body: { WebACL: webAcl, LockToken: 'token-1' } };
  });
}

test('a web ACL is found by its whole name over all pages, its strings are text, what AWS alone writes is out', async () => {
  plays();
  const live = await webAcls.read('shop');
  assert.ok(live);
  const { content, rules, ...head } = live;
  assert.deepEqual(head, {
    name: 'shop',
    id: 'a1',
    arn: ARN,
    lockToken: 'token-1',
    capacity: 12,
    labelNamespace: 'awswaf:111122223333:webacl:shop:',
    metricName: 'shop-metric',
    managedByFirewallManager: false,
  });
  assert.equal(rules[0]?.Statement.ByteMatchStatement?.SearchString, '/für');
  assert.deepEqual(Object.keys(content).sort(), [
    'DefaultAction',
    'NewMember',
    'Rules',
    'TokenDomains',
    'VisibilityConfig',
  ]);
  assert.deepEqual(aws.operations(), ['ListWebACLs', 'ListWebACLs', 'GetWebACL']);
  assert.equal(await webAcls.read('absent'), null);
});

test('a member that the SDK does not know is read; an update that would drop it is not sent, and names it', async () => {
  plays({ ...WEB_ACL, Rules: [rule(base64('/a'), { Later: { Year: 1 } })] });
  const live = await webAcls.read('shop');
  assert.ok(live);
  assert.deepEqual(live.rules[0]?.Later, { Year: 1 });
  assert.deepEqual(live.content.NewMember, { Of: ['a later year'] });
  const sentBefore = aws.calls.length;
  await assert.rejects(webAcls.update(live, { ...live.content, NewMember: undefined }), {
    name: 'AwsRefused',
    message: /does not know Rules\[0\]\.Later, and would drop it: nothing was sent/,
  });
  await assert.rejects(webAcls.update(live, { ...live.content, Rules: [] }), /does not know NewMember,/);
  assert.equal(aws.calls.length, sentBefore);
});

test('an update sends back what was read, byte for byte, under the lock token of that read, once', async () => {
  const { NewMember, ...known } = WEB_ACL;
  plays(known);
  const live = await webAcls.read('shop');
  assert.ok(live);
  assert.equal(await webAcls.update(live, live.content), 'written');
  const { Name, Id, LockToken, Scope, ...content } = aws.calls.at(-1)?.body ?? {};
  assert.deepEqual([Name, Id, LockToken, Scope], ['shop', 'a1', 'token-1', 'REGIONAL']);
  assert.deepEqual(content, {
    DefaultAction: WEB_ACL.DefaultAction,
    Rules: WEB_ACL.Rules,
    TokenDomains: WEB_ACL.TokenDomains,
    VisibilityConfig: WEB_ACL.VisibilityConfig,
  });
});

for (const [name, status, came] of [
  ['WAFOptimisticLockException', 400, 'moved'],
  ['ThrottlingException', 400, 'throttled'],
  ['WAFInvalidParameterException', 400, AwsRefused],
  ['WAFExpiredManagedRuleGroupVersionException', 400, AwsRefused],
  ['WAFInternalErrorException', 500, AwsUnavailable],
] as const)
  test(`an update that ends in ${name} was tried once`, async () => {
    aws.plays(() => error(status, name));
    const writing = webAcls.update({ name: 'shop', id: 'a1', lockToken: 't' }, { DefaultAction: { Allow: {} } });
    if (typeof came === 'string') assert.equal(await writing, came);
    else await assert.rejects(writing, came);
    assert.deepEqual(aws.operations(), ['UpdateWebACL']);
  });

test('an update without an answer is unclear, and is not tried again', async () => {
  aws.plays(() => 'hang up');
  const writing = webAcls.update({ name: 'shop', id: 'a1', lockToken: 't' }, { DefaultAction: { Allow: {} } });
  await assert.rejects(writing, AwsUnavailable);
  assert.equal(aws.calls.length, 1);
});

test('a SearchString that is no text is refused, since no file could hold it', async () => {
  plays({ ...WEB_ACL, Rules: [rule('/w==')] });
  await assert.rejects(webAcls.read('shop'), /SearchString \/w== \(base64\) is no UTF-8 text/);
});

test('capacity is asked for rules as AWS takes them', async () => {
  aws.answers({ Capacity: 42 });
  assert.equal(await webAcls.capacity([rule('/a') as never]), 42);
  assert.equal(aws.calls[0]?.body.Rules[0].Statement.ByteMatchStatement.SearchString, base64('/a'));
});

test('a managed group: versions over all pages, its rules and labels; null where AWS has none; no rules of a version that is gone', async () => {
  const plays = (described: object | null) =>
    aws.plays(({ operation, body }) => {
      if (operation === 'ListAvailableManagedRuleGroups')
        return {
          body: {
            ManagedRuleGroups: [
              { VendorName: 'AWS', Name: 'Core', VersioningSupported: true },
              { VendorName: 'AWS', Name: 'Reputation' },
            ],
          },
        };
      if (operation === 'ListAvailableManagedRuleGroupVersions')
        return {
          body: body.NextMarker
            ? { Versions: [{ Name: 'Version_1.2' }] }
            : { CurrentDefaultVersion: 'Version_1.1', Versions: [{ Name: 'Version_1.1' }], NextMarker: 'm' },
        };
      return described ? { body: described } : error(400, 'WAFNonexistentItemException');
    });
  plays({
    Capacity: 700,
    LabelNamespace: 'awswaf:managed:aws:core-rule-set:',
    Rules: [
      { Name: 'A_BODY', Action: { Block: {} } },
      { Name: 'B', Action: { Count: {} } },
    ],
    AvailableLabels: [{ Name: 'awswaf:managed:aws:core-rule-set:A_Body' }],
  });
  assert.deepEqual(await webAcls.managed('AWS', 'Core', 'Version_1.2'), {
    vendor: 'AWS',
    name: 'Core',
    version: 'Version_1.2',
    versioned: true,
    rules: [
      { name: 'A_BODY', action: 'block' },
      { name: 'B', action: 'count' },
    ],
    labels: ['awswaf:managed:aws:core-rule-set:A_Body'],
    labelNamespace: 'awswaf:managed:aws:core-rule-set:',
    capacity: 700,
    defaultVersion: 'Version_1.1',
    versions: ['Version_1.1', 'Version_1.2'],
  });
  assert.equal(aws.calls.at(-1)?.body.VersionName, 'Version_1.2');
  const reputation = await webAcls.managed('AWS', 'Reputation', null);
  assert.deepEqual([reputation?.versioned, reputation?.versions], [false, []]);
  assert.equal(await webAcls.managed('AWS', 'Cores', null), null);
  plays(null);
  assert.equal((await webAcls.managed('AWS', 'Core', 'Version_0.1'))?.rules, null);
});

test('logging: destinations, whether a filter drops lines, and what is redacted', async () => {
  aws.answers({
    LoggingConfiguration: {
      ResourceArn: ARN,
      LogDestinationConfigs: ['arn:aws:s3:::aws-waf-logs-shop'],
      LoggingFilter: { DefaultBehavior: 'DROP', Filters: [] },
      RedactedFields: [{ QueryString: {} }, { SingleHeader: { Name: 'X-Patchwright-Probe' } }],
    },
  });
  assert.deepEqual(await webAcls.logging(ARN), {
    destinations: ['arn:aws:s3:::aws-waf-logs-shop'],
    filtered: true,
    redacted: ['QueryString', 'x-patchwright-probe'],
  });
  aws.plays(() => error(400, 'WAFNonexistentItemException'));
  assert.equal(await webAcls.logging(ARN), null);
  aws.plays(() => error(400, 'AccessDeniedException'));
  await assert.rejects(webAcls.logging(ARN), AwsRefused);
});

test('samples: from how many, of which time, each with its action, weight and rule inside the group', async () => {
  aws.answers({
    PopulationSize: 5000,
    TimeWindow: { StartTime: 1_700_000_000, EndTime: 1_700_000_600 },
    SampledRequests: [
      {
        Request: {
          ClientIP: '203.0.113.9',
          Country: 'NL',
          URI: '/a',
          Method: 'GET',
          Headers: [{ Name: 'Host', Value: 'shop' }],
        },
        Weight: 3,
        Timestamp: 1_700_000_100,
        Action: 'COUNT',
        OverriddenAction: 'BLOCK',
        RuleNameWithinRuleGroup: 'AWS#Core#A_BODY',
      },
    ],
  });
  const samples = await webAcls.samples(ARN, 'core', '2023-11-14T22:00:00.000Z', '2023-11-14T23:00:00.000Z');
  assert.deepEqual(samples, {
    population: 5000,
    from: '2023-11-14T22:13:20.000Z',
    to: '2023-11-14T22:23:20.000Z',
    requests: [
      {
        at: 1_700_000_100_000,
        client: '203.0.113.9',
        country: 'NL',
        method: 'GET',
        uri: '/a',
        host: 'shop',
        headers: [['Host', 'shop']],
        action: 'COUNT',
        weight: 3,
        rule: 'AWS#Core#A_BODY',
        overridden: 'BLOCK',
      },
    ],
  });
  assert.deepEqual(aws.calls[0]?.body.MaxItems, 500);
});

test('sets and groups by their ARN, tags over all pages, the web ACL of a load balancer', async () => {
  aws.plays(({ operation, body }) => {
    switch (operation) {
      case 'GetIPSet':
        return { body: { IPSet: { Addresses: ['198.51.100.0/24'] }, LockToken: 'x' } };
      case 'GetRegexPatternSet':
        return { body: { RegexPatternSet: { RegularExpressionList: [{ RegexString: '^/a' }] } } };
      case 'GetRuleGroup':
        return { body: { RuleGroup: { Rules: [rule(base64('/g'))] } } };
      case 'ListTagsForResource':
        return {
          body: body.NextMarker
            ? { TagInfoForResource: { TagList: [{ Key: 'b', Value: '2' }] } }
            : { TagInfoForResource: { TagList: [{ Key: 'patchwright:site', Value: 'shop' }] }, NextMarker: 'm' },
        };
      case 'ListResourcesForWebACL':
        return { body: { ResourceArns: ['arn:lb'] } };
      default:
        return { body: body.ResourceArn === 'arn:lb' ? { WebACL: WEB_ACL } : {} };
    }
  });
  assert.deepEqual(await webAcls.addresses(SET), ['198.51.100.0/24']);
  assert.deepEqual([aws.calls[0]?.body.Name, aws.calls[0]?.body.Id], ['office', 'b2']);
  assert.deepEqual(await webAcls.patterns(SET.replace('ipset', 'regexpatternset')), ['^/a']);
  const [inner] = await webAcls.groupRules(SET.replace('ipset', 'rulegroup'));
  assert.equal(inner?.Statement.ByteMatchStatement?.SearchString, '/g');
  assert.deepEqual(await webAcls.tags(ARN), { 'patchwright:site': 'shop', b: '2' });
  assert.deepEqual(await all(webAcls.resources(ARN)), ['arn:lb']);
  assert.deepEqual(await webAcls.of('arn:lb'), { name: 'shop', arn: ARN });
  assert.equal(await webAcls.of('arn:other'), null);
  await assert.rejects(webAcls.addresses('arn:aws:s3:::x'), /is no ARN of a set or group/);
});

test('what is made has its tags and gives its ARN; throttled, nothing was made', async () => {
  aws.answers({ Summary: { ARN: SET } });
  const tags = { 'patchwright:site': 'shop' };
  const content = { DefaultAction: { Allow: {} }, Rules: [rule('/a')] };
  assert.equal(await webAcls.create('shop', content, tags), SET);
  assert.equal(await webAcls.createSet('s', { kind: 'ipSet', addresses: ['2001:db8::/32'] }, tags), SET);
  assert.equal(await webAcls.createSet('s', { kind: 'regexSet', patterns: ['^/a'] }, tags), SET);
  const group = { kind: 'ruleGroup' as const, rules: [rule('/a') as never], capacity: 5, metricName: 'own' };
  assert.equal(await webAcls.createSet('s', group, tags), SET);
  const bodies = aws.calls.map(({ body }) => body);
  for (const { Tags, Scope } of bodies)
    assert.deepEqual([Tags, Scope], [[{ Key: 'patchwright:site', Value: 'shop' }], 'REGIONAL']);
  assert.equal(bodies[1].IPAddressVersion, 'IPV6');
  assert.equal(bodies[3].Rules[0].Statement.ByteMatchStatement.SearchString, base64('/a'));
  aws.plays(() => error(400, 'ThrottlingException'));
  assert.equal(await webAcls.createSet('s', { kind: 'regexSet', patterns: ['^/a'] }, tags), null);
});

test('a set is deleted under a lock token of its own read; one that is gone is deleted, one that is used is not', async () => {
  aws.plays(({ operation }) => ({ body: operation === 'GetIPSet' ? { LockToken: 'l1' } : {} }));
  assert.equal(await webAcls.deleteSet(SET), 'written');
  assert.equal(aws.calls.at(-1)?.body.LockToken, 'l1');
  aws.plays(({ operation }) =>
    operation === 'GetIPSet' ? { body: { LockToken: 'l1' } } : error(400, 'WAFAssociatedItemException'),
  );
  assert.equal(await webAcls.deleteSet(SET), 'moved');
  aws.plays(() => error(400, 'WAFNonexistentItemException'));
  assert.equal(await webAcls.deleteSet(SET), 'written');
});

test('logging and association name both ends', async () => {
  aws.answers({});
  await webAcls.startLogging(ARN, 'arn:aws:s3:::aws-waf-logs-shop');
  await webAcls.associate(ARN, 'arn:lb');
  await webAcls.disassociate('arn:lb');
  assert.deepEqual(
    aws.calls.map(({ operation, body }) => [operation, body]),
    [
      [
        'PutLoggingConfiguration',
        { LoggingConfiguration: { ResourceArn: ARN, LogDestinationConfigs: ['arn:aws:s3:::aws-waf-logs-shop'] } },
      ],
      ['AssociateWebACL', { WebACLArn: ARN, ResourceArn: 'arn:lb' }],
      ['DisassociateWebACL', { ResourceArn: 'arn:lb' }],
    ],
  );
});
