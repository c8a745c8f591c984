import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { page } from '#aws/page.ts';
import { secrets } from '#aws/secrets.ts';
import { LONGEST_BODY_BYTES, type Visit } from '#domain/campaign/visit.ts';

let lines: Record<string, unknown>[] = [];
before(() => {
  const written = (text: string | Uint8Array) => {
    if (String(text).startsWith('{"level"')) lines.push(JSON.parse(String(text)));
    return true;
  };
  mock.method(process.stdout, 'write', written);
  mock.method(process.stderr, 'write', written);
});
after(() => mock.restoreAll());

const SECRET = 'the-secret-of-the-link';
let seen: Visit | null = null;
const handler = page(async (visit: Visit) => {
  seen = visit;
  return { status: 200, headers: { 'x-a': 'b' }, body: '<p>a whole page</p>', log: { what: 'shown' } };
}, {});

async function visited(change: Record<string, unknown> = {}, http: Record<string, unknown> = {}) {
  lines = [];
  seen = null;
  const event = {
    version: '2.0',
    rawPath: '/',
    rawQueryString: `a=x&s=${SECRET}`,
    queryStringParameters: { a: 'x', s: SECRET },
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    requestContext: { http: { method: 'POST', sourceIp: '203.0.113.7', userAgent: 'agent', ...http } },
    body: 'decision=yes',
    isBase64Encoded: false,
    ...change,
  };
  const response = await handler(event);
  return { response, visit: seen as Visit | null };
}

test('a visit is what the event says, in our words', async () => {
  const { response, visit } = await visited();
  assert.deepEqual(visit, {
    method: 'POST',
    path: '/',
    query: { a: 'x', s: SECRET },
    contentType: 'application/x-www-form-urlencoded',
    body: 'decision=yes',
    sourceIp: '203.0.113.7',
    caller: null,
    userAgent: 'agent',
  });
  assert.deepEqual(response, { statusCode: 200, headers: { 'x-a': 'b' }, body: '<p>a whole page</p>' });
  const { visit: bare } = await visited({ queryStringParameters: undefined, headers: undefined, body: undefined });
  assert.deepEqual([bare?.query, bare?.contentType, bare?.body], [{}, '', '']);
});

test('the caller is who Lambda says signed it, and no header of the visitor', async () => {
  const userArn = 'arn:aws:iam::123456789012:user/ann';
  const http = { method: 'POST', sourceIp: '203.0.113.7', userAgent: 'agent' };
  const requestContext = { http, authorizer: { iam: { userArn, accountId: '123456789012' } } };
  assert.equal((await visited({ requestContext })).visit?.caller, userArn);
  assert.equal((await visited({ requestContext: { http, authorizer: null } })).visit?.caller, null);
  assert.equal((await visited({ headers: { 'x-amzn-user-arn': userArn } })).visit?.caller, null);
});

test('HEAD gets the head alone', async () => {
  assert.deepEqual((await visited({}, { method: 'HEAD' })).response, {
    statusCode: 200,
    headers: { 'x-a': 'b' },
    body: '',
  });
});

test('bodies in base64 are decoded, as Lambda brings forms', async () => {
  const body = Buffer.from('decision=yes&word=ä').toString('base64');
  assert.equal((await visited({ body, isBase64Encoded: true })).visit?.body, 'decision=yes&word=ä');
});

test('a body over 10 KiB is not handed on, in base64 neither; one of 10 KiB is', async () => {
  const most = 'x'.repeat(LONGEST_BODY_BYTES);
  const coded = (text: string) => ({ body: Buffer.from(text).toString('base64'), isBase64Encoded: true });
  assert.equal((await visited({ body: most })).visit?.body?.length, LONGEST_BODY_BYTES);
  assert.equal((await visited({ body: `${most}x` })).visit?.body, null);
  assert.equal((await visited(coded(most))).visit?.body?.length, LONGEST_BODY_BYTES);
  assert.equal((await visited(coded(`${most}x`))).visit?.body, null);
  assert.equal((await visited({ body: 'ä'.repeat(LONGEST_BODY_BYTES - 1) })).visit?.body, null, 'bytes, not letters');
  assert.equal((await visited({ body: 'x'.repeat(6_000_000) })).visit?.body, null);
});

test('each visit leaves a line: who and what, without the secret and without the page', async () => {
  await visited({}, { userAgent: `agent ${'x'.repeat(5000)}` });
  const line = lines.find(({ message }) => message === 'visited');
  assert.deepEqual([line?.method, line?.sourceIp, line?.status, line?.what], ['POST', '203.0.113.7', 200, 'shown']);
  assert.equal(String(line?.userAgent).length, 200);
  assert.doesNotMatch(JSON.stringify(lines), /the-secret|a whole page|decision=yes/);
});

test('a secret has 32 bytes of its own', () => {
  const drawn = new Set(Array.from({ length: 100 }, () => secrets.random()));
  assert.equal(drawn.size, 100);
  for (const one of drawn) assert.match(one, /^[\w-]{43}$/);
});
