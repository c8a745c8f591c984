import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { SurveyedHost } from '#domain/patch/model.ts';
import { assemblePlan } from '#domain/patch/plan/plan.ts';
import { hostsOfNoRing, patchableOses, planRing } from '#domain/patch/plan/plan-ring.ts';
import { isHeldUp, remedies, strayTagsOf, stuckWords } from '#domain/patch/plan/stuck.ts';
import {
  AL,
  AT,
  agent,
  baseline,
  ringContext as context,
  finding,
  fixable,
  groupPolicy,
  host,
  vulnerable,
} from '../../fleet.ts';

const policy = groupPolicy();
const placeless = (id: string, tags: Record<string, string>, over = {}) =>
  fixable(id, { ring: null, rings: [], member: { ...host(id).member, tags: { PatchGroup: 'web', ...tags } }, ...over });

function planned(hosts: readonly SurveyedHost[], inspectorEnabled = true, group = policy) {
  const of = (ring: string | null) => hosts.filter((each) => each.ring === ring);
  const provenOses = patchableOses(of('canary'), group);
  const parts = [
    planRing(group, 0, of('canary'), { ...context, provenOses: null, laterOses: patchableOses(of('fleet'), group) }),
    planRing(group, 1, of('fleet'), { ...context, provenOses }),
    hostsOfNoRing(group, of(null), { ...context, provenOses }),
  ];
  const assembled = assemblePlan(parts, {
    campaign: 'c',
    policy: group,
    policyHash: 'p',
    at: AT,
    baselines: [baseline('DEBIAN')],
    snapshotId: '00000000-0000-4000-8000-000000000000',
    inspectorEnabled,
  });
  return { ...assembled, fates: parts.flatMap(({ fates }) => fates) };
}

suite('a group that is stuck', () => {
  test('a misspelt ring tag is named, with the tag to set and the command', () => {
    const hosts = [placeless('i-1', { Ring: 'canery' }), placeless('i-2', { Ring: 'canery' }), placeless('i-3', {})];
    const { decision, why, plan } = planned(hosts);
    assert.deepEqual([decision, why], ['Stuck', '3 of 3 hosts in no ring']);
    assert.deepEqual(plan.remedies, [
      'Of the hosts in no ring 2 have Ring=canery, 1 has no tag Ring. Set the tag Ring=canary on at least 1 of each OS, Ring=fleet (fleet): aws ec2 create-tags --resources i-1 i-2 i-3 --tags Key=Ring,Value=canary',
    ]);
  });

  test('a tag that a shell or the shorthand of the AWS CLI would take apart is written as JSON', () => {
    const tag = { key: 'Patch Ring', value: "it's, first" };
    const rings = policy.rings.map((ring) => ({ ...ring, tag }));
    const left = planned([placeless('i-1', {})]).plan.left;
    const [remedy] = remedies(left, {}, { ...policy, rings });
    assert.ok(remedy?.endsWith(`--tags '[{"Key":"Patch Ring","Value":"it'\\''s, first"}]'`), remedy);
  });

  test('each kind of host has its remedy, and long lists are cut', () => {
    const many = Array.from({ length: 9 }, (_, at) => placeless(`i-${at}`, {}));
    const others = [
      fixable('i-a', { member: { ...host('i-a').member, state: 'stopped' } }),
      fixable('i-b', { managed: null }),
      fixable('i-c', agent({ ping: 'ConnectionLost' })),
      fixable('i-d', { os: AL }),
      fixable('i-e', { patchScan: 'unknown', ring: 'canary', rings: ['canary'] }),
      placeless('i-f', {}, { rings: ['canary', 'fleet'] }),
      fixable('i-g', { member: { ...host('i-g').member, tags: { 'aws:autoscaling:groupName': 'asg' } } }),
    ];
    const { plan, why } = planned([...many, ...others]);
    assert.match(
      why,
      /^9 of 16 hosts in no ring, 1 in several rings, 1 stopped, 1 unmanaged, 1 offline, 1 without a canary/,
    );
    assert.equal(plan.remedies?.length, 8);
    assert.match(plan.remedies?.[0] ?? '', /i-0 i-1 i-2 i-3 i-4 … --tags/);
    assert.match(plan.remedies?.join('\n') ?? '', /hosts? of AMAZON_LINUX_2023: aws ec2 create-tags --resources i-d/);
    assert.match(plan.remedies?.join('\n') ?? '', /Bring the image of i-g up to date and let it replace them/);
  });

  test('a group wholly of a scaling group is stuck; one that another service runs has nothing to do for us', () => {
    const of = (over: object) => fixable('i-1', { member: { ...host('i-1').member, ...over } });
    const scaled = planned([of({ tags: { 'aws:autoscaling:groupName': 'asg' } })]);
    assert.deepEqual(
      [scaled.decision, scaled.why],
      ['Stuck', '1 of 1 host that a scaling group or a cluster would replace'],
    );
    assert.equal(planned([of({ managedBy: 'eks.amazonaws.com' })]).decision, 'Nothing');
  });

  test('stray tags are only those under the keys of rings', () => {
    const hosts = [placeless('i-1', { Ring: 'Canary', Name: 'x' }), fixable('i-2')];
    assert.deepEqual(strayTagsOf(hosts, policy.rings), { 'Ring=Canary': 1 });
  });

  test('words count hosts, the most frequent kind first', () => {
    assert.equal(stuckWords([{ id: 'i-1', ring: null, why: 'no-ring', words: '' }], 1), '1 of 1 host in no ring');
  });
});

