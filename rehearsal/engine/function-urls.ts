/**
 * Lambda's function URLs: a request comes as an event of payload format 2.0, and what the function returns is the response. Of a signature
 * (AuthType AWS_IAM) everything is looked at but whether it is good: nobody here knows the secret of a stranger's key.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Chance, Clock, UrlRequest, UrlResponse } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/engine/chance.ts';
import type { Lambda } from '#rehearsal/engine/lambda.ts';
import type { DeployedFunction } from '#rehearsal/install/serverless.ts';
import { sessionOf } from '#rehearsal/services/identity.ts';

/** Where the gateway serves them: the part after it is the first label of the URL's host. */
const PATH = '/_lambda-url/';
const MAX_REQUEST = 6 * 1024 * 1024;
/** Lambda hands on these as they are; other bodies come in base64. */
const TEXT = /^(text\/.*|application\/(json|javascript|xml|.*\+(json|xml)))$/;

interface Parts {
  lambda: Lambda;
  clock: Clock;
  chance: Chance;
  account: string;
  region: string;
}

export class FunctionUrls {
  readonly #functions: Map<string, DeployedFunction>;
  readonly #parts: Parts;

  constructor(functions: DeployedFunction[], parts: Parts) {
    this.#functions = new Map(functions.flatMap((one) => (one.url ? [[new URL(one.url).host, one]] : [])));
    this.#parts = parts;
  }

  async visit({ method, url, headers = {}, body = '', as }: UrlRequest, from = VISITOR): Promise<UrlResponse> {
    const at = new URL(url);
    const deployed = this.#functions.get(at.host);
    if (!deployed || (deployed.urlAuth === 'AWS_IAM' && !as))
      return { status: 403, headers: JSON_TYPE, body: '{"Message":"Forbidden"}' };
    if (body.length > MAX_REQUEST) return { status: 413, headers: JSON_TYPE, body: '{"Message":"Request Too Long"}' };
    const signer = deployed.urlAuth === 'AWS_IAM' ? as : undefined;
    const event = this.#event(at, method, lowerCase(headers), Buffer.from(body), from, signer);
    const result = await this.#parts.lambda.invoke(deployed.arn, event).catch(() => null);
    return answer(result, method);
  }

  /** By its host, as on AWS, or by a path of the gateway. null: the request is for something else. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void> | null {
    const { host = '' } = request.headers;
    if (this.#functions.has(host)) return this.#serve(`https://${host}${request.url ?? '/'}`, request, response);
    const [, label = '', rest = ''] = new RegExp(`^${PATH}([a-z0-9]+)(/.*)?$`).exec(request.url ?? '') ?? [];
    const deployed = [...this.#functions].find(([one]) => one.startsWith(`${label}.`));
    if (!label || !deployed) return null;
    return this.#serve(`https://${deployed[0]}${rest || '/'}`, request, response);
  }

  async #serve(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const method = request.method ?? 'GET';
    const from = request.socket.remoteAddress ?? VISITOR;
    const as = this.#signer(headers);
    const body = Buffer.concat(parts).toString();
    const answered = await this.visit({ method, url, headers, body, ...(as && { as }) }, from);
    response.writeHead(answered.status, answered.headers);
    response.end(answered.body);
  }

  /** null: the request has no signature that Lambda would look at. */
  #signer(headers: Record<string, string>): string | null {
    const { account, region } = this.#parts;
    const scope =
      /^AWS4-HMAC-SHA256 Credential=[^/,]+\/\d{8}\/([a-z0-9-]+)\/lambda\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=[0-9a-f]{64}$/;
    const [, where, signed = ''] = scope.exec(headers.authorization ?? '') ?? [];
    const isWhole = ['host', 'x-amz-date'].every((name) => signed.split(';').includes(name) && headers[name]);
    return where === region && isWhole ? sessionOf(account, 'outside') : null;
  }

  #event(
    at: URL,
    method: string,
    headers: Record<string, string>,
    body: Buffer,
    sourceIp: string,
    signer: string | undefined,
  ): unknown {
    const { clock, chance, account } = this.#parts;
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
        accountId: signer ? account : 'anonymous',
        authentication: null,
        authorizer: signer ? authorizerOf(signer) : null,
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

function authorizerOf(userArn: string): unknown {
  const callerId = `AIDAREHEARSAL:${userArn.split('/').at(-1)}`;
  const accountId = userArn.split(':')[4];
  return {
    iam: {
      accessKey: 'AKIAREHEARSAL',
      accountId,
      callerId,
      cognitoIdentity: null,
      principalOrgId: null,
      userArn,
      userId: callerId,
    },
  };
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
