import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '#domain/hash.ts';
import { approval, baselineWarnings } from '#domain/patch/plan/baseline-reading.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Policy } from '#domain/policy.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { inMode } from '#policy/policy-json.ts';
import { baselineOf } from '#rehearsal/services/ssm/stack-baselines.ts';
import { resourcesOf } from '#stack/policy-resources.ts';
import { statements } from '#stack/role.ts';
import { baseline, finding as centosFinding, vulnerable } from '../domain/fleet.ts';

const policy = loadPolicy(new URL('../../policy.yml', import.meta.url).pathname);
const withGroup = (change: Partial<GroupPolicy>): Policy => ({
  ...policy,
  groups: { web: { ...(policy.groups.web as GroupPolicy), ...change } },
});

describe('what the policy asks of the stack', () => {
  test('a schedule for each group that has one, in its time zone', () => {
    const { WebSchedule, BatchSchedule } = resourcesOf(policy, 'prod') as Record<
      string,
      { Properties: Record<string, unknown> }
    >;
    assert.deepEqual(
      [WebSchedule?.Properties.Name, WebSchedule?.Properties.ScheduleExpressionTimezone],
      ['patchwright-prod-web', 'Europe/Berlin'],
    );
    assert.ok(BatchSchedule);
    const none = withGroup({ triggers: { ...(policy.groups.web as GroupPolicy).triggers, schedule: null } });
    assert.deepEqual(Object.keys(resourcesOf(none, 'prod')), ['WebActing']);
  });

  test('a baseline for each wish; Debian takes no delay and no severity', () => {
    const baselines = (group: Policy) =>
      Object.values(resourcesOf(group, 'dev')).flatMap(({ Type, Properties }) =>
        Type === 'AWS::SSM::PatchBaseline' ? [Properties as Record<string, never>] : [],
      );
    const wish = { classifications: ['Security'], severities: ['Critical'], approvedWithinDays: 3 };
    const [linux] = baselines(withGroup({ baseline: { AMAZON_LINUX_2023: wish } }));
    assert.deepEqual(linux?.ApprovalRules, {
      PatchRules: [
        {
          PatchFilterGroup: {
            PatchFilters: [
              { Key: 'CLASSIFICATION', Values: ['Security'] },
              { Key: 'SEVERITY', Values: ['Critical'] },
            ],
          },
          ComplianceLevel: 'HIGH',
          ApproveAfterDays: 3,
        },
      ],
    });
    const [windows] = baselines(withGroup({ baseline: { WINDOWS: wish } }));
    assert.match(JSON.stringify(windows), /MSRC_SEVERITY/);
    const [debian] = baselines(withGroup({ baseline: { DEBIAN: wish } }));
    assert.doesNotMatch(JSON.stringify(debian), /ApproveAfterDays|SEVERITY/);
    assert.deepEqual(debian?.PatchGroups, ['web']);
    const [centos] = baselines(withGroup({ baseline: { CENTOS: wish } }));
    assert.deepEqual(centos?.ApprovalRules, {
      PatchRules: [
        {
          PatchFilterGroup: { PatchFilters: [{ Key: 'PRODUCT', Values: ['*'] }] },
          ComplianceLevel: 'HIGH',
          ApproveAfterDays: 3,
          EnableNonSecurity: true,
        },
      ],
    });
  });

  test('the baseline of CentOS Stream, whose packages no advisory describes, approves what the policy wishes; by class it would nothing', () => {
    const wish = { classifications: ['Security'], severities: ['Critical', 'Important'], approvedWithinDays: 3 };
    const group = withGroup({ os: ['CENTOS'], baseline: { CENTOS: wish } });
    const made = Object.values(resourcesOf(group, 'dev')).find(({ Type }) => Type === 'AWS::SSM::PatchBaseline');
    const { rules } = baselineOf(made?.Properties ?? {});
    const finding = centosFinding({ packages: [{ ...vulnerable('curl', '7.76.1-32.el9'), manager: 'OS' }] });
    assert.notEqual(approval(baseline('CENTOS', { rules }), finding).say, 'not-approved');
    assert.deepEqual(baselineWarnings(baseline('CENTOS', { rules }), wish), []);
  });

  test('names of groups that differ by a sign give resources that differ', () => {
    const two = {
      ...policy,
      groups: { 'a-b': withGroup({ name: 'a-b' }).groups.web, 'a.b': withGroup({ name: 'a.b' }).groups.web },
    };
    assert.equal(Object.keys(resourcesOf(two as Policy, 'dev')).length, 4);
  });

  test('always 3: a stage that acts on a group says so under one name in the account, where no second stage can', () => {
    const { WebActing, BatchActing } = resourcesOf(policy, 'prod');
    assert.deepEqual(WebActing, {
      Type: 'AWS::SSM::Parameter',
      Properties: {
        Name: '/patchwright/acting/web',
        Type: 'String',
        Value: 'prod',
        Description: 'The stage that acts on the patch group web',
      },
    });
    assert.equal(BatchActing?.Properties.Name, resourcesOf(policy, 'dev').BatchActing?.Properties.Name);
  });

  test('in observe mode no patch group is registered with a baseline of ours, and no stage says that it acts', () => {
    const registered = (of: Policy) =>
      Object.values(resourcesOf(of, 'dev')).flatMap(({ Type, Properties }) =>
        Type === 'AWS::SSM::PatchBaseline' ? [Properties.PatchGroups] : [],
      );
    assert.deepEqual(registered(policy), [['batch']]);
    const observing = inMode(policy, 'observe');
    assert.deepEqual(registered(observing), [undefined]);
    assert.doesNotMatch(JSON.stringify(resourcesOf(observing, 'dev')), /SSM::Parameter|PatchGroups/);
  });
});

test('a stack that observes acts for no group, and its policy has a hash of its own', () => {
  const observing = inMode(policy, 'observe');
  assert.deepEqual([...new Set(Object.values(observing.groups).map(({ mode }) => mode))], ['observe']);
  const { hash, ...content } = observing;
  assert.equal(hash, sha256(content));
  assert.notEqual(hash, policy.hash);
  assert.deepEqual(inMode(policy, 'act'), policy);
});

describe('a role', () => {
  const place = { stage: 'dev', policy };
  test('refuses a resource that it does not know, and a permission without a reason', () => {
    assert.throws(
      () => statements('x', [{ do: ['s3:GetObject'], on: 'anything', why: 'x' }], place, ''),
      /no resource is called anything/,
    );
    assert.throws(
      () => statements('x', [{ do: ['s3:GetObject'], on: 'evidence', why: '' }], place, ''),
      /needs do and why/,
    );
  });

  test('has no statement for calendars where the policy names none', () => {
    const may = [{ do: ['ssm:GetCalendarState'], on: 'calendars', why: 'The change calendars.' }];
    assert.doesNotMatch(JSON.stringify(statements('x', may, place, '')), /Calendar/);
    const window = { ...(policy.groups.web as GroupPolicy).window, calendars: ['freeze'] } as GroupPolicy['window'];
    assert.match(
      JSON.stringify(statements('x', may, { stage: 'dev', policy: withGroup({ window }) }, '')),
      /document\/freeze/,
    );
  });
});
