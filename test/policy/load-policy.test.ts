import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { windowAt } from '#domain/campaign/window.ts';
import { sha256 } from '#domain/hash.ts';
import { waiverStates } from '#domain/patch/plan/waiver.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { groupIn, type Policy } from '#domain/policy.ts';
import { BUILT_IN } from '#policy/defaults.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { policyJson } from '#policy/policy-json.ts';
import { policyFile } from './policy-file.ts';

const EXAMPLE = fileURLToPath(new URL('../../policy.yml', import.meta.url));
const NIGHT = '2024-08-31T20:00:00.000Z';

test('policy: the worked example holds what its comments say', () => {
  const { groups } = loadPolicy(EXAMPLE);
  assert.deepEqual(Object.keys(groups), ['web', 'batch']);
  const { web, batch } = groups;
  assert.deepEqual(
    web?.rings.map(({ name, tag, atOnce }) => [name, `${tag.key}=${tag.value}`, atOnce]),
    [
      ['canary', 'Ring=canary', { count: 2 }],
      ['fleet', 'Ring=fleet', { percent: 25 }],
    ],
  );
  assert.deepEqual([web?.mode, web?.os, batch?.mode, batch?.os], ['act', ['DEBIAN'], 'act', ['AMAZON_LINUX_2023']]);
  assert.equal(windowAt(web?.window ?? null, NIGHT).lastStart, '2024-09-01T03:15:00.000Z');
  const states = waiverStates(web?.waivers ?? [], NIGHT);
  assert.deepEqual(
    states.map(({ waiver, state }) => [waiver.vulnerabilities, state]),
    [
      [['CVE-2024-2511'], 'in-force'],
      [['CVE-2024-4741'], 'expired'],
    ],
  );
});

test('policy: the smallest file, and what holds by itself', () => {
  const policy = loadPolicy(policyFile(SMALLEST));
  const ring = { name: 'canary', tag: { key: 'Ring', value: 'canary' }, errors: { count: 0 }, soakMinutes: 240 };
  const web: GroupPolicy = { ...BUILT_IN, name: 'web', os: ['DEBIAN'], rings: [{ ...ring, atOnce: { percent: 10 } }] };
  assert.deepEqual({ ...policy, hash: '' }, { version: 1, hash: '', groups: { web } });
  assert.equal(policy.hash, sha256({ version: 1, groups: { web } }));
  assert.deepEqual(BUILT_IN, {
    mode: 'observe',
    reboot: 'RebootIfNeeded',
    replaced: 'list',
    baseline: {},
    gate: { minSample: 2, failures: 0, alarms: [], introduced: 0, coveragePercent: 80, looks: 3 },
    approvals: { before: [], expiresHours: 24, decide: 'link' },
    window: null,
    proofDays: 3,
    rescanMinutes: { EC2_SSM_AGENT_BASED: 60, EC2_INSPECTOR_AGENT_BASED: 240, EC2_AGENTLESS: 1560 },
    triggers: { schedule: null, timeZone: 'UTC', severities: [], exploitAvailable: false, minHours: 24 },
    waivers: [],
  });
});

test('policy: a group over the defaults over ours; maps key by key, lists and windows whole', () => {
  const { own, plain } = groupsOf(`
version: 1
defaults:
  mode: act
  os: [DEBIAN]
  rings: [{ name: canary, tag: { Ring: canary }, atOnce: 1, soakMinutes: 60 }]
  gate: { looks: 5, alarms: [a, b] }
  window: { days: [sat], from: "22:00", to: "04:00", cutoffMinutes: 30, timeZone: Europe/Berlin }
groups:
  own:
    mode: observe
    gate: { alarms: [c], minSample: 4 }
    window: { nth: ["2nd tue", "5th fri"], from: "01:00", to: "02:00", cutoffMinutes: 0, timeZone: UTC, calendars: [freeze] }
  plain: { window: null }
`);
  assert.equal(own?.mode, 'observe');
  assert.deepEqual(own?.gate, { ...BUILT_IN.gate, looks: 5, alarms: ['c'], minSample: 4 });
  assert.deepEqual(own?.window?.days, []);
  assert.deepEqual(own?.window?.nth, [
    { nth: 2, day: 'tue' },
    { nth: 5, day: 'fri' },
  ]);
  assert.deepEqual([plain?.mode, plain?.os, plain?.rings.length, plain?.window], ['act', ['DEBIAN'], 1, null]);
  assert.deepEqual(plain?.gate, { ...BUILT_IN.gate, looks: 5, alarms: ['a', 'b'] });
});

test('policy: frozen to the bottom', () => {
  const policy: Policy = loadPolicy(policyFile(SMALLEST));
  const ring = policy.groups.web?.rings[0];
  assert.throws(() => Object.assign(policy, { hash: '' }), TypeError);
  assert.throws(() => ring && Object.assign(ring.atOnce, { percent: 100 }), TypeError);
});

test('policy: the hash follows what it means, not how it is spelt', () => {
  const [plain, commented, other] = [
    SMALLEST,
    `# a comment\n${SMALLEST}    mode: observe\n`,
    `${SMALLEST}    mode: act\n`,
  ];
  const hashOf = (text: string) => loadPolicy(policyFile(text)).hash;
  assert.equal(hashOf(commented), hashOf(plain));
  assert.notEqual(hashOf(other), hashOf(plain));
});

test('policy: anchors and aliases may save repetition', () => {
  const text = readFileSync(EXAMPLE, 'utf8').replace('    os: [DEBIAN]', '    os: &os [DEBIAN]');
  const { batch } = groupsOf(
    text.replace('    os: [AMAZON_LINUX_2023]', '    os: *os').replace(/ {4}baseline:[\s\S]*?(?=\n {4}triggers)/, ''),
  );
  assert.deepEqual(batch?.os, ['DEBIAN']);
});

const SMALLEST = `version: 1
groups:
  web:
    os: [DEBIAN]
    rings: [{ name: canary, tag: { Ring: canary }, atOnce: 10%, soakMinutes: 240 }]
`;

const groupsOf = (text: string) => loadPolicy(policyFile(text)).groups;

test('policy: every value that a patch group may have is a group, words of the language among them', () => {
  const names = [
    'Web Servers',
    'AccountGuardian-PatchGroup-DO-NOT-DELETE',
    '__proto__',
    'constructor',
    '   ',
    '日'.repeat(256),
  ];
  const rings = '{ rings: [{ name: canary, tag: { Ring: canary }, atOnce: 2, soakMinutes: 60 }], os: [DEBIAN] }';
  const groups = names.map((name) => `  ${JSON.stringify(name)}: ${rings}`);
  const policy = loadPolicy(policyFile(`version: 1\ngroups:\n${groups.join('\n')}\n`));
  assert.deepEqual(Object.keys(policy.groups), names);
  const packaged: Policy = JSON.parse(policyJson(policy));
  for (const name of names) assert.equal(groupIn(packaged, name)?.name, name);
  for (const name of ['web', 'toString', 'hasOwnProperty']) assert.equal(groupIn(packaged, name), null);
  for (const bad of ['', 'a;b', 'a\nb', "it's", 'a'.repeat(257)])
    assert.throws(
      () => loadPolicy(policyFile(`version: 1\ngroups:\n  ${JSON.stringify(bad)}: ${rings}\n`)),
      /not a group name/,
    );
});
