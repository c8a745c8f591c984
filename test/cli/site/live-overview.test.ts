import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogFile, Logging } from '#domain/edge/ports.ts';
import { AwsRefused, BrokenRecord } from '#domain/errors.ts';
import { BadInput } from '../../../cli/bad-input.ts';
import { plain } from '../../../cli/screen/text.ts';
import { overviewOfSite } from '../../../cli/site/live-overview.ts';
import { line } from '../../domain/edge/log-line.ts';

const open = async () => ({
  account: '111122223333',
  region: 'eu-central-1',
  partition: 'aws',
  arn: 'arn:me',
  stage: 'dev',
  names: {} as never,
});
const NOW = Date.now();
const of = (minutesAgo: number, over: object = {}) =>
  JSON.stringify(line({ timestamp: NOW - minutesAgo * 60_000, ...over }));

function ports(files: Record<string, (string | null | Error)[]>, logging: Partial<Logging> | null = {}) {
  const asked: string[][] = [];
  const all: Logging = {
    destinations: ['arn:aws:s3:::aws-waf-logs-shop/waf/'],
    filtered: false,
    redacted: [],
    ...logging,
  };
  return {
    asked,
    webAcls: { read: async () => ({ arn: 'arn:acl' }) as never, logging: async () => logging && all },
    trafficLog: {
      async *files(place: object, from: string, to: string) {
        asked.push([JSON.stringify(place), from, to]);
        for (const key of Object.keys(files)) yield { bucket: 'b', key, at: from, bytes: 1 } satisfies LogFile;
      },
      async *lines({ key }: LogFile) {
        for (const each of files[key] ?? []) {
          if (each instanceof Error) throw each;
          yield each;
        }
      },
    },
  };
}
const SHOP = { webAcl: 'shop', logs: null };
const text = async (answer: ReturnType<typeof overviewOfSite>) => (await answer).lines(plain, 200).join('\n');

test('the log that the web ACL writes, of the hours asked for; what is cut or none of a log is said', async () => {
  const cut = new BrokenRecord('k is no whole gzip file', {
    cause: Object.assign(new Error(), { code: 'Z_BUF_ERROR' }),
  });
  const given = ports({
    a: [of(10), of(400), 'nonsense'],
    b: [of(20, { action: 'BLOCK', terminatingRuleId: 'own' }), cut],
  });
  const shown = await text(overviewOfSite(SHOP, { hours: 3 }, open, given));
  assert.match(shown, /^2 requests: 1 ALLOW, 1 BLOCK$/m, 'a line of another time does not count');
  assert.match(shown, /Not read: 1 line no JSON \(first: s3:\/\/b\/a:3\)/);
  assert.match(shown, /Not read: 1 line missing: the gzip file is cut off here \(first: s3:\/\/b\/b:2\)/);
  const [place, from = '', to = ''] = given.asked[0] ?? [];
  assert.deepEqual(JSON.parse(place ?? ''), {
    bucket: 'aws-waf-logs-shop',
    prefix: 'waf',
    account: '111122223333',
    region: 'eu-central-1',
    webAcl: 'shop',
  });
  assert.equal(Math.round((Date.parse(to) - Date.parse(from)) / 60_000), 190, 'and ten minutes for late lines');
});

test('--at asks for the files of that minute alone', async () => {
  const given = ports({});
  await overviewOfSite(SHOP, { hours: 3, at: '2026-11-27T20:14Z' }, open, given);
  assert.deepEqual(given.asked[0]?.slice(1), ['2026-11-27T20:14:00.000Z', '2026-11-27T20:25:00.000Z']);
});

test('a filter, a redaction and another bucket than the policy names are said', async () => {
  const given = ports({ a: [of(1)] }, { filtered: true, redacted: ['QueryString'] });
  const site = { webAcl: 'shop', logs: { bucket: 'aws-waf-logs-other', prefix: '' } };
  const shown = await text(overviewOfSite(site, { hours: 3 }, open, given));
  for (const words of [
    /A filter of the log drops some requests/,
    /has no QueryString: redacted/,
    /read from aws-waf-logs-shop.*names aws-waf-logs-other/,
  ])
    assert.match(shown, words);
});

test('no log in S3 is bad input, with the remedy', async () => {
  for (const [given, words] of [
    [ports({}, null), /logs nowhere\. Remedy: /],
    [
      ports({}, { destinations: ['arn:aws:firehose:x'] }),
      /logs to arn:aws:firehose:x: only logs in S3 are read\. Remedy: /,
    ],
  ] as const)
    await assert.rejects(overviewOfSite(SHOP, { hours: 3 }, open, given), (error: Error) => {
      assert.ok(error instanceof BadInput);
      assert.match(error.message, words);
      return true;
    });
});

test('a bucket that is gone is told by its name; a refusal stays one', async () => {
  const failing = (message: string) => {
    const given = ports({});
    const files = (): AsyncIterable<LogFile> => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new AwsRefused(message)) }),
    });
    return { ...given, trafficLog: { ...given.trafficLog, files } };
  };
  await assert.rejects(overviewOfSite(SHOP, { hours: 3 }, open, failing('s3:ListBucket: NoSuchBucket: no')), {
    name: 'BadInput',
    message: /^aws-waf-logs-shop: the bucket to which shop logs is not there\. Remedy: /,
  });
  await assert.rejects(
    overviewOfSite(SHOP, { hours: 3 }, open, failing('s3:ListBucket: AccessDenied: no')),
    AwsRefused,
  );
});
