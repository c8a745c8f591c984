import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import { ask, isNamed, isThrottling, translated } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import type { Members, Written } from '#domain/edge/ports.ts';
import { AwsRefused } from '#domain/errors.ts';

/** For reads: they may be tried again. */
const client = lazily(() => new WAFV2Client({}));
/** For writes: a try that nobody knows of would write over somebody's change, or find its own lock token stale. */
const once = lazily(() => new WAFV2Client({ maxAttempts: 1 }));

/** The parts of the SDK's middleware that both functions below use. Its own types know each command apart. */
interface Command {
  readonly input: object;
  middlewareStack: { add(middleware: unknown, where: object): void };
}

/**
 * AWS's answer whole. The SDK's own answer leaves out members that its version does not know, and an update that goes back without
 * them takes them away: so answers are read here as JSON, strings as text. `what`: the call as IAM writes it.
 */
export async function whole(what: string, command: Command): Promise<Members> {
  let body = '';
  type Next = (given: unknown) => Promise<{ response: { body: unknown } }>;
  const keep = (next: Next) => async (given: unknown) => {
    const result = await next(given);
    const bytes = await bytesOf(result.response.body);
    body = bytes.toString('utf8');
    result.response.body = bytes;
    return result;
  };
  Object.assign(command.input, withBytes(command.input));
  command.middlewareStack.add(keep, { step: 'deserialize', priority: 'low', name: 'keepBody' });
  await ask(what, client().send(command as never));
  // null stands for absent in AWS's JSON: as a member it would be one that a write cannot send back.
  const answer = JSON.parse(body || '{}', (_, value) => (value === null ? undefined : value));
  return asText(answer, what) as Members;
}

/**
 * Sends a write, once. A member that the SDK does not know would be left out of it in silence: then nothing is sent, and
 * `AwsRefused` names the member. AWS's errors pass as they are.
 */
export async function written<T>(what: string, command: Command): Promise<T> {
  type Next = (given: unknown) => Promise<unknown>;
  const compare = (next: Next) => (given: { request: { body: string | Uint8Array } }) => {
    const lost = lostIn(asBytes(command.input), JSON.parse(textOf(given.request.body)));
    if (lost !== null)
      throw new AwsRefused(`${what}: this version does not know ${lost}, and would drop it: nothing was sent`);
    return next(given);
  };
  Object.assign(command.input, withBytes(command.input));
  command.middlewareStack.add(compare, { step: 'build', priority: 'low', name: 'compareBody' });
  return (await once().send(command as never)) as T;
}

/** What the write came to. What ends unclear (no answer, an error of AWS's) throws `AwsUnavailable`: only reading settles it. */
export async function settled(what: string, write: Promise<unknown>): Promise<Written> {
  try {
    await write;
    return 'written';
  } catch (error) {
    if (isNamed(error, 'WAFOptimisticLockException', 'WAFAssociatedItemException')) return 'moved';
    if (isThrottling(error)) return 'throttled';
    throw translated(what, error);
  }
}

/** null where AWS says that there is no such thing, a version that it does not offer included. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsRefused && MISSING.test(error.message)) return null;
    throw error;
  }
}

const MISSING = /: WAF(NonexistentItem|InvalidResource|ExpiredManagedRuleGroupVersion)Exception: /;

/** `arn:aws:wafv2:eu-central-1:111122223333:regional/ipset/office/3f9a` by its parts. */
export function partsOf(arn: string): { kind: string; Name: string; Id: string } {
  const [, kind = '', Name = '', Id = ''] = /:regional\/(\w+)\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  if (!Id) throw new AwsRefused(`${arn}: is no ARN of a set or group of AWS WAF in a Region`);
  return { kind, Name, Id };
}

function textOf(body: string | Uint8Array): string {
  // Not by Buffer.from: it asks for the body's valueOf, of which the SDK warns.
  return body instanceof Uint8Array ? utf8.decode(body) : body;
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const parts: Buffer[] = [];
  for await (const part of body as Readable) parts.push(part);
  return Buffer.concat(parts);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A SearchString is base64 on the wire (trap W25). Throws `AwsRefused` for one that is no text, which no file could hold. */
function asText(value: unknown, what: string): unknown {
  return mapped(value, (text) => {
    try {
      return utf8.decode(Buffer.from(String(text), 'base64'));
    } catch (cause) {
      throw new AwsRefused(`${what}: the SearchString ${text} (base64) is no UTF-8 text, which is not supported`, {
        cause,
      });
    }
  });
}

const withBytes = (value: unknown): unknown => mapped(value, (text) => Buffer.from(String(text), 'utf8'));
const asBytes = (value: unknown): unknown => mapped(value, (bytes) => Buffer.from(bytes as Buffer).toString('base64'));

function mapped(value: unknown, to: (searchString: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => mapped(each, to));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'SearchString' ? to(inner) : mapped(inner, to)]),
  );
}

/** The place of the first member of `given` that `sent` does not hold: `Rules[2].Statement.NewStatement`. null: all are there. */
function lostIn(given: unknown, sent: unknown, at = ''): string | null {
  if (Array.isArray(given)) {
    const found = given.map((each, place) => lostIn(each, (sent as unknown[] | undefined)?.[place], `${at}[${place}]`));
    return found.find((one) => one !== null) ?? null;
  }
  if (typeof given === 'object' && given !== null && !(given instanceof Date)) {
    if (typeof sent !== 'object' || sent === null) return at;
    for (const [key, inner] of Object.entries(given)) {
      if (inner === undefined) continue;
      const lost = lostIn(inner, (sent as Members)[key], at ? `${at}.${key}` : key);
      if (lost !== null) return lost;
    }
    return null;
  }
  return given instanceof Date || isDeepStrictEqual(given, sent) ? null : at;
}
