/**
 * What a scan sends. An attack is a line of attacks.json in each place where it makes sense; all are harmless by content: nothing in
 * them waits, writes or deletes, and the only hosts they name are reserved for documentation or can never exist (RFC 5737, RFC 2606).
 * Each probe carries our header, so that the site's last rule answers it and no application ever sees it.
 */
import attacks from '#domain/edge/attacks.json' with { type: 'json' };
import { type BenignRequest, PROBE_HEADER } from '#domain/edge/site.ts';

export const FAMILIES = [
  'control',
  'sqli',
  'xss',
  'traversal',
  'inclusion',
  'command',
  'header',
  'xxe',
  'agent',
  'csrf',
  'size',
  'benign',
] as const;
/** `own`: written at the command line. */
export type Family = (typeof FAMILIES)[number] | 'own';

export const PLACES = [
  'query',
  'form',
  'json',
  'cookie',
  'header',
  'path',
  'xml',
  'host',
  'proxy',
  'agent',
  'origin',
] as const;
export type Place = (typeof PLACES)[number];

/** One request, as it goes over the wire: path and query as written, HTTP/1.1, no redirect followed. */
export interface Probe {
  id: string; // `sqli-union/query`; of a benign request `benign/<its id>`
  family: Family;
  place: Place | 'any';
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: string | null;
}

export interface Attack {
  id: string;
  family: Family;
  text: string;
  places: Place[];
}

/** `a*2100` is so many of one letter: a line of the file stays short. */
export const ATTACKS: readonly Attack[] = (attacks as Attack[]).map((attack) => ({
  ...attack,
  text: attack.text.replace(/^(\w)\*(\d+)$/, (_, letter: string, times: string) => letter.repeat(Number(times))),
}));

const AGENT = 'Mozilla/5.0 (compatible; patchwright)';

/** Controls, then attacks, then benign requests: the order in which they are sent. `path`: the page of the site that they ask. */
export function probesOf(path: string, benign: readonly BenignRequest[]): Probe[] {
  return [
    ...controls(path),
    ...ATTACKS.flatMap((attack) => attack.places.map((place) => attackProbe(attack, place, path))),
    ...benign.map(benignProbe),
  ];
}

/** A GET and a POST that nothing should stop: what tells a detection from a network that blocks us. */
export function controls(path: string): Probe[] {
  return [
    probe('control-get', 'control', 'any', { method: 'GET', target: path }),
    probe('control-post', 'control', 'form', {
      method: 'POST',
      target: path,
      headers: [FORM],
      body: 'name=patchwright&note=hello',
    }),
  ];
}

const FORM: [string, string] = ['content-type', 'application/x-www-form-urlencoded'];

/** One attack in one place. */
export function attackProbe({ id, family, text }: Attack, place: Place, path: string): Probe {
  const name = `${id}/${place}`;
  const of = (request: Partial<Probe>) => probe(name, family, place, { method: 'GET', target: path, ...request });
  switch (place) {
    case 'query':
      return of({ target: `${path}?q=${encodedUnlessWritten(text)}` });
    case 'form':
      return of({ method: 'POST', headers: [FORM], body: `q=${encodedUnlessWritten(text)}` });
    case 'json':
      return of({ method: 'POST', headers: [['content-type', 'application/json']], body: JSON.stringify({ q: text }) });
    case 'xml':
      return of({ method: 'POST', headers: [['content-type', 'application/xml']], body: text });
    case 'cookie':
      return of({ headers: [['cookie', `q=${cookieText(text)}`]] });
    case 'header':
      return of({
        headers: [
          ['x-patchwright-note', text],
          ['referer', headerText(text)],
        ],
      });
    case 'path':
      return of({ target: `${path.endsWith('/') ? path : `${path}/`}${pathText(text)}` });
    case 'host':
      return of({ headers: [['host', text]] });
    case 'proxy':
      return of({ headers: [['proxy', text]] });
    case 'agent':
      return of({ headers: text === '' ? [['user-agent', '']] : [['user-agent', text]] });
    case 'origin':
      return of({
        method: 'POST',
        headers: [FORM, ['origin', text], ['sec-fetch-site', 'cross-site']],
        body: 'amount=1',
      });
  }
}

/** A benign request as the file writes it, with our header beside its own. */
export function benignProbe({ id, method, target, headers, body }: BenignRequest): Probe {
  const made = bodyOf(body);
  return probe(`benign/${id}`, 'benign', 'any', {
    method,
    target,
    headers: made ? [['content-type', made.type], ...headers] : headers,
    body: made?.text ?? null,
  });
}

const BOUNDARY = 'patchwright-part';

function bodyOf(body: BenignRequest['body']): { type: string; text: string } | null {
  switch (body?.kind) {
    case undefined:
      return null;
    case 'form':
      return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(body.of).toString() };
    case 'json':
      return { type: 'application/json', text: JSON.stringify(body.of) };
    case 'text':
      return { type: 'text/plain', text: body.of };
    case 'multipart': {
      const parts = Object.entries(body.of).map(
        ([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
      return { type: `multipart/form-data; boundary=${BOUNDARY}`, text: `${parts.join('')}--${BOUNDARY}--\r\n` };
    }
  }
}

/** Our header, and an agent where the probe has none of its own. */
function probe(
  id: string,
  family: Family,
  place: Probe['place'],
  request: Pick<Probe, 'method' | 'target'> & Partial<Probe>,
): Probe {
  const own = request.headers ?? [];
  const agent: [string, string][] = own.some(([name]) => name === 'user-agent') ? [] : [['user-agent', AGENT]];
  return {
    id,
    family,
    place,
    method: request.method,
    target: request.target,
    headers: [...agent, ...own.filter(([name, value]) => !(name === 'user-agent' && value === '')), [PROBE_HEADER, id]],
    body: request.body ?? null,
  };
}

/** What is written with escapes goes as it is; the rest is escaped whole, as a browser would. */
function encodedUnlessWritten(text: string): string {
  return /%[0-9a-f]{2}/i.test(text) ? text : encodeURIComponent(text).replace(/'/g, '%27');
}

/** In a path only what would break the request line is escaped: `..` and `/` go as written. */
function pathText(text: string): string {
  return text.replace(/[^\x21-\x7e]|[<>"{}|\\^`?#]/g, (char) => encodeURIComponent(char));
}

/** A cookie ends at a semicolon, so that one is escaped; the rest goes as written where a header may hold it. */
function cookieText(text: string): string {
  return headerText(text).replace(/;/g, '%3B');
}

/** No control characters: a client may not send them. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (char) => encodeURIComponent(char));
}
