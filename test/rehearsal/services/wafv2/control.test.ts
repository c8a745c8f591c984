import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, throttled } from '#rehearsal/engine/service-faults.ts';
import type { TestWorld } from '../../fleet/stage.ts';
import { acl, byteMatch, fault, managed, NONE, paced, rule, SHOP, shopWorld } from '../../site/shop.ts';

const CORE = 'AWSManagedRulesCommonRuleSet';
const path = byteMatch({ UriPath: {} }, '/x');
const balancerOf = (world: TestWorld) => world.call('DescribeLoadBalancers').LoadBalancers[0].LoadBalancerArn;
const settled = (world: TestWorld) => world.pass(10_000);

test('what is created is read back equal, with what AWS adds', () => {
  const world = shopWorld();
  const call = paced(world);
  const office = call('CreateIPSet', {
    Name: 'office',
    IPAddressVersion: 'IPV4',
    Addresses: ['198.51.100.0/24'],
  }).Summary;
  const admin = call('CreateRegexPatternSet', {
    Name: 'admin',
    RegularExpressionList: [{ RegexString: '^/admin(?:/|$)' }],
  }).Summary;
  const group = call('CreateRuleGroup', {
    Name: 'own',
    Capacity: 50,
    VisibilityConfig: acl('own').VisibilityConfig,
    Rules: [rule('inner', 0, path, { RuleLabels: [{ Name: 'seen' }] })],
  }).Summary;
  settled(world);
  const rules = [
    rule('office', 0, { IPSetReferenceStatement: { ARN: office.ARN } }, { Action: { Allow: {} } }),
    rule('admin', 1, {
      RegexPatternSetReferenceStatement: { ARN: admin.ARN, FieldToMatch: { UriPath: {} }, TextTransformations: NONE },
    }),
    rule('own', 2, { RuleGroupReferenceStatement: { ARN: group.ARN } }, { OverrideAction: { None: {} } }),
    rule('core', 3, managed(CORE, 'Version_1.23'), { OverrideAction: { None: {} } }),
  ];
  const { ARN, Id, LockToken } = call('CreateWebACL', acl('shop', rules, { Tags: [{ Key: 'a', Value: 'b' }] })).Summary;
  const read = call('GetWebACL', { Name: 'shop', Id });
  assert.deepEqual(read.WebACL.Rules, rules);
  assert.equal(read.LockToken, LockToken);
  assert.equal(read.WebACL.Capacity, 1 + 25 + 50 + 700);
  assert.equal(read.WebACL.LabelNamespace, 'awswaf:123456789012:webacl:shop:');
  assert.match(ARN, /^arn:aws:wafv2:eu-central-1:123456789012:regional\/webacl\/shop\/[0-9a-f-]{36}$/);
  assert.deepEqual(call('ListTagsForResource', { ResourceARN: ARN }).TagInfoForResource.TagList, [
    { Key: 'a', Value: 'b' },
  ]);
  assert.deepEqual(call('GetRuleGroup', { Name: 'own', Id: group.Id }).RuleGroup.AvailableLabels, [
    { Name: 'awswaf:123456789012:rulegroup:own:seen' },
  ]);
  for (const [list, member, name] of [
    ['ListWebACLs', 'WebACLs', 'shop'],
    ['ListIPSets', 'IPSets', 'office'],
    ['ListRegexPatternSets', 'RegexPatternSets', 'admin'],
    ['ListRuleGroups', 'RuleGroups', 'own'],
  ] as const)
    assert.deepEqual(
      call(list)[member].map(({ Name }: { Name: string }) => Name),
      [name],
    );
});

