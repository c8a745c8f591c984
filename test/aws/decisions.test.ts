import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { decisions } from '#aws/decisions.ts';
import { ASKED, anApproval, SCOPE } from '../domain/approval-fixture.ts';

const AT = '2024-09-01T08:00:00.000Z';
const HOST = 'decideapproval.lambda-url.eu-central-1.on.aws';
const SAID = { campaign: 'web-1', ring: 'fleet', decision: 'yes' as const, askedAt: ASKED, scopeHash: SCOPE };
const ENV = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
};

let server: Server;
let seen: { method?: string; url?: string; headers: IncomingHttpHeaders; body: string } | null = null;
let answer = { status: 200, body: '' };
const kept = { ...process.env };

before(async () => {
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method = '', url = '', headers } = request;
    seen = { method, url, headers, body: Buffer.concat(parts).toString() };
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
beforeEach(() => {
  Object.assign(process.env, ENV, { AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
after(() => {
  process.env = kept;
  server.close();
});

const take = (url = `https://${HOST}/`) => decisions.take(url, SAID, AT);
const answers = (status: number, body: unknown) => {
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
};

/** Signature Version 4 by the IAM User Guide, "Create a signed AWS API request". */
function signature({ method, url, headers, body }: NonNullable<typeof seen>): string {
  const [, date = '', scope = '', signed = ''] =
    /Credential=AKIDEXAMPLE\/(\d{8})\/(\S+)\/aws4_request, SignedHeaders=(\S+), /.exec(headers.authorization ?? '') ??
    [];
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = [method, url, '', lines.join(''), signed, hash(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], `${date}/${scope}/aws4_request`, hash(canonical)].join('\n');
  const key = [date, ...scope.split('/'), 'aws4_request'].reduce<string | Buffer>(
    (from, part) => createHmac('sha256', from).update(part).digest(),
    'AWS4secret',
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

test('the call is signed for the function, at the time of AWS, by the credentials of the ordinary chain', async () => {
  const approval = anApproval({ decision: 'yes', by: 'ann' });
  answers(200, { version: 1, what: 'recorded', delivered: true, approval });
  assert.deepEqual(await take(), { what: 'recorded', approval, delivered: true });
  assert.ok(seen);
  assert.deepEqual([seen.method, seen.url, JSON.parse(seen.body)], ['POST', '/', SAID]);
  const { authorization = '', host, 'x-amz-date': date, 'x-amz-security-token': token } = seen.headers;
  assert.deepEqual([host, date, token], [HOST, '20240901T080000Z', 'session']);
  assert.match(authorization, /Credential=AKIDEXAMPLE\/20240901\/eu-central-1\/lambda\/aws4_request, /);
  assert.match(authorization, /SignedHeaders=\S*host\S*x-amz-date/);
  assert.equal(/Signature=([0-9a-f]+)$/.exec(authorization)?.[1], signature(seen));
});

test('what the function says of a decision that it did not take comes as it is', async () => {
  const approval = anApproval();
  answers(409, { version: 1, what: 'widened', delivered: false, approval });
  assert.deepEqual(await take(), { what: 'widened', approval, delivered: false });
  answers(404, { version: 1, what: 'not-asked' });
  assert.equal(await take(), 'not-asked');
});

test('what AWS says instead: refused, or for now', async () => {
  const table: [number, unknown, string, RegExp][] = [
    [403, { Message: 'Forbidden' }, 'AwsRefused', /^lambda:InvokeFunctionUrl: AccessDeniedException: Forbidden$/],
    [403, { message: 'The request signature we calculated does not match' }, 'AwsRefused', /does not match/],
    [400, { version: 1, what: 'bad-request' }, 'AwsRefused', /bad-request/],
    [429, { Message: 'Too Many Requests' }, 'AwsUnavailable', /Http429/],
    [502, { Message: 'Internal Server Error' }, 'AwsUnavailable', /Http502/],
    [200, '<html>', 'AwsUnavailable', /<html>/],
  ];
  for (const [status, body, name, message] of table) {
    answers(status, body);
    await assert.rejects(take(), { name, message });
  }
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9';
  await assert.rejects(take(), { name: 'AwsUnavailable' });
});

test('nothing is signed for an address that is no function URL of this Region', async () => {
  seen = null;
  for (const host of [
    'example.org',
    'x.lambda-url.us-east-1.on.aws',
    'a.b.lambda-url.eu-central-1.on.aws',
    `${HOST}.example.org`,
  ])
    await assert.rejects(take(`https://${host}/`), {
      name: 'BrokenRecord',
      message: /no function URL of eu-central-1/,
    });
  assert.equal(seen, null);
});
