/** A web request as a load balancer hands it to AWS WAF, and its parts as rules see them. Bytes: one character is one byte. */

export interface WebRequest {
  at: number; // ms
  id: string; // trace id
  client: string; // address of the connection
  country: string;
  method: string;
  path: string; // as written
  query: string; // without the ?
  headers: [name: string, value: string][];
  body: string | null;
}

/** What is inspected of a body, of all headers and of all cookies: the load balancer hands over no more (WAF developer guide, oversize). */
export const INSPECTED_BYTES = 8192;
const INSPECTED_ENTRIES = 200;

export interface Field {
  /** Each is looked at by itself; one that fits is enough. Empty where the request has no such component. */
  texts: string[];
  oversize: boolean;
  /** Which of AWS's words stands in `oversizeFields` of the log. */
  part: 'REQUEST_BODY' | 'REQUEST_JSON_BODY' | 'REQUEST_HEADERS' | 'REQUEST_COOKIES' | null;
}

type Members = Record<string, unknown>;

/** The component that a FieldToMatch names. Throws RangeError for one that is not rehearsed. */
export function fieldOf(request: WebRequest, fieldToMatch: Members): Field {
  const [kind = '', of] = Object.entries(fieldToMatch)[0] ?? [];
  const spec = (of ?? {}) as Members;
  switch (kind) {
    case 'Method':
      return whole(request.method);
    case 'UriPath':
      return whole(request.path);
    case 'QueryString':
      return whole(request.query);
    case 'AllQueryArguments':
      return several(argumentsOf(request.query).flat());
    case 'SingleQueryArgument':
      return several(argumentsOf(request.query).flatMap(([name, value]) => (same(name, spec.Name) ? [value] : [])));
    case 'SingleHeader':
      return several(request.headers.flatMap(([name, value]) => (same(name, spec.Name) ? [value] : [])));
    case 'Headers':
      return entries(request.headers, spec, 'Headers', 'REQUEST_HEADERS');
    case 'Cookies':
      return entries(cookiesOf(request), spec, 'Cookies', 'REQUEST_COOKIES');
    case 'Body':
      return bodyOf(request, 'REQUEST_BODY');
    case 'JsonBody':
      return jsonOf(request, spec);
    case 'HeaderOrder':
      return whole(request.headers.map(([name]) => name.toLowerCase()).join(':'));
    default:
      throw new RangeError(`the component ${kind || 'of an empty FieldToMatch'} is not rehearsed`);
  }
}

/** Name and value of each query argument, as written. */
export function argumentsOf(query: string): [name: string, value: string][] {
  if (query === '') return [];
  return query.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  });
}

export function cookiesOf({ headers }: WebRequest): [name: string, value: string][] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'cookie')
    .flatMap(([, value]) => value.split(/;\s*/))
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at === -1 ? ['', pair] : [pair.slice(0, at), pair.slice(at + 1)];
    });
}

export function headerOf({ headers }: WebRequest, wanted: string): string | null {
  return headers.find(([name]) => same(name, wanted))?.[1] ?? null;
}

function whole(text: string): Field {
  return { texts: [text], oversize: false, part: null };
}

function several(texts: string[]): Field {
  return { texts, oversize: false, part: null };
}

function same(name: string, wanted: unknown): boolean {
  return name.trim().toLowerCase() === String(wanted).trim().toLowerCase();
}

/** Headers compare their names in any case, cookies exactly (the guide says so of both). */
function entries(all: [string, string][], spec: Members, of: 'Headers' | 'Cookies', part: Field['part']): Field {
  const pattern = (spec.MatchPattern ?? {}) as Record<string, string[]>;
  const equal = of === 'Headers' ? same : (name: string, wanted: unknown) => name === wanted;
  const included = pattern[`Included${of}`];
  const excluded = pattern[`Excluded${of}`];
  let bytes = 0;
  const seen: [string, string][] = [];
  let oversize = false;
  for (const entry of all) {
    bytes += entry[0].length + entry[1].length;
    if (bytes > INSPECTED_BYTES || seen.length >= INSPECTED_ENTRIES) {
      oversize = true;
      break;
    }
    seen.push(entry);
  }
  const chosen = seen.filter(([name]) =>
    included ? included.some((each) => equal(name, each)) : !excluded?.some((each) => equal(name, each)),
  );
  const scope = spec.MatchScope;
  const texts = chosen.flatMap(([name, value]) =>
    scope === 'KEY' ? [name] : scope === 'VALUE' ? [value] : [name, value],
  );
  return { texts, oversize, part };
}

function bodyOf({ body }: WebRequest, part: Field['part']): Field {
  if (body === null) return { texts: [], oversize: false, part };
  return { texts: [body.slice(0, INSPECTED_BYTES)], oversize: body.length > INSPECTED_BYTES, part };
}

/** Keys and values of the JSON; of a body that is none, what InvalidFallbackBehavior says, else all up to the fault. */
function jsonOf(request: WebRequest, spec: Members): Field {
  const { texts, oversize, part } = bodyOf(request, 'REQUEST_JSON_BODY');
  const [body] = texts;
  if (body === undefined) return { texts, oversize, part };
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body, 'latin1').toString('utf8'));
  } catch {
    return { texts: spec.InvalidFallbackBehavior === 'EVALUATE_AS_STRING' ? [body] : [], oversize, part };
  }
  const paths = ((spec.MatchPattern ?? {}) as { IncludedPaths?: string[] }).IncludedPaths;
  const found: string[] = [];
  walk(value, '');
  return { texts: found, oversize, part };

  function walk(at: unknown, path: string): void {
    if (at !== null && typeof at === 'object') {
      for (const [key, inner] of Object.entries(at)) {
        const below = `${path}/${key}`;
        if (spec.MatchScope !== 'VALUE' && !Array.isArray(at) && wanted(below)) found.push(bytesOf(key));
        walk(inner, below);
      }
    } else if (spec.MatchScope !== 'KEY' && wanted(path)) found.push(bytesOf(at === null ? 'null' : String(at)));
  }

  function wanted(path: string): boolean {
    return !paths || paths.some((each) => path === each || path.startsWith(`${each}/`));
  }
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
