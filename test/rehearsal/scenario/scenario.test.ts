import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { milliseconds } from '#rehearsal/engine/times.ts';
import { fleetFromSeed } from '#rehearsal/fleet/from-seed.ts';
import { isWorldFault, listScenarios, loadScenario } from '#rehearsal/scenario/scenario.ts';
import { BadScenario, parseScenario } from '#rehearsal/scenario/text.ts';
import { HOUR, openOn, type TestWorld } from '../fleet/stage.ts';

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));

const GOOD = `name: a
title: a
promises: { outcome: Completed }
start: 2024-08-31T20:00:00Z
group: web
advisories: [data.json]
fleet:
  - name: web
    platform: DEBIAN_12
faults:
  - { do: stop, hosts: [web], after: 3h }
`;

function faultsOf(text: string): string[] {
  try {
    parseScenario(text, 'a.yml');
  } catch (error) {
    if (error instanceof BadScenario) return error.faults;
    throw error;
  }
  return [];
}

test('every misspelt key is named with its place and the key that was meant', () => {
  const text = GOOD.replace('    platform', '    patchdThrough: 2024-05-01\n    platform').replace('after:', 'aftr:');
  assert.deepEqual(faultsOf(text), [
    'a.yml:9:5: unknown key "patchdThrough" in fleet.0. Remedy: did you mean "patchedThrough"?',
    'a.yml:12:31: unknown key "aftr" in faults.0. Remedy: did you mean "after"?',
  ]);
});

test('a key that is near to nothing is to be removed', () => {
  assert.deepEqual(faultsOf(`colour: red\n${GOOD}`), [
    'a.yml:1:1: unknown key "colour" in the scenario. Remedy: remove it',
  ]);
});

test('a wrong value is named with its place', () => {
  const [platform] = faultsOf(GOOD.replace('DEBIAN_12', 'DEBIAN_99'));
  assert.match(platform ?? '', /^a\.yml:9:5: fleet\.0\.platform: .*DEBIAN_12/);
  const [after] = faultsOf(GOOD.replace('3h', '3 hours'));
  assert.match(after ?? '', /^a\.yml:11:31: faults\.0\.after: .*3h, 90m/);
  const [fault] = faultsOf(GOOD.replace('do: stop', 'do: stopp'));
  assert.match(fault ?? '', /^a\.yml:11:7: faults\.0\.do: /);
});

test('what is not YAML is refused at its line', () => {
  const [fault] = faultsOf(`${GOOD}answers: [`);
  assert.match(fault ?? '', /^a\.yml:1[23]:\d+: not YAML: .*Remedy/);
});

test('a file that is not there, and data that is no JSON, are named', () => {
  const dir = mkdtempSync(join(tmpdir(), 'scenario-'));
  assert.throws(() => loadScenario(join(dir, 'none.yml')), /none\.yml: the scenario cannot be read \(ENOENT\)/);
  const file = join(dir, 'a.yml');
  writeFileSync(file, GOOD);
  assert.throws(() => loadScenario(file), /data\.json: the advisories cannot be read \(ENOENT\)/);
  writeFileSync(join(dir, 'data.json'), '{');
  assert.throws(() => loadScenario(file), /data\.json: not JSON/);
});

test('names that nothing has are refused with their place', () => {
  const dir = mkdtempSync(join(tmpdir(), 'scenario-'));
  const text = GOOD.replace('hosts: [web]', 'hosts: [wbe]').replace(
    'DEBIAN_12',
    'DEBIAN_12\n    packages: [curl, crul]',
  );
  const alarm = '  - { do: alarm, name: web-5xx, state: ALARM }\n';
  const file = join(dir, 'a.yml');
  writeFileSync(file, text + alarm);
  const packages = [{ name: 'curl', source: 'curl', arch: 'amd64', installed: '1-1' }];
  writeFileSync(join(dir, 'data.json'), JSON.stringify({ platform: 'DEBIAN_12', packages, advisories: [] }));
  assert.throws(
    () => loadScenario(file),
    (error) => {
      assert.ok(error instanceof BadScenario);
      assert.deepEqual(
        error.faults.map((fault) => fault.replace(dir, '')),
        [
          '/a.yml:12:25: no host is called "wbe". Remedy: did you mean "web"?',
          '/a.yml:13:18: no alarm is called "web-5xx". Remedy: add it to alarms',
          '/a.yml:10:22: the advisory files have no package "crul". Remedy: did you mean "curl"?',
        ],
      );
      return true;
    },
  );
});

