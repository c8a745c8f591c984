import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { loadPolicy } from '#policy/load-policy.ts';
import { PLATFORMS, platformOf } from '#rehearsal/fleet/platforms.ts';
import { BadInput } from '../../cli/bad-input.ts';
import { importExport } from '../../cli/rehearse/findings/export.ts';
import { moment } from '../../cli/rehearse/findings/moment.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';
import { makeFinding } from './rehearse/export-maker.ts';

const field = (name: string) => join(import.meta.dirname, '../field', name);
const directory = mkdtempSync(join(tmpdir(), 'patchwright-field-'));
after(() => rmSync(directory, { recursive: true }));

function file(content: string | Uint8Array, name = `${Math.random()}`): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function refused(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof BadInput, String(error));
    return error.message;
  }
  return assert.fail('it was taken');
}

suite('inputs that people have', () => {
  test('field 04: findings one per line', () => {
    assert.equal(importExport([field('04-findings.ndjson')]).findings, 2);
  });

  test('field 11: times with a blank and an offset', () => {
    const { hosts } = importExport([field('11-space-separated-times.json')]);
    assert.deepEqual(
      hosts.map(({ findings }) => findings[0]?.firstObservedAt),
      ['2025-12-26T13:21:44.742Z', '2025-12-26T13:21:44.742Z', '2025-12-26T13:21:44.742Z'],
    );
  });

  test('field 13: RHEL and Amazon Linux 1 are played', () => {
    const { hosts } = importExport([field('13-rhel-and-amazon-linux-1.json')]);
    assert.deepEqual(
      hosts.map(({ platform }) => platformOf(platform)),
      ['RHEL_8', 'AMAZON_LINUX'],
    );
  });

  test('field 13: every distribution of a patch baseline is played, however its word is written', () => {
    const rows: [string, string | null][] = [
      ['CENTOS_7', 'CENTOS'],
      ['CENTOS_STREAM_9', 'CENTOS'],
      ['RHEL_9', 'REDHAT_ENTERPRISE_LINUX'],
      ['RED_HAT_ENTERPRISE_LINUX_8', 'REDHAT_ENTERPRISE_LINUX'],
      ['ROCKY_LINUX_9', 'ROCKY_LINUX'],
      ['ALMALINUX_8', 'ALMA_LINUX'],
      ['ALMA_LINUX_9', 'ALMA_LINUX'],
      ['ORACLE_LINUX_8', 'ORACLE_LINUX'],
      ['SLES_15_7', 'SUSE'],
      ['SUSE_LINUX_ENTERPRISE_SERVER_15_SP6', 'SUSE'],
      ['AMAZON_LINUX', 'AMAZON_LINUX'],
      ['AMAZON_LINUX_2018_03', 'AMAZON_LINUX'],
      ['AMAZON_LINUX_2', 'AMAZON_LINUX_2'],
      ['AMAZON_LINUX_2023', 'AMAZON_LINUX_2023'],
      ['UBUNTU_18_04', 'UBUNTU'],
      ['WINDOWS_SERVER_2012_R2', 'WINDOWS'],
      ['WINDOWS_SERVER_2022', 'WINDOWS'],
      ['MACOS_15', null],
      ['UNKNOWN', null],
      ['UBUNTU_99_04', null],
    ];
    for (const [word, os] of rows) {
      const name = platformOf(word);
      assert.equal(name && PLATFORMS[name].os, os, word);
    }
    for (const name of Object.keys(PLATFORMS)) assert.equal(platformOf(name), name);
  });

  test('field 14: one finding as an object', () => {
    assert.equal(importExport([field('14-one-finding-object.json')]).findings, 1);
  });

  test('field 17: saved events of EventBridge, also gzipped, in several files, and beside events about something else', () => {
    const text = readFileSync(field('17-saved-events.ndjson'), 'utf8');
    assert.equal(importExport([field('17-saved-events.ndjson')]).findings, 2);
    const [first, second] = text.trim().split('\n');
    const other = JSON.stringify({
      'detail-type': 'Inspector2 Scan',
      detail: { 'scan-status': 'INITIAL_SCAN_COMPLETE' },
    });
    const one = file(gzipSync(`${first}\n${other}\n`), 'a.gz');
    const made = importExport([one, file(gzipSync(`${second}`), 'b.gz')]);
    assert.equal(made.findings, 2);
    assert.deepEqual(made.asides, [`${one} and 1 more file: skipped 1 entry that is an event about something else`]);
  });

  test('field 17: of the events of one finding the latest counts, also where it says that it is closed', () => {
    const event = (status: string, updatedAt: string) =>
      JSON.stringify({ 'detail-type': 'Inspector2 Finding', detail: makeFinding({ status, updatedAt }) });
    const kept = JSON.stringify(makeFinding({ place: 1 }));
    const [opened, closed] = [event('ACTIVE', '2024-08-30T00:00:00Z'), event('CLOSED', '2024-08-31T00:00:00Z')];
    for (const lines of [
      [opened, closed, kept],
      [closed, opened, kept],
    ]) {
      assert.equal(importExport([file(lines.join('\n'))]).findings, 1);
    }
    const again = event('ACTIVE', '2024-09-01T00:00:00Z');
    assert.equal(importExport([file([opened, closed, again, kept].join('\n'))]).findings, 2);
  });

  test('field 18: Security Hub is named, with the way to the right export', () => {
    const said = refused(() => importExport([field('18-security-hub-asff.json')]));
    assert.match(said, /Security Hub.*Remedy: make one with: aws inspector2 list-findings/);
    const event = {
      'detail-type': 'Security Hub Findings - Imported',
      detail: { findings: [{ SchemaVersion: '2018-10-08' }] },
    };
    const one = { SchemaVersion: '2018-10-08', ProductArn: 'arn:aws:securityhub:us-east-1::product/aws/inspector' };
    const ocsf = { class_uid: 2002, metadata: { product: { name: 'Inspector' } } };
    for (const given of [event, one, [one], ocsf])
      assert.match(
        refused(() => importExport([file(JSON.stringify(given))])),
        /Security Hub/,
      );
  });

  test('field 34: whole files without an open finding of an instance end with words, and none with a stack trace', () => {
    const image = makeFinding({ resources: [{ type: 'AWS_ECR_CONTAINER_IMAGE', id: 'arn:aws:ecr:1' }] });
    const lambda = makeFinding({ place: 1, resources: [{ type: 'AWS_LAMBDA_FUNCTION', id: 'arn:aws:lambda:1' }] });
    const rows: [unknown, RegExp][] = [
      [{ findings: [] }, /holds no findings\. Remedy/],
      [{ findings: Array(28).fill(image) }, /skipped 28 entries of another resource type/],
      [{ findings: [image, lambda] }, /skipped 2 entries of another resource type/],
      [{}, /is an object with no keys, .*Remedy/],
      [[], /holds no findings/],
      [7, /is number, .*Remedy/],
      [{ findings: null }, /is an object with findings, .*Remedy/],
      [{ Reservations: [] }, /is an object with Reservations/],
    ];
    for (const [given, words] of rows)
      assert.match(
        refused(() => importExport([file(JSON.stringify(given))])),
        words,
      );
  });

  test('other wrappings: pages in a list, concatenated, record separators, keys of PowerShell, a gzipped page', () => {
    const [a, b] = [makeFinding({ place: 0 }), makeFinding({ place: 1 })];
    const capital = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(capital)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value).map(([key, inner]) => [key.charAt(0).toUpperCase() + key.slice(1), capital(inner)]),
            )
          : value;
    const texts: (string | Uint8Array)[] = [
      JSON.stringify([{ findings: [a] }, { findings: [b] }]),
      `${JSON.stringify(a, null, 2)}\n${JSON.stringify(b, null, 2)}`,
      `\u001e${JSON.stringify(a)}\n\u001e${JSON.stringify(b)}\n`,
      JSON.stringify([capital(a), capital(b)]),
      JSON.stringify({ Findings: [capital(a), capital(b)] }),
      gzipSync(JSON.stringify({ findings: [a, b] })),
      Buffer.concat([gzipSync(`${JSON.stringify(a)}\n`), gzipSync(`${JSON.stringify(b)}\n`)]),
    ];
    for (const text of texts) assert.equal(importExport([file(text)]).findings, 2, String(text).slice(0, 80));
  });

  test('a fault in a line names the line; a damaged archive is no stack trace', () => {
    const lines = [JSON.stringify(makeFinding()), JSON.stringify(makeFinding({ findingArn: undefined, place: 1 }))];
    assert.match(
      refused(() => importExport([file(lines.join('\n'))])),
      /: line 2 finding\.findingArn: is missing/,
    );
    assert.match(
      refused(() => importExport([file(`${lines[0]}\n{"findingArn": `)])),
      /:2:16: ends in the middle/,
    );
    assert.match(
      refused(() => importExport([file(`${lines[0]}\n{"a" 1}\n${lines[0]}`)])),
      /:2:6: is not JSON/,
    );
    const packed = gzipSync(lines.join('\n'));
    assert.match(
      refused(() => importExport([file(packed.subarray(0, -9))])),
      /is gzipped and ends in the middle/,
    );
    const broken = Buffer.from(packed);
    broken.fill(0xff, 12, 40);
    assert.match(
      refused(() => importExport([file(broken)])),
      /is gzipped and damaged/,
    );
  });

  test('10,000 findings, one per line over many lines, are read in one go', () => {
    const lines = Array.from({ length: 10_000 }, (_, place) => JSON.stringify(makeFinding({ place }), null, 1));
    assert.equal(importExport([file(lines.join('\n'))]).findings, 10_000);
  });

  const times: [unknown, string | null][] = [
    ['2025-12-26 14:21:44.742000+01:00', '2025-12-26T13:21:44.742Z'],
    ['2025-12-26 14:21:44.742 +0100', '2025-12-26T13:21:44.742Z'],
    ['2025-12-26 14:21:44', '2025-12-26T14:21:44.000Z'],
    ['2025-12-26 14:21:44 UTC', '2025-12-26T14:21:44.000Z'],
    ['2025-12-26T14:21:44,5Z', '2025-12-26T14:21:44.500Z'],
    ['2025-12-26T14:21:44+01', '2025-12-26T13:21:44.000Z'],
    ['2025-12-26', '2025-12-26T00:00:00.000Z'],
    [1748629505.465, '2025-05-30T18:25:05.465Z'],
    ['1748629505.465', '2025-05-30T18:25:05.465Z'],
    ['1.748629505465E9', '2025-05-30T18:25:05.465Z'],
    ['1748629505465', '2025-05-30T18:25:05.465Z'],
    [1748629505465000, '2025-05-30T18:25:05.465Z'],
    ['/Date(1748629505465)/', '2025-05-30T18:25:05.465Z'],
    ['Jan 19, 2023, 10:46:15\u202fPM', '2023-01-19T22:46:15.000Z'],
    ['2025-13-45', null],
    ['12:00', null],
    ['', null],
    [{}, null],
  ];
  for (const [given, right] of times)
    test(`the time ${JSON.stringify(given)} is ${right}`, () => assert.equal(moment(given), right));
});

