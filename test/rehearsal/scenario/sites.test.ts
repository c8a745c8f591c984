/** What a scenario may not say of a site: each fault with its place and a remedy. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadScenario } from '#rehearsal/scenario/scenario.ts';
import { BadScenario } from '#rehearsal/scenario/text.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-sites-'));
after(() => rmSync(folder, { recursive: true }));
const data = new URL('../../../scenarios/data/windows-invented.json', import.meta.url).pathname;

function load(site: string) {
  const file = join(folder, 'a.yml');
  writeFileSync(
    file,
    `name: a
title: a
promises: { outcome: Completed }
start: 2024-09-02T08:00:00Z
group: web
advisories: [${data}]
fleet: [{ name: web, platform: WINDOWS_SERVER_2022 }]
sites:
  - name: shop
    hosts: [shop.example.com]
    ${site}
`,
  );
  return loadScenario(file);
}

for (const [what, site, words] of [
  [
    'a rule that AWS would refuse',
    'webAcl: { name: shop, rules: [{ Name: a, Priority: 0, Action: { Block: {} }, Statement: {} }] }',
    /a\.yml:11:5: AWS would refuse it: WAFInvalidParameterException: .*STATEMENT.*Remedy/,
  ],
  [
    'a member that AWS does not have',
    'webAcl: { name: shop, rules: [{ Nmae: a }] }',
    /a\.yml:11:5: AWS would refuse it: ValidationException: .*Remedy/,
  ],
  ['a misspelt member', 'wbeAcl: { name: shop }', /a\.yml:11:5: unknown key "wbeAcl".*did you mean "webAcl"/],
  ['a bucket of another name', 'logs: { bucket: logs-of-shop }', /aws-waf-logs-/],
  ['an endpoint that is none', 'endpoint: teapot', /plain/],
  [
    'a group that is not rehearsed',
    'versionEnds: [{ group: AWSManagedRulesComonRuleSet, version: Version_1.23, after: 1d }]',
    /did you mean "AWSManagedRulesCommonRuleSet"/,
  ],
  [
    'a version that is none',
    'versionEnds: [{ group: AWSManagedRulesCommonRuleSet, version: Version_9.9, after: 1d }]',
    /has no version "Version_9.9".*Remedy/,
  ],
  [
    'a fault of a site that is not there',
    'tags: {}\nfaults: [{ do: rule-edited, site: shpo, rule: a, action: count }]',
    /no site is called "shpo".*did you mean "shop"/,
  ],
  ['a file that is not there', 'traffic: { benign: nowhere.txt }', /nowhere\.txt: the requests cannot be read.*Remedy/],
  ['a file with a line that is no request', 'traffic: { attacks: bad.txt }', /bad\.txt:2: no request.*Remedy/],
] as const)
  test(`refused: ${what}`, () => {
    writeFileSync(join(folder, 'bad.txt'), 'GET /\n/only-a-path\n');
    assert.throws(
      () => load(site),
      (error) => error instanceof BadScenario && words.test(error.message),
    );
  });

test('requests of files are read, with bodies, and remarks left out', () => {
  writeFileSync(join(folder, 'good.txt'), '# ours\nGET /a?b=1\n\nPOST /c d=e f\n');
  const { requests } = load('traffic: { benign: good.txt }');
  assert.deepEqual(requests?.shop?.benign, [
    { method: 'GET', target: '/a?b=1', body: null },
    { method: 'POST', target: '/c', body: 'd=e f' },
  ]);
});
