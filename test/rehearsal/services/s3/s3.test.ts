/** Facts: ListObjectsV2, GetObject, HeadObject and ListBuckets in the S3 API Reference. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault, type Caller } from '#rehearsal/api.ts';
import { judgeAnswer, judgedInput } from '#rehearsal/models/verdict.ts';
import { restS3 } from '#rehearsal/protocols/s3.ts';
import type { WireAnswer } from '#rehearsal/protocols/wire.ts';
import { S3 } from '#rehearsal/services/s3/s3.ts';

const NOW = Date.parse('2024-08-31T20:00:00.500Z');
const s3 = new S3(['other', 'proof'], { now: () => NOW, at: () => assert.fail(), after: () => assert.fail() });
const caller: Caller = { name: 'outside', account: '123456789012', region: 'eu-central-1' };

/** As the gateway does it, without a socket. Throws AwsFault. */
function ask(line: string, headers: Record<string, string> = {}, body = ''): WireAnswer {
  const [method = '', path] = line.split(' ');
  const request = { method, url: new URL(`http://s3${path}`), headers, body: Buffer.from(body) };
  const operation = restS3.operation(request);
  const play = (s3.operations as Record<string, (input: never, caller: Caller) => unknown>)[operation];
  if (!play) throw new AwsFault('UnknownOperationException', `not rehearsed: s3.${operation}`);
  const output = play(judgedInput('s3', operation, restS3.input(request, operation)) as never, caller);
  judgeAnswer('s3', operation, output);
  return restS3.answer(operation, output, 'id');
}
const fault = (code: string, status: number) => (error: unknown) =>
  error instanceof AwsFault && error.code === code && error.status === status;

for (const key of ['a.txt', 'web/1/delta.json', 'web/1/plan.json', 'web/2/delta.json', 'web/x y(3)é.gz', 'web0', 'z/'])
  ask(`PUT /proof/${encodeURIComponent(key)}`, { 'content-type': 'text/plain' }, 'body');

function list(query: string) {
  const xml = String(ask(`GET /proof?list-type=2&${query}`).body);
  const all = (tag: string) => [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, text]) => text);
  const folded = [...xml.matchAll(/<CommonPrefixes><Prefix>([^<]*)/g)].map(([, text]) => text);
  return { keys: all('Key'), folded, count: all('KeyCount')[0], more: all('IsTruncated')[0], all };
}

for (const [query, keys, folded] of [
  ['delimiter=/', ['a.txt', 'web0'], ['web/', 'z/']],
  ['delimiter=/&prefix=web/', ['web/x y(3)é.gz'], ['web/1/', 'web/2/']],
  ['delimiter=/&prefix=web', ['web0'], ['web/']],
  ['delimiter=/&prefix=web/1', [], ['web/1/']],
  ['delimiter=elta&prefix=web/', ['web/1/plan.json', 'web/x y(3)é.gz'], ['web/1/delta', 'web/2/delta']],
  ['delimiter=/&prefix=z/', ['z/'], []],
  ['prefix=web/1/', ['web/1/delta.json', 'web/1/plan.json'], []],
  ['start-after=web/2/delta.json', ['web/x y(3)é.gz', 'web0', 'z/'], []],
  [
    'start-after=nothing',
    ['web/1/delta.json', 'web/1/plan.json', 'web/2/delta.json', 'web/x y(3)é.gz', 'web0', 'z/'],
    [],
  ],
  ['delimiter=/&start-after=web/1', ['web0'], ['z/']],
  ['delimiter=/&start-after=a', ['a.txt', 'web0'], ['web/', 'z/']],
  ['prefix=nothing', [], []],
  ['max-keys=0', [], []],
  ['encoding-type=url&prefix=web/x', ['web/x+y%283%29%C3%A9.gz'], []],
  ['encoding-type=url&delimiter=%20&prefix=web/x', [], ['web/x+']],
] as const)
  test(`keys by ${query}`, () => {
    const told = list(query);
    assert.deepEqual([told.keys, told.folded], [keys, folded]);
    assert.equal(told.count, String(keys.length + folded.length));
    assert.equal(told.more, 'false');
  });

test('a page counts prefixes as keys, and goes on behind all keys of a prefix', () => {
  const pages: unknown[] = [];
  let token = '';
  do {
    const told = list(`delimiter=/&max-keys=1${token && `&continuation-token=${encodeURIComponent(token)}`}`);
    pages.push(...told.keys, ...told.folded);
    assert.equal(told.count, '1');
    assert.ok(pages.length < 100, 'the list has an end');
    token = told.all('NextContinuationToken')[0] ?? '';
  } while (token);
  assert.deepEqual(pages, ['a.txt', 'web/', 'web0', 'z/']);
});

test('a token of another list is refused', () => {
  const token = list('max-keys=1').all('NextContinuationToken')[0] ?? '';
  assert.deepEqual(list(`max-keys=1&continuation-token=${encodeURIComponent(token)}`).keys, ['web/1/delta.json']);
  for (const query of [`delimiter=/&continuation-token=${encodeURIComponent(token)}`, 'continuation-token=x'])
    assert.throws(() => list(query), fault('InvalidArgument', 400));
  assert.throws(() => list('max-keys=-1'), fault('InvalidArgument', 400));
  assert.throws(() => list('encoding-type=base64'), fault('InvalidArgument', 400));
});