test('a stale lock token is refused, and an update replaces everything that it leaves out (trap W6)', () => {
  const world = shopWorld();
  const call = paced(world);
  const { Id, LockToken } = call('CreateWebACL', acl('shop', [rule('a', 0, path)], { Description: 'a shop' })).Summary;
  const update = (token: string) => call('UpdateWebACL', { ...acl('shop'), Id, LockToken: token });
  const { NextLockToken } = update(LockToken);
  assert.notEqual(NextLockToken, LockToken);
  assert.throws(() => update(LockToken), fault('WAFOptimisticLockException'));
  const { WebACL, LockToken: now } = call('GetWebACL', { Name: 'shop', Id });
  assert.equal(now, NextLockToken);
  assert.deepEqual([WebACL.Rules, WebACL.Description], [[], undefined]);
  assert.throws(() => call('DeleteWebACL', { Name: 'shop', Id, LockToken }), fault('WAFOptimisticLockException'));
});

test('one write of a kind a second, an association in two; reads five a second', () => {
  const world = shopWorld();
  const set = (Name: string) => ({ Name, Scope: 'REGIONAL', IPAddressVersion: 'IPV4', Addresses: [] });
  world.call('CreateIPSet', set('one'));
  assert.throws(() => world.call('CreateIPSet', set('two')), fault('ThrottlingException'));
  world.call('CreateWebACL', { ...acl('shop'), Scope: 'REGIONAL' }); // another kind has its own quota
  world.pass(1000);
  world.call('CreateIPSet', set('two'));
  for (let read = 0; read < 5; read++) world.call('ListIPSets', { Scope: 'REGIONAL' });
  assert.throws(() => world.call('ListIPSets', { Scope: 'REGIONAL' }), fault('ThrottlingException'));
  const resource = { ResourceArn: balancerOf(world) };
  world.call('DisassociateWebACL', resource);
  world.pass(1999);
  assert.throws(() => world.call('DisassociateWebACL', resource), fault('ThrottlingException'));
});

test('an association takes the load balancer from its other web ACL without a word (trap W33)', () => {
  const world = shopWorld();
  const call = paced(world);
  const resource = balancerOf(world);
  assert.ok(resource.startsWith(SHOP));
  assert.deepEqual(call('GetWebACLForResource', { ResourceArn: resource }), {});
  const [one, two] = ['one', 'two'].map((name) => call('CreateWebACL', acl(name)).Summary);
  settled(world);
  call('AssociateWebACL', { WebACLArn: one.ARN, ResourceArn: resource });
  assert.throws(
    () => call('DeleteWebACL', { Name: 'one', Id: one.Id, LockToken: one.LockToken }),
    fault('WAFAssociatedItemException'),
  );
  call('AssociateWebACL', { WebACLArn: two.ARN, ResourceArn: resource });
  assert.equal(call('GetWebACLForResource', { ResourceArn: resource }).WebACL.Name, 'two');
  assert.deepEqual(call('ListResourcesForWebACL', { WebACLArn: one.ARN }).ResourceArns, []);
  assert.deepEqual(call('ListResourcesForWebACL', { WebACLArn: two.ARN }).ResourceArns, [resource]);
  call('DeleteWebACL', { Name: 'one', Id: one.Id, LockToken: one.LockToken });
  assert.throws(() => call('GetWebACL', { Name: 'one', Id: one.Id }), fault('WAFNonexistentItemException'));
});

test('a set made just now may be unknown to a rule for some seconds (trap W8)', () => {
  let unavailable = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const world = shopWorld('', seed);
    const { ARN } = world.call('CreateIPSet', {
      Name: 'new',
      Scope: 'REGIONAL',
      IPAddressVersion: 'IPV4',
      Addresses: [],
    }).Summary;
    const made = { ...acl('shop', [rule('new', 0, { IPSetReferenceStatement: { ARN } })]), Scope: 'REGIONAL' };
    try {
      world.call('CreateWebACL', made);
    } catch (error) {
      assert.ok(fault('WAFUnavailableEntityException')(error));
      unavailable++;
      settled(world);
      world.call('CreateWebACL', made);
    }
  }
  assert.ok(unavailable > 0 && unavailable < 12, `${unavailable} of 12`);
});

