import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';

/**
 * Waits for an SDK call, and is the only place where the SDK's errors become the loop's: `AwsUnavailable` for throttling, 5xx,
 * an answer that cannot be read, or none at all; `AwsRefused` for everything else that AWS said. What is no error of a call (a
 * missing setting, a mistake of ours) passes as it is. `what`: the call as IAM writes it, "ssm:SendCommand".
 */
export async function ask<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw translated(what, error);
  }
}

/** Yields the items of all pages. Tokens stay inside: Inspector's may have a million characters (trap 15). */
export async function* pages<T>(
  page: (token: string | undefined) => Promise<{ items: T[] | undefined; next: string | undefined }>,
): AsyncGenerator<T> {
  let token: string | undefined;
  do {
    const { items, next } = await page(token);
    yield* items ?? [];
    if (next && next === token) throw new AwsUnavailable('AWS returned the token of the same page again');
    token = next;
  } while (token); // SSM ends some lists with an empty string
}

/** HTTP status of an SDK error; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** AWS's name of an error: "ConditionalCheckFailedException". */
export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

export function isThrottling(error: unknown): boolean {
  return statusOf(error) === 429 || isNamed(error, ...THROTTLING);
}

/** Services spell it differently; most answer 400. */
const THROTTLING = [
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
];

/** Names of Node and of the SDK's HTTP handler for a call that got no answer. */
const NO_ANSWER = ['TimeoutError', 'RequestTimeout', 'RequestTimeoutException'];
const NO_ANSWER_CODES = /^(E(CONN(RESET|REFUSED|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN))$/;

export function translated(what: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const status = statusOf(error);
  const words = `${what}: ${error.name}: ${error.message}`;
  if (isNamed(error, ...NO_ANSWER) || ('code' in error && NO_ANSWER_CODES.test(String(error.code))))
    return new AwsUnavailable(words, { cause: error });
  if (isNamed(error, 'CredentialsProviderError')) return new AwsRefused(words, { cause: error });
  if (status === undefined) return error;
  // below 400: AWS answered well, and the answer could not be read
  const passing = status >= 500 || status < 400 || isThrottling(error);
  return passing ? new AwsUnavailable(words, { cause: error }) : new AwsRefused(words, { cause: error });
}