test('durations: short and ISO', () => {
  const table = { '90m': 1.5, '3h': 3, '2d': 48, PT3H: 3, PT3H30M: 3.5, P1D: 24, P1DT1H: 25, '1.5h': 1.5 };
  for (const [text, hours] of Object.entries(table)) assert.equal(milliseconds(text), hours * HOUR, text);
});

for (const { name, file } of listScenarios(SCENARIOS)) {
  test(`scenario ${name} loads under its own name, and its hosts have what it speaks of`, () => {
    const scenario = loadScenario(file);
    assert.equal(scenario.name, name);
    const world = openOn(scenario);
    const open = world.world.hosts.flatMap((host) => world.world.parts.findings.of(host));
    assert.ok(open.length > 0);
    const alarms = new Set(scenario.alarms.map((alarm) => alarm.name));
    for (const fault of scenario.faults.filter(isWorldFault)) {
      if ('hosts' in fault && fault.hosts) world.world.parts.fleet.named(fault.hosts);
      if ('vulnerabilityId' in fault) {
        assert.ok(
          open.some((each) => each.vulnerabilityId === fault.vulnerabilityId),
          fault.vulnerabilityId,
        );
      }
      if (fault.do === 'alarm') assert.ok(alarms.has(fault.name));
    }
  });
}

test('the default scenario: 24 hosts of web, three of them canaries, and 8 of batch', () => {
  const { fleet } = loadScenario(join(SCENARIOS, 'default.yml'));
  const count = (is: (tags: Record<string, string>) => boolean) =>
    fleet.reduce((sum, entry) => sum + (is(entry.tags) ? entry.count : 0), 0);
  assert.equal(
    count((tags) => tags.PatchGroup === 'web'),
    24,
  );
  assert.equal(
    count((tags) => tags.PatchGroup === 'web' && tags.Ring === 'canary'),
    3,
  );
  assert.equal(
    count((tags) => tags.PatchGroup === 'batch'),
    8,
  );
});

test('always 10: the same scenario and seed give the same ids, findings, installs and events', () => {
  const scenario = loadScenario(join(SCENARIOS, 'default.yml'));
  const tell = (world: TestWorld) => {
    const InstanceIds = world.world.hosts.filter(({ name }) => name.startsWith('web-canary')).map(({ id }) => id);
    const Parameters = { Operation: ['Install'] };
    world.call('SendCommand', { DocumentName: 'AWS-RunPatchBaseline', InstanceIds, Parameters });
    world.pass(24 * HOUR);
    return JSON.stringify([world.world.truth(), world.events, world.notes]);
  };
  assert.equal(tell(openOn(scenario)), tell(openOn(scenario)));
  assert.notEqual(tell(openOn(scenario)), tell(openOn({ ...scenario, seed: 8 })));
});

test('a fleet from a seed has about fifty findings a host', () => {
  const data = join(SCENARIOS, 'data/debian12-advisories.json');
  const world = openOn(fleetFromSeed({ hosts: 200, canaries: 4, seed: 1, data }));
  const found = world.world.hosts.reduce((sum, host) => sum + world.world.parts.findings.of(host).length, 0);
  assert.equal(world.world.hosts.length, 200);
  assert.ok(found > 45 * 200 && found < 60 * 200, `${found / 200} a host`);
});
