/** Per kind of input two hundred made ones, each with what is right to read by construction. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { BadInput } from '../../cli/bad-input.ts';
import { importExport } from '../../cli/rehearse/findings/export.ts';
import { arn, hostId, makeFinding } from '../cli/rehearse/export-maker.ts';

const INPUTS = 200;
const directory = mkdtempSync(join(tmpdir(), 'patchwright-kinds-'));
after(() => rmSync(directory, { recursive: true }));

type Gen = fc.GeneratorValue;
const int = (g: Gen, min: number, max: number) => g(fc.integer, { min, max });
const oneOf = <T>(g: Gen, from: readonly T[]): T => from[int(g, 0, from.length - 1)] as T;
const yes = (g: Gen) => g(fc.boolean);

/** One finding as it was at one time. Times are epoch milliseconds. */
interface Told {
  arn: string;
  place: number;
  host: number;
  severity: string;
  status: string;
  firstObservedAt: number;
  updatedAt: number;
}

const [SEVERITIES, STATUSES] = [
  ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNTRIAGED'],
  ['ACTIVE', 'SUPPRESSED', 'CLOSED'],
];
const [FROM, SPAN] = [Date.parse('2023-01-01T00:00:00Z'), 3 * 365 * 86_400];

/** What there is of each finding, oldest first: `most` versions of it at most. The first one stays open. */
function histories(g: Gen, findings: number, most: number): Told[][] {
  return Array.from({ length: findings }, (_, place) => {
    const host = int(g, 0, 3);
    const firstObservedAt = FROM + int(g, 0, SPAN) * 1000 + int(g, 0, 999);
    let updatedAt = firstObservedAt;
    return Array.from({ length: int(g, 1, most) }, () => {
      updatedAt += int(g, 1, 1_000_000);
      const status = place === 0 ? 'ACTIVE' : oneOf(g, STATUSES);
      return {
        arn: arn(String(place)),
        place,
        host,
        severity: oneOf(g, SEVERITIES),
        status,
        firstObservedAt,
        updatedAt,
      };
    });
  });
}

const two = (value: number) => String(value).padStart(2, '0');

/** The same instant, `minutes` east of Greenwich. */
function atOffset(ms: number, minutes: number, between: string, colon: string, digits: string): string {
  const local = new Date(ms + minutes * 60_000).toISOString();
  const size = Math.abs(minutes);
  const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
  return `${local.slice(0, 10)}${between}${local.slice(11, 23)}${digits}${zone}`;
}