const group = (Rules: unknown[], Capacity = 50) => ({
  Name: 'own',
  Capacity,
  VisibilityConfig: acl('own').VisibilityConfig,
  Rules,
});

test('an override of a name that does not exist is swallowed for a managed group and refused for an own one (trap W1)', () => {
  const world = shopWorld();
  const call = paced(world);
  const RuleActionOverrides = [{ Name: 'CrossSiteScripting_BDOY', ActionToUse: { Count: {} } }];
  const swallowed = rule('core', 0, managed(CORE, 'Version_1.23', { RuleActionOverrides }), {
    OverrideAction: { None: {} },
  });
  assert.ok(call('CreateWebACL', acl('shop', [swallowed])).Summary.Id);
  const { ARN } = call('CreateRuleGroup', group([rule('inner', 0, path)])).Summary;
  settled(world);
  const own = rule(
    'own',
    0,
    { RuleGroupReferenceStatement: { ARN, RuleActionOverrides } },
    { OverrideAction: { None: {} } },
  );
  assert.throws(
    () => call('CreateWebACL', acl('other', [own])),
    fault('WAFInvalidParameterException', { Field: 'EXCLUDED_RULE', Parameter: 'CrossSiteScripting_BDOY' }),
  );
});

test('a version whose end is set stays where it is and nowhere else; expired, it lets no update through (trap W15)', () => {
  const site = `    versionEnds: [{ group: ${CORE}, version: Version_1.21, after: 10d }]
    webAcl:
      name: shop
      rules: [{ Name: core, Priority: 0, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: ${CORE}, Version: Version_1.22 } } }]`;
  const world = shopWorld(site);
  const call = paced(world);
  const names = { VendorName: 'AWS', Name: CORE };
  const listed = call('ListAvailableManagedRuleGroupVersions', names);
  assert.deepEqual(
    listed.Versions.map(({ Name }: { Name: string }) => Name),
    ['Version_1.23', 'Version_1.22'],
  );
  assert.equal(listed.CurrentDefaultVersion, 'Version_1.23');
  const [{ Id, LockToken }] = call('ListWebACLs').WebACLs;
  const with21 = [rule('core', 0, managed(CORE, 'Version_1.21'), { OverrideAction: { None: {} } })];
  assert.throws(
    () => call('UpdateWebACL', { ...acl('shop', with21), Id, LockToken }),
    fault('WAFInvalidParameterException', { Field: 'MANAGED_RULE_SET_STATEMENT', Parameter: 'Version_1.21' }),
  );
  world.pass(11 * 86_400_000);
  for (const at of ['CreateWebACL', 'CheckCapacity'])
    assert.throws(
      () => call(at, at === 'CheckCapacity' ? { Rules: with21 } : acl('new', with21)),
      fault('WAFExpiredManagedRuleGroupVersionException'),
    );
  assert.throws(
    () => call('DescribeManagedRuleGroup', { ...names, VersionName: 'Version_1.21' }),
    fault('WAFExpiredManagedRuleGroupVersionException'),
  );
});

test('a web ACL that has an ending version is updated until it expires, and then not at all', () => {
  const site = `    versionEnds: [{ group: ${CORE}, version: Version_1.21, after: 10d }]
    webAcl:
      name: shop
      rules: [{ Name: core, Priority: 0, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: ${CORE}, Version: Version_1.21 } } }]`;
  const world = shopWorld(site);
  const call = paced(world);
  const update = (...more: unknown[]) => {
    const [{ Id, LockToken }] = call('ListWebACLs').WebACLs;
    const { Rules } = call('GetWebACL', { Name: 'shop', Id }).WebACL;
    return call('UpdateWebACL', { ...acl('shop', [...Rules, ...more]), Id, LockToken });
  };
  update(rule('a', 1, path));
  world.pass(11 * 86_400_000);
  assert.throws(() => update(rule('b', 2, path)), fault('WAFExpiredManagedRuleGroupVersionException'));
});

