import { event } from '#aws/lambda.ts';
import { log } from '#aws/log.ts';
import { type Answered, LONGEST_BODY_BYTES, type Visit } from '#domain/campaign/visit.ts';
import type { Instant } from '#domain/instant.ts';

/** What a function URL sends (payload format 2.0), as far as we look at it. */
interface UrlEvent {
  rawPath?: string;
  queryStringParameters?: Record<string, string>;
  headers?: Record<string, string>;
  requestContext?: {
    http?: { method?: string; sourceIp?: string; userAgent?: string };
    authorizer?: { iam?: { userArn?: string } } | null;
  };
  body?: string;
  isBase64Encoded?: boolean;
}

type Page<Ports> = (visit: Visit, ports: Ports, now: Instant) => Promise<Answered>;

/** The handler of a function URL. Every visit leaves a line in the log: who, what and what became of it, and never the secret. */
export function page<Ports>(task: Page<Ports>, ports: Ports) {
  const answer = async (input: UrlEvent, given: Ports, now: Instant) => {
    const visit = visitOf(input);
    const { method, sourceIp, userAgent } = visit;
    const { status, headers, body, log: line } = await task(visit, given, now);
    log.info('visited', { method, sourceIp, userAgent: userAgent.slice(0, 200), status, ...line });
    return { statusCode: status, headers, body: method === 'HEAD' ? '' : body };
  };
  return event(answer, ports, ({ statusCode }) => ({ statusCode })); // a whole page is nothing for the log
}

function visitOf(event: UrlEvent): Visit {
  const { method = '', sourceIp = '', userAgent = '' } = event.requestContext?.http ?? {};
  const contentType = (event.headers?.['content-type'] ?? '').split(';')[0] ?? '';
  return {
    method: method.toUpperCase(),
    path: event.rawPath ?? '/',
    query: event.queryStringParameters ?? {},
    contentType: contentType.trim().toLowerCase(),
    body: bodyOf(event),
    sourceIp,
    caller: event.requestContext?.authorizer?.iam?.userArn ?? null,
    userAgent,
  };
}

/** Lambda brings form bodies in base64, which is a third longer: the length is looked at before anything is decoded. */
function bodyOf({ body = '', isBase64Encoded = false }: UrlEvent): string | null {
  if (body.length > (isBase64Encoded ? Math.ceil(LONGEST_BODY_BYTES / 3) * 4 : LONGEST_BODY_BYTES)) return null;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return bytes.length > LONGEST_BODY_BYTES ? null : bytes.toString('utf8');
}
