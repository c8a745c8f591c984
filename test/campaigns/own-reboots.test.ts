import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { campaigns } from '#aws/campaigns.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { policyJson } from '#policy/policy-json.ts';
import type { AwsEvent, Rehearsal } from '#rehearsal/api.ts';
import type { AdvisoryFile } from '#rehearsal/fleet/advisories.ts';
import { openWorld, type World } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { parseScenario } from '#rehearsal/scenario/text.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** All is invented. `curl` is fixed long since, `openssl` twice; of `tar` the faults below tell. */
const DATA: AdvisoryFile = {
  about: 'test',
  platform: 'DEBIAN_12',
  packages: [
    { name: 'openssl', source: 'openssl', arch: 'amd64', installed: '3.0.9-1' },
    { name: 'curl', source: 'curl', arch: 'amd64', installed: '7.88.1-10' },
    { name: 'tar', source: 'tar', arch: 'amd64', installed: '1.34-1' },
  ],
  advisories: [
    advisory('CVE-0000-1', 'openssl', '3.0.13-1', '2024-08-01T00:00:00Z'),
    advisory('CVE-0000-2', 'openssl', '3.0.14-1', '2024-08-31T12:00:00Z'),
    advisory('CVE-0000-3', 'curl', '7.88.1-11', '2024-08-20T00:00:00Z'),
  ],
};

/** One canary, the only host with tar; behind it one that never gets curl's fix, and one whose mirror is two days late. */
const SCENARIO = `
name: test
title: test
promises: { outcome: Completed }
advisories: [none]
group: web
start: 2024-08-31T20:00:00Z
baselines: [{ name: own, os: DEBIAN, groups: [web], rules: [{ filters: { PRIORITY: ['*'] }, enableNonSecurity: true }] }]
fleet:
  - { name: canary, platform: DEBIAN_12, tags: { PatchGroup: web, Ring: canary } }
  - { name: pinned, platform: DEBIAN_12, tags: { PatchGroup: web, Ring: fleet }, packages: [openssl, curl], pinned: [curl] }
  - { name: late, platform: DEBIAN_12, tags: { PatchGroup: web, Ring: fleet }, packages: [openssl, curl], repositoryLagHours: 48 }
faults:
  - { do: release, platform: DEBIAN_12, after: 1h, advisory: { vulnerabilityId: CVE-0000-8, source: tar, fixedInVersion: 1.34-2, released: 2024-08-31T21:00:00Z, severity: CRITICAL } }
  - { do: release, platform: DEBIAN_12, after: 8d, advisory: { vulnerabilityId: CVE-0000-9, source: tar, fixedInVersion: 1.34-3, released: 2024-09-08T20:00:00Z, severity: CRITICAL } }
`;

// The shortest pause that a policy may ask for: it is over long before the last of these events.
const POLICY = `
version: 1
groups:
  web:
    os: [DEBIAN]
    mode: act
    rings: [{ name: canary, tag: { Ring: canary }, atOnce: 2, soakMinutes: 60 }, { name: fleet, tag: { Ring: fleet }, atOnce: 2, soakMinutes: 60 }]
    gate: { minSample: 1 }
    triggers: { severities: [CRITICAL, HIGH], minHours: 1 }
`;

