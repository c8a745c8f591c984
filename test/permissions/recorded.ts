/** Every call that functions make in rehearsals: of what this process plays, and of a few more for the ways that no scenario goes. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '#policy/load-policy.ts';
import { policyJson } from '#policy/policy-json.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { loadScenario, type Scenario } from '#rehearsal/scenario/scenario.ts';
import { addedBy } from '../../cli/rehearse/added-by-policy.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';
import { type Call, type KeyUse, partitionOf } from './requests.ts';

const root = new URL('../..', import.meta.url).pathname;

export interface Recorded {
  calls: Call[]; // one of each that differs in caller, operation or resource
  uses: KeyUse[]; // of the key, one of each that differs
  count: number;
}

/** Records what is played from now on; what it returns ends that. */
export function recording(): () => Recorded {
  const calls = new Map<string, Call>();
  const tags = new Map<string, Record<string, string>>(); // ids come again in other rehearsals, with other tags
  let count = 0;
  const listen = (message: unknown) => {
    const answered = message as Call & {
      output: { Reservations?: { Instances: { InstanceId: string; Tags?: { Key: string; Value: string }[] }[] }[] };
    };
    count++;
    for (const { InstanceId, Tags = [] } of (answered.output?.Reservations ?? []).flatMap(({ Instances }) => Instances))
      tags.set(InstanceId, Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])));
    const { caller, call } = answered;
    const { Body: _body, ...input } = answered.input ?? {};
    const hosts = ((input.InstanceIds ?? []) as string[]).map((id) => tags.get(id) ?? {});
    calls.set(`${caller} ${call} ${differing(input)} ${JSON.stringify(hosts)}`, { caller, call, input, hosts });
  };
  const uses = new Map<string, KeyUse>();
  const used = (message: unknown) => {
    const { caller, action, via } = message as KeyUse;
    uses.set(`${caller} ${action} ${via}`, { caller, action, via });
  };
  subscribe('rehearsal:answered', listen);
  subscribe('rehearsal:key-used', used);
  const own = <T extends { caller: string }>(all: Map<string, T>) =>
    [...all.values()].filter(({ caller }) => !['operator', 'outside'].includes(caller));
  return () => {
    unsubscribe('rehearsal:answered', listen);
    unsubscribe('rehearsal:key-used', used);
    return { calls: own(calls), uses: own(uses), count };
  };
}

function differing(input: Record<string, unknown>): string {
  const {
    Key: key,
    DocumentName,
    FunctionName,
    InstanceIds,
    TopicArn,
    QueueUrl,
    stateMachineArn,
    executionArn,
  } = input;
  if ('TableName' in input) return partitionOf(input).split('#')[0] ?? '';
  return JSON.stringify([
    String(key ?? '')
      .split('/')
      .pop(),
    DocumentName,
    FunctionName,
    InstanceIds,
    TopicArn,
    QueueUrl,
    stateMachineArn,
    String(executionArn ?? '').split(':')[6], // the machine
  ]);
}

/** Plays the ways that no scenario goes. */
export async function playMore(): Promise<void> {
  const plain = loadScenario(join(root, 'scenarios/duplicate-trigger.yml'));
  const asked = { ...plain, policy: {}, answers: [{ answer: 'yes' as const, afterMinutes: 30 }] };
  const signed = { ...asked, policy: { approvals: { decide: 'iam' } } };
  const fleet = (change: object) => plain.fleet.map((hosts) => ({ ...hosts, ...change, tags: { ...hosts.tags } }));
  const more: Scenario[] = [
    { ...plain, fleet: fleet({ scanMode: 'EC2_INSPECTOR_AGENT_BASED' }), faults: [] },
    {
      ...plain,
      faults: [{ do: 'lose-response', operation: 'ssm.SendCommand', times: 1, on: { state: 'SendWave', nth: 1 } }],
    },
    // An intent that is written twice, and one that the sweeper finds without a command.
    { ...plain, faults: [{ do: 'lose-response', operation: 'dynamodb.PutItem', function: 'sendWave', times: 1 }] },
    {
      ...plain,
      faults: [
        { do: 'lose-response', operation: 'ssm.SendCommand', times: 1, on: { state: 'SendWave', nth: 1 } },
        { do: 'abort-execution', on: { state: 'AwaitGo', execution: 'patchRing' } },
      ],
    },
    { ...asked, faults: [{ do: 'abort-execution', on: { state: 'RecordApproval' } }] },
    { ...plain, fleet: plain.fleet.map(spelledApart), faults: [] },
    { ...plain, alarms: [], faults: [] }, // told as it opens
    { ...asked, faults: [{ do: 'fail-call', operation: 'states.SendTaskSuccess', times: 9 }] },
    { ...signed, faults: [{ do: 'fail-call', operation: 'states.SendTaskSuccess', times: 9 }] },
    { ...signed, faults: [{ do: 'lose-response', operation: 'states.SendTaskSuccess', times: 1 }] },
    { ...asked, faults: [{ do: 'lose-response', operation: 'states.SendTaskSuccess', times: 1 }] },
    // Closed after the command of a silent host was given up, and before its work could not go on any more.
    {
      ...plain,
      policy: { ...plain.policy, rings: [ring('canary', 240), ring('fleet', 105)] },
      faults: [{ do: 'agent-lost', hosts: ['web-1'], during: 'install' }],
    },
    { ...asked, answers: [{ answer: 'yes', afterMinutes: 0 }], faults: [{ do: 'crash', function: 'askApproval' }] },
  ];
  for (const scenario of more) await rehearse({ scenario, out: null });
  await triggered(plain, []);
  // The start that was promised fails, and the sweeper comes before the message does: it keeps the promise.
  await triggered(plain, [{ do: 'fail-call', operation: 'states.StartExecution', times: 3 }]);
  await redriven(plain);
}

