/** Whose request a log line is, and whether its client is one of the sample: found before the line is parsed, wherever that is safe. */
import type { LogRecord } from '#domain/edge/log-record.ts';

const HOUR = 'YYYY-MM-DDTHH'.length;

/** The hour of a time, UTC: `2026-11-27T20`. */
export function hourOf(at: number): string {
  return new Date(at).toISOString().slice(0, HOUR);
}

/** Whether a client is one of the sample: the same clients in every file and on every day. */
export function sampled(client: string, oneIn: number): boolean {
  if (oneIn === 1) return true;
  let hash = 0x811c9dc5; // FNV-1a, 32 bits
  for (let at = 0; at < client.length; at += 1) hash = Math.imul(hash ^ client.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 15; // its low bits alone follow the last characters
  hash = Math.imul(hash, 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % oneIn === 0;
}

/** The address that our own proxy appended: the last of the header's last value. The connection's where the header is not there. */
export function clientOf({ client, headers }: Pick<LogRecord, 'client' | 'headers'>, header: string | null): string {
  if (header === null) return client;
  const values = headers.filter(([name]) => name.toLowerCase() === header.toLowerCase());
  return values.at(-1)?.[1].split(',').at(-1)?.trim() || client;
}

/**
 * What is needed to pass a line over, without parsing it. Null: it has to be parsed. What a visitor sends cannot look like a member
 * of the line, since its quotes are escaped there.
 */
export function quickly(line: string, header: string | null): { at: number; id: string | null; client: string } | null {
  if (header !== null) return null;
  const at = /"timestamp":\s?(\d{13})[,}]/.exec(line)?.[1];
  const client = /"clientIp":\s?"([0-9a-fA-F.:]+)"/.exec(line)?.[1];
  const id = /"requestId":\s?"([\w=-]+)"/.exec(line)?.[1];
  if (at === undefined || client === undefined || id === undefined || id === 'null') return null;
  return { at: Number(at), id, client };
}

/** /16 of IPv4, /48 of IPv6. */
export function networkOf(client: string): string {
  return client.includes(':') ? client.split(':').slice(0, 3).join(':') : client.split('.').slice(0, 2).join('.');
}
