import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, beforeEach } from 'node:test';
import { install } from '@sinonjs/fake-timers';

/** A request as it came over the wire. `operation`: of X-Amz-Target, of a form's Action, else method and path. */
export interface Call {
  operation: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  raw: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the SDK wrote
  body: any;
}

/** `cut`: the connection ends after the body, of which more was announced. */
export type Answer = { status?: number; headers?: Record<string, string>; body: unknown; cut?: boolean } | 'hang up';
type Play = (call: Call) => Answer | Promise<Answer>;

/**
 * An AWS of canned answers on the loopback, for one test file: what the SDK really sends and really makes of an answer, known
 * without any line of the rehearsal. Strings and bytes go out as they are, everything else as JSON.
 */
export async function wire() {
  const calls: Call[] = [];
  let play: Play = (call) => error(501, 'NotPlayed', call.operation);
  const server = createServer(async (request, response) => {
    const call = await read(request);
    calls.push(call);
    const answer = await Promise.resolve(play(call)).catch((cause) => error(500, 'TestFault', String(cause)));
    if (answer === 'hang up') return request.socket.destroy();
    const plain = typeof answer.body === 'string' || answer.body instanceof Uint8Array;
    const body = plain ? answer.body : JSON.stringify(answer.body);
    // Node would write the real time. Where the clock is virtual the SDK would see a skew, and try every 4xx again.
    const date = new Date().toUTCString();
    response.writeHead(answer.status ?? 200, { date, 'content-type': 'application/json', ...answer.headers });
    if (answer.cut) response.write(body, () => request.socket.destroy());
    else response.end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'none',
  });
  beforeEach(() => {
    calls.length = 0;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    calls,
    plays(next: Play): void {
      play = next;
    },
    /** Answers in turn; the last one again and again. */
    answers(...bodies: unknown[]): void {
      let turn = 0;
      play = () => ({ body: bodies[Math.min(turn++, bodies.length - 1)] });
    },
    operations: () => calls.map((call) => call.operation),
  };
}

/** An error as AWS's JSON protocols write it. */
export function error(status: number, type: string, message = 'no'): Answer {
  return { status, headers: { 'x-amzn-errortype': type }, body: { __type: type, message } };
}

export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

async function read(request: IncomingMessage): Promise<Call> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const raw = Buffer.concat(parts);
  const url = new URL(request.url ?? '/', 'http://wire');
  const target = request.headers['x-amz-target'];
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const body = Object.fromEntries(new URLSearchParams(raw.toString()));
    return {
      operation: body.Action ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      raw,
      body,
    };
  }
  const operation = typeof target === 'string' ? (target.split('.').pop() ?? '') : `${request.method} ${url.pathname}`;
  const body = type.includes('json') && raw.length > 0 && raw[0] === 0x7b ? JSON.parse(raw.toString()) : null;
  return { operation, path: url.pathname, query: url.searchParams, headers: request.headers, raw, body };
}

/** From now on and never back: a client that paces its calls would wait for what it remembers of a later time. */
let virtualNow = Date.now();

/** Runs `work` with a virtual clock that jumps whenever only a timer is waited for, as the rehearsal does. */
export async function inVirtualTime<T>(work: () => Promise<T>): Promise<T> {
  const clock = install({
    toFake: ['Date', 'setTimeout', 'clearTimeout'],
    now: Math.max(virtualNow, Date.now()),
    shouldClearNativeTimers: true,
  });
  const { setTimeout: faked } = globalThis;
  // Node's own rule: a timer takes 1 ms at least. By one of less a client that paces its calls would wait for ever.
  globalThis.setTimeout = ((run: () => void, ms = 1, ...args: []) =>
    faked(run, Math.max(1, ms), ...args)) as typeof faked;
  try {
    let over = false;
    const result = work().finally(() => {
      over = true;
    });
    result.catch(() => {});
    for (let steps = 0; !over; steps++) {
      if (steps > 10_000) throw new Error('the call has not ended after 10,000 steps of the clock');
      for (let turn = 0; turn < 50 && !over; turn++) await new Promise((next) => setImmediate(next));
      if (!over) clock.next();
    }
    return await result;
  } finally {
    virtualNow = clock.now;
    clock.uninstall();
  }
}
