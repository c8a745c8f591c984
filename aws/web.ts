import { type IncomingMessage, request as plain, type RequestOptions } from 'node:http';
import { request as secure } from 'node:https';
import { clock } from '#aws/clock.ts';
import type { Web } from '#domain/edge/ports.ts';
import { type ProbeAnswer, signatureOf } from '#domain/edge/probe-result.ts';
import type { Probe } from '#domain/edge/probes.ts';
import { NotConfigured } from '#domain/errors.ts';

/** How long an answer may take. By a timer of Node's own, which a virtual clock does not move. */
const PATIENCE_MS = 10_000;

let lastBegan = Number.NEGATIVE_INFINITY;

/** A browser, fetch and URL would normalise `/a/../b`, leave headers out and follow redirects: none of them may touch a probe. */
export const web: Web = webWith(PATIENCE_MS);

export function webWith(patienceMs: number): Web {
  return {
    async send(probe, endpoint, gapMs) {
      const options = { ...optionsOf(probe, endpoint), agent: false }; // a connection of its own
      await until(lastBegan + gapMs);
      lastBegan = Date.parse(clock.now());
      const at = lastBegan;
      return new Promise((tell) => {
        const failed = (error: unknown) =>
          tell({ at, status: null, site: null, revision: null, why: whyOf(error, endpoint, patienceMs) });
        try {
          const request = endpoint.startsWith('http:') ? plain : secure;
          const signal = AbortSignal.timeout(patienceMs);
          const asked = request({ ...options, signal }, (response) => {
            tell(answerOf(at, response));
            response.destroy();
          });
          asked.on('error', failed);
          asked.end(probe.body ?? undefined);
        } catch (error) {
          failed(error); // a header or a path that no HTTP/1.1 request may hold
        }
      });
    },
  };
}

function answerOf(at: number, { statusCode = 0, headers }: IncomingMessage): ProbeAnswer {
  const { location, server } = headers;
  const why = statusCode >= 300 && statusCode < 400 && location ? `it points to ${location}` : '';
  const answer: ProbeAnswer = { at, status: statusCode, ...signatureOf(headers), why };
  return server === undefined ? answer : { ...answer, server: String(server) };
}

async function until(then: number): Promise<void> {
  const wait = then - Date.parse(clock.now());
  if (wait > 0) await new Promise((wake) => setTimeout(wake, wait));
}

/** Headers in the order and spelling of the probe: Host first, unless the probe has its own, and the length of its body. */
function optionsOf({ method, target, headers, body }: Probe, endpoint: string): RequestOptions {
  const { hostname, port, host, protocol } = new URL(endpoint);
  const has = (name: string) => headers.some(([own]) => own.toLowerCase() === name);
  const added: [string, string][] = [
    ...(has('host') ? [] : ([['host', host]] as [string, string][])),
    ...(body === null || has('content-length')
      ? []
      : ([['content-length', String(Buffer.byteLength(body))]] as [string, string][])),
    ...(has('connection') ? [] : ([['connection', 'close']] as [string, string][])),
  ];
  const name = hostname.replace(/^\[|\]$/g, '');
  const to = connectTo(name, Number(port) || (protocol === 'http:' ? 80 : 443));
  return {
    method,
    path: target,
    headers: [...added, ...headers].flat() as unknown as RequestOptions['headers'], // pairs as they stand, none folded
    ...to,
    ...({ servername: name } as object), // the certificate must be the endpoint's, wherever the connection goes
  };
}

/** As curl's --connect-to: HOST1:PORT1:HOST2:PORT2, several with a comma between; an empty HOST1 or PORT1 means any. */
function connectTo(host: string, port: number): { host: string; port: number } {
  for (const each of (process.env.CONNECT_TO ?? '').split(',').filter(Boolean)) {
    const [, fromHost, fromPort, toHost, toPort] = /^([^:]*):(\d*):(\[[^\]]+\]|[^:]*):(\d*)$/.exec(each.trim()) ?? [];
    if (fromHost === undefined)
      throw new NotConfigured(`CONNECT_TO ${each}: is not HOST1:PORT1:HOST2:PORT2, as curl's --connect-to takes it`);
    if ((fromHost === '' || fromHost === host) && (!fromPort || Number(fromPort) === port))
      return { host: toHost?.replace(/^\[|\]$/g, '') || host, port: Number(toPort) || port };
  }
  return { host, port };
}

function whyOf(error: unknown, endpoint: string, patienceMs: number): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const { host } = new URL(endpoint);
  if (error.name === 'TimeoutError' || code === 'ABORT_ERR')
    return `it timed out: no answer within ${patienceMs / 1000} s`;
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code))
    return `the certificate is not valid for ${host}: ${error.message}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the name ${host} does not resolve`;
  if (code === 'ECONNREFUSED') return `${host} refuses connections`;
  if (code === 'ECONNRESET' || code === 'EPIPE') return `${host} closed the connection without an answer`;
  return `${error.message}`;
}
