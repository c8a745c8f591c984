import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Decision,
  evaluate,
  type WafGroup,
  type WafRule,
  type WebAcl,
} from '#rehearsal/services/wafv2/evaluate.ts';
import type { WebRequest } from '#rehearsal/services/wafv2/request.ts';
import { STAND_INS, standInSqli, standInXss } from '#rehearsal/services/wafv2/stand-ins.ts';

type Members = Record<string, unknown>;
const NONE = [{ Priority: 0, Type: 'NONE' }];
const CORE = coreOf();
function coreOf() {
  const [core] = STAND_INS;
  assert.ok(core);
  return core;
}

function request(target = '/', over: Partial<WebRequest> = {}): WebRequest {
  const [path = '', query = ''] = target.split('?');
  return {
    at: 1,
    id: '1-a',
    client: '203.0.113.9',
    country: 'NL',
    method: 'GET',
    path,
    query,
    headers: [
      ['Host', 'shop.example.com'],
      ['User-Agent', 'test'],
    ],
    body: null,
    ...over,
  };
}
function rule(
  Name: string,
  Priority: number,
  Statement: Members,
  over: Partial<WafRule> = { Action: { Block: {} } },
): WafRule {
  return { Name, Priority, Statement, ...over };
}
const bytes = (FieldToMatch: Members, SearchString: string, PositionalConstraint = 'EXACTLY'): Members => ({
  ByteMatchStatement: { FieldToMatch, SearchString, PositionalConstraint, TextTransformations: NONE },
});
const path = (at: string) => bytes({ UriPath: {} }, at);
const label = (Key: string): Members => ({ LabelMatchStatement: { Scope: 'LABEL', Key } });
const managed = (Priority: number, more: Members = {}, over: Partial<WafRule> = { OverrideAction: { None: {} } }) =>
  rule(
    'core',
    Priority,
    { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: CORE.name, Version: 'Version_1.23', ...more } },
    over,
  );
const count = (Name: string) => ({ Name, ActionToUse: { Count: {} } });

function run(rules: WafRule[], given: WebRequest, over: Partial<Parameters<typeof evaluate>[2]> = {}): Decision {
  const acl: WebAcl = {
    arn: 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/1',
    rules,
    defaultAction: { Allow: {} },
    labelNamespace: 'awswaf:111122223333:webacl:shop:',
    group: (statement): WafGroup | null =>
      statement.Name === CORE.name
        ? { id: `AWS#${CORE.name}#Version_1.23`, rules: CORE.rules, labelNamespace: CORE.labelNamespace }
        : null,
  };
  return evaluate(acl, given, {
    ipSet: () => ['198.51.100.0/24', '2001:db8::/32'],
    regexSet: () => ['^/admin(?:/|$)'],
    overRate: () => false,
    sqli: standInSqli,
    xss: standInXss,
    ...over,
  });
}
const log = (decision: Decision) =>
  decision.log as Record<string, never> & {
    ruleGroupList: { terminatingRule: Members | null; nonTerminatingMatchingRules: Members[] }[];
    nonTerminatingMatchingRules: Members[];
    terminatingRuleId: string;
  };
const script = '/?q=%3Cscript%3E';

test('what no rule decides is allowed by the default action', () => {
  const { action, log: line } = run([rule('a', 0, path('/x'))], request());
  assert.deepEqual([action, line.terminatingRuleId], ['ALLOW', 'Default_Action']);
});

test('lowest priority first; what an Allow ends no later rule sees', () => {
  const rules = [rule('block', 5, path('/x')), rule('allow', 1, path('/x'), { Action: { Allow: {} } })];
  assert.deepEqual(
    [run(rules, request('/x')).action, log(run(rules, request('/x'))).terminatingRuleId],
    ['ALLOW', 'allow'],
  );
});

test('a count goes on, and its label is there for a later rule and not for an earlier one', () => {
  const counts = rule('counts', 1, path('/x'), { Action: { Count: {} }, RuleLabels: [{ Name: 'seen' }] });
  assert.equal(run([counts, rule('after', 2, label('seen'))], request('/x')).action, 'BLOCK');
  assert.equal(run([rule('before', 0, label('seen')), counts], request('/x')).action, 'ALLOW');
});

test('encoding B: an override to Count inside a group', () => {
  const line = log(
    run([managed(0, { RuleActionOverrides: [count('CrossSiteScripting_QUERYARGUMENTS')] })], request(script)),
  );
  assert.deepEqual(
    line.ruleGroupList[0]?.nonTerminatingMatchingRules.map(({ ruleId, action, overriddenAction }) => [
      ruleId,
      action,
      overriddenAction,
    ]),
    [['CrossSiteScripting_QUERYARGUMENTS', 'COUNT', 'BLOCK']],
  );
});

