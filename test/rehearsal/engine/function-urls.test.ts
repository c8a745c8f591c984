import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rehearsal } from '#rehearsal/api.ts';
import { openSample, START } from '../sample.ts';

const URL_ = 'https://showvisit.lambda-url.eu-central-1.on.aws/';

async function served(work: (rehearsal: Rehearsal) => Promise<void>): Promise<void> {
  const rehearsal = await openSample({ serverless: 'urls.yml' });
  try {
    await work(rehearsal);
  } finally {
    await rehearsal.close();
  }
}

test('a function URL brings an event of payload format 2.0, and the answer is the response', () =>
  served(async (rehearsal) => {
    const headers = { 'Content-Type': 'text/plain', 'User-Agent': 'a browser' };
    const {
      status,
      headers: got,
      body,
    } = await rehearsal.visit({
      method: 'POST',
      url: `${URL_}some/path?a=1&b=2&b=3`,
      headers,
      body: 'hello',
    });
    assert.equal(status, 201);
    assert.deepEqual([got['content-type'], got['x-own']], ['application/json', URL_]);
    const { event } = JSON.parse(body);
    assert.deepEqual([event.version, event.rawPath, event.rawQueryString], ['2.0', '/some/path', 'a=1&b=2&b=3']);
    assert.deepEqual(event.queryStringParameters, { a: '1', b: '2,3' });
    assert.deepEqual(
      [event.headers['content-type'], event.body, event.isBase64Encoded],
      ['text/plain', 'hello', false],
    );
    const { method, path, sourceIp, userAgent } = event.requestContext.http;
    assert.deepEqual([method, path, sourceIp, userAgent], ['POST', '/some/path', '203.0.113.7', 'a browser']);
    assert.equal(event.requestContext.timeEpoch, START);
  }));

test('forms come in base64, HEAD reaches the function and gets no body, no query is no member', () =>
  served(async (rehearsal) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { body } = await rehearsal.visit({ method: 'POST', url: URL_, headers, body: 'a=b' });
    const { event } = JSON.parse(body);
    assert.deepEqual([event.body, event.isBase64Encoded], [Buffer.from('a=b').toString('base64'), true]);
    assert.ok(!('queryStringParameters' in event));
    const head = await rehearsal.visit({ method: 'HEAD', url: URL_ });
    assert.deepEqual([head.status, head.body], [201, '']);
  }));

test('a function that fails, or answers nothing, is a 502; an address that nobody has a 403', () =>
  served(async (rehearsal) => {
    const { status, body } = await rehearsal.visit({ method: 'GET', url: `${URL_}throws` });
    assert.deepEqual([status, body], [502, '{"Message":"Internal Server Error"}']);
    assert.equal((await rehearsal.visit({ method: 'GET', url: `${URL_}nothing` })).status, 502);
    assert.equal((await rehearsal.visit({ method: 'GET', url: URL_.replace('show', 'hide') })).status, 403);
    assert.equal((await rehearsal.visit({ method: 'GET', url: URL_.replace('showvisit', 'sweep') })).status, 403);
  }));

test('a function that takes its time: virtual time moves until it answers', () =>
  served(async (rehearsal) => {
    assert.equal((await rehearsal.visit({ method: 'GET', url: `${URL_}slow` })).status, 201);
    assert.equal(rehearsal.clock.now(), START + 2000);
  }));

test('the gateway serves it to real browsers', () =>
  served(async (rehearsal) => {
    const response = await fetch(`${rehearsal.endpoint}/_lambda-url/showvisit/x?a=1`, { method: 'POST', body: 'hi' });
    assert.equal(response.status, 201);
    const { event } = (await response.json()) as { event: { rawPath: string; body: string } };
    assert.deepEqual([event.rawPath, event.body], ['/x', 'hi']);
    assert.equal((await fetch(`${rehearsal.endpoint}/_lambda-url/nobody/`)).status, 400);
  }));

test('AuthType AWS_IAM: who signed it stands in the event; unsigned, or signed for another service or Region, it is Forbidden', () =>
  served(async (rehearsal) => {
    const url = 'https://hear.lambda-url.eu-central-1.on.aws/';
    const as = 'arn:aws:iam::123456789012:user/ann';
    const { event } = JSON.parse((await rehearsal.visit({ method: 'POST', url, as })).body);
    assert.deepEqual(
      [event.requestContext.accountId, event.requestContext.authorizer.iam.userArn],
      ['123456789012', as],
    );
    const open = JSON.parse((await rehearsal.visit({ method: 'GET', url: URL_, as })).body).event.requestContext;
    assert.deepEqual([open.accountId, open.authorizer], ['anonymous', null]);
    assert.equal((await rehearsal.visit({ method: 'GET', url })).status, 403);
    const asked = (change: Record<string, string>) =>
      fetch(`${rehearsal.endpoint}/_lambda-url/hear/`, {
        headers: { 'x-amz-date': '20240901T020000Z', authorization: signature('eu-central-1/lambda'), ...change },
      });
    const good = (await (await asked({})).json()) as { event: typeof event };
    assert.match(
      good.event.requestContext.authorizer.iam.userArn,
      /^arn:aws:sts::123456789012:assumed-role\/rehearsal\//,
    );
    const refused = [
      { authorization: '' },
      { authorization: 'Bearer x' },
      { authorization: signature('eu-central-1/execute-api') },
      { authorization: signature('us-east-1/lambda') },
      { authorization: signature('eu-central-1/lambda', 'x-amz-date') },
      { 'x-amz-date': '' },
    ];
    for (const change of refused) {
      const answer = await asked(change as unknown as Record<string, string>);
      assert.deepEqual([answer.status, await answer.text()], [403, '{"Message":"Forbidden"}'], JSON.stringify(change));
    }
  }));

const signature = (scope: string, signed = 'host;x-amz-date') =>
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240901/${scope}/aws4_request, SignedHeaders=${signed}, Signature=${'0'.repeat(64)}`;

test('always 10: what a function draws is the same with the same seed', async () => {
  const drawn: string[] = [];
  for (let run = 0; run < 2; run++)
    await served(async (rehearsal) => {
      for (let visit = 0; visit < 2; visit++)
        drawn.push(JSON.parse((await rehearsal.visit({ method: 'GET', url: URL_ })).body).drawn);
    });
  assert.deepEqual(drawn.slice(0, 2), drawn.slice(2));
  assert.notEqual(drawn[0], drawn[1]);
  const outside = crypto.getRandomValues(new Uint8Array(8));
  assert.notEqual(Buffer.from(outside).toString('hex'), drawn[0]);
});