suite('borders', () => {
  const at = (place: number, account: string, region: string) =>
    makeFinding({
      place,
      awsAccountId: account,
      findingArn: `arn:aws:inspector2:${region}:${account}:finding/${String(place).padStart(32, '0')}`,
      resources: [
        {
          type: 'AWS_EC2_INSTANCE',
          id: `i-${account}0000${region.length % 10}`,
          region,
          details: { awsEc2Instance: { platform: 'DEBIAN_12' } },
        },
      ],
    });
  const several = [
    at(1, '111111111111', 'eu-central-1'),
    at(2, '111111111111', 'eu-central-1'),
    at(3, '222222222222', 'eu-west-1'),
    at(4, '111111111111', 'us-east-1'),
  ];

  test('of several accounts or Regions the one with most is taken, and the others are named', () => {
    const path = file(JSON.stringify(several));
    const { findings, hosts, place, asides } = importExport([path]);
    assert.deepEqual([findings, hosts.length, place], [2, 1, { account: '111111111111', region: 'eu-central-1' }]);
    assert.deepEqual(asides, [
      `${path}: holds findings of 3 accounts or Regions: took 111111111111 eu-central-1 (2 findings), which has the most, left 111111111111 us-east-1 (1 finding), 222222222222 eu-west-1 (1 finding); --account and --region take another`,
    ]);
  });

  test('a flag chooses another, and one that is not there is refused with those that are', () => {
    const path = file(JSON.stringify(several));
    assert.equal(importExport([path], { account: '222222222222' }).place.region, 'eu-west-1');
    assert.equal(importExport([path], { region: 'us-east-1' }).place.account, '111111111111');
    assert.match(
      refused(() => importExport([path], { account: '333333333333' })),
      /holds nothing of 333333333333\. Remedy: .*111111111111 eu-central-1 \(2 findings\), /,
    );
  });

  test('one account and Region is no news', () => {
    assert.deepEqual(importExport([file(JSON.stringify([makeFinding(), makeFinding({ place: 1 })]))]).asides, []);
  });
});

suite('groups of an export', () => {
  test('field 15: a group that nobody named is told, with a stub that a policy takes', async () => {
    const given = {
      findings: field('15-patch-group-with-space.json'),
      out: null,
      policy: join(import.meta.dirname, '../../policy.yml'),
    };
    const said: string[] = [];
    for (const group of [undefined, 'web servers']) {
      await assert.rejects(rehearse({ ...given, group }), (error) => {
        assert.ok(error instanceof BadInput);
        said.push(error.message);
        return true;
      });
    }
    assert.match(
      said[0] ?? '',
      /no host is of group web, they are of web servers \(2 hosts\)\. Remedy: name one by --group/,
    );
    assert.match(said[1] ?? '', /has no group web servers\. Remedy: name one of web, batch by --group, or add it/);
    for (const words of said) {
      const stub = words.slice(words.indexOf('groups:\n'));
      const { groups } = parse(stub) as { groups: Record<string, { os: string[] }> };
      assert.deepEqual(groups['web servers']?.os, ['AMAZON_LINUX_2']);
      const policy = loadPolicy(file(`version: 1\n${stub}\n`, 'policy.yml'));
      assert.deepEqual(Object.keys(policy.groups), ['web servers']);
    }
  });
});
