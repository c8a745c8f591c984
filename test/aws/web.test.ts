import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer as secure } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, test } from 'node:test';
import { web, webWith } from '#aws/web.ts';
import { ATTACKS, attackProbe, controls, type Probe } from '#domain/edge/probes.ts';
import { NotConfigured } from '#domain/errors.ts';
import { inVirtualTime } from './wire.ts';

const open: Server[] = [];
afterEach(() => {
  delete process.env.CONNECT_TO;
  for (const server of open.splice(0)) server.close();
});

/** A server that says `answer` to each connection, and keeps what came over it byte for byte. */
async function listening(answer: string, end = true): Promise<{ endpoint: string; port: number; came: string[] }> {
  const came: string[] = [];
  const server = createServer((socket) => {
    const place = came.push('') - 1;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      came[place] += bytes.toString('latin1');
      if (answer === '') socket.destroy();
      else if (end) socket.end(answer);
      else socket.write(answer);
    });
  });
  open.push(server);
  const port = await portOf(server);
  return { endpoint: `http://127.0.0.1:${port}`, port, came };
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as AddressInfo).port;
}

const ANSWERED =
  'HTTP/1.1 204 No Content\r\nServer: awselb/2.0\r\nx-patchwright-site: shop\r\nX-Patchwright-Revision: 3f9a\r\n\r\n';
const [GET, POST] = controls('/') as [Probe, Probe];

test('an answer of the probe rule: status, site, revision and server', async () => {
  const { endpoint } = await listening(ANSWERED);
  const { at, ...answer } = await web.send(GET, endpoint, 0);
  assert.ok(at > 0);
  assert.deepEqual(answer, { status: 204, site: 'shop', revision: '3f9a', why: '', server: 'awselb/2.0' });
});

test('path and query go as written: dots, slashes and escapes are the attack', async () => {
  const { endpoint, came } = await listening(ANSWERED);
  const traversal = ATTACKS.find(({ id }) => id === 'traversal-passwd');
  const encoded = ATTACKS.find(({ id }) => id === 'traversal-double');
  assert.ok(traversal && encoded);
  await web.send(attackProbe(traversal, 'path', '/a'), endpoint, 0);
  await web.send(attackProbe(encoded, 'query', '/a'), endpoint, 0);
  assert.match(came[0] ?? '', /^GET \/a\/\.\.\/\.\.\/\.\.\/\.\.\/etc\/passwd HTTP\/1\.1\r\n/);
  assert.match(came[1] ?? '', /^GET \/a\?q=\.\.%252f\.\.%252fetc%252fpasswd HTTP\/1\.1\r\n/);
});

test('the whole request: headers in their order and spelling, a body with its length, a connection of its own', async () => {
  const { endpoint, port, came } = await listening(ANSWERED);
  await web.send(POST, endpoint, 0);
  await web.send(POST, endpoint, 0);
  const lines = [
    'POST / HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-length: 27',
    'connection: close',
    'user-agent: Mozilla/5.0 (compatible; patchwright)',
    'content-type: application/x-www-form-urlencoded',
    'x-patchwright-probe: control-post',
    '',
    'name=patchwright&note=hello',
  ];
  assert.deepEqual(came, [lines.join('\r\n'), lines.join('\r\n')]);
});

test('every probe of a scan can be sent: no header and no path that a client refuses', async () => {
  const { endpoint, came } = await listening(ANSWERED);
  const all = ATTACKS.flatMap((attack) => attack.places.map((place) => attackProbe(attack, place, '/')));
  for (const probe of all) {
    const { status, why } = await web.send(probe, endpoint, 0);
    assert.equal(status, 204, `${probe.id}: ${why}`);
  }
  assert.equal(came.length, all.length);
  const own = came.filter((text) => /\r\nhost: localhost\r\n/.test(text));
  assert.equal(own.length, 1, 'the probe with a host of its own has no other');
});

test('a redirect is an answer, and nobody follows it', async () => {
  const { endpoint, came } = await listening('HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.invalid/\r\n\r\n');
  const { status, why } = await web.send(GET, endpoint, 0);
  assert.deepEqual([status, why, came.length], [301, 'it points to https://elsewhere.invalid/', 1]);
});

test('CONNECT_TO says where to connect instead; host and certificate stay those of the endpoint', async () => {
  const { port, came } = await listening(ANSWERED);
  process.env.CONNECT_TO = `elsewhere.example.com:80:127.0.0.1:1,shop.example.com:80:127.0.0.1:${port}`;
  assert.equal((await web.send(GET, 'http://shop.example.com', 0)).status, 204);
  process.env.CONNECT_TO = `::127.0.0.1:${port}`;
  assert.equal((await web.send(GET, 'http://shop.example.com', 0)).status, 204);
  for (const text of came) assert.match(text, /\r\nhost: shop\.example\.com\r\n/);
  process.env.CONNECT_TO = 'nonsense';
  await assert.rejects(web.send(GET, 'http://shop.example.com', 0), NotConfigured);
});

test('a certificate that is not the endpoint’s is an answer in words, and nothing is sent over it', async () => {
  const pem = readFileSync(new URL('other.example.com.pem', import.meta.url));
  let requests = 0;
  const server = secure({ key: pem, cert: pem }, (_request, response) => {
    requests += 1;
    response.end();
  });
  open.push(server);
  process.env.CONNECT_TO = `:443:127.0.0.1:${await portOf(server)}`;
  const { status, why } = await web.send(GET, 'https://shop.example.com', 0);
  assert.equal(status, null);
  assert.match(why, /^the certificate is not valid for shop\.example\.com: /);
  assert.equal(requests, 0);
});

test('a closed connection and a refused one are said', async () => {
  const { endpoint } = await listening('');
  assert.match((await web.send(GET, endpoint, 0)).why, /closed the connection without an answer/);
  const server = createServer();
  const port = await portOf(server);
  await new Promise((closed) => server.close(closed));
  assert.match((await web.send(GET, `http://127.0.0.1:${port}`, 0)).why, /refuses connections/);
});

test('what does not answer ends after its time', async () => {
  const { endpoint } = await listening('HTTP/1.1 20', false);
  assert.equal((await webWith(50).send(GET, endpoint, 0)).why, 'it timed out: no answer within 0.05 s');
});

test('a header that no request may hold is said, and nothing is sent', async () => {
  const { endpoint, came } = await listening(ANSWERED);
  const { status, why } = await web.send({ ...GET, headers: [['x-a', 'b\r\nc: d']] }, endpoint, 0);
  assert.equal(status, null);
  assert.match(why, /Invalid character/);
  assert.deepEqual(came, []);
});

test('two requests begin no nearer to each other than the gap', async () => {
  const { endpoint } = await listening(ANSWERED);
  const gap = await inVirtualTime(async () => {
    const first = await web.send(GET, endpoint, 0);
    const second = await web.send(GET, endpoint, 40_000);
    return second.at - first.at;
  });
  assert.ok(gap >= 40_000);
});
