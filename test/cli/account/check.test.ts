import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { translated } from '#aws/call.ts';
import { AwsRefused } from '#domain/errors.ts';
import type { Baseline, Coverage, Managed, Member } from '#domain/patch/model.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { type CheckPorts, checkAnswer, checks } from '../../../cli/account/check.ts';
import type { Checked } from '../../../cli/account/checked.ts';
import { type DeployedStage, namesOf } from '../../../cli/account/open.ts';
import { plain } from '../../../cli/screen/text.ts';
import { POLICY, tooWide } from './rehearsed.ts';

const where = { stage: 'dev', account: '123456789012', region: 'eu-central-1', partition: 'aws' };
const deployment: DeployedStage = { ...where, arn: 'arn:aws:iam::123456789012:user/ann', names: namesOf(where) };
const policy = loadPolicy(POLICY);

const BASELINE: Baseline = {
  id: 'pb-1',
  name: 'patchwright-dev',
  os: 'DEBIAN',
  source: 'group',
  owner: 'Self',
  globalFilters: {},
  rules: [{ filters: {}, approveAfterDays: 0, approveUntil: null, enableNonSecurity: false }],
  approved: [],
  rejected: [],
  contentHash: '',
};

interface Host {
  id: string;
  tags?: Record<string, string>;
  managed?: Partial<Managed> | null;
  coverage?: Partial<Coverage> | null;
  state?: Member['state'];
}

/** An account in which all is well, but for what the hosts say and `but`. */
function account(hosts: Host[], but: Partial<CheckPorts> = {}): CheckPorts {
  const of = (ids: Iterable<string>) => hosts.filter(({ id }) => [...ids].includes(id));
  const ports = {
    alarms: { missing: async () => [] },
    baselines: { forGroup: async () => BASELINE },
    campaigns: { killSwitch: async () => 'go' },
    inspector: {
      enabled: async () => true,
      async *coverage(ids: Iterable<string>) {
        for (const { id, coverage } of of(ids)) {
          if (coverage !== null)
            yield { id, status: 'ACTIVE', reason: 'SUCCESSFUL', scanMode: null, lastScannedAt: null, ...coverage };
        }
      },
    },
    instances: {
      async *members(group: string) {
        if (group !== 'web') return;
        for (const { id, tags, state } of hosts) {
          yield { id, state: state ?? 'running', zone: 'a', tags: tags ?? { Ring: 'fleet' }, launchedAt: '' };
        }
      },
    },
    patching: {
      missingCalendars: async () => [],
      async *managed(ids: Iterable<string>) {
        for (const { id, managed } of of(ids)) {
          if (managed !== null)
            yield { id, ping: 'Online', os: 'DEBIAN', platform: 'Debian', lastPingAt: null, ...managed };
        }
      },
    },
    subscriptions: { of: async () => ({ confirmed: 1, pending: 0 }) },
    denied: async () => [],
    async *otherPatching() {},
    registrations: {
      async *patchGroups() {},
      words: async () => ['Security', 'Critical', 'Important', 'Medium'],
      acting: async () => new Map([['/patchwright/acting/web', 'dev']]),
    },
    ...but,
  };
  return ports as unknown as CheckPorts;
}

const CANARIES: Host[] = ['i-c1', 'i-c2'].map((id) => ({ id, tags: { Ring: 'canary' } }));

async function about(hosts: Host[], but: Partial<CheckPorts> = {}): Promise<Checked[]> {
  const lines = await checks(policy, POLICY, deployment, account(hosts, but));
  const text = checkAnswer(deployment, lines).lines(plain, 80).join('\n');
  assert.deepEqual(tooWide(text), []);
  // The group batch is empty in all of these.
  return lines.filter((line) => line.state !== 'good' && line.about !== 'batch');
}

