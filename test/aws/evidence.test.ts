import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { evidence } from '#aws/evidence.ts';
import { AwsUnavailable } from '#domain/errors.ts';
import { type Answer, all, type Call, wire } from './wire.ts';

const aws = await wire();
process.env.EVIDENCE_BUCKET = 'proof';

const campaign = { group: 'web', campaign: 'web-20260301' };
const objects = new Map<string, Buffer>();

/** S3, path style, as far as evidence needs it. */
function bucket({ operation, path, query, raw }: Call): Answer {
  const key = path.replace(/^\/proof\//, '');
  if (operation.startsWith('PUT')) {
    objects.set(key, raw);
    return { body: '' };
  }
  if (query.get('list-type') === '2') return listed(query);
  const object = objects.get(key);
  if (object) return { headers: { 'content-type': 'application/octet-stream' }, body: object };
  return xml('<Error><Code>NoSuchKey</Code><Message>no</Message></Error>', 404);
}

function listed(query: URLSearchParams): Answer {
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).sort();
  const [now, then] = query.get('continuation-token') ? [keys.slice(1), ''] : [keys.slice(0, 1), 'more'];
  const contents = now.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  const next = then && `<NextContinuationToken>${then}</NextContinuationToken>`;
  return xml(`<ListBucketResult><IsTruncated>${then !== ''}</IsTruncated>${next}${contents}</ListBucketResult>`);
}

const xml = (body: string, status = 200): Answer => ({ status, headers: { 'content-type': 'application/xml' }, body });

test('a value is written and read as JSON below group and campaign', async () => {
  aws.plays(bucket);
  const plan = { version: 1, hosts: ['i-0'], words: 'für alle' };
  await evidence.write(campaign, 'plan.json', plan);
  assert.deepEqual(await evidence.read(campaign, 'plan.json'), plan);
  assert.deepEqual(JSON.parse(String(objects.get('web/web-20260301/plan.json'))), plan);
  assert.equal(aws.calls[0]?.headers['content-type'], 'application/json');
  assert.equal(evidence.place(campaign), 's3://proof/web/web-20260301/');
});

test('what is not there is null if that was asked, else a broken record that names the place', async () => {
  aws.plays(bucket);
  assert.equal(await evidence.readIfThere(campaign, 'absent.json'), null);
  const missing = { name: 'BrokenRecord', message: /s3:\/\/proof\/web\/web-20260301\/absent/ };
  await assert.rejects(evidence.read(campaign, 'absent.json'), missing);
  await assert.rejects(all(evidence.lines(campaign, 'absent.jsonl.gz')), missing);
});

test('a refusal to read is not taken for an absent file', async () => {
  aws.plays(() => xml('<Error><Code>AccessDenied</Code><Message>no</Message></Error>', 403));
  await assert.rejects(evidence.readIfThere(campaign, 'plan.json'), { name: 'AwsRefused' });
});

test('what is no JSON is a broken record', async () => {
  aws.plays(bucket);
  await evidence.writeText(campaign, 'plan.json', '{"version":');
  await assert.rejects(evidence.read(campaign, 'plan.json'), { name: 'BrokenRecord' });
});

test('lines are written and read as gzip, whatever is in them', async () => {
  aws.plays(bucket);
  const rows = Array.from({ length: 5000 }, (_, n) => ({ n, words: `ü\n\u2028 ${'x'.repeat(n % 100)}` }));
  const count = await evidence.writeLines(
    campaign,
    'before/canary.jsonl.gz',
    (async function* () {
      yield* rows;
    })(),
  );
  assert.equal(count, 5000);
  const stored = objects.get('web/web-20260301/before/canary.jsonl.gz') ?? assert.fail();
  assert.equal(gunzipSync(stored).toString().split('\n').length, 5001);
  assert.deepEqual(await all(evidence.lines(campaign, 'before/canary.jsonl.gz')), rows);
});

test('always 10: the same lines are the same bytes', async () => {
  aws.plays(bucket);
  const at = (path: string) => objects.get(`web/web-20260301/${path}`) ?? assert.fail();
  for (const path of ['a.jsonl.gz', 'b.jsonl.gz']) await evidence.writeLines(campaign, path, [{ a: 1 }, { b: 2 }]);
  assert.deepEqual(at('a.jsonl.gz'), at('b.jsonl.gz'));
});

test('no lines are an empty file, and read as none', async () => {
  aws.plays(bucket);
  assert.equal(await evidence.writeLines(campaign, 'none.jsonl.gz', []), 0);
  assert.deepEqual(await all(evidence.lines(campaign, 'none.jsonl.gz')), []);
});

test('lines whose source fails are not written at all', async () => {
  aws.plays(bucket);
  const source = async function* () {
    yield { n: 1 };
    throw new AwsUnavailable('inspector2:ListFindings');
  };
  await assert.rejects(evidence.writeLines(campaign, 'half.jsonl.gz', source()), { name: 'AwsUnavailable' });
  assert.equal(aws.calls.length, 0);
});

test('a reader may stop in the middle', async () => {
  aws.plays(bucket);
  await evidence.writeLines(
    campaign,
    'long.jsonl.gz',
    Array.from({ length: 100_000 }, (_, n) => ({ n })),
  );
  for await (const line of evidence.lines<{ n: number }>(campaign, 'long.jsonl.gz')) {
    assert.equal(line.n, 0);
    break;
  }
});

const whole = gzipSync(Array.from({ length: 1000 }, (_, n) => `${JSON.stringify({ n })}\n`).join(''));

test('a file that was cut is a broken record, not a shorter list', async () => {
  aws.plays(bucket);
  objects.set('web/web-20260301/cut.jsonl.gz', whole.subarray(0, whole.length - 20));
  await assert.rejects(all(evidence.lines(campaign, 'cut.jsonl.gz')), {
    name: 'BrokenRecord',
    message: /cut\.jsonl\.gz/,
  });
});

test('a connection that ends in the middle of a file may be tried again', async () => {
  const headers = { 'content-length': '100000' };
  aws.plays(() => ({ headers, body: whole.subarray(0, 100), cut: true }));
  await assert.rejects(all(evidence.lines(campaign, 'long.jsonl.gz')), { name: 'AwsUnavailable' });
  aws.plays(() => ({ headers, body: '{"version":1', cut: true }));
  await assert.rejects(evidence.read(campaign, 'plan.json'), { name: 'AwsUnavailable' });
});

test('files are listed without their prefix, on all pages', async () => {
  aws.plays(bucket);
  objects.clear();
  for (const path of ['plan.json', 'delta.json', 'rings/canary.json']) await evidence.write(campaign, path, {});
  await evidence.write({ ...campaign, campaign: 'web-2026' }, 'plan.json', {});
  assert.deepEqual(await all(evidence.list(campaign)), ['delta.json', 'plan.json', 'rings/canary.json']);
});

test('a digest is of the bytes as they lie there; text may come in parts', async () => {
  aws.plays(bucket);
  const parts = async function* () {
    yield 'für ';
    yield 'alle';
  };
  await evidence.writeText(campaign, 'findings.csv', parts());
  assert.equal(aws.calls.at(-1)?.headers['content-type'], 'text/csv; charset=utf-8');
  const sha256 = createHash('sha256').update('für alle').digest('hex');
  assert.deepEqual(await evidence.digest(campaign, 'findings.csv'), { sha256, bytes: 9 });
  await assert.rejects(evidence.digest(campaign, 'absent.json'), { name: 'BrokenRecord' });
});