/** A campaign that is lost as it opens, and redriven once it is closed. */
async function redriven(plain: Scenario): Promise<void> {
  const at = Date.parse(plain.start);
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-redriven-'));
  const policyFile = join(directory, 'policy.json');
  writeFileSync(policyFile, policyJson(loadPolicy(join(root, 'policy.yml'))));
  const world = (stage: Parameters<typeof openWorld>[1]) => openWorld({ ...plain, faults: [] }, stage);
  const faults = [{ do: 'crash' as const, function: 'openCampaign', times: 9 }];
  const rehearsal = await openRehearsal({ startAt: at, policyFile, faults, world });
  try {
    const trigger = { kind: 'person', id: 'lost', at: plain.start, by: 'operator' };
    const arn = rehearsal.start('campaign', 'web-lost', { contract: 1, group: 'web', trigger });
    await rehearsal.run(() => rehearsal.inbox.length > 0);
    await rehearsal.act('operator', async () => rehearsal.states.redrive(arn));
    await rehearsal.run(() => !rehearsal.executions().some(({ status }) => status === 'RUNNING'));
  } finally {
    await rehearsal.close();
  }
}

function ring(name: string, soakMinutes: number) {
  return { name, tag: { Ring: name }, atOnce: 5, errors: 1, soakMinutes };
}

/** The other spelling of the tag. */
function spelledApart(hosts: Scenario['fleet'][number]): Scenario['fleet'][number] {
  const { PatchGroup = 'web', ...tags } = hosts.tags;
  return { ...hosts, tags: { ...tags, 'Patch Group': PatchGroup } };
}

/** Campaigns that events and a second person start, in observe mode; a message that is no event; an hour for what comes hourly. */
async function triggered(plain: Scenario, faults: Parameters<typeof openRehearsal>[0]['faults']): Promise<void> {
  const sample = JSON.parse(readFileSync(join(root, 'events/finding.sample.json'), 'utf8'));
  const at = Date.parse(plain.start);
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-triggered-'));
  const policy = readFileSync(join(root, 'policy.yml'), 'utf8').replace(/^ {2}mode: act.*$/m, '  mode: observe');
  writeFileSync(join(directory, 'policy.yml'), policy);
  const policyFile = join(directory, 'policy.json');
  const loaded = loadPolicy(join(directory, 'policy.yml'));
  writeFileSync(policyFile, policyJson(loaded));
  const world = (stage: Parameters<typeof openWorld>[1]) => openWorld({ ...plain, faults: [] }, stage);
  const rehearsal = await openRehearsal({ startAt: at, policyFile, faults, world, added: addedBy(loaded, 'on') });
  try {
    const { source, detail } = sample;
    for (const firstObservedAt of [detail.firstObservedAt, 'soon'])
      rehearsal.emit({
        source,
        'detail-type': sample['detail-type'],
        resources: [],
        detail: { ...detail, firstObservedAt },
      });
    await rehearsal.run(() => rehearsal.clock.now() >= at + 70 * 60_000);
    const now = new Date(at + 70 * 60_000).toISOString();
    for (const id of ['one', 'two']) {
      const trigger = { kind: 'person', id, at: now, by: 'operator' };
      rehearsal.start('campaign', `web-${id}`, { contract: 1, group: 'web', trigger });
    }
    await rehearsal.run(
      () =>
        rehearsal.clock.now() >= at + 150 * 60_000 &&
        !rehearsal.executions().some(({ status }) => status === 'RUNNING'),
    );
  } finally {
    await rehearsal.close();
  }
}