test('the owner is told to who asks', () => {
  assert.equal(list('max-keys=1').all('ID').length, 0);
  assert.equal(list('max-keys=1&fetch-owner=true').all('ID')[0]?.length, 64);
});

for (const [range, status, body, told] of [
  ['bytes=0-1', 206, 'bo', 'bytes 0-1/4'],
  ['bytes=1-', 206, 'ody', 'bytes 1-3/4'],
  ['bytes=-1', 206, 'y', 'bytes 3-3/4'],
  ['bytes=-9', 206, 'body', 'bytes 0-3/4'],
  ['bytes=2-99', 206, 'dy', 'bytes 2-3/4'],
  ['bytes=0-1,3-3', 200, 'body', undefined],
  ['bytes=3-1', 200, 'body', undefined],
  ['lines=0-1', 200, 'body', undefined],
] as const)
  test(`an object with Range ${range}`, () => {
    const got = ask('GET /proof/a.txt', { range });
    const { 'content-range': part, 'content-length': length } = got.headers;
    assert.deepEqual([got.status, String(Buffer.from(got.body)), part, length], [status, body, told, `${body.length}`]);
    assert.equal(ask('HEAD /proof/a.txt', { range }).headers['content-length'], `${body.length}`);
  });

const tag = ask('HEAD /proof/a.txt').headers.etag ?? '';
for (const [headers, code, status] of [
  [{ range: 'bytes=4-' }, 'InvalidRange', 416],
  [{ range: 'bytes=-0' }, 'InvalidRange', 416],
  [{ 'if-none-match': tag }, 'NotModified', 304],
  [{ 'if-none-match': '*' }, 'NotModified', 304],
  [{ 'if-match': '"other"' }, 'PreconditionFailed', 412],
  [{ 'if-modified-since': 'Sat, 31 Aug 2024 20:00:00 GMT' }, 'NotModified', 304],
  [{ 'if-unmodified-since': 'Sat, 31 Aug 2024 19:59:59 GMT' }, 'PreconditionFailed', 412],
  [{ 'if-match': tag, 'if-unmodified-since': 'Sat, 31 Aug 2024 19:59:59 GMT' }, null, 200],
  [{ 'if-none-match': '"other"', 'if-modified-since': 'Sat, 31 Aug 2024 20:00:00 GMT' }, null, 200],
  [{ 'x-amz-expected-bucket-owner': '111122223333' }, 'AccessDenied', 403],
  [{ 'x-amz-expected-bucket-owner': '123456789012' }, null, 200],
  [{ 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, 'NotImplemented', 501],
] as const)
  test(`an object with ${JSON.stringify(headers)}`, () => {
    const get = () => ask('GET /proof/a.txt', headers);
    if (code) assert.throws(get, fault(code, status));
    else assert.equal(get().status, status);
  });

test('an answer has the headers that the object was put with, or that the reader asks for', () => {
  const kept = { 'content-type': 'text/html', 'cache-control': 'no-store', 'content-disposition': 'inline' };
  ask('PUT /other/report', kept, 'x');
  const { headers } = ask('GET /other/report?response-content-disposition=attachment');
  assert.equal(headers['content-disposition'], 'attachment');
  assert.deepEqual([headers['cache-control'], headers['content-type']], ['no-store', 'text/html']);
});

for (const [line, headers, code] of [
  ['PUT /other/x', { 'x-amz-acl': 'public-read' }, 'NotImplemented'],
  ['PUT /other/x', { 'x-amz-storage-class': 'GLACIER' }, 'NotImplemented'],
  ['PUT /other/x', { 'x-amz-copy-source': '/proof/a.txt' }, 'NotImplemented'],
  ['PUT /other/x', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'BadDigest'],
  ['DELETE /other/x', { 'if-match': '"x"' }, 'NotImplemented'],
  ['GET /other/x?versionId=1', {}, 'UnknownOperationException'],
  ['GET /other/x?response-expires=now', {}, 'NotImplemented'],
] as const)
  test(`${line} ${JSON.stringify(headers)} is refused`, () => {
    assert.throws(
      () => ask(line, headers, 'x'),
      (error) => error instanceof AwsFault && error.code === code,
    );
    assert.equal(s3.buckets.get('other')?.has('x'), false);
  });

test('buckets are listed by name, in pages', () => {
  const names = (query: string) =>
    [...String(ask(`GET /${query}`).body).matchAll(/<Name>([^<]*)/g)].map(([, name]) => name);
  assert.deepEqual(names(''), ['other', 'proof']);
  assert.deepEqual(names('?prefix=pro'), ['proof']);
  assert.deepEqual(names('?max-buckets=1'), ['other']);
  assert.deepEqual(names('?max-buckets=1&continuation-token=other'), ['proof']);
});
