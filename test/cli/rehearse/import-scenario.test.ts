import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { BadInput } from '../../../cli/bad-input.ts';
import { importScenarios, readFleet } from '../../../cli/rehearse/findings/scenario.ts';
import { policyFor } from '../../../cli/rehearse/policy-for.ts';
import { hostId, makeFinding, makeFindings } from './export-maker.ts';

const directory = mkdtempSync(join(tmpdir(), 'patchwright-import-'));
after(() => rmSync(directory, { recursive: true }));

const policyFile = join(import.meta.dirname, '../../../policy.yml');
const web = policyFor(policyFile, 'web', {}, '').groups.web as GroupPolicy;

function imported(...findings: unknown[]) {
  const file = join(directory, 'findings.json');
  writeFileSync(file, JSON.stringify({ findings }));
  const [first, ...others] = importScenarios(readFleet([file]), web);
  assert.ok(first);
  assert.equal(others.length, 0);
  return first;
}

describe('a fleet from an export', () => {
  it('puts hosts without a patch group into the group, as many as the gate asks for as its canary, and says so', () => {
    const { scenario, asides } = imported(...makeFindings(3, 2).reverse());
    assert.deepEqual(
      scenario.fleet.map(({ id, tags }) => [id, tags]),
      [
        [hostId(0), { PatchGroup: 'web', Ring: 'canary' }],
        [hostId(1), { PatchGroup: 'web', Ring: 'canary' }],
        [hostId(2), { PatchGroup: 'web', Ring: 'fleet' }],
      ],
    );
    assert.deepEqual(asides, [
      `3 hosts have no patch group and were put into web: ${hostId(0)}, ${hostId(1)} in canary, the other in fleet`,
    ]);
    assert.deepEqual(scenario.policy, { os: ['DEBIAN'] });
    const alone = imported(makeFinding());
    assert.deepEqual(alone.scenario.policy.gate, { minSample: 1 });
    assert.match(alone.asides[0] ?? '', /put into web: i-0*1 in canary; 1 canary is sample enough here/);
  });

  it('leaves hosts with a patch group as they are tagged, and then the gate too', () => {
    const tags = { PatchGroup: 'web', Ring: 'fleet' };
    const { scenario, asides } = imported(
      makeFinding({ tags }),
      makeFinding({ host: 1, tags: { 'Patch Group': 'other' } }),
    );
    assert.deepEqual(
      scenario.fleet.map((host) => host.tags),
      [tags, { 'Patch Group': 'other' }],
    );
    assert.deepEqual([scenario.policy.gate, asides], [undefined, []]);
  });

  it('keeps other tags of a host that it places', () => {
    const { scenario } = imported(makeFinding({ tags: { Name: 'db' } }));
    assert.deepEqual(scenario.fleet[0]?.tags, { Name: 'db', PatchGroup: 'web', Ring: 'canary' });
  });

  it('starts at the full hour after the newest finding, with every fix out', () => {
    const { scenario } = imported(
      makeFinding({ place: 1 }),
      makeFinding({ place: 2, updatedAt: '2024-09-01T23:10:00Z' }),
    );
    assert.equal(scenario.start, '2024-09-02T00:00:00.000Z');
    const [data] = scenario.data;
    assert.equal(data?.advisories.length, 2);
    for (const advisory of data?.advisories ?? []) assert.ok((advisory.released ?? '') < scenario.start);
  });

  it('leaves out hosts of platforms that are not played, by name', () => {
    const other = makeFinding({ host: 1 });
    const [resource] = other.resources as { details: { awsEc2Instance: { platform: string } } }[];
    assert.ok(resource);
    resource.details.awsEc2Instance.platform = 'MACOS_15';
    const { scenario, asides } = imported(makeFinding(), other);
    assert.equal(scenario.fleet.length, 1);
    assert.match(asides[0] ?? '', /left out i-00000000000000002 with 1 finding: MACOS_15 is not played/);
    assert.throws(() => imported(other), /all hosts run MACOS_15, .*Remedy: export hosts that run one of DEBIAN_12/);
  });

  it('of other groups only is refused, naming them', () => {
    const given = makeFinding({ tags: { PatchGroup: 'payroll' } });
    assert.throws(
      () => imported(given),
      /no host is of group web, they are of payroll \(1 host\)\. Remedy: name one by --group[\s\S]*groups:\n {2}payroll:\n/,
    );
  });
});

describe('the policy of a rehearsal', () => {
  it('has the scenario merged into its group before it is checked: maps by key, lists whole', () => {
    const group = policyFor(policyFile, 'web', { gate: { alarms: ['a'] }, proofDays: 2, window: null }, 's').groups.web;
    assert.deepEqual([group?.gate.alarms, group?.gate.minSample, group?.proofDays, group?.window], [['a'], 2, 2, null]);
  });

  it('refuses an unknown group with those that there are', () => {
    assert.throws(
      () => policyFor(policyFile, 'wbe', {}, ''),
      (error) =>
        error instanceof BadInput &&
        /policy\.yml: has no group wbe\. Remedy: name one of web, batch/.test(error.message),
    );
  });

  it('tells of a fault that only the scenario brings in, by its path', () => {
    assert.throws(
      () => policyFor(policyFile, 'web', { soakMinuts: 1 }, 'scenario x'),
      (error) =>
        error instanceof BadInput &&
        /policy\.yml with the policy of scenario x: groups\.web\.soakMinuts: unknown key/.test(error.message),
    );
  });
});