test('what Inspector says after our own reboots starts no campaign; what is truly new does', async (t) => {
  await rehearsed(async (rehearsal, world, emitted) => {
    const started = () => rehearsal.executions().filter(({ machine }) => machine === 'campaign');
    const until = (days: number) => {
      const at = Date.parse('2024-08-31T20:00:00Z') + days * DAY;
      return rehearsal.run(() => rehearsal.clock.now() >= at);
    };

    await until(3);
    const [first] = started();
    assert.equal(
      (first?.output as { outcome: string } | undefined)?.outcome,
      'Completed',
      "Inspector's event began it",
    );
    const [from, to] = [first?.startedAt ?? 0, first?.stoppedAt ?? 0];
    const boots = world.truth().flatMap(({ runs }) => runs.flatMap(({ rebootedAt }) => rebootedAt ?? []));
    assert.equal(boots.length, 3);
    assert.ok(boots.every((at) => at > from && at < to));

    // Somebody boots them all again, long after the pause.
    const hosts = ['canary', 'pinned', 'late'];
    world.apply({ do: 'stop', hosts });
    world.apply({ do: 'start', hosts });
    world.apply({ do: 'retag', hosts, tags: { Touched: 'yes' } });
    await until(7);
    const since = emitted.filter(({ at }) => at > from);
    const told = (kind: Kind) => since.filter(({ event }) => kindOf(event, from) === kind);
    const byKind = Object.fromEntries((['new', 'updated', 'closed'] as const).map((kind) => [kind, told(kind).length]));
    t.diagnostic(
      `Inspector's events since the campaign opened: ${JSON.stringify(byKind)}; campaigns: ${started().length}`,
    );
    assert.ok(told('closed').length >= 3, 'each host lost findings');
    assert.ok(
      told('updated').some(({ at }) => at < to),
      'some are open still, and told again after the boot',
    );
    assert.ok(told('updated').some(({ at }) => at > to + DAY));
    assert.ok(versionsOf(told('updated')).has('3.0.13-1'), 'one with another version than before');
    assert.deepEqual(told('new'), []);
    assert.ok(invocations(rehearsal) > 2, 'and start-campaigns saw them');
    assert.equal(started().length, 1);
    await rehearsal.act('operator', async () => {
      const lease = await campaigns.lease('web');
      assert.deepEqual([lease?.holder, lease?.noted], [null, []]);
    });

    await until(9);
    assert.equal(told('new').length, 0, 'counted before');
    assert.deepEqual(
      started().map(({ status }) => status),
      ['SUCCEEDED', 'SUCCEEDED'],
      'the control: CVE-0000-9 began another one',
    );
    assert.deepEqual(rehearsal.letters('patchwright-dev-dead-letters'), []);
  });
});

type Kind = 'new' | 'updated' | 'closed';

function kindOf({ detail }: AwsEvent, opened: number): Kind {
  if (detail.status === 'CLOSED') return 'closed';
  return Date.parse(String(detail.firstObservedAt)) > opened ? 'new' : 'updated';
}

function versionsOf(told: { event: AwsEvent }[]): Set<string> {
  type Detail = { packageVulnerabilityDetails: { vulnerablePackages: { version: string; release?: string }[] } };
  const packages = told.flatMap(
    ({ event }) => (event.detail as unknown as Detail).packageVulnerabilityDetails.vulnerablePackages,
  );
  return new Set(packages.map(({ version, release }) => (release ? `${version}-${release}` : version)));
}

const invocations = (rehearsal: Rehearsal) =>
  rehearsal.logs.filter(({ caller, line }) => caller === 'startCampaigns' && line.includes('"begins"')).length;

type Emitted = { at: number; event: AwsEvent }[];

async function rehearsed(work: (rehearsal: Rehearsal, world: World, emitted: Emitted) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-reboots-'));
  const policyFile = join(directory, 'policy.json');
  writeFileSync(join(directory, 'policy.yml'), POLICY);
  writeFileSync(policyFile, policyJson(loadPolicy(join(directory, 'policy.yml'))));
  const scenario = { ...parseScenario(SCENARIO, 'test.yml').text, file: 'test.yml', data: [DATA] };
  const emitted: Emitted = [];
  const worlds: World[] = [];
  const rehearsal = await openRehearsal({
    startAt: Date.parse(scenario.start),
    policyFile,
    world: (stage) => {
      const emit = (event: AwsEvent) => {
        if (event.source === 'aws.inspector2') emitted.push({ at: stage.clock.now(), event });
        stage.emit(event);
      };
      const world = openWorld(scenario, { ...stage, emit });
      worlds.push(world);
      return world;
    },
  });
  try {
    const [world] = worlds;
    assert.ok(world);
    await rehearsal.act('operator', () => campaigns.setKillSwitch('go', 'test', scenario.start));
    await work(rehearsal, world, emitted);
  } finally {
    await rehearsal.close();
  }
}

function advisory(vulnerabilityId: string, source: string, fixedInVersion: string, released: string) {
  return { vulnerabilityId, source, fixedInVersion, released, published: released, severity: 'HIGH', score: 7 };
}