test('encoding C and trap W3: a group on Count is ended by its first match, so the labels behind it never happen', () => {
  const both = request('/?q=%3Cscript%3E', { headers: [['Host', 'x']] }); // no agent, and a script
  const whole = run(
    [
      managed(0, {}, { OverrideAction: { Count: {} } }),
      rule('reads', 1, label(`${CORE.labelNamespace}CrossSiteScripting_QueryArguments`)),
    ],
    both,
  );
  assert.equal(whole.action, 'ALLOW');
  assert.equal(log(whole).ruleGroupList[0]?.terminatingRule?.ruleId, 'NoUserAgent_HEADER');
  assert.deepEqual(
    log(whole).nonTerminatingMatchingRules.map(({ ruleId }) => ruleId),
    ['core'],
  );
  const each = run(
    [
      managed(0, { RuleActionOverrides: CORE.rules.map(({ Name }) => count(Name)) }),
      rule('reads', 1, label(`${CORE.labelNamespace}CrossSiteScripting_QueryArguments`)),
    ],
    both,
  );
  assert.equal(each.action, 'BLOCK');
});

test('encoding D: the old ExcludedRules', () => {
  const line = log(
    run([managed(0, { ExcludedRules: [{ Name: 'CrossSiteScripting_QUERYARGUMENTS' }] })], request(script)),
  );
  assert.deepEqual((line.ruleGroupList[0] as Members | undefined)?.excludedRules, [
    { exclusionType: 'EXCLUDED_AS_COUNT', ruleId: 'CrossSiteScripting_QUERYARGUMENTS' },
  ]);
});

test('trap W1: an override of a name that the group does not have is ignored in silence', () => {
  assert.equal(
    run([managed(0, { RuleActionOverrides: [count('CrossSiteScripting_QueryArguments')] })], request(script)).action,
    'BLOCK',
  );
});

test('a scope-down that is false skips the group: no match, no label, no entry in the log', () => {
  const line = log(run([managed(0, { ScopeDownStatement: path('/api') })], request(script)));
  assert.deepEqual(line.ruleGroupList, []);
});

test('a group that nobody knows is unknown, never a no', () => {
  const decision = run(
    [
      rule(
        'seller',
        0,
        { ManagedRuleGroupStatement: { VendorName: 'X', Name: 'Y' } },
        { OverrideAction: { None: {} } },
      ),
    ],
    request(),
  );
  assert.deepEqual([decision.action, decision.unknown], ['ALLOW', ['seller']]);
});

test('a body over 8 KB: what is beyond is not seen, MATCH takes it all, and the log says that it was oversize', () => {
  const late = request('/', { method: 'POST', body: `${'a'.repeat(9000)}<script>` });
  const looks = rule('xss', 0, {
    XssMatchStatement: { FieldToMatch: { Body: { OversizeHandling: 'CONTINUE' } }, TextTransformations: NONE },
  });
  const decision = run([looks], late);
  assert.deepEqual([decision.action, decision.log.oversizeFields], ['ALLOW', ['REQUEST_BODY']]);
  assert.equal(run([managed(0)], late).action, 'BLOCK');
});

test('a custom response: status and headers', () => {
  const custom = {
    Block: { CustomResponse: { ResponseCode: 204, ResponseHeaders: [{ Name: 'x-site', Value: 'shop' }] } },
  };
  const decision = run([rule('probe', 0, path('/'), { Action: custom })], request());
  assert.deepEqual(
    [decision.status, decision.headers, decision.log.responseCodeSent],
    [204, [['x-site', 'shop']], 204],
  );
});