suite('every plan has exactly one outcome', () => {
  const anyHost = fc.record({
    ring: fc.constantFrom('canary', 'fleet', null),
    state: fc.constantFrom('running', 'running', 'stopped'),
    ping: fc.constantFrom('Online', 'Online', 'ConnectionLost', null),
    covered: fc.constantFrom(true, true, true, false),
    scan: fc.constantFrom('fresh', 'fresh', 'unknown'),
    os: fc.constantFrom('DEBIAN', AL),
    finding: fc.constantFrom('fix', 'no-fix', 'waived', 'not-offered', 'none'),
  });
  const anyFleet = fc.record({
    hosts: fc.array(anyHost, { maxLength: 6 }),
    inspector: fc.constantFrom(true, true, true, false),
    coveragePercent: fc.constantFrom(1, 80, 100),
    mode: fc.constantFrom('act', 'observe'),
  });

  test('the first of Blind, planned, Stuck and Nothing whose own words hold', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyFleet, ({ hosts: given, inspector, coveragePercent, mode }) => {
        const hosts = given.map((one, at) => {
          const id = `i-${at}`;
          const vulnerabilityId = one.finding === 'waived' ? 'CVE-1' : 'CVE-2';
          const packages = [
            vulnerable(
              'openssl',
              one.finding === 'no-fix' ? null : one.finding === 'not-offered' ? '9-1' : '3.0.14-1~deb12u2',
              { version: '3.0.9-1' },
            ),
          ];
          return fixable(id, {
            os: one.os,
            ring: one.ring,
            rings: one.ring ? [one.ring] : [],
            member: { ...host(id).member, state: one.state as 'running' },
            ...(one.ping === null ? { managed: null } : one.ping === 'Online' ? {} : agent({ ping: 'ConnectionLost' })),
            ...(one.covered ? {} : { coverage: null }),
            patchScan: one.scan as 'fresh',
            findings: one.finding === 'none' ? [] : [finding({ instance: id, vulnerabilityId, packages })],
          });
        });
        const waivers = [
          {
            id: 'w',
            owner: 'o',
            reason: '',
            vulnerabilities: ['CVE-1'],
            instances: [],
            packages: [],
            expires: '2099-01-01',
          },
        ];
        const group = groupPolicy({ waivers, mode: mode as 'act', gate: { ...policy.gate, coveragePercent } });
        const { decision, plan, why, fates } = planned(hosts, inspector, group);
        seen.add(decision);
        const running = hosts.filter(({ member }) => member.state === 'running');
        const covered = running.filter(({ coverage }) => coverage?.status === 'ACTIVE').length;
        const blind = !inspector || (running.length > 0 && (100 * covered) / running.length < coveragePercent);
        const unknown = plan.left.some((left) => left.why === 'scan-unknown');
        const stuck = hosts.length === 0 || unknown || fates.some(isHeldUp);
        const right = blind
          ? 'Blind'
          : plan.expected.total > 0
            ? mode === 'act'
              ? 'Planned'
              : 'Observed'
            : stuck
              ? 'Stuck'
              : 'Nothing';
        assert.equal(decision, right, why);
        assert.equal(plan.remedies !== undefined, decision === 'Stuck');
        if (decision === 'Stuck') assert.ok(plan.remedies && plan.remedies.length > 0 && why.length > 0);
        assert.ok(why.length > 0 && !/\b1 (hosts|findings)\b/.test(why.replace(/of 1 /g, '')), why);
      }),
      { numRuns: 2000, seed: 7 },
    );
    assert.deepEqual([...seen].sort(), ['Blind', 'Nothing', 'Observed', 'Planned', 'Stuck']);
  });
});
