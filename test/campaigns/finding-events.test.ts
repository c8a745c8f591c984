import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { campaigns } from '#aws/campaigns.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { policyJson } from '#policy/policy-json.ts';
import type { AwsEvent, Rehearsal } from '#rehearsal/api.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { loadScenario } from '#rehearsal/scenario/scenario.ts';

const MINUTE = 60_000;
const START = Date.parse('2024-08-31T20:00:00Z');
const DEAD = 'patchwright-dev-dead-letters';
const calm = loadScenario(new URL('../../scenarios/duplicate-trigger.yml', import.meta.url).pathname);
const sample = JSON.parse(readFileSync(new URL('../../events/finding.sample.json', import.meta.url), 'utf8'));

function policyFile(groups: string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-events-'));
  const ring = (name: string) => `{ name: ${name}, tag: { Ring: ${name} }, atOnce: 1, soakMinutes: 60 }`;
  const text = groups.map(
    (group) =>
      `  ${group}: { os: [DEBIAN], mode: observe, rings: [${ring('canary')}, ${ring('fleet')}], triggers: { severities: [CRITICAL], minHours: 24 } }`,
  );
  writeFileSync(join(directory, 'policy.yml'), `version: 1\ngroups:\n${text.join('\n')}\n`);
  const file = join(directory, 'policy.json');
  writeFileSync(file, policyJson(loadPolicy(join(directory, 'policy.yml'))));
  return file;
}

async function rehearsed(
  groups: string[],
  work: (rehearsal: Rehearsal) => Promise<void>,
  withHosts = groups,
): Promise<void> {
  const fleet = withHosts.flatMap((PatchGroup) =>
    ['canary', 'fleet'].map((Ring) => ({
      ...calm.fleet[0],
      name: `${PatchGroup}-${Ring}`,
      count: 1,
      tags: { PatchGroup, Ring },
    })),
  ) as typeof calm.fleet;
  const rehearsal = await openRehearsal({
    startAt: START,
    policyFile: policyFile(groups),
    world: (stage) => openWorld({ ...calm, fleet, faults: [] }, stage),
  });
  try {
    await work(rehearsal);
  } finally {
    await rehearsal.close();
  }
}

/** A finding event of a host of the group, first observed at an instant; times as Inspector writes them. */
function event(group: string, at: number, more: Record<string, unknown> = {}): AwsEvent {
  const day = new Date(at).toUTCString(); // Sat, 31 Aug 2024 20:00:00 GMT
  const [weekday = '', date, month, year, time] = day.split(' ');
  const firstObservedAt = `${weekday.slice(0, 3)} ${month} ${date} ${time}.000 UTC ${year}`;
  const [resource] = sample.detail.resources;
  const resources = [{ ...resource, tags: { PatchGroup: group, Ring: 'fleet' } }];
  const detail = { ...sample.detail, firstObservedAt, resources, ...more };
  return { source: sample.source, 'detail-type': sample['detail-type'], resources: [], detail };
}

const invocations = (rehearsal: Rehearsal) =>
  rehearsal.logs.filter(({ caller, line }) => caller === 'startCampaigns' && line.includes('"begins"')).length;

const quiet = (rehearsal: Rehearsal, minutes: number) => {
  const until = rehearsal.clock.now() + minutes * MINUTE;
  return rehearsal.run(
    () => rehearsal.clock.now() >= until && !rehearsal.executions().some(({ status }) => status === 'RUNNING'),
  );
};

test('1,000 finding events in a minute over 20 groups start 20 campaigns, and coming again they start none', async (t) => {
  const groups = Array.from({ length: 20 }, (_, at) => `g${at}`);
  await rehearsed(groups, async (rehearsal) => {
    const storm = () => {
      const from = rehearsal.clock.now();
      for (let n = 0; n < 1000; n++)
        rehearsal.clock.after(n * 60, 'a finding', () => rehearsal.emit(event(`g${n % 20}`, START - 1000)));
      return from;
    };
    storm();
    await quiet(rehearsal, 12);
    const started = rehearsal.executions();
    t.diagnostic(`1,000 events: ${started.length} executions, ${invocations(rehearsal)} invocations of startCampaigns`);
    assert.equal(started.length, 20);
    assert.deepEqual([...new Set(started.map(({ status }) => status))], ['SUCCEEDED']);
    assert.deepEqual(
      [...new Set(started.map(({ output }) => (output as { outcome: string }).outcome))],
      ['Observed'],
      'each of them opened and planned',
    );
    assert.ok(invocations(rehearsal) <= 4);
    await rehearsal.act('operator', async () => {
      for await (const { group, holder } of campaigns.leases()) assert.equal(holder, null, `${group} is free`);
    });

    storm(); // what a re-scan or a reboot would make Inspector say again: same findings, first observed before
    await quiet(rehearsal, 12);
    assert.equal(rehearsal.executions().length, 20);
    assert.deepEqual(rehearsal.letters(DEAD), []);
  });
});

