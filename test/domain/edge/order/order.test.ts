import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagedGroup, OrderFacts, OrderFinding } from '#domain/edge/order/facts.ts';
import { ORDER_ROWS, orderFindings, reachWords } from '#domain/edge/order/order.ts';
import type { AwsRule, FieldToMatch, Statement } from '#domain/edge/site.ts';

const CORE: ManagedGroup = {
  vendor: 'AWS',
  name: 'AWSManagedRulesCommonRuleSet',
  version: 'Version_1.23',
  versioned: true,
  rules: [
    { name: 'SizeRestrictions_BODY', action: 'block' },
    { name: 'CrossSiteScripting_BODY', action: 'block' },
  ],
  labels: [
    'awswaf:managed:aws:core-rule-set:SizeRestrictions_Body',
    'awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body',
  ],
  daysToExpiry: null,
};
const NAMESPACE = 'awswaf:111122223333:webacl:shop:';
const NONE = [{ Priority: 0, Type: 'NONE' }];

function rule(Name: string, Statement: Statement, over: Partial<AwsRule> = { Action: { Block: {} } }): AwsRule {
  const VisibilityConfig = { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: Name };
  return { Name, Priority: 0, Statement, VisibilityConfig, ...over };
}
const bytes = (
  FieldToMatch: FieldToMatch,
  SearchString: string,
  PositionalConstraint: 'EXACTLY' | 'STARTS_WITH' = 'EXACTLY',
  Type = 'NONE',
): Statement => ({
  ByteMatchStatement: {
    FieldToMatch,
    SearchString,
    PositionalConstraint,
    TextTransformations: [{ Priority: 0, Type }],
  },
});
const path = (at: string): Statement => bytes({ UriPath: {} }, at);
const core = (more: object = {}, over: Partial<AwsRule> = { OverrideAction: { None: {} } }) =>
  rule(
    'core',
    { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: CORE.name, Version: 'Version_1.23', ...more } },
    over,
  );
const allow = (statement: Statement) => rule('office', statement, { Action: { Allow: {} } });
const office: Statement = { IPSetReferenceStatement: { ARN: 'office' } };
const label = (Key: string, Scope: 'LABEL' | 'NAMESPACE' = 'LABEL'): Statement => ({
  LabelMatchStatement: { Scope, Key },
});
const size = (Size: number, OversizeHandling: 'MATCH' | 'CONTINUE' = 'CONTINUE'): Statement => ({
  SizeConstraintStatement: {
    FieldToMatch: { Body: { OversizeHandling } },
    ComparisonOperator: 'GT',
    Size,
    TextTransformations: NONE,
  },
});
const sqliBody: Statement = { SqliMatchStatement: { FieldToMatch: { Body: {} }, TextTransformations: NONE } };
const rate = (Name: string, Limit: number) => rule(Name, { RateBasedStatement: { Limit, AggregateKeyType: 'IP' } });
const balancer = (over: object) => ({
  arn: 'arn:alb',
  failOpen: false,
  targets: [{ name: 'tg', protocolVersion: 'HTTP1', wholeBody: true }],
  ...over,
});

function facts(rules: AwsRule[], over: Partial<OrderFacts> = {}): OrderFacts {
  return {
    rules: rules.map((each, at) => ({ ...each, Priority: each.Priority || at * 10 + 1 })),
    labelNamespace: NAMESPACE,
    groups: [CORE],
    regexSets: {},
    ruleGroups: {},
    capacity: 900,
    loadBalancers: [balancer({})],
    deliberately: new Set(),
    requestsPerMonth: null,
    ...over,
  };
}