test('a managed group tells its rules, labels and capacity; one without versions has none', () => {
  const call = paced(shopWorld());
  const told = call('DescribeManagedRuleGroup', { VendorName: 'AWS', Name: CORE });
  assert.equal(told.Capacity, 700);
  assert.equal(told.VersionName, 'Version_1.23');
  assert.ok(told.Rules.some(({ Name }: { Name: string }) => Name === 'CrossSiteScripting_BODY'));
  assert.ok(
    told.AvailableLabels.some(
      ({ Name }: { Name: string }) => Name === 'awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body',
    ),
  );
  const groups = call('ListAvailableManagedRuleGroups').ManagedRuleGroups;
  assert.ok(
    groups.every(
      ({ VersioningSupported }: { VersioningSupported: boolean }) => typeof VersioningSupported === 'boolean',
    ),
  );
  assert.throws(
    () => call('DescribeManagedRuleGroup', { VendorName: 'AWS', Name: 'AWSManagedRulesNoSuchSet' }),
    fault('WAFNonexistentItemException'),
  );
});

const field = (FieldToMatch: unknown, types = ['NONE']) => ({
  FieldToMatch,
  TextTransformations: types.map((Type, Priority) => ({ Priority, Type })),
});
for (const [what, statement, capacity] of [
  ['a label', { LabelMatchStatement: { Scope: 'LABEL', Key: 'a' } }, 1],
  ['a country', { GeoMatchStatement: { CountryCodes: ['NL'] } }, 1],
  ['an exact text', path, 2],
  ['a text inside', byteMatch({ UriPath: {} }, 'x', 'CONTAINS'), 10],
  [
    'a regex with a transformation',
    { RegexMatchStatement: { RegexString: 'x', ...field({ QueryString: {} }, ['URL_DECODE']) } },
    13,
  ],
  ['SQL, low', { SqliMatchStatement: { SensitivityLevel: 'LOW', ...field({ QueryString: {} }) } }, 20],
  [
    'SQL, high, all arguments, decoded twice',
    {
      SqliMatchStatement: {
        SensitivityLevel: 'HIGH',
        ...field({ AllQueryArguments: {} }, ['URL_DECODE', 'LOWERCASE']),
      },
    },
    60,
  ],
  [
    'scripts in JSON',
    {
      XssMatchStatement: field({
        JsonBody: { MatchPattern: { All: {} }, MatchScope: 'ALL', OversizeHandling: 'CONTINUE' },
      }),
    },
    80,
  ],
  ['a rate', { RateBasedStatement: { Limit: 100, AggregateKeyType: 'IP' } }, 2],
  ['a rate below a path', { RateBasedStatement: { Limit: 100, AggregateKeyType: 'IP', ScopeDownStatement: path } }, 4],
  ['two of them', { AndStatement: { Statements: [path, { NotStatement: { Statement: path } }] } }, 4],
] as const)
  test(`capacity by AWS's table: ${what}`, () => {
    assert.equal(paced(shopWorld())('CheckCapacity', { Rules: [rule('a', 0, statement)] }).Capacity, capacity);
  });

test('more than 5,000 units, and a group that outgrows its own', () => {
  const call = paced(shopWorld());
  const eight = Array.from({ length: 8 }, (_, at) =>
    rule(`c${at}`, at, managed(CORE), { OverrideAction: { None: {} } }),
  );
  assert.throws(() => call('CreateWebACL', acl('shop', eight)), fault('WAFLimitsExceededException'));
  const { Id, LockToken } = call('CreateRuleGroup', group([rule('a', 0, path)], 2)).Summary;
  const { Name, VisibilityConfig } = group([]);
  const grown = { Name, VisibilityConfig, Id, LockToken, Rules: [rule('a', 0, path), rule('b', 1, path)] };
  assert.throws(() => call('UpdateRuleGroup', grown), fault('WAFInvalidParameterException', { Field: 'RULE_GROUP' }));
});

