import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseDocument } from 'yaml';
import type { SitePolicy } from '#domain/edge/site.ts';
import { PolicyFaults } from '#policy/faults.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { shownSite } from '../../cli/site/show.ts';

const folder = mkdtempSync(join(tmpdir(), 'sites-'));
after(() => rmSync(folder, { recursive: true }));

const GROUPS = `version: 1
groups:
  web:
    os: [DEBIAN]
    rings:
      - { name: canary, tag: { Ring: canary }, atOnce: 2, soakMinutes: 60 }
`;
const SHOP = `sites:
  shop:
    webAcl: shop
    protects: [arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/75f9]
    endpoints: [https://shop.example.com]
    group: web
    ipSets: { office: [198.51.100.0/24] }
    regexSets: { admin: ['^/admin(?:/|$)'] }
    ruleGroups:
      own: [{ name: no-debug, action: block, statement: { ByteMatchStatement: { SearchString: "1", PositionalConstraint: EXACTLY, FieldToMatch: { SingleQueryArgument: { Name: debug } }, TextTransformations: [{ Priority: 0, Type: NONE }] } } }]
    rules:
      - { name: login-rate, action: block, statement: { RateBasedStatement: { Limit: 100, AggregateKeyType: IP } } }
      - { name: core, action: block, managed: { name: AWSManagedRulesCommonRuleSet, version: Version_1.23 }, keep: { SizeRestrictions_BODY: count } }
      - { name: own, action: block, ruleGroup: own }
      - { name: office, action: allow, statement: { IPSetReferenceStatement: { ARN: office } } }
    benign:
      - { id: style, request: "GET /search?q=style%3Dred", owner: web-team }
      - { id: comment, request: "POST /comment", form: { text: hello }, owner: web-team }
`;

function write(text: string): string {
  const file = join(folder, 'policy.yml');
  writeFileSync(file, text);
  return file;
}
function load(sites = SHOP): SitePolicy {
  const site = loadPolicy(write(GROUPS + sites)).sites?.shop;
  assert.ok(site);
  return site;
}
/** The faults of the file with these edits, without the file's name. */
function faults(...edits: [from: string, to: string][]): string[] {
  let text = GROUPS + SHOP;
  for (const [from, to] of edits) {
    assert.ok(text.includes(from), from);
    text = text.replace(from, () => to);
  }
  try {
    loadPolicy(write(text));
  } catch (error) {
    assert.ok(error instanceof PolicyFaults, String(error));
    return error.faults.map(
      ({ line, column, path, problem, remedy }) => `${line}:${column} ${path}: ${problem}; ${remedy}`,
    );
  }
  return [];
}

test('a site as it is written, over what is built in', () => {
  const site = load();
  assert.deepEqual(
    [site.name, site.mode, site.watchMinutes, site.promote.falsePositives, site.after],
    ['shop', 'observe', 60, 0.001, null],
  );
  assert.deepEqual(site.rules[1]?.managed, {
    vendor: 'AWS',
    name: 'AWSManagedRulesCommonRuleSet',
    version: 'Version_1.23',
  });
  assert.deepEqual(site.benign[0], {
    id: 'style',
    method: 'GET',
    target: '/search?q=style%3Dred',
    headers: [],
    body: null,
    owner: 'web-team',
    deliberately: null,
  });
  assert.deepEqual(site.benign[1]?.body, { kind: 'form', of: { text: 'hello' } });
});

test('a policy without sites hashes as before, one with them otherwise', () => {
  const without = loadPolicy(write(GROUPS));
  assert.equal(without.sites, undefined);
  assert.notEqual(loadPolicy(write(GROUPS + SHOP)).hash, without.hash);
});

