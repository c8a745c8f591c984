/** A call of DynamoDB: faults, what the caller's role may, and then dynalite, which reads the request again. */
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { AwsFault, type Caller } from '#rehearsal/api.ts';
import { received, send } from '#rehearsal/engine/address.ts';
import { failed, throttled, type WireFault } from '#rehearsal/engine/service-faults.ts';
import { targetJson } from '#rehearsal/protocols/json.ts';

const ANSWERED = channel('rehearsal:answered');

/** `dynamodb.PutItem` */
export function callOf({ headers }: IncomingMessage): string {
  return `dynamodb.${String(headers['x-amz-target'] ?? '')
    .split('.')
    .pop()}`;
}

/** What the gateway gives for it: see its own parts. */
export interface DynamodbParts {
  requestId(): string;
  dynamodb: Server;
  tables(operation: string, input: object, who: Caller): void;
  fault(call: string, caller: string): WireFault | null;
  called(call: string, caller: string, error: string | null): void;
}

/** Throws AwsFault for a body that is too long. */
export async function answerDynamodb(
  request: IncomingMessage,
  response: ServerResponse,
  who: Caller,
  parts: DynamodbParts,
): Promise<void> {
  const call = callOf(request);
  const refused = (told: AwsFault) => {
    parts.called(call, who.name, told.code);
    send(response, targetJson('1.0').fault(told, parts.requestId()));
  };
  const fault = parts.fault(call, who.name);
  if (fault && fault.do !== 'lose') {
    request.resume();
    return refused(fault.do === 'throttle' ? throttled('dynamodb') : failed('dynamodb', fault.error));
  }
  const asked = await replayed(request);
  try {
    parts.tables(call.replace('dynamodb.', ''), asked.input, who);
  } catch (thrown) {
    if (!(thrown instanceof AwsFault)) throw thrown;
    return refused(thrown);
  }
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = ((...args: unknown[]) => {
    const type = /"__type":"(?:[^"#]*#)?([^"]+)"/.exec(String(args[0] ?? ''))?.[1];
    parts.called(call, who.name, response.statusCode < 400 ? null : (type ?? String(response.statusCode)));
    if (ANSWERED.hasSubscribers) ANSWERED.publish({ caller: who.name, call, input: asked.input, output: null });
    if (!fault) return end(...args);
    response.socket?.destroy();
    return response;
  }) as typeof response.end;
  parts.dynamodb.emit('request', asked.request, response);
}

/** A request that was read, as a stream that can be read; `input` is empty where the body is no structure, which dynalite tells. */
async function replayed(request: IncomingMessage): Promise<{ request: Readable; input: object }> {
  const { body } = await received(request, 'dynamodb');
  const { method, url, headers } = request;
  const again = Object.assign(Readable.from(body.length ? [Buffer.from(body)] : []), { method, url, headers });
  try {
    const input: unknown = JSON.parse(body.toString());
    return { request: again, input: typeof input === 'object' && input !== null ? input : {} };
  } catch {
    return { request: again, input: {} };
  }
}
