import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LogRecord, readLogLine, readLogValue } from '#domain/edge/log-record.ts';
import { line } from './log-line.ts';

function read(over: object, http: object = {}): LogRecord {
  const record = readLogLine(JSON.stringify(line(over, http)));
  assert.ok(typeof record === 'object', String(record));
  return record;
}

const CORE = 'AWS#AWSManagedRulesCommonRuleSet';
const one = (over: object) => ({ group: null, version: null, would: null, ends: false, rate: false, ...over });

const ENCODINGS: [what: string, over: object, matches: object[]][] = [
  [
    'A: an own rule on Count',
    { nonTerminatingMatchingRules: [{ ruleId: 'TestRule', action: 'COUNT', ruleMatchDetails: null }] },
    [one({ rule: 'TestRule', action: 'COUNT' })],
  ],
  [
    'B: an override of one rule of a group',
    {
      ruleGroupList: [
        {
          ruleGroupId: `${CORE}#Version_1.2`,
          terminatingRule: null,
          nonTerminatingMatchingRules: [
            { ruleId: 'SizeRestrictions_BODY', action: 'COUNT', overriddenAction: 'BLOCK', ruleMatchDetails: [] },
          ],
          excludedRules: null,
        },
      ],
    },
    [one({ group: CORE, version: 'Version_1.2', rule: 'SizeRestrictions_BODY', action: 'COUNT', would: 'BLOCK' })],
  ],
  [
    'C: a whole group on Count',
    {
      ruleGroupList: [
        {
          ruleGroupId: CORE,
          terminatingRule: { ruleId: 'CrossSiteScripting_BODY', action: 'BLOCK', ruleMatchDetails: null },
          nonTerminatingMatchingRules: [],
          excludedRules: null,
        },
      ],
      nonTerminatingMatchingRules: [{ ruleId: 'core', action: 'COUNT', ruleMatchDetails: [] }],
    },
    [
      one({ group: CORE, rule: 'CrossSiteScripting_BODY', action: 'COUNT', would: 'BLOCK' }),
      one({ rule: 'core', action: 'COUNT' }),
    ],
  ],
  [
    'D: the old ExcludedRules',
    {
      ruleGroupList: [
        {
          ruleGroupId: CORE,
          terminatingRule: null,
          nonTerminatingMatchingRules: [],
          excludedRules: [{ exclusionType: 'EXCLUDED_AS_COUNT', ruleId: 'GenericRFI_QUERYARGUMENTS' }],
        },
      ],
    },
    [one({ group: CORE, rule: 'GenericRFI_QUERYARGUMENTS', action: 'COUNT' })],
  ],
  [
    'a published record of a blog of AWS: the core rule set blocks, without labels',
    {
      terminatingRuleId: 'AWS-AWSManagedRulesCommonRuleSet',
      terminatingRuleType: 'MANAGED_RULE_GROUP',
      action: 'BLOCK',
      ruleGroupList: [
        {
          ruleGroupId: CORE,
          terminatingRule: { ruleId: 'CrossSiteScripting_QUERYARGUMENTS', action: 'BLOCK', ruleMatchDetails: null },
          nonTerminatingMatchingRules: [],
          excludedRules: null,
        },
      ],
      labels: undefined,
    },
    [one({ group: CORE, rule: 'CrossSiteScripting_QUERYARGUMENTS', action: 'BLOCK', ends: true })],
  ],
  [
    'an own group that blocks, with a second rule of it on count',
    {
      terminatingRuleId: 'RG-Reference',
      terminatingRuleType: 'GROUP',
      action: 'BLOCK',
      ruleGroupList: [
        {
          ruleGroupId: 'arn:aws:wafv2:us-east-1:123456789012:regional/rulegroup/hello-world/c05lb698',
          terminatingRule: { ruleId: 'RuleA-XSS', action: 'BLOCK', ruleMatchDetails: null },
          nonTerminatingMatchingRules: [{ ruleId: 'RuleB-SQLi', action: 'COUNT' }],
          excludedRules: null,
        },
      ],
    },
    [
      one({
        group: 'arn:aws:wafv2:us-east-1:123456789012:regional/rulegroup/hello-world/c05lb698',
        rule: 'RuleB-SQLi',
        action: 'COUNT',
      }),
      one({
        group: 'arn:aws:wafv2:us-east-1:123456789012:regional/rulegroup/hello-world/c05lb698',
        rule: 'RuleA-XSS',
        action: 'BLOCK',
        ends: true,
      }),
    ],
  ],
  [
    'a group on Count before the one that blocks: only the last ended the request',
    {
      terminatingRuleId: 'known-bad',
      terminatingRuleType: 'MANAGED_RULE_GROUP',
      action: 'BLOCK',
      ruleGroupList: [
        { ruleGroupId: CORE, terminatingRule: { ruleId: 'NoUserAgent_HEADER', action: 'BLOCK' } },
        {
          ruleGroupId: 'AWS#AWSManagedRulesKnownBadInputsRuleSet',
          terminatingRule: { ruleId: 'Log4JRCE_HEADER', action: 'BLOCK' },
        },
      ],
      nonTerminatingMatchingRules: [{ ruleId: 'core', action: 'COUNT' }],
    },
    [
      one({ group: CORE, rule: 'NoUserAgent_HEADER', action: 'COUNT', would: 'BLOCK' }),
      one({
        group: 'AWS#AWSManagedRulesKnownBadInputsRuleSet',
        rule: 'Log4JRCE_HEADER',
        action: 'BLOCK',
        ends: true,
      }),
      one({ rule: 'core', action: 'COUNT' }),
    ],
  ],
  [
    'a rate rule',
    { terminatingRuleId: 'RateBasedRule', terminatingRuleType: 'RATE_BASED', action: 'BLOCK' },
    [one({ rule: 'RateBasedRule', action: 'BLOCK', ends: true, rate: true })],
  ],
  [
    'a CAPTCHA with a valid token ends nothing',
    {
      nonTerminatingMatchingRules: [
        { ruleId: 'captcha-rule', action: 'CAPTCHA', ruleMatchDetails: [], captchaResponse: { responseCode: 0 } },
      ],
    },
    [one({ rule: 'captcha-rule', action: 'CAPTCHA' })],
  ],
  [
    'a CAPTCHA without one does',
    { terminatingRuleId: 'captcha-rule', action: 'CAPTCHA', captchaResponse: { failureReason: 'TOKEN_MISSING' } },
    [one({ rule: 'captcha-rule', action: 'CAPTCHA', ends: true })],
  ],
  [
    'a Challenge inside a group, overridden from Block',
    {
      terminatingRuleId: 'bots',
      terminatingRuleType: 'MANAGED_RULE_GROUP',
      action: 'CHALLENGE',
      ruleGroupList: [
        { ruleGroupId: CORE, terminatingRule: { ruleId: 'X', action: 'CHALLENGE', overriddenAction: 'BLOCK' } },
      ],
    },
    [one({ group: CORE, rule: 'X', action: 'CHALLENGE', would: 'BLOCK', ends: true })],
  ],
  [
    'an action that nobody knows yet is unclear, neither allowed nor blocked',
    { terminatingRuleId: 'pay', action: 'MONETIZE' },
    [one({ rule: 'pay', action: 'unclear', ends: true })],
  ],
];

