/**
 * A virtual year of sixteen hosts in two groups: the groups' schedules, three finding events a day, an advisory a month, and what else
 * the stack does by the clock (the sweeper, the hourly look for what is due). Real seconds, and the heap after a collection at the end
 * of each quarter. `node bench/year.ts [days]`, by default 364.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { campaigns } from '#aws/campaigns.ts';
import { instant } from '#domain/instant.ts';
import { policyJson } from '#policy/policy-json.ts';
import { openWorld, type World } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { addedBy } from '../cli/rehearse/added-by-policy.ts';
import { policyFor } from '../cli/rehearse/policy-for.ts';
import { scenarioOf } from '../cli/rehearse/scenarios.ts';

const DAY = 86_400_000;
const days = Number(process.argv[2] ?? 364);
const root = new URL('..', import.meta.url).pathname;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const [web, batch] = [scenarioOf('duplicate-trigger'), scenarioOf('scheduled')];
const scenario = { ...web, fleet: [...web.fleet, ...batch.fleet], data: [...web.data, ...batch.data], faults: [] };
const sample = JSON.parse(readFileSync(`${root}events/finding.sample.json`, 'utf8'));
const directory = mkdtempSync(join(tmpdir(), 'patchwright-year-'));
const policyFile = join(directory, 'policy.json');
const policy = policyFor(`${root}policy.yml`, 'web', scenario.policy, 'the year');
writeFileSync(policyFile, policyJson(policy));
const startAt = Date.parse(scenario.start);
const worlds: World[] = [];
const rehearsal = await openRehearsal({
  startAt,
  policyFile,
  added: addedBy(policy, 'on'),
  world: (stage) => {
    const world = openWorld(scenario, stage);
    worlds.push(world);
    return world;
  },
});
await rehearsal.act('operator', () => campaigns.setKillSwitch('go', 'operator', instant(startAt)));
for (let day = 0; day < days; day++) {
  if (day % 30 === 10) at(day * DAY, 'an advisory', () => release(day));
  for (let hour = 1; hour < 24; hour += 8)
    at(day * DAY + hour * (DAY / 24), 'a finding', () => rehearsal.emit(finding()));
}

const started = performance.now();
console.log('quarter   days   real s   heap MiB   executions   lines of functions            events');
for (let quarter = 1; quarter <= 4; quarter++) {
  const until = startAt + (quarter / 4) * days * DAY;
  await rehearsal.run(() => (rehearsal.clock.next() ?? until) >= until);
  collect();
  const cells = [
    Math.round((until - startAt) / DAY),
    ((performance.now() - started) / 1000).toFixed(1),
    Math.round(process.memoryUsage().heapUsed / 2 ** 20),
    rehearsal.executions().length,
    rehearsal.logs.length,
    rehearsal.timeline.length,
  ];
  console.log(
    String(quarter).padEnd(8),
    ...cells.map((cell, place) => String(cell).padStart([5, 8, 10, 12, 16, 23][place] ?? 8)),
  );
}
const ends = Map.groupBy(rehearsal.executions(), ({ machine, status, output }) => {
  const { outcome } = (output ?? {}) as { outcome?: string };
  return `${machine} ${outcome ?? status}`;
});
console.log([...ends].map(([end, all]) => `${end}: ${all.length}`).join(', '));
await rehearsal.close();
rmSync(directory, { recursive: true });

function at(after: number, what: string, run: () => void): void {
  rehearsal.clock.at(startAt + after, what, run);
}

function release(day: number): void {
  const now = new Date(rehearsal.clock.now()).toISOString();
  const advisory = {
    vulnerabilityId: `CVE-2025-${10_000 + day}`,
    source: 'openssl',
    fixedInVersion: `3.0.${20 + day}-1~deb12u1`,
    released: now,
    published: now,
    severity: 'CRITICAL' as const,
  };
  for (const world of worlds) world.apply({ do: 'release', platform: 'DEBIAN_12', advisory });
}

/** As Inspector writes it: no time of it is ISO. */
function finding() {
  const [weekday = '', date, month, year, time] = new Date(rehearsal.clock.now() - 60_000).toUTCString().split(' ');
  const firstObservedAt = `${weekday.slice(0, 3)} ${month} ${date} ${time}.000 UTC ${year}`;
  const [resource] = sample.detail.resources;
  const resources = [{ ...resource, tags: { PatchGroup: 'web', Ring: 'fleet' } }];
  const detail = { ...sample.detail, severity: 'CRITICAL', firstObservedAt, resources };
  return { source: sample.source, 'detail-type': sample['detail-type'], resources: [], detail };
}
