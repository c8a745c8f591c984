import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyFaults } from '#policy/faults.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { faultsOf, GOOD, policyFile } from './policy-file.ts';

test('faults: the file that the tables change has none', () => {
  assert.equal(faultsOf(GOOD.join('\n')), '');
});

const rows: [name: string, changes: Record<number, string>, expected: string[]][] = [
  ['a misspelt key', { 3: '  proofDay: 3' }, ['3:3 defaults.proofDay: unknown key; did you mean proofDays?']],
  [
    'a misspelt key that must be there is named once',
    { 8: GOOD[7]?.replace('soakMinutes', 'soakMinuts') ?? '' },
    ['8:59 groups.web.rings[0].soakMinuts: unknown key; did you mean soakMinutes?'],
  ],
  [
    'a key like none',
    { 10: '    colour: red' },
    [
      '10:5 groups.web.colour: unknown key; known are mode, os, rings, reboot, replaced, baseline, gate, approvals, window, proofDays, rescanMinutes, triggers, waivers',
    ],
  ],
  ['a missing key', { 15: '' }, ['11:5 groups.web.window.cutoffMinutes: missing; write for example 45']],
  ['another version', { 1: 'version: 2' }, ['1:10 version: 2 is not known here; write one of 1']],
  [
    'a group that is nothing',
    { 4: 'groups:\n  db:' },
    ['5:6 groups.db: nothing is not a map of settings; write for example mode: observe'],
  ],
  [
    'no group',
    Object.fromEntries(GOOD.map((_, i) => [i + 1, i === 0 ? 'version: 1' : i === 3 ? 'groups: {}' : ''])),
    ['4:1 groups: no group; write a group below it, by the value of its tag PatchGroup'],
  ],
  [
    'a group name with a sign that no tag has',
    { 5: '  "web;servers":' },
    [
      '5:3 groups.web;servers: not a group name: the value of the tag PatchGroup, 1 to 256 of letters, digits, blanks and _ . : / = + - @; write for example web',
    ],
  ],
  [
    'an unknown operating system',
    { 6: '    os: [DEBAIN]' },
    ['6:10 groups.web.os[0]: "DEBAIN" is not known here; did you mean DEBIAN?'],
  ],
  ['no operating system', { 6: '' }, ['5:3 groups.web.os: missing; write os: here or under defaults:']],
  [
    'text for a number',
    { 3: '  proofDays: three' },
    ['3:14 defaults.proofDays: "three" is not a whole number of days from 1 to 3; write for example 3'],
  ],
  [
    'a proof that outlives the snapshot',
    { 3: '  proofDays: 4' },
    ['3:14 defaults.proofDays: 4 is not a whole number of days from 1 to 3; write for example 3'],
  ],
  [
    'a ring called as the list of none',
    { 9: GOOD[8]?.replace('fleet', 'no-ring') ?? '', 10: '' },
    [
      '9:17 groups.web.rings[1].name: "no-ring" is not a ring name: no-ring is the list of hosts in no ring; write for example canary',
    ],
  ],
  [
    'a ring name in capitals',
    { 9: GOOD[8]?.replace('fleet', 'Fleet') ?? '', 10: '' },
    [
      '9:17 groups.web.rings[1].name: "Fleet" is not a ring name: a small letter, then at most 30 of small letters, digits and "-"; write for example canary',
    ],
  ],
  [
    'an amount of nothing',
    { 8: GOOD[7]?.replace('atOnce: 2', 'atOnce: 0%') ?? '' },
    ['8:56 groups.web.rings[0].atOnce: "0%" is not a number from 1 or a percentage; write for example 5 or 25%'],
  ],
  [
    'two tags',
    { 8: GOOD[7]?.replace('Ring: canary', 'Ring: canary, Zone: a') ?? '' },
    ['8:30 groups.web.rings[0].tag: {"Ring":"canary","Zone":"a"} is not one tag; write for example { Ring: canary }'],
  ],
  [
    'a tag value that YAML takes for a number',
    { 8: GOOD[7]?.replace('Ring: canary', 'Ring: 1') ?? '' },
    ['8:38 groups.web.rings[0].tag.Ring: 1 is not text; put the tag value in quotes'],
  ],
  [
    'an hour that is none',
    { 13: '      from: "25:00"' },
    ['13:13 groups.web.window.from: "25:00" is not a time of day, HH:MM; write for example "22:00"'],
  ],
  [
    'a window without a day',
    { 12: '' },
    [
      '13:7 groups.web.window: {"from":"22:00","to":"04:00","cutoffMinutes":45,"timeZone... is not a window that ever opens; add days: [sat] or nth: ["2nd tue"]',
    ],
  ],
  [
    'an unknown time zone',
    { 16: '      timeZone: Europe/Berln' },
    [
      '16:17 groups.web.window.timeZone: "Europe/Berln" is not a time zone of the IANA list; did you mean Europe/Berlin?',
    ],
  ],
  [
    'a time zone in small letters',
    { 16: '      timeZone: europe/berlin' },
    [
      '16:17 groups.web.window.timeZone: "europe/berlin" is not a time zone of the IANA list; did you mean Europe/Berlin?',
    ],
  ],
  [
    'a crontab line',
    { 17: '    triggers: { schedule: "cron(0 20 * * 6)" }' },
    [
      '17:27 groups.web.triggers.schedule: "cron(0 20 * * 6)" is not a schedule: it has 5 fields, where cron(…) has six; write for example cron(0 20 ? * SAT *)',
    ],
  ],
  [
    'a date that does not exist',
    { 19: GOOD[18]?.replace('2027-06-30', '2027-02-30') ?? '' },
    [
      '19:84 groups.web.waivers[0].expires: "2027-02-30" is not a date that exists, YYYY-MM-DD; write for example 2027-06-30',
    ],
  ],
];

