/** Who comes to a site, from a seed, window by window: people, crawlers, scanners, attackers. Times of a window rise. */
import type { Chance } from '#rehearsal/api.ts';
import type { SiteText } from '#rehearsal/scenario/site-format.ts';
import type { WebRequest } from '#rehearsal/services/wafv2/request.ts';
import type { RequestLine } from '#rehearsal/site/request-lines.ts';
import { ATTACKS, BENIGN, CRAWLED, SCANNED, SUSPECTS, WORDS } from '#rehearsal/site/shapes.ts';

export interface Lines {
  benign: readonly RequestLine[];
  attacks: readonly RequestLine[];
}

type Who = 'people' | 'suspects' | 'crawlers' | 'scanners' | 'attackers';

interface Kind {
  lines: readonly RequestLine[];
  requests: [least: number, most: number];
  agents: string[];
  address: (chance: Chance) => string;
  countries: string[];
}

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:129.0) Gecko/20100101 Firefox/129.0',
];
/** 198.18.0.0/15 is for benchmarks (RFC 2544): 131,072 people; the others' networks are for documentation (RFC 5737). */
const people = (chance: Chance) => `198.${18 + chance.int(2)}.${chance.int(256)}.${chance.int(256)}`;
const within = (network: string) => (chance: Chance) => `${network}.${1 + chance.int(254)}`;

export class Visitors {
  readonly #text: SiteText['visits'];
  readonly #host: string;
  readonly #kinds: Record<Who, Kind>;
  readonly #chance: Chance;

  constructor({ visits, hosts }: SiteText, chance: Chance, lines: Partial<Lines> = {}) {
    const person = { agents: BROWSERS, address: people, countries: ['NL', 'DE', 'NL', 'FR', 'US', 'GB'] };
    const attacks = lines.attacks ?? ATTACKS;
    this.#text = visits;
    this.#host = hosts[0] ?? '';
    this.#chance = chance;
    this.#kinds = {
      people: { lines: lines.benign ?? BENIGN, requests: [1, 12], ...person },
      suspects: { lines: SUSPECTS, requests: [1, 2], ...person },
      crawlers: {
        lines: CRAWLED,
        requests: [4, 20],
        agents: ['ExampleBot/1.0 (+https://bot.example/)'],
        address: within('198.51.100'),
        countries: ['US'],
      },
      scanners: {
        lines: SCANNED,
        requests: [5, 25],
        agents: ['nikto/2.5', 'zgrab/0.x'],
        address: within('203.0.113'),
        countries: ['SE', '-'],
      },
      attackers: {
        lines: attacks,
        requests: [1, 8],
        agents: BROWSERS,
        address: within('203.0.113'),
        countries: ['BR', 'RO'],
      },
    };
  }

  /** All that come from `start` on for so long, whole requests in order of time. */
  window(start: number, ms: number): WebRequest[] {
    const chance = this.#chance.of(`window/${start}`);
    const expected = (this.#text.perDay * ms * share(start, this.#text.quiet)) / 86_400_000;
    const count = Math.floor(expected) + (chance.next() < expected % 1 ? 1 : 0);
    const requests = Array.from({ length: count }, (_, at) => this.#visit(chance.of(`visit/${at}`), start, ms)).flat();
    return requests.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  #visit(chance: Chance, start: number, ms: number): WebRequest[] {
    const kind = this.#kinds[this.#kindOf(chance.next())];
    const [least, most] = kind.requests;
    const client = kind.address(chance);
    const country = chance.pick(kind.countries);
    const agent = chance.pick(kind.agents);
    const count = least + chance.int(most - least + 1);
    const begins = chance.int(ms);
    return Array.from({ length: count }, () => {
      const at = start + begins + chance.int(Math.max(1, ms - begins));
      return this.#request(chance, chance.pick(kind.lines), { at, client, country, agent });
    });
  }

  #kindOf(drawn: number): Who {
    const { crawlers, scanners, attackers, suspects } = this.#text;
    let left = drawn;
    for (const [kind, part] of Object.entries({ crawlers, scanners, attackers, suspects })) {
      if (left < part) return kind as Who;
      left -= part;
    }
    return 'people';
  }

  #request(
    chance: Chance,
    line: RequestLine,
    { at, client, country, agent }: Pick<WebRequest, 'at' | 'client' | 'country'> & { agent: string },
  ): WebRequest {
    const target = filled(line.target, chance);
    const body = line.body === null ? null : filled(line.body, chance);
    const cut = target.indexOf('?');
    return {
      at,
      id: traceId(at, chance),
      client,
      country,
      method: line.method,
      path: cut === -1 ? target : target.slice(0, cut),
      query: cut === -1 ? '' : target.slice(cut + 1),
      headers: [
        ['Host', this.#host],
        ['User-Agent', agent],
        ['Accept', '*/*'],
        ...(body === null
          ? []
          : ([
              ['Content-Type', typeOf(body)],
              ['Content-Length', String(body.length)],
            ] as [string, string][])),
      ],
      body,
    };
  }
}

/** As a load balancer makes them: seconds and 24 hexadecimal digits. */
export function traceId(at: number, chance: Chance): string {
  const digits = Array.from({ length: 24 }, () => chance.int(16).toString(16)).join('');
  return `1-${Math.floor(at / 1000).toString(16)}-${digits}`;
}

/** More by day than by night, on average 1; none while it is quiet. */
function share(at: number, quiet: SiteText['visits']['quiet']): number {
  const hour = new Date(at).getUTCHours();
  if (quiet && hour >= quiet.from && hour < quiet.to) return 0;
  return 1 + 0.6 * Math.sin(((hour - 9) / 24) * 2 * Math.PI);
}

function filled(text: string, chance: Chance): string {
  return text.replace(/\{(n|word)\}/g, (_, kind: string) =>
    kind === 'n' ? String(1 + chance.int(400)) : chance.pick(WORDS),
  );
}

function typeOf(body: string): string {
  return /^[{[]/.test(body) ? 'application/json' : 'application/x-www-form-urlencoded';
}
