import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { campaigns } from '#aws/campaigns.ts';
import { policyJson } from '#policy/policy-json.ts';
import type { ExecutionView, Rehearsal } from '#rehearsal/api.ts';
import { openWorld, type World } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import { remedyWords } from '../../cli/account/remedy.ts';
import { status } from '../../cli/account/status.ts';
import { engineFaults } from '../../cli/rehearse/conduct.ts';
import { policyFor } from '../../cli/rehearse/policy-for.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';

const MINUTE = 60_000;

/** The scenario with its outage at another moment. */
function striking(name: string, state: string): Scenario {
  const scenario = scenarioOf(name);
  return { ...scenario, faults: scenario.faults.map((fault) => ({ ...fault, on: { state } })) as Scenario['faults'] };
}

for (const name of ['table-gone', 'key-disabled']) {
  for (const state of ['SendWave', 'JudgeRing']) {
    test(`${name} as ${state} begins: nothing is sent from then on, and the campaign ends as Lost`, async () => {
      const { run, truth, rehearsal } = await rehearse({ scenario: striking(name, state), out: null });
      const from = rehearsal.timeline.find(({ kind }) => kind === 'fault')?.at ?? Number.NaN;
      const installs = truth.flatMap(({ runs }) => runs.filter(({ operation }) => operation === 'Install'));
      assert.equal(installs.length, state === 'JudgeRing' ? 2 : 0, 'the canary at the most');
      assert.ok(installs.every(({ startedAt }) => startedAt < from));
      assert.equal(run.campaign.outcome, 'Lost');
      assert.deepEqual(
        run.notices.map(({ kind }) => kind),
        ['lost'],
      );
    });
  }
}

describe('while a part is gone', () => {
  test('the table: no campaign opens, what asks is refused, and what waits is closed once it is back', () =>
    during('table-gone', async ({ rehearsal, start, pass, mails, opened }) => {
      await assert.rejects(
        rehearsal.act('operator', () => campaigns.lease('web')),
        /ResourceNotFoundException/,
      );
      const other = start('batch');
      await pass(60);
      assert.equal(statusOf(rehearsal, other), 'FAILED');
      assert.deepEqual(opened(), ['web']);
      assert.deepEqual(mails(), []);
      const letters = rehearsal.letters('patchwright-dev-dead-letters').map(({ body }) => JSON.parse(body));
      assert.notEqual(letters.length, 0, 'the sweeper fails too, and leaves a dead letter after three tries');
      for (const { requestContext, responsePayload } of letters) {
        assert.match(requestContext.functionArn, /sweepLeases|checkDue/);
        assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ['RetriesExhausted', 3]);
        assert.match(responsePayload.errorMessage, /ResourceNotFoundException/);
      }
      await pass(240);
      assert.deepEqual(mails(), ['web LOST']);
      const after = start('batch');
      await pass(60);
      assert.equal(statusOf(rehearsal, after), 'SUCCEEDED');
    }));

  test('the key: the lease stays readable, nobody can be told; enabled again, everybody is', () =>
    during('key-disabled', async ({ rehearsal, start, pass, mails, opened }) => {
      start('batch'); // cannot read whether its name was closed before, so it opens nothing
      await pass(60);
      const leases = await rehearsal.act('operator', async () => {
        const [web, batch] = [await campaigns.lease('web'), await campaigns.lease('batch')];
        return [web?.holder?.state, batch?.holder?.state, web?.lastClosed];
      });
      assert.deepEqual(leases, ['draining', undefined, null]);
      assert.deepEqual(rehearsal.inbox, [], 'alarms cannot tell either');
      const refused = await rehearsal.act('operator', () => status('web').catch(remedyWords));
      assert.match(String(refused), /KMS\.DisabledException.*Remedy: enable the key/);
      await pass(240);
      assert.deepEqual(mails().sort(), ['web LOST']);
      assert.deepEqual(opened(), ['web']);
      await rehearsal.act('operator', async () => {
        for await (const { holder } of campaigns.leases()) assert.equal(holder, null);
      });
    }));
});

interface During {
  rehearsal: Rehearsal;
  start(group: string): string;
  pass(minutes: number): Promise<void>;
  mails(): string[];
  /** Groups of the campaigns of which evidence says that they opened. */
  opened(): string[];
}

/** From the moment at which the scenario takes the part away. */
async function during(name: string, work: (during: During) => Promise<void>): Promise<void> {
  const scenario = scenarioOf(name);
  const place = mkdtempSync(join(tmpdir(), 'patchwright-dies-'));
  const policyFile = join(place, 'policy.json');
  writeFileSync(policyFile, policyJson(policyFor('policy.yml', 'web', scenario.policy, name)));
  const worlds: World[] = [];
  const rehearsal = await openRehearsal({
    startAt: Date.parse(scenario.start),
    policyFile,
    faults: engineFaults(scenario),
    world: (stage) => {
      const world = openWorld(scenario, stage);
      worlds.push(world);
      return world;
    },
  });
  let count = 0;
  const start = (group: string) => {
    const trigger = { kind: 'person', id: `${group}/${count}`, at: scenario.start, by: 'test' };
    return rehearsal.start('campaign', `${group}-${count++}`, { contract: 1, group, trigger });
  };
  try {
    await rehearsal.act('operator', () => campaigns.setKillSwitch('go', 'test', scenario.start));
    start('web');
    await rehearsal.run(() => rehearsal.timeline.some(({ kind }) => kind === 'fault'));
    await work({
      rehearsal,
      start,
      pass: (minutes) => {
        const until = rehearsal.clock.now() + minutes * MINUTE;
        return rehearsal.run(() => rehearsal.clock.now() >= until);
      },
      mails: () => notices(rehearsal).map((subject) => /^(\w+): (\w+)/.exec(subject)?.slice(1).join(' ') ?? subject),
      opened: () => [...rehearsal.evidence().keys()].flatMap((key) => /^(\w+)\/.*\/opened\.json$/.exec(key)?.[1] ?? []),
    });
  } finally {
    await rehearsal.close();
    rmSync(place, { recursive: true });
  }
}

/** Without what alarms tell. */
const notices = ({ inbox }: Rehearsal) =>
  inbox.filter(({ attributes }) => attributes.kind !== undefined).map(({ subject }) => subject);

const statusOf = (rehearsal: Rehearsal, arn: string): ExecutionView['status'] | undefined =>
  rehearsal.executions().find((each) => each.arn === arn)?.status;