/** Row → over which web ACL it speaks, of which rule, and with which words. */
const CASES: [row: string, facts: OrderFacts, rule: string, words: RegExp][] = [
  ['allow-above-group', facts([allow(office), core()]), 'office', /never seen by core/],
  [
    'unreachable',
    facts([rule('all', bytes({ UriPath: {} }, '/', 'STARTS_WITH')), rule('login', path('/login'))]),
    'login',
    /all above it ends every request/,
  ],
  [
    'unreachable',
    facts([
      rule('all', {
        NotStatement: {
          Statement: {
            SizeConstraintStatement: {
              FieldToMatch: { QueryString: {} },
              ComparisonOperator: 'LT',
              Size: 0,
              TextTransformations: NONE,
            },
          },
        },
      }),
      rule('login', path('/login')),
    ]),
    'login',
    /never reached/,
  ],
  [
    'label-before-maker',
    facts([
      rule('own', label('mine')),
      rule('maker', path('/x'), { Action: { Count: {} }, RuleLabels: [{ Name: 'mine' }] }),
    ]),
    'own',
    /which maker adds only after it/,
  ],
  [
    'label-before-maker',
    facts([rule('own', label(CORE.labels[0] ?? '')), core()]),
    'own',
    /which core adds only after it/,
  ],
  [
    'label-case',
    facts([core(), rule('own', label('awswaf:managed:aws:core-rule-set:CrossSiteScripting_BODY'))]),
    'own',
    /case counts/,
  ],
  [
    'unknown-label',
    facts([core(), rule('own', label('awswaf:managed:aws:core-rule-set:Log4J'))]),
    'own',
    /it never matches/,
  ],
  [
    'unknown-rule',
    facts([core({ RuleActionOverrides: [{ Name: 'CrossSiteScripting_Body', ActionToUse: { Count: {} } }] })]),
    'core',
    /CrossSiteScripting_Body is no rule of AWSManagedRulesCommonRuleSet Version_1\.23/,
  ],
  ['whole-group-count', facts([core({}, { OverrideAction: { Count: {} } })]), 'core', /first match still ends it/],
  [
    'excluded-rules',
    facts([core({ ExcludedRules: [{ Name: 'CrossSiteScripting_BODY' }] })]),
    'core',
    /consoles show CrossSiteScripting_BODY as Block/,
  ],
  [
    'scope-down',
    facts([core({ ScopeDownStatement: path('/api') })]),
    'core',
    /neither blocked nor counted nor labelled/,
  ],
  ['body-without-guard', facts([rule('sqli', sqliBody), core()]), 'sqli', /first 8 KB of a body/],
  [
    'body-without-guard',
    facts([core({ RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }] })]),
    'core',
    /what is longer passes it/,
  ],
  [
    'oversize-match',
    facts([rule('big', size(20_000, 'MATCH'))]),
    'big',
    /over 8 KB every body matches, whatever the 20000 say/,
  ],
  [
    'unpinned',
    facts([core({ Version: undefined })], { groups: [{ ...CORE, version: null }] }),
    'core',
    /none is pinned/,
  ],
  [
    'unknown-version',
    facts([core()], { groups: [{ ...CORE, rules: null }] }),
    'core',
    /has no Version_1\.23, or it expired/,
  ],
  ['expiring-version', facts([core()], { groups: [{ ...CORE, daysToExpiry: 29.4 }] }), 'core', /expires in 29 days/],
  ['same-group-twice', facts([core(), { ...core(), Name: 'core-2' }]), 'core-2', /core is the same group/],
  ['rate-rule', facts([rate('slow', 5)]), 'slow', /under 10/],
  ['rate-rule', facts([...Array(11).keys()].map((n) => rate(`r${n}`, 100))), '', /11 rate rules/],
  [
    'rate-nested',
    facts([
      rule('both', {
        AndStatement: { Statements: [path('/x'), { RateBasedStatement: { Limit: 100, AggregateKeyType: 'IP' } }] },
      }),
    ]),
    'both',
    /where AWS refuses it/,
  ],
  [
    'references',
    facts([...Array(51).keys()].map((n) => rule(`s${n}`, { IPSetReferenceStatement: { ARN: `${n}` } }))),
    '',
    /51 references/,
  ],
  ['regex-set', facts([], { regexSets: { admin: ['(a)'] } }), '', /regex set admin: holds a capturing group/],
  ['regex-set', facts([], { regexSets: { admin: Array(11).fill('a') } }), '', /holds 11 patterns/],
  [
    'regex',
    facts([
      rule('r', {
        RegexMatchStatement: { FieldToMatch: { UriPath: {} }, RegexString: 'a++', TextTransformations: NONE },
      }),
    ]),
    'r',
    /possessive/,
  ],
  [
    'response-code',
    facts([rule('teapot', path('/x'), { Action: { Block: { CustomResponse: { ResponseCode: 418 } } } })]),
    'teapot',
    /418 is no status/,
  ],
  [
    'transformed-exemption',
    facts([allow(bytes({ UriPath: {} }, '/search', 'STARTS_WITH'))]),
    'office',
    /\/search\/\.\.\/login/,
  ],
  [
    'transformed-exemption',
    facts([allow(bytes({ UriPath: {} }, '/search', 'EXACTLY', 'LOWERCASE'))]),
    'office',
    /SEARCH/,
  ],
  ['same-name', facts([rule('a', path('/x')), rule('a', path('/y'))]), 'a', /two rules/],
  [
    'same-priority',
    facts([
      rule('a', path('/x'), { Priority: 7, Action: { Block: {} } }),
      rule('b', path('/y'), { Priority: 7, Action: { Block: {} } }),
    ]),
    'b',
    /priority of a/,
  ],
  ['capacity', facts([], { capacity: 1600 }), '', /100 over what the price includes, \$0\.20/],
  ['capacity', facts([], { capacity: 5001 }), '', /AWS takes 5000/],
  [
    'fail-open',
    facts([], { loadBalancers: [balancer({ failOpen: true })] }),
    '',
    /lets requests through when the WAF does not answer/,
  ],
  [
    'targets-http2',
    facts([core()], {
      loadBalancers: [balancer({ targets: [{ name: 'tg', protocolVersion: 'GRPC', wholeBody: false }] })],
    }),
    '',
    /gRPC, which no body rule looks into/,
  ],
  [
    'targets-http2',
    facts([core()], {
      loadBalancers: [balancer({ targets: [{ name: 'tg', protocolVersion: 'HTTP2', wholeBody: false }] })],
    }),
    '',
    /as far as they have arrived/,
  ],
  ['log-price', facts([], { requestsPerMonth: 100e6 }), '', /250\.0 GB of logs a month, \$50\.00/],
];

