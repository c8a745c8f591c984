/** Lambda's function URLs: a request comes as an event of payload format 2.0, and what the function returns is the response. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Chance, Clock, UrlRequest, UrlResponse } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/chance.ts';
import type { Lambda } from '#rehearsal/lambda.ts';
import type { DeployedFunction } from '#rehearsal/serverless.ts';

/** Where the gateway serves them: the part after it is the first label of the URL's host. */
const PATH = '/_lambda-url/';
const MAX_REQUEST = 6 * 1024 * 1024;
/** Lambda hands on these as they are; other bodies come in base64. */
const TEXT = /^(text\/.*|application\/(json|javascript|xml|.*\+(json|xml)))$/;

export class FunctionUrls {
  readonly #functions: Map<string, DeployedFunction>;
  readonly #parts: { lambda: Lambda; clock: Clock; chance: Chance };

  constructor(functions: DeployedFunction[], parts: { lambda: Lambda; clock: Clock; chance: Chance }) {
    this.#functions = new Map(functions.flatMap((one) => (one.url ? [[new URL(one.url).host, one]] : [])));
    this.#parts = parts;
  }

  async visit({ method, url, headers = {}, body = '' }: UrlRequest, from = VISITOR): Promise<UrlResponse> {
    const at = new URL(url);
    const deployed = this.#functions.get(at.host);
    if (!deployed) return { status: 403, headers: JSON_TYPE, body: '{"Message":"Forbidden"}' };
    if (body.length > MAX_REQUEST) return { status: 413, headers: JSON_TYPE, body: '{"Message":"Request Too Long"}' };
    const event = this.#event(at, method, lowerCase(headers), Buffer.from(body), from);
    const result = await this.#parts.lambda.invoke(deployed.arn, event).catch(() => null);
    return answer(result, method);
  }

  /** null: the request is for something else. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void> | null {
    const [, label = '', rest = ''] = new RegExp(`^${PATH}([a-z0-9]+)(/.*)?$`).exec(request.url ?? '') ?? [];
    const deployed = [...this.#functions].find(([host]) => host.startsWith(`${label}.`));
    if (!label || !deployed) return null;
    return this.#serve(`https://${deployed[0]}${rest || '/'}`, request, response);
  }

  async #serve(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const method = request.method ?? 'GET';
    const from = request.socket.remoteAddress ?? VISITOR;
    const answered = await this.visit({ method, url, headers, body: Buffer.concat(parts).toString() }, from);
    response.writeHead(answered.status, answered.headers);
    response.end(answered.body);
  }

  #event(at: URL, method: string, headers: Record<string, string>, body: Buffer, sourceIp: string): unknown {
    const { clock, chance } = this.#parts;
    const now = new Date(clock.now());
    const plain = TEXT.test((headers['content-type'] ?? 'application/octet-stream').split(';')[0]?.trim() ?? '');
    const query: Record<string, string> = {};
    for (const [name, value] of at.searchParams) query[name] = name in query ? `${query[name]},${value}` : value;
    return {
      version: '2.0',
      routeKey: '$default',
      rawPath: at.pathname,
      rawQueryString: at.search.slice(1),
      headers: { ...headers, host: at.host },
      ...(at.search ? { queryStringParameters: query } : {}),
      requestContext: {
        accountId: 'anonymous',
        apiId: at.host.split('.')[0],
        domainName: at.host,
        domainPrefix: at.host.split('.')[0],
        http: {
          method,
          path: at.pathname,
          protocol: 'HTTP/1.1',
          sourceIp,
          userAgent: headers['user-agent'] ?? '',
        },
        requestId: uuid(chance),
        routeKey: '$default',
        stage: '$default',
        time: now.toUTCString(),
        timeEpoch: now.getTime(),
      },
      ...(body.length > 0 ? { body: body.toString(plain ? 'utf8' : 'base64') } : {}),
      isBase64Encoded: body.length > 0 && !plain,
    };
  }
}

/** An address that is kept for examples. */
const VISITOR = '203.0.113.7';
const JSON_TYPE = { 'content-type': 'application/json' };

function answer(result: unknown, method: string): UrlResponse {
  if (result === null || typeof result !== 'object' || !('statusCode' in result))
    return { status: 502, headers: JSON_TYPE, body: '{"Message":"Internal Server Error"}' };
  const { statusCode, headers = {}, body = '' } = result as { statusCode: number; headers?: object; body?: string };
  const lower = lowerCase(headers as Record<string, string>);
  return { status: Number(statusCode), headers: lower, body: method === 'HEAD' ? '' : body };
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
