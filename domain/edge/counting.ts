/**
 * Log lines as evidence for a promotion: of each form, in how many whole hours it counted, how many visits it looked at, and in how
 * many of them it matched what nothing explains. A visit is a client address on a day (UTC). A busy site is sampled by client, never
 * by file: every line is seen, one is taken where its client's hash modulo `oneIn` is 0, and all figures are of what was taken.
 */
import { headerOf, type LogRecord, readLogLine } from '#domain/edge/log-record.ts';
import { ruleOfForm } from '#domain/edge/rules.ts';
import { PROBE_HEADER, PROBE_RULE } from '#domain/edge/site.ts';
import { clientOf, hourOf, networkOf, quickly, sampled } from '#domain/edge/visits.ts';
import { sha256 } from '#domain/hash.ts';

/** Of a form, since it has this hash. */
export interface FormCounter {
  hash: string;
  since: string; // the first whole hour, `2026-11-27T20`
  hours: number; // whole hours, not necessarily in a row
  visits: number; // that it evaluated
  unexplained: number; // of these, with a match that neither a probe of ours nor an address list explains
}

export interface Counters {
  oneIn: number;
  /** The first hour that is not counted yet; the files that may hold lines of it are read again. Null: nothing is counted. */
  through: string | null;
  forms: Record<string, FormCounter>;
  /** The last day, which may go on: its visits by client, as masks over `names` in hex. A visit that goes on counts once. */
  open: { day: string; names: string[]; clients: Record<string, [evaluated: string, unexplained: string]> } | null;
}

/** Matches of one rule on one path that look like a false positive. Shown with what to paste, never acted on. */
export interface Suspect {
  rule: string;
  host: string;
  path: string;
  visits: number;
  lines: string[]; // three at most: method, path and query, 200 characters each
}

export interface CountingFacts {
  /** Names of the rules of the web ACL, in order. */
  order: readonly string[];
  /** Name of each form that counts, `core/CrossSiteScripting_BODY`, with its hash. */
  forms: Readonly<Record<string, string>>;
  /** The file's name of what matched; null: the probe rule, or a name that is no rule. */
  nameOf(match: LogRecord['matches'][number]): string | null;
  /** Whether this site's evidence says that we sent what our header says about that time (ms). The header alone explains nothing. */
  sent(mark: string, at: number): boolean;
  /** The header whose last address is the client's; null: the connection's. */
  clientAddress: string | null;
}

/** Requests of an hour as the web ACL's own metrics have them, by hour; an hour without a datapoint is 0 (trap of missing zeros). */
export type MetricsByHour = Readonly<Record<string, number>>;

/** At least this share of an hour's requests must have been read, or the hour does not count. */
const WHOLE = 0.99;
const DAY = 'YYYY-MM-DD'.length;
/** Lines come twice within two hours, if at all; ids of older hours are dropped. */
const IDS_OF_HOURS = 3;
/** An address of a list says nothing of what was asked. */
const ADDRESS_LISTS = /^awswaf:managed:aws:(amazon-ip-list|anonymous-ip-list):/;

interface Hour {
  lines: number; // of all clients, each once
  clients: Map<string, { evaluated: bigint; unexplained: bigint }>;
  suspects: Map<string, { rule: string; host: string; path: string; visits: Set<string>; lines: string[] }>;
}

export class Counting {
  readonly #before: Counters;
  readonly #facts: CountingFacts;
  readonly #names: string[];
  readonly #hours = new Map<string, Hour>();
  readonly #ids = new Map<string, Set<string>>();
  readonly #networks = new Set<string>();

  /** `before`: what earlier campaigns counted, under the same `oneIn`; a form whose hash changed starts anew. */
  constructor(before: Counters | null, oneIn: number, facts: CountingFacts) {
    if (!Number.isInteger(oneIn) || oneIn < 1) throw new RangeError(`one in ${oneIn} is no sample`);
    this.#before = before?.oneIn === oneIn ? before : { oneIn, through: null, forms: {}, open: null };
    this.#facts = facts;
    this.#names = Object.keys(facts.forms);
  }