test('trap 3: a malformed finding event is buried with the reason, and a replayed one starts nothing', async () => {
  await rehearsed(['web'], async (rehearsal) => {
    rehearsal.emit(event('web', START - 1000, { firstObservedAt: 'yesterday' }));
    rehearsal.emit(event('web', START - 1000));
    await quiet(rehearsal, 8);
    const [letter, ...others] = rehearsal.letters(DEAD);
    assert.equal(letter?.attributes.reason, 'the finding\'s firstObservedAt is no time that we know: "yesterday"');
    assert.equal(JSON.parse(letter?.body ?? '').source, 'aws.inspector2');
    assert.deepEqual(others, []);
    assert.equal(rehearsal.executions().length, 1);
    rehearsal.emit(event('web', START - 1000));
    await quiet(rehearsal, 8);
    assert.equal(rehearsal.executions().length, 1);
  });
});

test('what a policy does not ask for starts nothing: closed, of another severity, of a group that it does not have', async () => {
  await rehearsed(['web'], async (rehearsal) => {
    rehearsal.emit(event('web', START - 1000, { status: 'CLOSED' }));
    rehearsal.emit(event('web', START - 1000, { severity: 'HIGH' }));
    rehearsal.emit(event('nobody', START - 1000));
    await quiet(rehearsal, 8);
    assert.deepEqual(rehearsal.executions(), []);
    assert.deepEqual(rehearsal.letters(DEAD), []);
  });
});

test('a group without hosts: the campaign says so and ends, and nobody is patched', async () => {
  await rehearsed(
    ['web'],
    async (rehearsal) => {
      rehearsal.start('campaign', 'web-none', {
        contract: 1,
        group: 'web',
        trigger: { kind: 'person', id: 'none', at: new Date(START).toISOString(), by: 'operator' },
      });
      await quiet(rehearsal, 1);
      const [{ status, output } = {}] = rehearsal.executions();
      assert.equal(status, 'SUCCEEDED');
      assert.equal((output as { outcome: string }).outcome, 'Stuck');
      assert.equal(rehearsal.calls.get('ssm.SendCommand') ?? 0, 0);
      assert.equal(rehearsal.inbox.length, 1);
    },
    [],
  );
});

test('check-due beats every hour, in the line of the log that the alarms count from', async () => {
  await rehearsed(['web'], async (rehearsal) => {
    await quiet(rehearsal, 61);
    const beats = rehearsal.logs.filter(({ caller, line }) => caller === 'checkDue' && line.includes('"pulse"'));
    assert.deepEqual(
      beats.map(({ line }) => JSON.parse(line)).map(({ message, pulse }) => [message, pulse]),
      [['pulse', { OverdueGroups: 0, BlindGroups: 0, UnheardTopics: 0 }]],
    );
  });
});

test('trap 41: a finding of a member account, on the bus of its delegated administrator, starts nothing', () =>
  rehearsed(['web'], async (rehearsal) => {
    const member = { awsAccountId: '999988887777' };
    rehearsal.emit(event('web', START - MINUTE, member));
    rehearsal.emit(event('web', START - MINUTE, member));
    await rehearsal.run(() => rehearsal.clock.now() >= START + 20 * MINUTE);
    assert.equal(invocations(rehearsal), 1, 'read, and left alone');
    assert.deepEqual(rehearsal.executions(), []);
    assert.deepEqual(rehearsal.letters(DEAD), []);
    assert.equal(await rehearsal.act('operator', () => campaigns.lease('web')), null);
  }));