const RATE = '{ RateBasedStatement: { Limit: 100, AggregateKeyType: IP } }';
const CASES: [what: string, edits: [string, string][], said: RegExp][] = [
  [
    'a site named as a group',
    [['  shop:\n', '  web:\n']],
    /^8:3 sites\.web: web is a group too; give the site another name/,
  ],
  ['a name that is none', [['  shop:\n', '  Shop 1:\n']], /^8:3 sites\.Shop 1: not a site name: a small letter/],
  [
    'an unknown key',
    [['    group: web', '    grup: web']],
    /^12:5 sites\.shop\.grup: unknown key; did you mean group\?/,
  ],
  [
    'no rules',
    [[/ {4}rules:[\s\S]* {4}benign:/.exec(SHOP)?.[0] ?? '', '    benign:']],
    /sites\.shop\.rules: missing; write|sites\.shop\.rules/,
  ],
  [
    'a member that AWS does not know',
    [[RATE, '{ RateBasedStatement: { Limits: 100, AggregateKeyType: IP } }']],
    /^18:79 sites\.shop\.rules\[0\]\.statement\.RateBasedStatement\.Limits: unknown key; did you mean Limit\?/,
  ],
  [
    'a word that AWS does not know',
    [[RATE, '{ RateBasedStatement: { Limit: 100, AggregateKeyType: IPS } }']],
    /AggregateKeyType: "IPS" is not known here; did you mean IP\?/,
  ],
  [
    'a number under the least',
    [[RATE, '{ RateBasedStatement: { Limit: 5, AggregateKeyType: IP } }']],
    /Limit: 5 are under the least that AWS takes; write at least 10/,
  ],
  [
    'a member that is missing',
    [[RATE, '{ RateBasedStatement: { Limit: 100 } }']],
    /RateBasedStatement: AggregateKeyType is missing; write AggregateKeyType:/,
  ],
  [
    'two kinds in one statement',
    [[RATE, '{ GeoMatchStatement: { CountryCodes: [NL] }, AsnMatchStatement: { AsnList: [1] } }']],
    /statement: 2 of it are said, and AWS takes one/,
  ],
  [
    'a junction of one',
    [[RATE, `{ AndStatement: { Statements: [${RATE}] } }`]],
    /AndStatement: it joins 1 statement; write two at least/,
  ],
  [
    'a pattern that AWS refuses',
    [["'^/admin(?:/|$)'", "'^/(admin)'"]],
    /^14:\d+ sites\.shop\.regexSets\.admin\[0\]: the pattern holds a capturing group, which AWS refuses/,
  ],
  [
    'addresses that are none',
    [['198.51.100.0/24', '198.51.100.300/24']],
    /sites\.shop\.ipSets\.office: .* is not a list of address ranges/,
  ],
  [
    'two kinds of addresses',
    [['[198.51.100.0/24]', '[198.51.100.0/24, "2001:db8::/32"]']],
    /ipSets\.office: it holds IPv4 and IPv6 ranges/,
  ],
  [
    'a set that is not there',
    [['ARN: office', 'ARN: offices']],
    /rules\[3\]\.statement: no IP set is called offices; did you mean office\?/,
  ],
  [
    'a group that is not there',
    [['ruleGroup: own }', 'ruleGroup: owned }']],
    /ruleGroup: no group is called owned; ruleGroups are own/,
  ],
  [
    'a managed group without a version',
    [[', version: Version_1.23', '']],
    /rules\[1\]\.managed: AWSManagedRulesCommonRuleSet has versions and none is pinned/,
  ],
  [
    'a managed group that is left out',
    [['AWSManagedRulesCommonRuleSet', 'AWSManagedRulesBotControlRuleSet']],
    /AWSManagedRulesBotControlRuleSet is left out by this version/,
  ],
  [
    'a managed group as a statement',
    [[RATE, '{ ManagedRuleGroupStatement: { VendorName: AWS, Name: X } }']],
    /a managed group is written as a statement; write managed:/,
  ],
  [
    'none of statement, managed and ruleGroup',
    [[', ruleGroup: own', '']],
    /rules\[2\]: says none of statement, managed and ruleGroup/,
  ],
  [
    'an Allow above a group',
    [
      [
        'name: login-rate, action: block, statement: { RateBasedStatement: { Limit: 100, AggregateKeyType: IP } }',
        'name: first, action: allow, statement: { IPSetReferenceStatement: { ARN: office } }',
      ],
    ],
    /rules\[0\]: what it allows is never seen by core, own; move it below them/,
  ],
  [
    'a label that is read before it is made',
    [
      [RATE, '{ LabelMatchStatement: { Scope: LABEL, Key: debug } }'],
      ['name: office,', 'name: office, labels: [debug],'],
    ],
    /rules\[0\]: it reads the label debug, which office adds only after it/,
  ],
  [
    'a rule that is never reached',
    [
      [
        RATE,
        '{ ByteMatchStatement: { SearchString: "/", PositionalConstraint: STARTS_WITH, FieldToMatch: { UriPath: {} }, TextTransformations: [{ Priority: 0, Type: NONE }] } }',
      ],
    ],
    /rules\[1\]: login-rate above it ends every request: it is never reached/,
  ],
  ['the same name twice', [['name: own,', 'name: core,']], /rules\[2\]\.name: the same name as the second/],
  ['the name of our own rule', [['name: office,', 'name: patchwright-probe,']], /patchwright-probe is our own rule/],
  ['keep with atOnce', [['keep: {', 'atOnce: now, keep: {']], /rules\[1\]\.keep: these would block at once by atOnce/],
  [
    'an endpoint that is an address',
    [['https://shop.example.com', 'https://192.0.2.1']],
    /endpoints\[0\]: 192\.0\.2\.1 is an address/,
  ],
  ['an endpoint that is not https', [['https://shop', 'http://shop']], /is not https; write https:\/\//],
  ['an endpoint with a path', [['example.com]', 'example.com/x]']], /holds more than a host/],
  [
    'numbers that cannot be met',
    [['    group: web', '    promote: { visits: 1000 }']],
    /promote\.visits: 1000 visits without a match prove no bound of 0\.1%; write visits: 2995 or more/,
  ],
  [
    'a promotion of a rule that is kept on count',
    [
      [
        '    group: web',
        '    promote: { byName: [{ rule: core/SizeRestrictions_BODY, reason: r, owner: o, on: 2026-01-01 }] }',
      ],
    ],
    /byName\[0\]\.rule: core\/SizeRestrictions_BODY is kept on count/,
  ],
  [
    'a promotion of no rule',
    [['    group: web', '    promote: { byName: [{ rule: cor/X, reason: r, owner: o, on: 2026-01-01 }] }']],
    /no rule is called cor\/X/,
  ],
  [
    'a virtual patch on what is kept',
    [
      [
        '    group: web',
        '    virtualPatches: [{ vulnerability: CVE-2021-44228, rules: [core/SizeRestrictions_BODY], fields: [header], attacks: [log4shell] }]',
      ],
    ],
    /kept on count: it stands for no patch/,
  ],
  [
    'an attack that is none',
    [
      [
        '    group: web',
        '    virtualPatches: [{ vulnerability: CVE-2021-44228, rules: [core/X], fields: [header], attacks: [log4shel] }]',
      ],
    ],
    /the scan has no attack log4shel; did you mean log4shell\?/,
  ],
  [
    'a group that is none',
    [['    group: web', '    group: wep']],
    /sites\.shop\.group: no group is called wep; did you mean web\?/,
  ],
  ['a site that waits for itself', [['    group: web', '    after: shop']], /after: it waits for itself, in a circle/],
  ['a site that waits for nobody', [['    group: web', '    after: staging']], /after: no site is called staging/],
  [
    'a request with two bodies',
    [['form: { text: hello }', 'form: { text: hello }, text: hi']],
    /benign\[1\].*one body/,
  ],
  [
    'a request line that is none',
    [['"POST /comment"', '"POST comment"']],
    /benign\[1\]\.request: "POST comment" is not a request line/,
  ],
  ['the same benign id twice', [['id: comment', 'id: style']], /benign\[1\]\.id: the same id as the first/],
  [
    'a log bucket that AWS WAF does not write to',
    [['    group: web', '    logs: { bucket: my-logs }']],
    /logs\.bucket: "my-logs" is not a bucket for logs of AWS WAF/,
  ],
  [
    'text for a list',
    [['TextTransformations: [{ Priority: 0, Type: NONE }]', 'TextTransformations: NONE']],
    /TextTransformations: "NONE" is not a list; write it in \[ \]/,
  ],
];
for (const [what, edits, said] of CASES)
  test(`a site's fault: ${what}`, () => {
    const found = faults(...edits);
    assert.ok(
      found.some((each) => said.test(each)),
      found.join('\n') || 'no fault',
    );
  });

test('all faults at once', () => {
  const found = faults(
    ['    group: web', '    grup: web'],
    [RATE, '{ RateBasedStatement: { Limit: 5 } }'],
    ['[https://shop.example.com]', 'https://shop.example.com'],
  );
  assert.equal(found.length, 4, found.join('\n'));
});

test('waf show: the web ACL that a site makes, and its sets and groups', () => {
  const shown = shownSite(load()) as {
    WebACL: { Rules: { Name: string }[] };
    IPSets: object[];
    RegexPatternSets: object[];
    RuleGroups: { Rules: object[] }[];
  };
  assert.deepEqual(
    shown.WebACL.Rules.map(({ Name }) => Name),
    ['login-rate', 'core', 'own', 'office', 'patchwright-probe'],
  );
  assert.deepEqual(shown.IPSets, [
    { Name: 'office', Scope: 'REGIONAL', IPAddressVersion: 'IPV4', Addresses: ['198.51.100.0/24'] },
  ]);
  assert.deepEqual(shown.RegexPatternSets, [
    { Name: 'admin', Scope: 'REGIONAL', RegularExpressionList: [{ RegexString: '^/admin(?:/|$)' }] },
  ]);
  assert.equal(shown.RuleGroups[0]?.Rules.length, 1);
  assert.equal((shownSite(load(), { probeRule: true }) as { Name: string }).Name, 'patchwright-probe');
});

test('the site of docs/policy.md is sound', () => {
  const doc = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
  const text = /```yaml\n(sites:[^`]+)```/.exec(doc)?.[1] ?? '';
  assert.ok(parseDocument(text).errors.length === 0);
  assert.ok(load(text));
});