for (const [what, over, matches] of ENCODINGS)
  test(`log line, ${what}`, () => {
    assert.deepEqual(read(over).matches, matches);
  });

test('of the request: who, where, what; names of headers in any case, the host in small letters', () => {
  const record = read(
    { labels: [{ name: 'awswaf:clientip:geo:country:NL' }], responseCodeSent: 204, oversizeFields: ['REQUEST_BODY'] },
    { args: 'a=1&b=%27', httpMethod: 'POST' },
  );
  assert.deepEqual(
    [record.client, record.country, record.method, record.host, record.path, record.args, record.status],
    ['203.0.113.9', 'NL', 'POST', 'shop.example.com', '/myUri', 'a=1&b=%27', 204],
  );
  assert.deepEqual(record.labels, ['awswaf:clientip:geo:country:NL']);
  assert.deepEqual(record.oversize, ['REQUEST_BODY']);
  assert.equal(record.decidedBy, null);
});

test('groups that looked and found nothing are told too', () => {
  const record = read({ ruleGroupList: [{ ruleGroupId: CORE, terminatingRule: null, excludedRules: null }] });
  assert.deepEqual([record.groups, record.matches], [[CORE], []]);
});

for (const [what, http, id] of [
  ['the word "null"', { requestId: 'null' }, null],
  ['nothing', { requestId: null }, null],
  ['an empty text', { requestId: '' }, null],
  ['a trace id', { requestId: '1-5e' }, '1-5e'],
] as const)
  test(`a request id that is ${what}`, () => assert.equal(read({}, http).requestId, id));

test('a time in seconds is read as seconds', () => {
  assert.equal(read({ timestamp: 1592361810 }).at, 1592361810000);
  assert.equal(read({ timestamp: '1592361810888' }).at, 1592361810888);
});

for (const [what, given, fault] of [
  ['cut off', '{"timestamp":15923618', 'not-json'],
  ['of another service', '{"eventVersion":"1.08","eventSource":"s3.amazonaws.com"}', 'not-waf'],
  ['a list', '[]', 'not-waf'],
  ['without a time', JSON.stringify(line({ timestamp: undefined })), 'no-time'],
  ['with a word for a time', JSON.stringify(line({ timestamp: 'yesterday' })), 'no-time'],
] as const)
  test(`a line that is ${what} is no record: ${fault}`, () => assert.equal(readLogLine(given), fault));

test('whatever JSON a line holds, reading it never throws', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 4 }), fc.object({ maxDepth: 3 }), (over, http) => {
      readLogValue(line(over, http));
      readLogValue({ ...over, httpRequest: http });
    }),
    { numRuns: 500 },
  );
});