for (const [name, changes, expected] of rows) {
  test(`faults: ${name}`, () => {
    const text = GOOD.map((line, i) => changes[i + 1] ?? line).join('\n');
    assert.deepEqual(faultsOf(text).split('\n'), expected);
  });
}

test('faults: all of them at once, of every kind and group, in the order of the file', () => {
  const text = GOOD.join('\n')
    .replace('proofDays: 3', 'proofDays: "3"')
    .replace('os: [DEBIAN]', 'os: DEBIAN')
    .replace('before: [fleet]', 'before: [flet]')
    .replace('timeZone: Europe/Berlin', 'timeZon: Europe/Berlin')
    .concat('\n  batch:\n    os: [AMAZON_LINUX_2023]\n    mode: acting\n');
  assert.deepEqual(
    faultsOf(text)
      .split('\n')
      .map((line) => line.split(': ')[0]),
    [
      '3:14 defaults.proofDays',
      '6:9 groups.web.os',
      '10:27 groups.web.approvals.before[0]',
      '16:7 groups.web.window.timeZon',
      '20:3 groups.batch.rings',
      '22:11 groups.batch.mode',
    ],
  );
});

test('faults: of a default hide no check of a group that overrides it, and lead to none in one that does not', () => {
  const text = GOOD.join('\n')
    .replace('  proofDays: 3', '  rings: [{ name: canary }]\n  os: [DEBAIN]')
    .replace('before: [fleet]', 'before: [flet]')
    .concat('\n  batch:\n    approvals: { before: [nobody] }\n');
  assert.deepEqual(
    faultsOf(text)
      .split('\n')
      .map((line) => line.split(': ')[0]),
    [
      '3:11 defaults.rings[0].tag',
      '3:11 defaults.rings[0].atOnce',
      '3:11 defaults.rings[0].soakMinutes',
      '4:8 defaults.os[0]',
      '11:27 groups.web.approvals.before[0]',
    ],
  );
});

test('faults: behind an alias are where the value is written', () => {
  const text = GOOD.join('\n').replace('os: [DEBIAN]', 'os: &os [DEBAIN]').concat('\n  batch:\n    os: *os\n');
  assert.deepEqual(faultsOf(text).split('\n').slice(0, 2), [
    '6:14 groups.web.os[0]: "DEBAIN" is not known here; did you mean DEBIAN?',
    '6:14 groups.batch.os[0]: "DEBAIN" is not known here; did you mean DEBIAN?',
  ]);
});

const broken: [name: string, text: string, expected: RegExp][] = [
  [
    'a tab',
    'version: 1\ngroups:\n\tweb:\n',
    /^3:1 not valid YAML: Tabs are not allowed as indentation; indent with spaces/,
  ],
  [
    'a bracket left open',
    'version: 1\ngroups:\n  web:\n    os: [DEBIAN\n    mode: act\n',
    /^5:\d+ not valid YAML: .+; mend the YAML here, or just above/,
  ],
  [
    'a key written twice',
    'version: 1\ngroups: {}\nversion: 1\n',
    /^3:1 not valid YAML: Map keys must be unique; keep one of the two keys of this name$/,
  ],
  ['an unknown tag', 'version: !one 1\n', /^1:10 not valid YAML: Unresolved tag: !one; mend/],
  [
    'aliases without end',
    `a: &a [1]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]\n`,
    /^1:1 not valid YAML: .*alias.*; write the values out/i,
  ],
  ['an empty file', '', /^1:1 the file is empty; write version: 1 and groups:$/],
  ['a file of comments', '# nothing\n\n', /^1:1 the file is empty/],
  ['a list', '- web\n', /^1:1 \["web"\] is not a policy; write version: 1 and groups:$/],
  ['words', 'hello\n', /^1:1 "hello" is not a policy/],
];

for (const [name, text, expected] of broken) {
  test(`faults: ${name}`, () => assert.match(faultsOf(text), expected));
}

test('faults: a file that is not there', () => {
  assert.throws(() => loadPolicy('no-such-policy.yml'), {
    name: 'PolicyFaults',
    message: 'no-such-policy.yml:1:1 cannot be read (ENOENT); name a policy.yml that is there',
  });
});

test('faults: each with its parts', () => {
  const file = policyFile(GOOD.join('\n').replace('proofDays: 3', 'proofDay: 3'));
  assert.throws(
    () => loadPolicy(file),
    (error) => {
      assert.ok(error instanceof PolicyFaults);
      const place = { file, line: 3, column: 3, path: 'defaults.proofDay' };
      assert.deepEqual(error.faults, [{ ...place, problem: 'unknown key', remedy: 'did you mean proofDays?' }]);
      return true;
    },
  );
});
