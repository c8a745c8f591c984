/**
 * The one address at which the small AWS answers. Service and caller come from the request itself (the scope of its signature, and
 * the task that runs); the operation from the service's protocol. What nobody plays is refused by name.
 *
 * One server per process, on a port that stays: clients kept in module scope by functions outlive a rehearsal.
 */
import { channel } from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsFault, type Caller, type Fake, type Operation, type ServiceName } from '#rehearsal/api.ts';
import { running } from '#rehearsal/clock.ts';
import type { FunctionUrls } from '#rehearsal/function-urls.ts';
import { restJson, targetJson } from '#rehearsal/protocols/json.ts';
import { ec2Query, iamQuery, snsQuery, stsQuery } from '#rehearsal/protocols/query.ts';
import { restS3 } from '#rehearsal/protocols/s3.ts';
import type { Protocol, WireAnswer, WireRequest } from '#rehearsal/protocols/wire.ts';
import type { Traffic } from '#rehearsal/traffic.ts';

export type WireFault = { do: 'throttle' } | { do: 'lose' } | { do: 'fail'; error: string | null };

export interface GatewayParts {
  now(): number;
  caller(): Caller;
  requestId(): string;
  traffic: Traffic;
  /** DynamoDB is answered by another server, at its request event. */
  dynamodb: Server;
  urls: FunctionUrls;
  /** A fault that strikes this call, asked once per call. */
  fault(call: string, caller: string): WireFault | null;
  /** After each call: `error` is AWS's error code, or null. */
  called(call: string, caller: string, error: string | null): void;
}

const PROTOCOLS: Record<Exclude<ServiceName, 'dynamodb'>, Protocol> = {
  ssm: targetJson('1.1'),
  states: targetJson('1.0'),
  events: targetJson('1.1'),
  monitoring: targetJson('1.0'),
  sqs: targetJson('1.0'),
  inspector2: restJson({
    'POST /findings/list': 'ListFindings',
    'POST /findings/aggregation/list': 'ListFindingAggregations',
    'POST /findings/details/batch/get': 'BatchGetFindingDetails',
    'POST /coverage/list': 'ListCoverage',
    'POST /coverage/statistics/list': 'ListCoverageStatistics',
    'POST /status/batch/get': 'BatchGetAccountStatus',
    'POST /configuration/get': 'GetConfiguration',
    'POST /filters/list': 'ListFilters',
  }),
  scheduler: restJson({ 'GET /schedules': 'ListSchedules', 'GET /schedules/{Name}': 'GetSchedule' }),
  lambda: restJson({ 'POST /2015-03-31/functions/{FunctionName}/invocations': 'Invoke' }),
  sns: snsQuery,
  sts: stsQuery,
  iam: iamQuery,
  ec2: ec2Query,
  s3: restS3,
};

/** Calls that were played, whole, for who checks what callers may do: `{ caller, call, input, output }`. Not DynamoDB's. */
const ANSWERED = channel('rehearsal:answered');

export class Gateway {
  readonly calls = new Map<string, number>();
  readonly callsByCaller = new Map<string, number>();
  readonly #parts: GatewayParts;
  readonly #operations = new Map<string, Operation>();

