import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { trafficLog } from '#aws/traffic-log.ts';
import { AwsRefused, AwsUnavailable, BrokenRecord } from '#domain/errors.ts';
import { type Answer, all, error, wire } from './wire.ts';

const aws = await wire();
const PLACE = {
  bucket: 'aws-waf-logs-shop',
  prefix: 'waf',
  account: '111122223333',
  region: 'eu-central-1',
  webAcl: 'shop',
};
const FOLDER = 'waf/AWSLogs/111122223333/WAFLogs/eu-central-1/shop/';
const keyOf = (day: string, time: string, hash = 'a1b2') =>
  `${FOLDER}${day.replace(/-/g, '/')}/${time.replace(':', '/')}/111122223333_waflogs_eu-central-1_shop_${day.replace(/-/g, '')}T${time.replace(':', '')}Z_${hash}.log.gz`;
const xml = (body: string): Answer => ({ headers: { 'content-type': 'application/xml' }, body });

/** A bucket that lists by prefix, one object a page. */
function bucket(keys: string[]) {
  aws.plays(({ query }) => {
    const found = keys.filter((key) => key.startsWith(query.get('prefix') ?? '')).sort();
    const at = Number(query.get('continuation-token') ?? 0);
    const contents = found.slice(at, at + 1).map((key) => `<Contents><Key>${key}</Key><Size>9</Size></Contents>`);
    const next = at + 1 < found.length ? `<NextContinuationToken>${at + 1}</NextContinuationToken>` : '';
    return xml(
      `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
    );
  });
}

test('files of the five minutes that touch the time asked for, over hours and pages, in the order of time', async () => {
  const keys = [
    keyOf('2026-11-27', '19:50'), // ends before
    keyOf('2026-11-27', '19:55'), // 19:58 lies in it
    keyOf('2026-11-27', '20:00', 'b'),
    keyOf('2026-11-27', '20:00', 'a'),
    keyOf('2026-11-27', '21:05'),
    keyOf('2026-11-27', '21:10'), // begins after
    `${FOLDER}2026/11/27/20/00/notes.txt`,
  ];
  bucket(keys);
  const files = await all(trafficLog.files(PLACE, '2026-11-27T19:58:00.000Z', '2026-11-27T21:07:00.000Z'));
  assert.deepEqual(
    files.map(({ key }) => key),
    [keys[1], keys[3], keys[2], keys[4]],
  );
  assert.deepEqual(files[0], { bucket: 'aws-waf-logs-shop', key: keys[1], at: '2026-11-27T19:55:00.000Z', bytes: 9 });
  const prefixes = aws.calls.map(({ query }) => query.get('prefix'));
  assert.deepEqual(
    [...new Set(prefixes)],
    ['19', '20', '21'].map((hour) => `${FOLDER}2026/11/27/${hour}/`),
  );
});

test('a bucket without a prefix, and a day’s border', async () => {
  const key = keyOf('2026-11-28', '00:00').replace('waf/', '');
  bucket([key]);
  const files = await all(
    trafficLog.files({ ...PLACE, prefix: '' }, '2026-11-27T23:59:00.000Z', '2026-11-28T00:03:00.000Z'),
  );
  assert.deepEqual(
    files.map((file) => file.key),
    [key],
  );
});

const file = { bucket: 'aws-waf-logs-shop', key: 'k', at: '2026-11-27T20:00:00.000Z', bytes: 1 };
const object = (body: Uint8Array) =>
  aws.plays(() => ({ headers: { 'content-type': 'application/octet-stream' }, body }));

test('lines come unpacked; one too long is null', async () => {
  object(gzipSync(`{"a":1}\n${'x'.repeat(5 << 20)}\n{"b":"ü"}`));
  assert.deepEqual(await all(trafficLog.lines(file)), ['{"a":1}', null, '{"b":"ü"}']);
});

test('a file that is cut, or none of gzip, is a broken record with its place', async () => {
  const whole = gzipSync(Array.from({ length: 5000 }, (_, at) => `{"n":${at * 7919}}`).join('\n'));
  for (const body of [whole.subarray(0, whole.length / 2), Buffer.from('no gzip at all')]) {
    object(body);
    await assert.rejects(all(trafficLog.lines(file)), (thrown: Error) => {
      assert.ok(thrown instanceof BrokenRecord);
      assert.match(thrown.message, /s3:\/\/aws-waf-logs-shop\/k is no whole gzip file/);
      return true;
    });
  }
});

test('a refusal is thrown, and no empty log', async () => {
  aws.plays(() => error(403, 'AccessDenied'));
  await assert.rejects(all(trafficLog.files(PLACE, file.at, file.at)), AwsRefused);
  await assert.rejects(all(trafficLog.lines(file)), AwsRefused);
  aws.plays(() => ({ headers: { 'content-length': '100' }, body: gzipSync('a'), cut: true }));
  await assert.rejects(all(trafficLog.lines(file)), AwsUnavailable);
});
