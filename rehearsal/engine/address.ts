/**
 * The one address of the process, and what arrives there. It stays when a rehearsal closes: clients kept in module scope by functions
 * outlive it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsFault } from '#rehearsal/api.ts';
import { running } from '#rehearsal/engine/clock.ts';
import type { WireAnswer, WireRequest } from '#rehearsal/protocols/wire.ts';

export interface Address {
  host: string;
  port: number; // 0: any that is free
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;
let server: Promise<Server> | null = null;
let handler: Handler | null = null;
/** Requests that wait for the next rehearsal; null: none is to come. */
let waiting: Parameters<Handler>[] | null = null;

/** Takes the process's address for this handler. Throws if another rehearsal holds it, or if it is taken (EADDRINUSE). */
export async function occupy(handle: Handler, wanted: Address = { host: '127.0.0.1', port: 0 }): Promise<void> {
  if (handler) throw new Error('another rehearsal is open in this process: close it first');
  handler = handle;
  try {
    (await listening(wanted)).ref();
  } catch (error) {
    handler = null;
    server = null;
    throw error;
  }
}

/** What comes until the next rehearsal is open is answered by that, this request first. */
export function wait(request: IncomingMessage, response: ServerResponse): void {
  waiting = [...(waiting ?? []), [request, response]];
}

/** Lets in who has waited. */
export function admit(): void {
  const guests = waiting ?? [];
  waiting = null;
  for (const [request, response] of guests) arrived(request, response);
}

export async function vacate(): Promise<void> {
  handler = null;
  if (waiting) return;
  const open = await server;
  open?.closeAllConnections();
  open?.unref();
}

export async function address(): Promise<number> {
  const open = await server;
  if (!open) throw new Error('no rehearsal is open in this process');
  return (open.address() as AddressInfo).port;
}

function listening({ host, port }: Address): Promise<Server> {
  server ??= new Promise((resolve, reject) => {
    const made = createServer((request, response) => {
      running.run('engine', () => arrived(request, response));
    });
    // A connection that the server closes while a client writes to it would be a lost call that no scenario asked for.
    made.keepAliveTimeout = 0;
    made.requestTimeout = 0;
    made.headersTimeout = 0;
    made.once('error', reject);
    made.listen(port, host, () => resolve(made));
  });
  return server;
}

function arrived(request: IncomingMessage, response: ServerResponse): void {
  if (handler) handler(request, response).catch(() => response.destroy());
  else if (waiting) wait(request, response);
  else response.writeHead(503).end('no rehearsal is open');
}

/** Bytes of a body: an object in S3, everything else. */
const LARGEST_OBJECT = 256 * 1024 * 1024;
const LARGEST_REQUEST = 8 * 1024 * 1024;

/** Reads the whole request. Throws AwsFault for a body above the limit and for an address that is none. */
export async function received(request: IncomingMessage, service: string | undefined): Promise<WireRequest> {
  const limit = service === 's3' ? LARGEST_OBJECT : LARGEST_REQUEST;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes <= limit) parts.push(part as Buffer);
  }
  if (bytes > limit) {
    const code = service === 's3' ? 'EntityTooLarge' : 'RequestEntityTooLargeException';
    throw new AwsFault(code, `the body has ${bytes} bytes, more than ${limit}`, service === 's3' ? 400 : 413);
  }
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  if (!url) throw new AwsFault('SerializationException', 'the address of the request is none');
  return { method: request.method ?? 'GET', url, headers: request.headers, body: Buffer.concat(parts) };
}

export function send(response: ServerResponse, { status, headers, body }: WireAnswer): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
