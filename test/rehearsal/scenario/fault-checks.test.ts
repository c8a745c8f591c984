/** Each kind of fault in a scenario with members that are missing or odd: a clear line with its place and the remedy, never a crash. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { unknownNames } from '#rehearsal/scenario/fault-checks.ts';
import { loadScenario } from '#rehearsal/scenario/scenario.ts';
import { BadScenario } from '#rehearsal/scenario/text.ts';
import { openSample, START } from '../sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'faults-'));
after(() => rmSync(dir, { recursive: true }));
const packages = [{ name: 'curl', source: 'curl', arch: 'amd64', installed: '1-1' }];
const advisories = [
  { vulnerabilityId: 'CVE-2024-1', source: 'curl', fixedInVersion: '2-1', released: null, severity: 'HIGH' },
];
writeFileSync(join(dir, 'data.json'), JSON.stringify({ platform: 'DEBIAN_12', packages, advisories }));

/** What loading says of a scenario with this fault, on line 12; the folder is left out. */
function said(fault: string): string[] {
  const file = join(dir, 'a.yml');
  const lines = [
    'name: a',
    'title: a',
    'promises: { outcome: Completed }',
    'start: 2024-08-31T20:00:00Z',
    'group: web',
    'advisories: [data.json]',
    'fleet:',
    '  - { name: web, platform: DEBIAN_12 }',
    'alarms:',
    '  - { name: web-5xx }',
    'faults:',
    `  - ${fault}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  try {
    loadScenario(file);
    return [];
  } catch (error) {
    if (error instanceof BadScenario) return error.faults.map((line) => line.replace(`${dir}/`, ''));
    throw error;
  }
}

const NEEDS = /^a\.yml:12:\d+: (duplicate-start|abort-execution) strikes what runs.*Remedy: give it a moment/;
const ODD: [string, RegExp][] = [
  ['{ do: duplicate-start }', NEEDS],
  ['{ do: duplicate-start, execution: campaign }', NEEDS],
  ['{ do: abort-execution }', NEEDS],
  ['{ do: abort-execution, after: 0m }', NEEDS],
  ['{ do: duplicate-start, at: 2024-08-31T19:59:00Z }', NEEDS],
  [
    '{ do: duplicate-start, after: 1h, at: 2024-09-01T19:59:00Z }',
    /12:\d+: a fault has one moment, and "at" is another/,
  ],
  ['{ do: stop, hosts: [web], after: 1h, on: { state: Soak } }', /a fault has one moment, and "after" is another/],
  ['{ do: duplicate-start, after: 1h, times: 2 }', /12:\d+: unknown key "times" in faults\.0/],
  ['{ do: duplicate-start, on: {} }', /faults\.0\.on\.state/],
  ['{ do: duplicate-start, on: { state: Soak, nth: 0 } }', /faults\.0\.on\.nth/],
  ['{ do: duplicate-start, on: Soak }', /faults\.0\.on/],
  ['{ do: abort-execution, function: sendWave, after: 1h }', /unknown key "function" in faults\.0/],
  ['{ do: throttle, error: X }', /unknown key "error" in faults\.0/],
  ['{ do: throttle, times: 0 }', /faults\.0\.times/],
  ['{ do: throttle, times: 1.5 }', /faults\.0\.times/],
  ['{ do: throttle, operation: SendCommand }', /12:\d+: faults\.0\.operation: a call such as ssm\.SendCommand/],
  [
    '{ do: throttle, operation: ssm.SendComand }',
    /nobody here plays ssm\.SendComand\. Remedy: did you mean "ssm\.SendCommand"/,
  ],
  ['{ do: lose-response, operation: route53.* }', /nobody here plays route53\.\*/],
  ['{ do: lose-response, lasts: 0m }', /12:\d+: "lasts" is a time above zero/],
  ['{ do: fail-call, operation: 7 }', /faults\.0\.operation/],
  ["{ do: fail-call, error: '' }", /faults\.0\.error/],
  ['{ do: crash, operation: ssm.SendCommand }', /unknown key "operation" in faults\.0/],
  ['{ do: hang, function: 7 }', /faults\.0\.function/],
  ['{ do: lose-events, function: x }', /unknown key "function" in faults\.0/],
  ['{ do: double-events, operation: [] }', /faults\.0\.operation/],
  ['{ do: double-mail, operation: sns.Publish }', /unknown key "operation" in faults\.0/],
  ['{ do: agent-lost }', /faults\.0\.hosts/],
  ['{ do: agent-lost, hosts: [] }', /faults\.0\.hosts: name a host or more/],
  ['{ do: agent-lost, hosts: [web], back: P }', /faults\.0\.back: a duration such as/],
  ['{ do: install-fails, hosts: [web], exit: 0 }', /faults\.0\.exit: the exit code of a failure is not 0/],
  ['{ do: suppress }', /faults\.0\.vulnerabilityId/],
  [
    '{ do: suppress, vulnerabilityId: CVE-2024-2 }',
    /no advisory is called "CVE-2024-2"\. Remedy: did you mean "CVE-2024-1"/,
  ],
  ['{ do: withdraw, vulnerabilityId: "" }', /no advisory is called ""/],
  ['{ do: rescore, vulnerabilityId: CVE-2024-1, severity: high }', /faults\.0\.severity/],
  ['{ do: rescore, vulnerabilityId: CVE-2024-1, severity: HIGH, score: 11 }', /faults\.0\.score/],
  [
    '{ do: release, platform: UBUNTU, advisory: { vulnerabilityId: C, source: curl, fixedInVersion: null, released: null, severity: LOW } }',
    /no advisories of UBUNTU are named/,
  ],
  ['{ do: release, platform: DEBIAN_12 }', /faults\.0\.advisory/],
  ['{ do: inspector-off, hosts: [web] }', /unknown key "hosts" in faults\.0/],
  ['{ do: rescan-never, hosts: [wbe] }', /no host is called "wbe"\. Remedy: did you mean "web"/],
  ['{ do: terminate }', /faults\.0\.hosts/],
  ['{ do: stop, hosts: web }', /faults\.0\.hosts/],
  ['{ do: start, hosts: [nobody] }', /no host is called "nobody"/],
  ['{ do: retag, hosts: [web] }', /faults\.0\.tags/],
  ['{ do: foreign-scan, every: 0h }', /12:\d+: "every" is a time above zero/],
  ['{ do: alarm, name: web, state: OK }', /no alarm is called "web"/],
  ['{ do: alarm, name: web-5xx }', /faults\.0\.state/],
  ['{ do: crahs }', /faults\.0\.do/],
  ['{ after: 1h }', /faults\.0\.do/],
  ['crash', /faults\.0/],
];
for (const [fault, words] of ODD)
  test(`refused with its place: ${fault}`, () => {
    const [line, ...more] = said(fault);
    assert.match(line ?? 'nothing', words);
    assert.match(line ?? '', /^a\.yml:1[0-3]:\d+: /);
    assert.deepEqual(more, []);
  });

const SOUND = [
  '{ do: duplicate-start, execution: campaign, after: 30m }',
  '{ do: abort-execution, on: { state: Soak } }',
  '{ do: throttle, operation: dynamodb.PutItem, times: 2 }',
  '{ do: fail-call, operation: s3.*, lasts: 4h }',
  '{ do: lose-events, operation: aws.states, lasts: 1h }',
  '{ do: foreign-scan, every: 24h }',
  '{ do: agent-lost, hosts: [web], back: 0m }',
  '{ do: unsubscribe, topic: notices, after: 1h }',
];
for (const fault of SOUND) test(`taken: ${fault}`, () => assert.deepEqual(said(fault), []));

test('functions, machines, states and topics that the service does not have', async () => {
  const rehearsal = await openSample();
  try {
    const lines = unknownNames(
      [
        { do: 'crash', function: 'lookAruond' },
        { do: 'duplicate-start', execution: 'lop' },
        { do: 'stop', on: { state: 'Soka', execution: 'loop' } },
        { do: 'throttle', function: 'operator', on: { state: 'Child' } },
        { do: 'unsubscribe', topic: 'notice' },
      ],
      rehearsal.installed,
    );
    assert.deepEqual(lines, [
      'the scenario\'s fault crash: no function is called "lookAruond". Remedy: did you mean "lookAround"?',
      'the scenario\'s fault duplicate-start: no machine is called "lop". Remedy: did you mean "loop"?',
      'the scenario\'s fault stop: no state is called "Soka". Remedy: did you mean "Soak"?',
      'the scenario\'s fault unsubscribe: no topic is called "notice". Remedy: did you mean "notices"?',
    ]);
  } finally {
    await rehearsal.close();
  }
});

test('a program that asks for a second start of nothing is told so', async () => {
  for (const at of [undefined, START])
    await assert.rejects(
      openSample({ faults: [{ do: 'duplicate-start', at }] }),
      /duplicate-start needs "on", or "at"/,
    );
  await (await openSample()).close(); // the address is free again
});
