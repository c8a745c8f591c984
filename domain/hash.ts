import { createHash } from 'node:crypto';

/**
 * JSON with sorted keys and without undefined members, so that equal values are equal text. An undefined entry of a list is
 * null, as in JSON. Throws TypeError on what JSON would change in silence: NaN, infinities, Map, Set.
 */
export function canonical(value: unknown): string {
  return text(value) ?? 'null';
}

/** Hex sha256 over the canonical JSON. */
export function sha256(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/** Base64 sha256 of the text itself, as a Content-Security-Policy names a script. */
export function sha256Source(source: string): string {
  return createHash('sha256').update(source).digest('base64');
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Map || value instanceof Set) throw new TypeError('a Map or a Set has no canonical JSON');
  if ('toJSON' in value && typeof value.toJSON === 'function') return text(value.toJSON());
  if (Array.isArray(value)) return `[${value.map((entry) => text(entry) ?? 'null').join(',')}]`;
  const members: string[] = [];
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const written = text(member);
    if (written !== undefined) members.push(`${JSON.stringify(key)}:${written}`);
  }
  return `{${members.join(',')}}`;
}