  /** One line of a log file. What is no line of the log is passed over; a line that came already counts once. */
  add(line: string): void {
    const quick = quickly(line, this.#facts.clientAddress);
    if (quick !== null && !this.#take(quick.at, quick.id ?? sha256(line), quick.client)) return;
    const record = readLogLine(line);
    if (typeof record === 'string') return;
    const client = clientOf(record, this.#facts.clientAddress);
    if (quick === null && !this.#take(record.at, record.requestId ?? sha256(line), client)) return;
    this.#fold(record, client);
  }

  /** Counts the line; true where its client is one of the sample. */
  #take(at: number, id: string, client: string): boolean {
    const key = hourOf(at);
    if (this.#before.through !== null && key < this.#before.through) return false; // counted, or torn, by an earlier campaign
    const ids = this.#idsOf(key);
    if (ids.has(id)) return false;
    ids.add(id);
    this.#hour(key).lines += 1;
    this.#networks.add(networkOf(client));
    return sampled(client, this.#before.oneIn);
  }

  #fold(record: LogRecord, client: string): void {
    const probe = headerOf(record.headers, PROBE_HEADER);
    if (probe !== null && this.#facts.sent(probe, record.at)) return; // ours: no visit
    const hour = this.#hour(hourOf(record.at));
    const visit = sha256(client).slice(0, 16);
    const masks = hour.clients.get(visit) ?? { evaluated: 0n, unexplained: 0n };
    hour.clients.set(visit, masks);
    const byList = record.labels.some((label) => ADDRESS_LISTS.test(label));
    const matched = new Set(record.matches.flatMap((match) => this.#facts.nameOf(match) ?? []));
    for (const [at, name] of this.#names.entries()) {
      const bit = 1n << BigInt(at);
      if (matched.has(name)) {
        masks.evaluated |= bit;
        if (byList) continue;
        masks.unexplained |= bit;
        suspect(hour, name, record, visit);
      } else if (this.#reached(record, name)) masks.evaluated |= bit;
    }
  }

  /** Whether a form that did not match looked at the request: nothing before it, and nothing else in its group, had decided it. */
  #reached({ action, decidedBy }: LogRecord, name: string): boolean {
    if (action === 'unclear') return false;
    if (decidedBy === null || decidedBy === PROBE_RULE) return true;
    const by = this.#facts.order.indexOf(decidedBy);
    return by !== -1 && by > this.#facts.order.indexOf(ruleOfForm(name));
  }

  /**
   * What is counted now. Hours that are not whole are left out, with what was read of them. `until`: the hour that is not over yet.
   * Nothing of this object is used after.
   */
  end(metrics: MetricsByHour, until: string): Counted {
    const whole = [...new Set([...this.#hours.keys(), ...Object.keys(metrics)])]
      .filter((key) => key >= (this.#before.through ?? '') && key < until)
      .sort();
    const torn = whole.filter((key) => !isWhole(this.#hours.get(key)?.lines ?? 0, metrics[key] ?? 0));
    const forms = Object.fromEntries(
      this.#names.map((name) => {
        const hash = this.#facts.forms[name] ?? '';
        const kept = this.#before.forms[name];
        return [name, kept?.hash === hash ? { ...kept } : { hash, since: '', hours: 0, visits: 0, unexplained: 0 }];
      }),
    );
    const counted: Counters = { oneIn: this.#before.oneIn, through: until, forms, open: this.#reopened() };
    const suspects = new Map<string, Suspect & { of: Set<string> }>();
    for (const key of whole) {
      if (torn.includes(key)) continue;
      for (const form of Object.values(forms)) {
        form.hours += 1;
        form.since ||= key;
      }
      const hour = this.#hours.get(key);
      if (hour) into(counted, key.slice(0, DAY), hour, this.#names);
      for (const [id, { visits, lines, ...of }] of hour?.suspects ?? []) {
        const sum = suspects.get(id) ?? { ...of, visits: 0, lines: [], of: new Set() };
        for (const visit of visits) sum.of.add(`${visit} ${key.slice(0, DAY)}`);
        suspects.set(id, { ...sum, visits: sum.of.size, lines: [...sum.lines, ...lines].slice(0, 3) });
      }
    }
    return {
      counters: counted,
      torn,
      suspects: [...suspects.values()].map(({ of: _, ...one }) => one).sort((a, b) => b.visits - a.visits),
      oneNetwork: this.#networks.size === 1,
    };
  }

  /** The open day of before, its masks over today's names; a form whose hash changed has not seen its clients. */
  #reopened(): Counters['open'] {
    const { open, forms } = this.#before;
    if (!open) return null;
    const same = (name: string) => forms[name]?.hash === this.#facts.forms[name];
    const moved = (mask: string) =>
      this.#names.reduce((sum, name, at) => {
        const from = open.names.indexOf(name);
        const isSet = from !== -1 && same(name) && ((BigInt(`0x${mask}`) >> BigInt(from)) & 1n) === 1n;
        return isSet ? sum | (1n << BigInt(at)) : sum;
      }, 0n);
    const clients = Object.entries(open.clients).map(
      ([client, [evaluated, unexplained]]): [string, [string, string]] => [
        client,
        [moved(evaluated).toString(16), moved(unexplained).toString(16)],
      ],
    );
    return { day: open.day, names: this.#names, clients: Object.fromEntries(clients) };
  }

  #hour(key: string): Hour {
    const known = this.#hours.get(key);
    if (known) return known;
    const made: Hour = { lines: 0, clients: new Map(), suspects: new Map() };
    this.#hours.set(key, made);
    return made;
  }

  #idsOf(key: string): Set<string> {
    const known = this.#ids.get(key);
    if (known) return known;
    const made = new Set<string>();
    this.#ids.set(key, made);
    const oldest = [...this.#ids.keys()].sort().slice(0, -IDS_OF_HOURS);
    for (const old of oldest) this.#ids.delete(old);
    return made;
  }
}

export interface Counted {
  counters: Counters;
  torn: string[]; // hours that were not whole
  suspects: Suspect[]; // most visits first
  /** All addresses are one network's: a proxy stands before the web ACL and `clientAddress` does not say which header to read. */
  oneNetwork: boolean;
}

/** Adds the visits of an hour to those of its day; a day that is over is closed. */
function into(counted: Counters, day: string, hour: Hour, names: string[]): void {
  if (counted.open?.day !== day) counted.open = { day, names, clients: {} };
  const { clients } = counted.open;
  const forms = names.map((name) => counted.forms[name]);
  for (const [client, { evaluated, unexplained }] of hour.clients) {
    const [seen, odd] = (clients[client] ?? ['0', '0']).map((mask) => BigInt(`0x${mask}`)) as [bigint, bigint];
    for (const [at, form] of forms.entries()) {
      const bit = 1n << BigInt(at);
      if (form && (evaluated & ~seen & bit) !== 0n) form.visits += 1;
      if (form && (unexplained & ~odd & bit) !== 0n) form.unexplained += 1;
    }
    clients[client] = [(seen | evaluated).toString(16), (odd | unexplained).toString(16)];
  }
}

function suspect(hour: Hour, rule: string, { method, host, path, args }: LogRecord, visit: string): void {
  const key = JSON.stringify([rule, host, path]);
  const known = hour.suspects.get(key) ?? { rule, host, path, visits: new Set<string>(), lines: [] };
  known.visits.add(visit);
  if (known.lines.length < 3) known.lines.push(`${method} ${path}${args && `?${args}`}`.slice(0, 200));
  hour.suspects.set(key, known);
}

/** An hour without any request is whole where the metrics say none too. */
export function isWhole(lines: number, requests: number): boolean {
  return requests === 0 ? lines === 0 : lines >= WHOLE * requests;
}