for (const [what, statement, given, action] of [
  ['an IP set', { IPSetReferenceStatement: { ARN: 'a' } }, request('/', { client: '198.51.100.77' }), 'BLOCK'],
  ['an IP set without the address', { IPSetReferenceStatement: { ARN: 'a' } }, request(), 'ALLOW'],
  ['an IPv6 range', { IPSetReferenceStatement: { ARN: 'a' } }, request('/', { client: '2001:db8::7' }), 'BLOCK'],
  [
    'the first forwarded address',
    {
      IPSetReferenceStatement: {
        ARN: 'a',
        IPSetForwardedIPConfig: { HeaderName: 'X-Forwarded-For', FallbackBehavior: 'NO_MATCH', Position: 'FIRST' },
      },
    },
    request('/', { headers: [['x-forwarded-for', '198.51.100.1, 10.0.0.1']] }),
    'BLOCK',
  ],
  [
    'a regex set',
    { RegexPatternSetReferenceStatement: { ARN: 'a', FieldToMatch: { UriPath: {} }, TextTransformations: NONE } },
    request('/admin/x'),
    'BLOCK',
  ],
  ['a country', { GeoMatchStatement: { CountryCodes: ['NL'] } }, request(), 'BLOCK'],
  [
    'not a country',
    { NotStatement: { Statement: { GeoMatchStatement: { CountryCodes: ['NL'] } } } },
    request(),
    'ALLOW',
  ],
  ['both of two', { AndStatement: { Statements: [path('/x'), bytes({ Method: {} }, 'GET')] } }, request('/x'), 'BLOCK'],
  ['one of two', { OrStatement: { Statements: [path('/y'), bytes({ Method: {} }, 'GET')] } }, request('/x'), 'BLOCK'],
  [
    'an argument in any case, repeated',
    bytes({ SingleQueryArgument: { Name: 'Debug' } }, '1'),
    request('/?debug=0&DEBUG=1'),
    'BLOCK',
  ],
  [
    'a cookie by its exact name',
    bytes(
      { Cookies: { MatchPattern: { IncludedCookies: ['SID'] }, MatchScope: 'VALUE', OversizeHandling: 'CONTINUE' } },
      'x',
    ),
    request('/', { headers: [['cookie', 'sid=x; SID=x']] }),
    'BLOCK',
  ],
  [
    'a cookie of another case',
    bytes(
      { Cookies: { MatchPattern: { IncludedCookies: ['SID'] }, MatchScope: 'VALUE', OversizeHandling: 'CONTINUE' } },
      'x',
    ),
    request('/', { headers: [['cookie', 'sid=x']] }),
    'ALLOW',
  ],
  [
    'a value of JSON',
    bytes({ JsonBody: { MatchPattern: { All: {} }, MatchScope: 'VALUE' } }, 'evil'),
    request('/', { body: '{"a":{"b":["evil"]}}' }),
    'BLOCK',
  ],
  [
    'a path of JSON',
    bytes({ JsonBody: { MatchPattern: { IncludedPaths: ['/c'] }, MatchScope: 'VALUE' } }, 'evil'),
    request('/', { body: '{"a":{"b":["evil"]}}' }),
    'ALLOW',
  ],
  [
    'JSON that is none',
    bytes({ JsonBody: { MatchPattern: { All: {} }, MatchScope: 'VALUE', InvalidFallbackBehavior: 'MATCH' } }, 'evil'),
    request('/', { body: '{' }),
    'BLOCK',
  ],
  ['a header that is missing', bytes({ SingleHeader: { Name: 'x-none' } }, ''), request(), 'ALLOW'],
  ['a whole word', bytes({ QueryString: {} }, 'cat', 'CONTAINS_WORD'), request('/?concat=1'), 'ALLOW'],
] as const)
  test(`a statement over ${what}: ${action}`, () =>
    assert.equal(run([rule('r', 0, statement as Members)], given as WebRequest).action, action));

test('a rate rule asks for its key, only of what its scope-down lets in', () => {
  const asked: string[] = [];
  const overRate = (name: string, key: string, limit: number, seconds: number) => {
    asked.push(`${name} ${key} ${limit} ${seconds}`);
    return true;
  };
  const limited = rule('login', 0, {
    RateBasedStatement: { Limit: 100, AggregateKeyType: 'IP', ScopeDownStatement: path('/login') },
  });
  const decision = run([limited], request('/login'), { overRate });
  assert.deepEqual([decision.action, decision.log.terminatingRuleType], ['BLOCK', 'RATE_BASED']);
  assert.equal(run([limited], request('/'), { overRate }).action, 'ALLOW');
  assert.deepEqual(asked, ['login 203.0.113.9 100 300']);
});

test('the published case: a legitimate style= in an argument is taken for a script', () => {
  assert.equal(run([managed(0)], request('/search?q=style%3Dred')).action, 'BLOCK');
});

test('names of stand-ins are AWS’s, each rule once, every label with AWS’s other case', () => {
  for (const { rules, labelNamespace } of STAND_INS) {
    assert.match(labelNamespace, /^awswaf:managed:aws:[a-z-]+:$/);
    assert.equal(new Set(rules.map(({ Name }) => Name)).size, rules.length);
  }
});