describe('check', () => {
  it('says nothing of an account in which all is well', async () => {
    assert.deepEqual(await about([...CANARIES, { id: 'i-1' }]), []);
  });

  const rows: [name: string, host: Host, words: RegExp, remedy: RegExp, state: Checked['state']][] = [
    ['of no ring', { id: 'i-x', tags: {} }, /i-x in no ring: never patched/, /Ring=canary or Ring=fleet/, 'mend'],
    [
      'that SSM does not manage',
      { id: 'i-x', managed: null },
      /i-x not managed by SSM/,
      /AmazonSSMManagedInstanceCore/,
      'mend',
    ],
    ['offline', { id: 'i-x', managed: { ping: 'ConnectionLost' } }, /i-x managed, but not online/, /SSM agent/, 'mend'],
    [
      'that nobody patches',
      { id: 'i-x', managed: { os: null } },
      /a system that Patch Manager does not patch/,
      /take them out/,
      'mind',
    ],
    [
      'that Inspector excludes',
      { id: 'i-x', coverage: { status: 'INACTIVE', reason: 'EXCLUDED_BY_TAG' } },
      /does not see i-x \(EXCLUDED_BY_TAG\): 66%/,
      /InspectorEc2Exclusion/,
      'mend',
    ],
    ['that Inspector does not list', { id: 'i-x', coverage: null }, /NOT_LISTED/, /wait an hour/, 'mend'],
    [
      'of an OS that no canary has',
      { id: 'i-x', managed: { os: 'UBUNTU' } },
      /canary has 0 hosts of UBUNTU, the gate asks for 2/,
      /tag more of them Ring=canary/,
      'mend',
    ],
  ];
  for (const [name, host, words, remedy, state] of rows) {
    it(`finds a host ${name}`, async () => {
      const found = (await about([...CANARIES, host])).find((line) => words.test(line.words));
      assert.ok(found, words.source);
      assert.match(found.remedy ?? '', remedy);
      assert.equal(found.state, state);
    });
  }

  it('names a stopped host nowhere: it is no fault', async () => {
    assert.deepEqual(
      await about([...CANARIES, { id: 'i-1' }, { id: 'i-s', state: 'stopped', managed: null, coverage: null }]),
      [],
    );
  });

  it('names a topic that nobody hears, or that nobody has confirmed, with the command', async () => {
    const subscriptions: CheckPorts['subscriptions'] = {
      of: async (topic) => ({ confirmed: 0, pending: topic === 'notices' ? 0 : 2 }),
    };
    const found = await about([...CANARIES, { id: 'i-1' }], { subscriptions });
    assert.deepEqual(
      found.map(({ about, state, words }) => [about, state, words]),
      [
        ['topic notices', 'mend', 'no subscription: nobody hears of anything'],
        ['topic approvals', 'mend', 'no confirmed subscription, 2 pending: nobody hears of anything'],
      ],
    );
    const command =
      'aws sns subscribe --region eu-central-1 --topic-arn arn:aws:sns:eu-central-1:123456789012:patchwright-dev-notices --protocol email --notification-endpoint you@example.org';
    assert.equal(found[0]?.remedy, command);
    assert.match(found[1]?.remedy ?? '', /^follow the link in the mail .*patchwright-dev-approvals/);
  });

  it('tells of a topic that cannot be read, and of one that is not there', async () => {
    const subscriptions: CheckPorts['subscriptions'] = {
      of: (topic) =>
        Promise.reject(
          new AwsRefused(
            `sns:ListSubscriptionsByTopic: ${topic === 'notices' ? 'AuthorizationErrorException' : 'NotFoundException'}: no`,
          ),
        ),
    };
    const found = await about([...CANARIES, { id: 'i-1' }], { subscriptions });
    assert.deepEqual(
      found.map(({ about, state }) => [about, state]),
      [
        ['topic notices', 'unknown'],
        ['topic approvals', 'unknown'],
      ],
    );
    assert.match(found[0]?.remedy ?? '', /allow the caller this action/);
    assert.match(found[1]?.words ?? '', /no deployment of stage dev in 123456789012 eu-central-1/);
  });

  it('finds what else patches, and what the caller may not do', async () => {
    const found = await about([...CANARIES, { id: 'i-1' }], {
      denied: async (_, wishes) => wishes.filter(({ action }) => action === 'states:StartExecution'),
      async *otherPatching() {
        yield {
          kind: 'association',
          id: 'a-1',
          name: 'nightly',
          document: 'AWS-RunPatchBaseline',
          operation: 'Install',
          targets: 'all instances',
        };
        yield {
          kind: 'maintenance window',
          id: 'mw-1',
          name: '',
          document: 'AWS-RunPatchBaseline',
          operation: 'Scan',
          targets: 'tag:Env prod',
        };
      },
    });
    assert.deepEqual(
      found.map(({ about, state }) => [about, state]),
      [
        ['permissions', 'mend'],
        ['other patching', 'mend'],
        ['other patching', 'mind'],
      ],
    );
    assert.match(found[0]?.words ?? '', /^start: IAM refuses states:StartExecution$/);
    assert.match(
      found[1]?.words ?? '',
      /association nightly \(a-1\) runs AWS-RunPatchBaseline Install on all instances/,
    );
  });

  it('tells a Region without Inspector: not switched on, or not offered', async () => {
    const hosts = [...CANARIES, { id: 'i-1' }];
    const { inspector } = account(hosts);
    const [off, ...more] = await about(hosts, { inspector: { ...inspector, enabled: async () => false } });
    assert.deepEqual([off?.about, off?.state, more], ['Inspector', 'mend', []]);
    assert.match(off?.words ?? '', /does not scan EC2 in 123456789012 eu-central-1: every campaign ends blind/);
    assert.match(off?.remedy ?? '', /aws inspector2 enable .*--region eu-central-1/);

    const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND inspector2.xx-new-1.amazonaws.com'), {
      code: 'ENOTFOUND',
    });
    const enabled = () => Promise.reject(translated('inspector2:BatchGetAccountStatus', unknown));
    const [absent, ...others] = await about(hosts, { inspector: { ...inspector, enabled } });
    assert.deepEqual([absent?.about, absent?.state, others], ['Inspector', 'unknown', []]);
    assert.match(absent?.words ?? '', /ENOTFOUND inspector2\.xx-new-1/);
    assert.match(absent?.remedy ?? '', /name of the Region, whether AWS offers this service there/);
  });

  it('tells a group without hosts, and where else they may be', async () => {
    const lines = await checks(policy, POLICY, deployment, account([]));
    const web = lines.filter(({ about }) => about === 'web');
    assert.deepEqual(
      web.map(({ state, words }) => [state, words]),
      [['mend', 'no instance has this patch group']],
    );
    assert.match(web[0]?.remedy ?? '', /PatchGroup=web, or give the --region/);
  });

  it('looks at every name of the policy: an alarm and a calendar that are not there, and one that cannot be read', async () => {
    const web = policy.groups.web ?? assert.fail();
    const window = { ...(web.window ?? assert.fail()), calendars: ['freeze'] };
    const frozen = { ...policy, groups: { web: { ...web, window } } };
    const ports = account([...CANARIES, { id: 'i-1' }], {
      alarms: { missing: async (names: string[]) => names },
    } as never);
    const calendars = async (names: string[]) => names;
    const lines = await checks(frozen, POLICY, deployment, {
      ...ports,
      patching: { ...ports.patching, missingCalendars: calendars },
    });
    assert.deepEqual(
      lines.filter(({ state }) => state !== 'good'),
      [
        {
          about: 'web',
          state: 'mend',
          words: 'alarm web-5xx is not there: a ring is looked at 3 times, then the campaign halts; none passes',
          remedy: 'make the alarm, or mend gate.alarms of the group',
        },
        {
          about: 'web',
          state: 'mend',
          words: 'change calendar freeze is not there: no wave is sent, and after seven days the campaign expires',
          remedy: 'make the calendar, or mend window.calendars of the group',
        },
      ],
    );
    const refused = () => Promise.reject(new AwsRefused('cloudwatch:DescribeAlarms: AccessDenied: no'));
    const [unknown, ...others] = await about([...CANARIES, { id: 'i-1' }], { alarms: { missing: refused } } as never);
    assert.deepEqual([unknown?.about, unknown?.state, others], ['web', 'unknown', []]);
  });

  it('names a ring whose tag no host has, and a host that no ring matches', async () => {
    const lines = await about([...CANARIES, { id: 'i-1', tags: { Ring: 'flete' } }]);
    assert.deepEqual(
      lines.map(({ state, words, remedy }) => [state, words, remedy]),
      [
        ['mind', 'ring fleet: no host has Ring=fleet', 'tag hosts of the group so, or mend the tag of the ring'],
        ['mend', 'i-1 in no ring: never patched', 'tag them Ring=canary or Ring=fleet'],
      ],
    );
  });

  it('tells what a deployment of this policy would meet: the same list as deploy', async () => {
    const stages = new Map([['/patchwright/acting/web', 'prod']]);
    const { registrations } = account([...CANARIES, { id: 'i-1' }]);
    const [second, ...others] = await about([...CANARIES, { id: 'i-1' }], {
      registrations: { ...registrations, acting: async () => stages },
    });
    assert.deepEqual([second?.about, second?.state, others], ['web', 'mend', []]);
    assert.match(second?.words ?? '', /^the stage prod acts on this patch group/);
  });

  it('goes on where AWS refuses a look, and says which', async () => {
    const refuse = () => Promise.reject(new AwsRefused('inspector2:BatchGetAccountStatus: AccessDeniedException: no'));
    const ports = account([...CANARIES, { id: 'i-1' }]);
    const found = await about([...CANARIES, { id: 'i-1' }], { inspector: { ...ports.inspector, enabled: refuse } });
    assert.deepEqual(
      found.map(({ about, state }) => [about, state]),
      [['Inspector', 'unknown']],
    );
    assert.match(found[0]?.remedy ?? '', /allow the caller this action/);
  });
});