const of = (found: OrderFinding[], row: string) => found.filter((each) => each.row === row);

for (const [row, given, name, words] of CASES)
  test(`order: ${row} speaks of ${name || 'the web ACL'}, and only while its row stands: ${words.source}`, () => {
    const found = of(orderFindings(given), row);
    assert.ok(
      found.some((each) => each.rule === name && words.test(each.words)),
      JSON.stringify(orderFindings(given)),
    );
    assert.ok(found.every(({ remedy }) => remedy !== ''));
    const { [row]: _, ...others } = ORDER_ROWS;
    assert.deepEqual(of(orderFindings(given, others), row), []);
  });

test('every row of the order table has a case', () => {
  assert.deepEqual(
    Object.keys(ORDER_ROWS).filter((row) => !CASES.some(([each]) => each === row)),
    [],
  );
});

const own = rule('own', path('/x'), { Action: { Count: {} }, RuleLabels: [{ Name: 'mine' }] });
for (const [what, given] of [
  [
    'a sound web ACL',
    facts([
      rate('login-rate', 100),
      core(),
      own,
      rule('reads', label('mine')),
      rule('reads-whole', label(`${NAMESPACE}mine`)),
    ]),
  ],
  ['an Allow on purpose', facts([allow(office), core()], { deliberately: new Set(['office']) })],
  ['an Allow below the groups', facts([core(), allow(office)])],
  [
    'a namespace that a group makes',
    facts([core(), rule('any', label('awswaf:managed:aws:core-rule-set:', 'NAMESPACE'))]),
  ],
  [
    'a country label behind a geo statement',
    facts([
      rule('geo', { GeoMatchStatement: { CountryCodes: ['NL'] } }, { Action: { Count: {} } }),
      rule('nl', label('awswaf:clientip:geo:country:NL')),
    ]),
  ],
  [
    'a label that may be of a group of which nobody was asked',
    facts([core(), rule('own', label('awswaf:managed:aws:core-rule-set:New'))], { groups: null }),
  ],
  ['a guard of its own before a body rule', facts([rule('guard', size(8192)), rule('sqli', sqliBody)])],
  [
    'a rule on count behind a wall on count',
    facts([
      rule('all', bytes({ UriPath: {} }, '/', 'STARTS_WITH'), { Action: { Count: {} } }),
      rule('login', path('/login')),
    ]),
  ],
] as [string, OrderFacts][])
  test(`order: nothing is said over ${what}`, () => assert.deepEqual(orderFindings(given), []));

test('what each rule can reach, in words', () => {
  const rules = facts([rate('login-rate', 100), own, core(), rule('geo', path('/x'))]).rules;
  assert.deepEqual(
    reachWords(rules).map(({ words }) => words),
    [
      'sees every request',
      'sees what login-rate does not end',
      'sees what login-rate does not end',
      'sees what login-rate and core do not end',
    ],
  );
});
