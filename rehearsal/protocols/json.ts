/** The JSON protocols: operation in X-Amz-Target, or in method and path. Timestamps are epoch seconds, blobs base64. */
import { AwsFault } from '#rehearsal/api.ts';
import { type Protocol, text, type WireRequest } from '#rehearsal/protocols/wire.ts';

/** awsJson: `X-Amz-Target: Prefix.Operation`. */
export function targetJson(version: '1.0' | '1.1'): Protocol {
  return {
    operation: (request) =>
      String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .pop() || 'no X-Amz-Target',
    input: parse,
    ...answers(`application/x-amz-json-${version}`),
  };
}

/**
 * restJson: `routes` maps `METHOD /path` to the operation; a `{Label}` in the path becomes a member of the input. `names`: members
 * that have another name in the query.
 */
export function restJson(routes: Record<string, string>, names: Record<string, string> = {}): Protocol {
  const table = Object.entries(routes).map(([route, operation]) => {
    const labels = [...route.matchAll(/\{(\w+)\}/g)].map((found) => String(found[1]));
    return { operation, labels, pattern: new RegExp(`^${route.replaceAll(/\{\w+\}/g, '([^/]+)')}$`) };
  });
  const match = ({ method, url }: WireRequest) => {
    for (const { operation, labels, pattern } of table) {
      const found = pattern.exec(`${method} ${url.pathname}`);
      if (found)
        return { operation, members: labels.map((label, at) => [label, decodeURIComponent(found[at + 1] ?? '')]) };
    }
    return null;
  };
  return {
    operation: (request) => match(request)?.operation ?? `${request.method} ${request.url.pathname}`,
    input: (request) => ({
      ...parse(request),
      ...Object.fromEntries([...request.url.searchParams].map(([name, value]) => [names[name] ?? name, value])),
      ...Object.fromEntries(match(request)?.members ?? []),
    }),
    ...answers('application/json'),
  };
}

export const restScheduler = restJson(
  {
    'GET /schedules': 'ListSchedules',
    'GET /schedules/{Name}': 'GetSchedule',
    'POST /schedules/{Name}': 'CreateSchedule',
    'PUT /schedules/{Name}': 'UpdateSchedule',
    'DELETE /schedules/{Name}': 'DeleteSchedule',
  },
  { groupName: 'GroupName', ScheduleGroup: 'GroupName', clientToken: 'ClientToken' },
);

function parse(request: WireRequest): Record<string, unknown> {
  const body = text(request);
  let read: unknown;
  try {
    read = body === '' ? {} : JSON.parse(body);
  } catch {
    throw new AwsFault('SerializationException', 'the body is not JSON');
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new AwsFault('SerializationException', 'the body is no structure');
  return read as Record<string, unknown>;
}

function answers(type: string): Pick<Protocol, 'answer' | 'fault'> {
  const headers = (requestId: string) => ({ 'content-type': type, 'x-amzn-requestid': requestId });
  return {
    answer: (_operation, output, requestId) => ({
      status: 200,
      headers: headers(requestId),
      body: JSON.stringify(encode(output ?? {})),
    }),
    fault: (fault, requestId) => ({
      status: fault.status,
      headers: { ...headers(requestId), 'x-amzn-errortype': fault.code },
      body: JSON.stringify(
        encode({ ...fault.members, __type: fault.code, message: fault.message, Message: fault.message }),
      ),
    }),
  };
}

function encode(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, encode(item)]));
}
