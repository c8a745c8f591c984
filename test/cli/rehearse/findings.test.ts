import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { BadInput } from '../../../cli/bad-input.ts';
import { importExport } from '../../../cli/rehearse/findings/export.ts';
import { moment } from '../../../cli/rehearse/findings/moment.ts';
import { hostId, makeFinding, makeFindings } from './export-maker.ts';

const directory = mkdtempSync(join(tmpdir(), 'patchwright-export-'));
after(() => rmSync(directory, { recursive: true }));

function file(content: string | Uint8Array): string {
  const path = join(directory, `${Math.random()}.json`);
  writeFileSync(path, content);
  return path;
}

function fileOf(...findings: unknown[]): string {
  return file(JSON.stringify({ findings }));
}

function faultsOf(path: string): string[] {
  try {
    importExport([path]);
  } catch (error) {
    assert.ok(error instanceof BadInput, String(error));
    return error.faults;
  }
  return assert.fail('it was taken');
}

describe('an export of findings', () => {
  it('gives hosts by id with their findings, packages and fixes', () => {
    const made = importExport([
      fileOf(makeFinding({ host: 1 }), makeFinding({ host: 0, place: 1, tags: { Ring: 'canary' } })),
    ]);
    assert.deepEqual(
      made.hosts.map(({ id, tags, platform, findings }) => ({ id, tags, platform, findings: findings.length })),
      [
        { id: hostId(0), tags: { Ring: 'canary' }, platform: 'DEBIAN_12', findings: 1 },
        { id: hostId(1), tags: {}, platform: 'DEBIAN_12', findings: 1 },
      ],
    );
    const [finding] = made.hosts[0]?.findings ?? [];
    assert.deepEqual(finding?.packages, [
      {
        name: 'made-1',
        version: '1.0-1',
        arch: 'AMD64',
        manager: 'OS',
        fixedIn: '1.0-2',
        toldFix: '0:1.0-2',
        filePath: null,
      },
    ]);
    assert.equal(finding?.firstObservedAt, '2024-08-20T01:10:11.123Z');
    assert.equal(made.lastSeenAt, '2024-08-30T01:10:11.123Z');
  });

  it('of 2,500 findings on 3 hosts counts every distinct ARN once', () => {
    const findings = [...makeFindings(2, 833), ...makeFindings(3, 834).slice(2 * 834)];
    const made = importExport([fileOf(...findings, ...findings.slice(0, 100))]);
    assert.equal(made.findings, 2500);
    assert.equal(made.hosts.length, 3);
    assert.match(made.asides.join(), /skipped 100 entries that repeats? a finding ARN/);
  });

  it('may be a bare array, several pages in a row, with a byte order mark, or UTF-16 as PowerShell writes it', () => {
    const page = (place: number) => JSON.stringify({ findings: [makeFinding({ place })] });
    const texts: (string | Uint8Array)[] = [
      JSON.stringify([makeFinding({ place: 0 }), makeFinding({ place: 1 })]),
      `${page(0)}\n${page(1)}\n`,
      `\uFEFF${JSON.stringify({ findings: [makeFinding({ place: 0 }), makeFinding({ place: 1 })] }, null, 2)}`,
      Buffer.from(`\uFEFF${page(0)}${page(1)}`, 'utf16le'),
    ];
    for (const text of texts) assert.equal(importExport([file(text)]).findings, 2);
  });

  it('of duplicates keeps the one that was updated last', () => {
    const later = makeFinding({ severity: 'LOW', updatedAt: '2024-08-31T00:00:00Z' });
    for (const findings of [
      [later, makeFinding()],
      [makeFinding(), later],
    ]) {
      const made = importExport([fileOf(...findings)]);
      assert.equal(made.hosts[0]?.findings[0]?.severity, 'LOW');
      assert.equal(made.findings, 1);
    }
  });

  it('skips and counts what is no open package finding of an instance', () => {
    const image = makeFinding({ place: 1, resources: [{ type: 'AWS_ECR_CONTAINER_IMAGE', id: 'arn:aws:ecr:1' }] });
    const port = makeFinding({ place: 2, type: 'NETWORK_REACHABILITY' });
    const closed = makeFinding({ place: 3, status: 'CLOSED' });
    const path = fileOf(makeFinding(), image, image, port, closed);
    const made = importExport([path]);
    assert.equal(made.findings, 1);
    assert.deepEqual(made.asides, [
      `${path}: skipped 2 entries of another resource type`,
      `${path}: skipped 1 entry that is no package vulnerability`,
      `${path}: skipped 1 entry that is closed`,
    ]);
  });

  it('takes an unknown severity as UNTRIAGED and says where', () => {
    const path = fileOf(
      makeFinding(),
      makeFinding({ place: 1, severity: 'SEVERE' }),
      makeFinding({ place: 2, severity: 'SEVERE' }),
    );
    const made = importExport([path]);
    assert.equal(made.hosts[0]?.findings[1]?.severity, 'UNTRIAGED');
    assert.deepEqual(made.asides, [
      `${path}: findings[1].severity and 1 more: severity SEVERE is none that Inspector has, taken as UNTRIAGED`,
    ]);
  });

  it('takes NotAvailable for no fix', () => {
    const made = importExport([fileOf(makeFinding({ place: 0 }))]);
    assert.equal(made.hosts[0]?.findings[0]?.packages[0]?.fixedIn, null);
  });

  it('that was not paged to its end is taken, and called not whole', () => {
    const path = file(JSON.stringify({ findings: [makeFinding()], nextToken: 'more' }));
    assert.match(importExport([path]).asides.join(), /nextToken: the export is not whole/);
  });

  const broken: [string, string | Uint8Array, RegExp][] = [
    ['is not JSON', 'no findings today', /:1:2: is not JSON \(.*\)\. Remedy: make one with: aws inspector2/],
    ['is a table', '{"findings": [}\n', /:1:15: is not JSON/],
    [
      'is truncated in a string',
      '{"findings": [\n{"findingArn": "arn:a',
      /:2:22: ends in the middle, it is truncated .*export it again/,
    ],
    [
      'is truncated between values',
      '{"findings": [\n{"findingArn": 1},',
      /:2:\d+: ends in the middle, it is truncated/,
    ],
    ['is empty', '', /: is empty\. Remedy: make one with/],
    ['holds no findings', '{"findings": []}', /: holds no findings\. Remedy: make one with/],
    ['is another document', '{"Reservations": []}', /is an object with Reservations, where .*Remedy/],
    [
      'holds only what is closed',
      JSON.stringify([makeFinding({ status: 'CLOSED' })]),
      /holds no open package finding .*skipped 1 entry that is closed/,
    ],
    ['has an entry that is no object', '{"findings": [7]}', /findings\[0\]: is no object\. Remedy/],
    [
      'has a finding without ARN',
      JSON.stringify([makeFinding({ findingArn: undefined })]),
      /findings\[0\]\.findingArn: is missing\. Remedy: export whole findings/,
    ],
    [
      'has a finding without resources',
      JSON.stringify([makeFinding({ resources: [] })]),
      /findings\[0\]\.resources\[0\]\.id: is missing/,
    ],
    [
      'has a time that is none',
      JSON.stringify([makeFinding({ firstObservedAt: 'yesterday' })]),
      /findings\[0\]\.firstObservedAt: "yesterday" is no time/,
    ],
  ];
  for (const [name, text, message] of broken) {
    it(`that ${name} is refused with place and remedy`, () => {
      const path = file(text);
      const faults = faultsOf(path);
      assert.match(faults[0] ?? '', message);
      assert.ok(faults.every((fault) => fault.startsWith(path)));
    });
  }

  it('that is not there is refused', () => {
    assert.match(faultsOf(join(directory, 'none.json'))[0] ?? '', /none\.json: there is no such file\. Remedy/);
    assert.match(faultsOf(directory)[0] ?? '', /is a directory\. Remedy/);
  });
});

describe('a time in an export', () => {
  const rows: [unknown, string | null][] = [
    ['2024-08-20T03:10:11.123000+02:00', '2024-08-20T01:10:11.123Z'],
    ['2024-08-20T03:10:11Z', '2024-08-20T03:10:11.000Z'],
    ['2024-08-20T03:10:11+0530', '2024-08-19T21:40:11.000Z'],
    ['2024-08-20T03:10:11', '2024-08-20T03:10:11.000Z'],
    [1724116211.123, '2024-08-20T01:10:11.123Z'],
    [1724116211123, '2024-08-20T01:10:11.123Z'],
    ['1724116211', '2024-08-20T01:10:11.000Z'],
    ['Wed Sep 04 16:59:44.356 UTC 2024', '2024-09-04T16:59:44.356Z'],
    ['Jan 19, 2023, 10:46:15 PM', '2023-01-19T22:46:15.000Z'],
    ['yesterday', null],
    [null, null],
    [undefined, null],
    [Number.NaN, null],
  ];
  for (const [given, expected] of rows) it(`${given} is ${expected}`, () => assert.equal(moment(given), expected));
});