const withAction = (Action: unknown) => [rule('a', 0, path, { Action })];
const answer = (more: object) => withAction({ Block: { CustomResponse: { ResponseCode: 204, ...more } } });
for (const [what, rules, code, fieldName] of [
  [
    'two statements in one',
    [rule('a', 0, { ...path, GeoMatchStatement: { CountryCodes: ['NL'] } })],
    'WAFInvalidParameterException',
    'STATEMENT',
  ],
  [
    'an And of one',
    [rule('a', 0, { AndStatement: { Statements: [path] } })],
    'WAFInvalidParameterException',
    'AND_STATEMENT',
  ],
  [
    'a rate inside a Not',
    [rule('a', 0, { NotStatement: { Statement: { RateBasedStatement: { Limit: 10, AggregateKeyType: 'IP' } } } })],
    'WAFInvalidParameterException',
    'STATEMENT',
  ],
  ['a group with an action', [rule('a', 0, managed(CORE))], 'WAFInvalidParameterException', 'RULE'],
  ['neither action', [{ ...rule('a', 0, path), Action: undefined }], 'WAFInvalidParameterException', 'RULE'],
  ['the same priority twice', [rule('a', 0, path), rule('b', 0, path)], 'WAFInvalidParameterException', 'RULE'],
  ['status 418 (trap W9)', answer({ ResponseCode: 418 }), 'WAFInvalidParameterException', 'CUSTOM_RESPONSE'],
  [
    'a content type',
    answer({ ResponseHeaders: [{ Name: 'Content-Type', Value: 'x' }] }),
    'WAFInvalidParameterException',
    'HEADER_NAME',
  ],
  [
    'a body that is not there',
    answer({ CustomResponseBodyKey: 'none' }),
    'WAFInvalidParameterException',
    'CUSTOM_RESPONSE_BODY',
  ],
  [
    'a set that is not there',
    [rule('a', 0, { IPSetReferenceStatement: { ARN: `${SHOP}none-of-this` } })],
    'WAFNonexistentItemException',
    undefined,
  ],
  [
    'a text of 201 bytes',
    [rule('a', 0, byteMatch({ UriPath: {} }, 'x'.repeat(201)))],
    'WAFInvalidParameterException',
    'BYTE_MATCH_STATEMENT',
  ],
  [
    'a back reference (trap W26)',
    [rule('a', 0, { RegexMatchStatement: { RegexString: '(a)\\1', ...field({ UriPath: {} }) } })],
    'WAFInvalidParameterException',
    'STATEMENT',
  ],
  [
    'a window of 90 seconds',
    [rule('a', 0, { RateBasedStatement: { Limit: 10, AggregateKeyType: 'IP', EvaluationWindowSec: 90 } })],
    'WAFInvalidParameterException',
    'RATE_BASED_STATEMENT',
  ],
  [
    'eleven rate rules',
    Array.from({ length: 11 }, (_, at) =>
      rule(`r${at}`, at, { RateBasedStatement: { Limit: 10, AggregateKeyType: 'IP' } }),
    ),
    'WAFLimitsExceededException',
    undefined,
  ],
  [
    'what is not played',
    [rule('a', 0, { RegexMatchStatement: { RegexString: 'a', ...field({ UriPath: {} }, ['MD5']) } })],
    'UnknownOperationException',
    undefined,
  ],
] as const)
  test(`refused in a web ACL: ${what}`, () => {
    const wanted = fault(code, fieldName === undefined ? {} : { Field: fieldName });
    assert.throws(() => paced(shopWorld())('CreateWebACL', acl('shop', [...rules])), wanted);
  });

