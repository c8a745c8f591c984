/** Whole campaigns over patch groups whose names no execution, no folder and no shell would take. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import { shortName } from '#domain/campaign/short-name.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';

const place = mkdtempSync(join(tmpdir(), 'patchwright-names-'));
after(() => rmSync(place, { recursive: true }));

const CANARY = 'c'.repeat(31);
const FLEET = `${'f'.repeat(30)}1`;
const SIGNS = /^[0-9A-Za-z_-]{1,80}$/;

const groups: [group: string, key: string, trigger: 'schedule' | 'person'][] = [
  ['Web Servers', 'Patch Group', 'schedule'],
  ['größte +Gruppe=1: a/b_c.d@e ', 'PatchGroup', 'person'],
  ['日'.repeat(256), 'Patch Group', 'schedule'],
  ['   ', 'Patch Group', 'person'],
  ['a'.repeat(32), 'PatchGroup', 'person'],
];
for (const [group, key, trigger] of groups)
  test(`trap 42: a campaign over ${JSON.stringify(group.slice(0, 34))} of ${group.length}, started by a ${trigger}, runs to its end`, async () => {
    const { run, executions, evidence, shown, rehearsal } = await rehearse({
      scenario: { ...scenario(group, key), trigger },
      policy: policyFile(group),
      out: null,
    });
    assert.equal(run.campaign.outcome, 'Completed');
    assert.equal(run.campaign.group, group);
    for (const { name } of executions) assert.match(name, SIGNS);
    assert.deepEqual(executions.map(({ machine }) => machine).sort(), ['campaign', 'patchRing', 'patchRing']);
    for (const path of evidence.keys()) assert.ok(path.startsWith(`${shortName(group)}/${run.campaign.id}/`), path);
    const asked = shown.mails.find(({ attributes }) => attributes.kind === 'approval');
    assert.ok(asked?.body.includes(`patchwright approve ${run.campaign.id} ${FLEET}`), asked?.body);
    assert.ok(shown.mails.every(({ attributes }) => attributes.group));
    assert.deepEqual(rehearsal.letters('patchwright-dev-dead-letters'), []);
  });

function scenario(group: string, key: string) {
  const base = scenarioOf('scheduled');
  const [canary, fleet] = base.fleet;
  assert.ok(canary && fleet);
  const policy = {};
  const hosts = [
    { ...canary, tags: { [key]: group, Ring: 'canary' } },
    { ...fleet, count: 2, tags: { [key]: group, Ring: 'fleet' } },
  ];
  return { ...base, group, policy, fleet: hosts, faults: [] };
}

function policyFile(group: string): string {
  const file = join(place, `${shortName(group)}.yml`);
  const ring = (name: string, value: string) => ({ name, tag: { Ring: value }, atOnce: 2, soakMinutes: 60 });
  const settings = {
    mode: 'act',
    os: ['AMAZON_LINUX_2023'],
    rings: [ring(CANARY, 'canary'), ring(FLEET, 'fleet')],
    approvals: { before: [FLEET] },
    baseline: { AMAZON_LINUX_2023: { severities: ['Critical', 'Important', 'Medium'], approvedWithinDays: 7 } },
    triggers: { schedule: 'cron(30 4 ? * SUN *)', timeZone: 'Europe/Berlin' },
  };
  writeFileSync(file, stringify({ version: 1, groups: { [group]: settings } }));
  return file;
}
