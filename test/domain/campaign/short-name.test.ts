import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { campaignName, successorName } from '#domain/campaign/names.ts';
import { folderOf, isCalled, ringExecution, shortName } from '#domain/campaign/short-name.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Policy } from '#domain/policy.ts';
import { BUILT_IN } from '#policy/defaults.ts';
import { groupKey } from '#policy/schema.ts';
import { baselineName, resourcesOf } from '#stack/policy-resources.ts';

/** Public values of the tag: the reference of the AWS CLI, and templates. */
const PUBLIC: [group: string, short: string][] = [
  ['web', 'web'],
  ['Ubuntu_Servers', 'Ubuntu_Servers'],
  ['RHEL7', 'RHEL7'],
  ['al2023-prod', 'al2023-prod'],
  ['Web Servers', 'Web-Servers--b2cbd437'],
  ['AccountGuardian-PatchGroup-DO-NOT-DELETE', 'AccountGuardian-PatchG--3c7aac2a'],
];
for (const [group, short] of PUBLIC)
  test(`trap 42, field 29: the patch group ${group} is taken, and is called ${short} where names are short`, () => {
    assert.equal(groupKey.safeParse(group).success, true);
    assert.equal(shortName(group), short);
    assert.ok(isCalled(group, group) && isCalled(group, short));
  });

/** Letters and blanks of several scripts, signs, and the plain names that made ones look like. */
const sign = fc.constantFrom(...'abXY019_.:/=+-@ éÅß\u00a0\u2003日本Ωж٣½');
const legal = fc.oneof(
  fc.string({ unit: sign, minLength: 1, maxLength: 256 }),
  fc.string({ unit: fc.constantFrom('a', '-', 'A', '_'), minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    '-rf',
    '--help',
    ' ',
    '.',
    '..',
    '/',
    '@',
    'a'.repeat(256),
    '日'.repeat(256),
    '__proto__',
    'constructor',
  ),
  fc.string({ unit: sign, minLength: 1, maxLength: 20 }).map(shortName),
);
const ring = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
/** Of Scheduler: sixteen digits in AWS's example; a UUID should it ever be one. */
const CALLS = ['d32c5kddcf5bb8c3', '0b9a8f6e-3f0c-4a55-9d6a-0d9f6c1f2e3d'];
const at = '2024-08-31T20:00:00.000Z';
const EXECUTION = /^[0-9A-Za-z_-]{1,80}$/; // every name that CloudWatch Logs takes too
const WORD = /^[0-9A-Za-z][0-9A-Za-z_-]*$/; // in a shell: no option, no sign of its own

describe('no legal group and ring make a name that AWS or a shell refuses', () => {
  test('executions of campaigns and rings, folders, commands', () => {
    fc.assert(
      fc.property(legal, ring, (group, name) => {
        assert.equal(groupKey.safeParse(group).success, true);
        const campaigns = [
          campaignName(group, at),
          successorName(group, at),
          ...CALLS.map((id) => `${shortName(group)}-${id}`),
        ];
        for (const campaign of campaigns) {
          assert.match(campaign, EXECUTION);
          assert.match(campaign, WORD);
          assert.match(ringExecution(campaign, name), EXECUTION);
          assert.match(folderOf({ group, campaign }), /^[0-9A-Za-z][0-9A-Za-z_-]{0,31}\/[0-9A-Za-z_-]{1,80}\/$/);
        }
        assert.ok(shortName(group).length <= 32 && WORD.test(shortName(group)));
      }),
      { numRuns: 2000 },
    );
  });

  test('schedules, baselines and logical ids, at the longest stage that a bucket leaves room for', () => {
    fc.assert(
      fc.property(legal, (group) => {
        const stage = 's'.repeat(17);
        const resources = Object.entries(resourcesOf(policyOf([group]), stage));
        for (const [id] of resources) assert.match(id, /^[A-Za-z0-9]{1,255}$/);
        const schedule = resources.find(([, { Type }]) => Type === 'AWS::Scheduler::Schedule')?.[1].Properties;
        assert.match(String(schedule?.Name), /^[0-9a-zA-Z_.-]{1,64}$/);
        assert.match(baselineName(stage, group, 'REDHAT_ENTERPRISE_LINUX'), /^[a-zA-Z0-9_.-]{3,128}$/);
      }),
      { numRuns: 500 },
    );
  });

  test('two groups share no name, no folder and no resource', () => {
    fc.assert(
      fc.property(fc.uniqueArray(legal, { minLength: 2, maxLength: 12 }), (groups) => {
        assert.equal(new Set(groups.map(shortName)).size, groups.length);
        const one = Object.keys(resourcesOf(policyOf(groups.slice(0, 1)), 'dev')).length;
        assert.equal(Object.keys(resourcesOf(policyOf(groups), 'dev')).length, one * groups.length);
      }),
      { numRuns: 2000 },
    );
    const alike = [
      'Web',
      'web',
      'WEB',
      'ax2db',
      'a-b',
      'a_b',
      'a.b',
      'a b',
      'é',
      'e\u0301',
      'Web Servers',
      shortName('Web Servers'),
    ];
    assert.equal(new Set(alike.map(shortName)).size, alike.length);
    assert.equal(Object.keys(resourcesOf(policyOf(alike), 'dev')).length, 3 * alike.length);
  });

  test('two rings of a campaign share no execution', () => {
    fc.assert(
      fc.property(legal, fc.uniqueArray(ring, { minLength: 2, maxLength: 6 }), (group, rings) => {
        const campaign = `${shortName(group)}-${CALLS[1]}`;
        assert.equal(new Set(rings.map((each) => ringExecution(campaign, each))).size, rings.length);
      }),
    );
  });

  test('a plain name stays what it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z_-]{0,31}$/), (group) => {
        fc.pre(!/--[0-9a-f]{8}$/.test(group));
        assert.equal(shortName(group), group);
      }),
    );
    assert.equal(campaignName('web', at), 'web-20240831T200000Z');
    assert.equal(ringExecution('web-20240831T200000Z', 'canary'), 'web-20240831T200000Z-canary');
  });
});

function policyOf(groups: string[]): Policy {
  const triggers = { ...BUILT_IN.triggers, schedule: 'rate(7 days)' };
  const wish = { classifications: ['Security'], severities: ['Critical'], approvedWithinDays: 3 };
  const one = (name: string): GroupPolicy => ({
    ...BUILT_IN,
    name,
    mode: 'act',
    os: ['AMAZON_LINUX_2023'],
    rings: [],
    triggers,
    baseline: { AMAZON_LINUX_2023: wish },
  });
  return { version: 1, hash: 'h', groups: Object.fromEntries(groups.map((name) => [name, one(name)])) };
}