for (const [version, address, holds] of [
  ['IPV4', '198.51.100.0/24', true],
  ['IPV4', '198.51.100.7', false],
  ['IPV4', '0.0.0.0/0', false],
  ['IPV4', '2001:db8::/32', false],
  ['IPV6', '2001:db8::/32', true],
] as const)
  test(`an ${version} set ${holds ? 'takes' : 'refuses'} ${address}`, () => {
    const made = () =>
      paced(shopWorld())('CreateIPSet', { Name: 'a', IPAddressVersion: version, Addresses: [address] });
    if (holds) made();
    else assert.throws(made, fault('WAFInvalidParameterException', { Field: 'IP_ADDRESS', Parameter: address }));
  });

test('a name is taken once; what rules refer to does not go', () => {
  const world = shopWorld();
  const call = paced(world);
  const set = { Name: 'a', IPAddressVersion: 'IPV4', Addresses: [] };
  const { ARN, Id, LockToken } = call('CreateIPSet', set).Summary;
  assert.throws(() => call('CreateIPSet', set), fault('WAFDuplicateItemException'));
  settled(world);
  call('CreateWebACL', acl('shop', [rule('a', 0, { IPSetReferenceStatement: { ARN } })]));
  assert.throws(() => call('DeleteIPSet', { Name: 'a', Id, LockToken }), fault('WAFAssociatedItemException'));
});

test('one log destination, whose name begins with aws-waf-logs- (trap W28)', () => {
  const world = shopWorld('    logs: { bucket: aws-waf-logs-shop }');
  const call = paced(world);
  const { ARN } = call('CreateWebACL', acl('shop')).Summary;
  const put = (...LogDestinationConfigs: string[]) =>
    call('PutLoggingConfiguration', { LoggingConfiguration: { ResourceArn: ARN, LogDestinationConfigs } });
  const destination = fault('WAFInvalidParameterException', { Field: 'LOG_DESTINATION' });
  assert.throws(() => put('arn:aws:s3:::shop-logs'), destination);
  assert.throws(() => put('arn:aws:s3:::aws-waf-logs-shop', 'arn:aws:s3:::aws-waf-logs-two'), destination);
  assert.throws(() => put('arn:aws:s3:::aws-waf-logs-nobodys'), fault('WAFLogDestinationPermissionIssueException'));
  assert.throws(() => call('GetLoggingConfiguration', { ResourceArn: ARN }), fault('WAFNonexistentItemException'));
  put('arn:aws:s3:::aws-waf-logs-shop/a-prefix');
  const { LoggingConfiguration } = call('GetLoggingConfiguration', { ResourceArn: ARN });
  assert.deepEqual(LoggingConfiguration.LogDestinationConfigs, ['arn:aws:s3:::aws-waf-logs-shop/a-prefix']);
  assert.deepEqual([LoggingConfiguration.LogScope, LoggingConfiguration.ManagedByFirewallManager], ['CUSTOMER', false]);
  call('DeleteLoggingConfiguration', { ResourceArn: ARN });
  assert.throws(() => call('GetLoggingConfiguration', { ResourceArn: ARN }), fault('WAFNonexistentItemException'));
});

