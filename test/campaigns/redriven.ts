/** Campaigns that die where a test says, in a rehearsal, and are redriven. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedriveExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { campaigns } from '#aws/campaigns.ts';
import { untold } from '#domain/campaign/lease.ts';
import { policyJson } from '#policy/policy-json.ts';
import type { ExecutionView } from '#rehearsal/api.ts';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { policyFor } from '../../cli/rehearse/policy-for.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';

type Rehearsal = Awaited<ReturnType<typeof openRehearsal>>;

export type Machine = 'campaign' | 'patchRing';

export interface Dying {
  rehearsal: Rehearsal;
  start(campaign: string): void;
  /** Starts a campaign whose execution, or whose canary's, is stopped as it enters the state. Answers what is asked on the way. */
  dies(campaign: string, at: { machine: Machine; state: string }, answer?: 'yes' | 'no'): Promise<void>;
  arn(machine: Machine, campaign: string): string;
  execution(arn: string): ExecutionView;
  redrive(arn: string): Promise<void>;
  /** Until nothing runs any more, the lease is free and everybody was told. */
  settled(): Promise<void>;
  /** Everything that a redrive must not change. */
  left(): Promise<string>;
}

/** The canary is asked for, so that a campaign passes every state before it changes anything. */
export async function dying(before: string[], work: (dying: Dying) => Promise<void>, faults: EngineFault[] = []) {
  const scenario = scenarioOf('approver-silent');
  const place = mkdtempSync(join(tmpdir(), 'patchwright-redriven-'));
  const policyFile = join(place, 'policy.json');
  writeFileSync(policyFile, policyJson(policyFor('policy.yml', 'web', { approvals: { before } }, 'the test')));
  const startAt = Date.parse(scenario.start);
  const world = (stage: Parameters<typeof openWorld>[1]) => openWorld(scenario, stage);
  const rehearsal = await openRehearsal({ startAt, policyFile, seed: scenario.seed, faults, world });
  try {
    await rehearsal.act('operator', () => campaigns.setKillSwitch('go', 'the test', scenario.start));
    await work(dyingIn(rehearsal));
  } finally {
    await rehearsal.close();
    rmSync(place, { recursive: true });
  }
}

function dyingIn(rehearsal: Rehearsal): Dying {
  const { account, region } = rehearsal;
  const arn: Dying['arn'] = (machine, campaign) =>
    machine === 'campaign'
      ? `arn:aws:states:${region}:${account}:execution:patchwright-dev-campaign:${campaign}`
      : `arn:aws:states:${region}:${account}:execution:patchwright-dev-patch-ring:${campaign}-canary`;
  const execution: Dying['execution'] = (of) => {
    const found = rehearsal.executions().find((each) => each.arn === of);
    assert.ok(found, of);
    return found;
  };
  const start = (campaign: string) => {
    const at = new Date(rehearsal.clock.now()).toISOString();
    const trigger = { kind: 'person', id: campaign, at, by: 'arn:aws:iam::123456789012:user/starter' };
    rehearsal.start('campaign', campaign, { contract: 1, group: 'web', trigger });
  };
  const lease = () => rehearsal.act('operator', () => campaigns.lease('web'));
  const isRunning = () => rehearsal.executions().some(({ status }) => status === 'RUNNING');
  return {
    rehearsal,
    start,
    arn,
    execution,
    async dies(campaign, { machine, state }, answer) {
      const dead = arn(machine, campaign);
      let isThere = false;
      rehearsal.on(({ kind, text, data }) => {
        if (kind !== 'state-entered' || text !== state || data.execution !== dead || isThere) return;
        isThere = true;
        rehearsal.abort(dead);
      });
      start(campaign);
      const mailed = rehearsal.inbox.length;
      const asked = () => rehearsal.inbox.slice(mailed).find(({ attributes }) => attributes.kind === 'approval');
      await rehearsal.run(() => isThere || (answer !== undefined && asked() !== undefined));
      const [url = ''] = /https:\/\/\S+/.exec(asked()?.body ?? '') ?? [];
      if (!isThere && url) {
        const { body } = await rehearsal.visit({ method: 'GET', url });
        const [, word = ''] = /Type <code>([0-9a-f]+)<\/code>/.exec(body) ?? [];
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const form = new URLSearchParams({ decision: answer ?? '', word }).toString();
        await rehearsal.visit({ method: 'POST', url, headers, body: form });
        await rehearsal.run(() => isThere);
      }
      assert.ok(isThere, `${campaign} came to ${state}`);
    },
    redrive: async (executionArn) => {
      await rehearsal.act('operator', () => new SFNClient({}).send(new RedriveExecutionCommand({ executionArn })));
    },
    async settled() {
      for (let minutes = 0; minutes < 24 * 60; minutes += 15) {
        await rehearsal.run(() => !isRunning());
        const now = await lease();
        if (!now || (now.holder === null && untold(now).length === 0)) return;
        const until = rehearsal.clock.now() + 15 * 60_000;
        await rehearsal.run(() => rehearsal.clock.now() >= until);
      }
      assert.fail('the lease is not free after a day');
    },
    async left() {
      const kept = [...rehearsal.evidence()].map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]);
      const sent = rehearsal.calls.get('ssm.SendCommand') ?? 0;
      const told = rehearsal.inbox
        .filter(({ attributes }) => attributes.kind !== undefined)
        .map(({ subject }) => subject);
      return JSON.stringify([await lease(), kept, sent, told]);
    },
  };
}