  constructor(parts: GatewayParts, fakes: Fake[]) {
    this.#parts = parts;
    for (const { service, operations } of fakes) {
      for (const [name, operation] of Object.entries(operations)) this.#operations.set(`${service}.${name}`, operation);
    }
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Before it counts as traffic: the function behind a page may wait for time to move.
    const page = this.#parts.urls.serve(request, response);
    if (page) return page;
    this.#parts.traffic.serving(response);
    response.sendDate = false;
    response.setHeader('Date', new Date(this.#parts.now()).toUTCString());
    const service = /Credential=[^/]+\/[^/]+\/[^/]+\/([a-z0-9-]+)\/aws4_request/.exec(
      request.headers.authorization ?? '',
    )?.[1];
    if (service === 'dynamodb') return this.#dynamodb(request, response);
    const protocol = PROTOCOLS[service as keyof typeof PROTOCOLS] as Protocol | undefined;
    const asked = await received(request);
    if (!protocol) {
      const what = service ? `not rehearsed: the service ${service}` : 'the request is not signed';
      return send(
        response,
        targetJson('1.1').fault(new AwsFault('UnknownOperationException', what), this.#parts.requestId()),
      );
    }
    await this.#play(service as ServiceName, protocol, asked, response);
  }

  async #play(service: ServiceName, protocol: Protocol, asked: WireRequest, response: ServerResponse): Promise<void> {
    const { requestId, caller } = this.#parts;
    const who = caller();
    const operation = protocol.operation(asked);
    const call = `${service}.${operation}`;
    this.#count(call, who.name);
    const fault = this.#parts.fault(call, who.name);
    let answer: WireAnswer;
    let error: string | null = null;
    try {
      if (fault?.do === 'throttle') throw throttled(service);
      if (fault?.do === 'fail') throw failed(service, fault.error);
      const play = this.#operations.get(call);
      if (!play) throw new AwsFault('UnknownOperationException', `not rehearsed: ${call}`);
      const input = protocol.input(asked, operation);
      const output = await play(input, who);
      if (ANSWERED.hasSubscribers) ANSWERED.publish({ caller: who.name, call, input, output });
      answer = protocol.answer(operation, output, requestId());
    } catch (thrown) {
      const told =
        thrown instanceof AwsFault
          ? thrown
          : new AwsFault('RehearsalDefect', `${call}: ${(thrown as Error)?.stack ?? thrown}`, 400);
      error = told.code;
      answer = protocol.fault(told, requestId());
    }
    this.#parts.called(call, who.name, error);
    if (fault?.do === 'lose') response.socket?.destroy();
    else send(response, answer);
  }

  /** dynalite reads the request itself. */
  #dynamodb(request: IncomingMessage, response: ServerResponse): void {
    const caller = this.#parts.caller().name;
    const call = `dynamodb.${String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .pop()}`;
    this.#count(call, caller);
    const fault = this.#parts.fault(call, caller);
    if (fault && fault.do !== 'lose') {
      const told = fault.do === 'throttle' ? throttled('dynamodb') : failed('dynamodb', fault.error);
      this.#parts.called(call, caller, told.code);
      request.resume();
      send(response, targetJson('1.0').fault(told, this.#parts.requestId()));
      return;
    }
    const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
    response.end = ((...args: unknown[]) => {
      const body = String(args[0] ?? '');
      const error =
        response.statusCode < 400
          ? null
          : (/"__type":"(?:[^"#]*#)?([^"]+)"/.exec(body)?.[1] ?? String(response.statusCode));
      this.#parts.called(call, caller, error);
      if (!fault) return end(...args);
      response.socket?.destroy();
      return response;
    }) as typeof response.end;
    this.#parts.dynamodb.emit('request', request, response);
  }

  #count(call: string, caller: string): void {
    this.calls.set(call, (this.calls.get(call) ?? 0) + 1);
    const both = `${caller}|${call}`;
    this.callsByCaller.set(both, (this.callsByCaller.get(both) ?? 0) + 1);
  }
}

function throttled(service: ServiceName): AwsFault {
  if (service === 's3') return new AwsFault('SlowDown', 'Please reduce your request rate.', 503);
  if (service === 'ec2') return new AwsFault('RequestLimitExceeded', 'Request limit exceeded.', 503);
  if (service === 'sns') return new AwsFault('Throttling', 'Rate exceeded', 400);
  return new AwsFault('ThrottlingException', 'Rate exceeded', service === 'inspector2' ? 429 : 400);
}

function failed(service: ServiceName, error: string | null): AwsFault {
  if (error) return new AwsFault(error, 'a fault of the scenario', 400);
  const codes: Partial<Record<ServiceName, string>> = {
    s3: 'InternalError',
    ec2: 'InternalError',
    sns: 'InternalError',
    inspector2: 'InternalServerException',
  };
  return new AwsFault(codes[service] ?? 'InternalServerError', 'a fault of the scenario', 500);
}

async function received(request: IncomingMessage): Promise<WireRequest> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  return { method: request.method ?? 'GET', url, headers: request.headers, body: Buffer.concat(parts) };
}

function send(response: ServerResponse, { status, headers, body }: WireAnswer): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;
let server: Promise<Server> | null = null;
let handler: Handler | null = null;

/** Takes the process's address for this handler. Throws if another rehearsal holds it. */
export async function occupy(handle: Handler): Promise<void> {
  if (handler) throw new Error('another rehearsal is open in this process: close it first');
  handler = handle;
  (await listening()).ref();
}

export async function vacate(): Promise<void> {
  handler = null;
  const open = await listening();
  open.closeAllConnections();
  open.unref();
}

export async function address(): Promise<number> {
  return ((await listening()).address() as AddressInfo).port;
}

function listening(): Promise<Server> {
  server ??= new Promise((resolve, reject) => {
    const made = createServer((request, response) => {
      running.run('engine', () => {
        if (handler) handler(request, response).catch(() => response.destroy());
        else response.writeHead(503).end('no rehearsal is open');
      });
    });
    // A connection that the server closes while a client writes to it would be a lost call that no scenario asked for.
    made.keepAliveTimeout = 0;
    made.requestTimeout = 0;
    made.headersTimeout = 0;
    made.once('error', reject);
    made.listen(0, '127.0.0.1', () => resolve(made));
  });
  return server;
}
