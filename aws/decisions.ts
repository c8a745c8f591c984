import { createHash, createHmac } from 'node:crypto';
import { type ClientRequest, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { ask } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import type { Decided, Decisions } from '#domain/campaign/approval.ts';
import { BrokenRecord } from '#domain/errors.ts';

/** For its credentials and Region alone: those of the ordinary chain. */
const sts = lazily(() => new STSClient({}));

const TIMEOUT_MS = 30_000;

export const decisions: Decisions = {
  async take(url, said, at) {
    const { config } = sts();
    const region = await config.region();
    const { hostname, pathname: path } = new URL(url);
    if (!/^[a-z0-9]+$/.test(hostname.replace(`.lambda-url.${region}.on.aws`, '')))
      throw new BrokenRecord(`${url} is no function URL of ${region}`);
    const signer = new SignatureV4({ service: 'lambda', region, credentials: config.credentials, sha256: Sha256 });
    const body = JSON.stringify(said);
    const unsigned = {
      method: 'POST',
      protocol: 'https:',
      hostname,
      path,
      headers: { host: hostname, 'content-type': 'application/json' },
      body,
    };
    const what = 'lambda:InvokeFunctionUrl';
    const { headers } = await ask(what, signer.sign(unsigned, { signingDate: new Date(at) }));
    const { status, text } = await ask(what, post(hostname, path, headers, body));
    const { what: came, approval, delivered = false } = json(text) ?? {};
    if (came === 'not-asked') return came;
    if (came && approval) return { what: came, approval, delivered };
    return ask(what, Promise.reject(refusal(status, text)));
  },
};

interface Posted {
  status: number;
  text: string;
}

/** To where the SDK's own calls go, if that was set: the host of the request stays the function's. */
function post(hostname: string, path: string, headers: Record<string, string>, body: string): Promise<Posted> {
  const endpoint = new URL(process.env.AWS_ENDPOINT_URL ?? `https://${hostname}`);
  const send = endpoint.protocol === 'http:' ? overHttp : overHttps;
  const { port } = endpoint;
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', hostname: endpoint.hostname, port, path, headers, timeout: TIMEOUT_MS };
    const asked: ClientRequest = send(options, async (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('no answer'), { name: 'TimeoutError' })));
    asked.on('error', reject);
    asked.end(body);
  });
}

/** The function's own answer, or one of AWS. */
type Told = Partial<Omit<Decided, 'what'>> & {
  what?: Decided['what'] | 'not-asked';
  Message?: string;
  message?: string;
};

function json(text: string): Told | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** As an error of the SDK would tell it. Lambda answers 403 where IAM does not allow the call, and where the signature is not good. */
function refusal(status: number, text: string): Error {
  const { Message, message } = json(text) ?? {};
  const name = status === 403 ? 'AccessDeniedException' : `Http${status}`;
  const words = String(Message ?? message ?? text.slice(0, 200));
  return Object.assign(new Error(words), { name, $metadata: { httpStatusCode: status } });
}

type Source = string | ArrayBuffer | ArrayBufferView;

/** The hash that the signer wants: with a key it signs. */
class Sha256 {
  readonly #hash;
  constructor(key?: Source) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytes(key));
  }
  update(part: Source): void {
    this.#hash.update(bytes(part));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error('this hash is used once');
  }
}

function bytes(of: Source): Uint8Array {
  if (typeof of === 'string') return Buffer.from(of);
  return ArrayBuffer.isView(of) ? new Uint8Array(of.buffer, of.byteOffset, of.byteLength) : new Uint8Array(of);
}