/** As Inspector's events write a time: Wed Sep 04 16:59:44.356 UTC 2024. */
function inWords(ms: number): string {
  const [day, date, month, year, clock] = new Date(ms).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${clock}.${String(ms % 1000).padStart(3, '0')} UTC ${year}`;
}

const TIMES: Record<string, (ms: number, g: Gen) => string | number> = {
  'ISO with T and Z': (ms) => new Date(ms).toISOString(),
  'ISO with a blank': (ms) => new Date(ms).toISOString().replace('T', ' ').replace('Z', ''),
  'ISO with an offset': (ms, g) =>
    atOffset(ms, int(g, -12 * 4, 14 * 4) * 15, oneOf(g, ['T', ' ']), oneOf(g, [':', '']), oneOf(g, ['', '000'])),
  'epoch seconds': (ms) => ms / 1000,
  'epoch milliseconds': (ms) => ms,
  'text of epoch seconds': (ms) => (ms / 1000).toFixed(3),
  'text of epoch milliseconds': (ms) => String(ms),
};
const anyTime = (ms: number, g: Gen) => oneOf(g, Object.values(TIMES))(ms, g);

function written(
  { place, host, arn: findingArn, ...told }: Told,
  g: Gen,
  time: (typeof TIMES)[string] = anyTime,
): object {
  const [firstObservedAt, updatedAt] = [time(told.firstObservedAt, g), time(told.updatedAt, g)];
  const { severity, status } = told;
  return makeFinding({
    place,
    host,
    findingArn,
    severity,
    status,
    firstObservedAt,
    lastObservedAt: updatedAt,
    updatedAt,
  });
}

const json = (g: Gen, value: unknown) => JSON.stringify(value, null, oneOf(g, [undefined, 1, 2, '\t']));
const lines = (g: Gen, values: unknown[]) => {
  const end = oneOf(g, ['\n', '\r\n']);
  return `${values.map((value) => JSON.stringify(value)).join(end)}${oneOf(g, ['', end])}`;
};
/** Pages as `list-findings` writes them, one after the other. */
const pages = (g: Gen, values: unknown[]) => {
  const cut = int(g, 0, values.length);
  const parts = cut > 0 && cut < values.length ? [values.slice(0, cut), values.slice(cut)] : [values];
  return parts.map((findings) => json(g, { findings })).join('\n');
};
const event = (detail: unknown, type = 'Inspector2 Finding') => ({
  version: '0',
  'detail-type': type,
  source: 'aws.inspector2',
  account: '123456789012',
  time: '2024-09-04T17:00:36Z',
  detail,
});
const ANY = [json, lines, pages] as const;

type Written = string | Uint8Array;
interface Made {
  files: Written[];
  others?: number; // events about something else
}
interface Kind {
  findings: [least: number, most: number];
  versions: number; // of one finding, at most
  write: (told: Told[], g: Gen) => Made;
}

const KINDS: Record<string, Kind> = {
  'one object': {
    findings: [1, 1],
    versions: 1,
    write: ([told], g) => ({ files: [json(g, told && written(told, g))] }),
  },
  'a list': { findings: [1, 8], versions: 3, write: (told, g) => ({ files: [json(g, all(told, g))] }) },
  '{findings}': { findings: [1, 8], versions: 3, write: (told, g) => ({ files: [pages(g, all(told, g))] }) },
  'JSON lines': { findings: [1, 8], versions: 3, write: (told, g) => ({ files: [lines(g, all(told, g))] }) },
  'several files': {
    findings: [2, 8],
    versions: 3,
    write: (told, g) => {
      const piles: Told[][] = Array.from({ length: int(g, 2, 4) }, () => []);
      for (const [at, each] of told.entries()) piles[at < piles.length ? at : int(g, 0, piles.length - 1)]?.push(each);
      return { files: piles.filter(({ length }) => length).map((pile) => oneOf(g, ANY)(g, all(pile, g))) };
    },
  },
  gzip: {
    findings: [1, 8],
    versions: 3,
    write: (told, g) => {
      if (yes(g)) return { files: [gzipSync(oneOf(g, ANY)(g, all(told, g)))] };
      const members = all(told, g).map((each) => gzipSync(`${JSON.stringify(each)}\n`)); // as Firehose joins them
      return { files: [Buffer.concat(members)] };
    },
  },
  "an archive of EventBridge's": {
    findings: [1, 8],
    versions: 3,
    write: (told, g) => {
      const events = told.map((each) => event(written(each, g, yes(g) ? inWords : anyTime)));
      const others = int(g, 0, 3);
      for (let at = 0; at < others; at++)
        events.splice(
          int(g, 0, events.length),
          0,
          event({ 'scan-status': 'INITIAL_SCAN_COMPLETE' }, 'Inspector2 Scan'),
        );
      const text = (yes(g) ? json : lines)(g, events);
      return { files: [yes(g) ? gzipSync(text) : text], others };
    },
  },
  ...Object.fromEntries(
    Object.entries(TIMES).map(([form, time]): [string, Kind] => [
      `times as ${form}`,
      {
        findings: [1, 8],
        versions: 2,
        write: (told, g) => ({
          files: [
            pages(
              g,
              told.map((each) => written(each, g, time)),
            ),
          ],
        }),
      },
    ]),
  ),
};
const all = (told: Told[], g: Gen) => told.map((each) => written(each, g));

for (const [kind, { findings, versions, write }] of Object.entries(KINDS))
  test(`${kind}: ${INPUTS} made inputs, each read as what it is`, () => {
    let read = 0;
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const made = histories(g, int(g, ...findings), versions);
        const { files, others = 0 } = write(shuffled(g, made.flat()), g);
        const latest = made.flatMap((history) => history.at(-1) ?? []).filter(({ status }) => status !== 'CLOSED');
        const found = importExport(files.map((text, at) => file(text, at)));
        const got = found.hosts.flatMap(({ id, findings: of }) =>
          of.map((each) => [each.arn, id, each.severity, each.status, each.firstObservedAt, each.updatedAt]),
        );
        const right = latest.map(({ arn, host, severity, status, firstObservedAt, updatedAt }) => [
          arn,
          hostId(host),
          severity,
          status,
          ...[firstObservedAt, updatedAt].map((ms) => new Date(ms).toISOString()),
        ]);
        assert.deepEqual(got.sort(), right.sort());
        assert.equal(found.findings, latest.length);
        assert.equal(found.lastSeenAt, new Date(Math.max(...latest.map(({ updatedAt }) => updatedAt))).toISOString());
        const told = /skipped (\d+) entr\S+ that (?:is|are) (?:an event|events) about something else/;
        assert.equal(Number(told.exec(found.asides.join('\n'))?.[1] ?? 0), others, found.asides.join('\n'));
        read += 1;
      }),
      { numRuns: INPUTS, seed: 41 },
    );
    assert.equal(read, INPUTS);
  });

const SECURITY_HUBS: ((g: Gen) => object)[] = [
  (g) => ({
    SchemaVersion: '2018-10-08',
    ProductArn: `arn:aws:securityhub:eu-central-1::product/aws/inspector`,
    Id: `${int(g, 1, 9)}`,
  }),
  (g) => ({
    SchemaVersion: '2018-10-08',
    Types: ['Software and Configuration Checks'],
    Title: `CVE-2024-${int(g, 1, 9)}`,
  }),
  (g) => ({ class_uid: 2002, metadata: { product: { name: 'Inspector' } }, activity_id: int(g, 1, 3) }),
  (g) =>
    event({ findings: [{ SchemaVersion: '2018-10-08', Id: `${int(g, 1, 9)}` }] }, 'Security Hub Findings - Imported'),
  (g) => event({ findings: [{ class_uid: 2002, activity_id: int(g, 1, 3) }] }, 'Findings Imported V2'),
];

test(`Security Hub's format: ${INPUTS} made inputs, each refused with the way to the right export`, () => {
  fc.assert(
    fc.property(fc.gen(), (g) => {
      const theirs = Array.from({ length: int(g, 1, 4) }, () => oneOf(g, SECURITY_HUBS)(g));
      const ours = all(histories(g, int(g, 1, 3), 1).flat(), g);
      const mixed: unknown[] = yes(g) ? shuffled(g, [...theirs, ...ours]) : theirs;
      const [first] = theirs;
      const text = oneOf(g, [
        () => json(g, first),
        () => json(g, mixed),
        () => json(g, { Findings: mixed }),
        () => lines(g, mixed),
      ])();
      const given = file(yes(g) ? gzipSync(text) : text, 0);
      assert.throws(
        () => importExport([given]),
        (error) =>
          error instanceof BadInput &&
          /is in the format of Security Hub.* Remedy: make one with: aws inspector2 list-findings/.test(error.message),
      );
    }),
    { numRuns: INPUTS, seed: 43 },
  );
});

function shuffled<T>(g: Gen, from: readonly T[]): T[] {
  const left = [...from];
  return from.map(() => left.splice(int(g, 0, left.length - 1), 1)[0] as T);
}

function file(content: Written, at: number): string {
  const path = join(directory, `${at}.json`);
  writeFileSync(path, content);
  return path;
}