test('the load balancer, its listener, its targets and their health', () => {
  const world = shopWorld('    targets: HTTP2\n    wholeBody: true\n    failOpen: true\n    tags: { team: shop }');
  const [balancer] = world.call('DescribeLoadBalancers', { Names: ['shop'] }).LoadBalancers;
  const LoadBalancerArn = balancer.LoadBalancerArn;
  assert.equal(world.call('DescribeListeners', { LoadBalancerArn }).Listeners[0].Port, 443);
  const [targets] = world.call('DescribeTargetGroups', { LoadBalancerArn }).TargetGroups;
  assert.equal(targets.ProtocolVersion, 'HTTP2');
  const health = world.call('DescribeTargetHealth', {
    TargetGroupArn: targets.TargetGroupArn,
  }).TargetHealthDescriptions;
  assert.deepEqual(health.map(({ TargetHealth }: { TargetHealth: { State: string } }) => TargetHealth.State).sort(), [
    'healthy',
    'healthy',
    'unused',
  ]);
  assert.deepEqual(
    world.call('elasticloadbalancing.DescribeTags', { ResourceArns: [LoadBalancerArn] }).TagDescriptions[0].Tags,
    [{ Key: 'team', Value: 'shop' }],
  );
  const value = (answer: { Attributes: { Key: string; Value: string }[] }, key: string) =>
    answer.Attributes.find(({ Key }) => Key === key)?.Value;
  const attributes = world.call('DescribeLoadBalancerAttributes', { LoadBalancerArn });
  assert.equal(value(attributes, 'waf.fail_open.enabled'), 'true');
  const ofTargets = world.call('DescribeTargetGroupAttributes', { TargetGroupArn: targets.TargetGroupArn });
  assert.equal(value(ofTargets, 'waf.http2.traffic_inspection_behavior'), 'inspect_after_sufficient_data');
  assert.throws(() => world.call('DescribeLoadBalancers', { Names: ['no'] }), fault('LoadBalancerNotFound'));
});

test('names of rules vanish between versions, and a vanished one in an override is swallowed (trap W1)', () => {
  const call = paced(shopWorld());
  const Name = 'AWSManagedRulesWindowsRuleSet';
  const names = (VersionName: string) =>
    call('DescribeManagedRuleGroup', { VendorName: 'AWS', Name, VersionName }).Rules.map(
      (one: { Name: string }) => one.Name,
    );
  assert.equal(names('Version_2.3').length, 6);
  assert.ok(!names('Version_2.4').includes('WindowsShellCommands_COOKIE'));
  assert.ok(names('Version_2.4').includes('WindowsShellCommands_QUERYARGUMENTS'));
  assert.ok(!names('Version_2.5').includes('WindowsShellCommands_QUERYARGUMENTS'));
  const RuleActionOverrides = [{ Name: 'WindowsShellCommands_COOKIE', ActionToUse: { Count: {} } }];
  const pinned = rule('w', 0, managed(Name, 'Version_2.5', { RuleActionOverrides }), { OverrideAction: { None: {} } });
  assert.ok(call('CreateWebACL', acl('shop', [pinned])).Summary.Id);
});

test('a reputation list has no versions; one that is asked for is refused', () => {
  const call = paced(shopWorld());
  const names = { VendorName: 'AWS', Name: 'AWSManagedRulesAmazonIpReputationList' };
  assert.deepEqual(call('ListAvailableManagedRuleGroupVersions', names).Versions, []);
  const told = call('DescribeManagedRuleGroup', names);
  assert.deepEqual(
    told.Rules.map(({ Action }: { Action: object }) => Object.keys(Action)[0]),
    ['Block', 'Block', 'Count'],
  );
  const pinned = rule('r', 0, managed(names.Name, 'Version_1.0'), { OverrideAction: { None: {} } });
  assert.throws(() => call('CreateWebACL', acl('shop', [pinned])), fault('WAFInvalidParameterException'));
});

test('a web ACL of Firewall Manager says so', () => {
  const flag = (more: string) => {
    const call = paced(shopWorld(`    webAcl: { name: shop${more} }`));
    const [{ Id }] = call('ListWebACLs').WebACLs;
    return call('GetWebACL', { Name: 'shop', Id }).WebACL.ManagedByFirewallManager;
  };
  assert.deepEqual([flag(''), flag(', firewallManager: true')], [false, true]);
});

test('asked too much, and failed by a scenario, in the words of each service', () => {
  const codes = (service: 'wafv2' | 'elasticloadbalancing') => [throttled(service).code, failed(service, null).code];
  assert.deepEqual(codes('wafv2'), ['ThrottlingException', 'WAFInternalErrorException']);
  assert.deepEqual(codes('elasticloadbalancing'), ['Throttling', 'InternalFailure']);
});
