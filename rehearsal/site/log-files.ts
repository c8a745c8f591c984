/**
 * Log files of a web ACL in S3, as AWS names them (WAF developer guide, logging-s3): five minutes a file, one for each point of presence,
 * minutes late; some lines come in a later file, some in two. The body is never in them.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Chance, Stage } from '#rehearsal/api.ts';
import type { Members } from '#rehearsal/services/wafv2/entities.ts';
import { bucketOf } from '#rehearsal/services/wafv2/logging.ts';
import type { Point } from '#rehearsal/site/points.ts';

export const WINDOW_MS = 300_000;
const LATER = 0.01; // of the lines
const TWICE = 0.005;

/** Puts an object, as log delivery does. */
export type Deliver = (bucket: string, key: string, body: Uint8Array) => void;

interface Kept {
  bucket: string;
  prefix: string;
  acl: string; // its name
  point: Point;
  lines: string[];
}

export class LogFiles {
  readonly #stage: Stage;
  readonly #chance: Chance;
  readonly #late: { from: number; to: number };
  readonly #deliver: Deliver;
  #kept = new Map<string, Kept>();
  #drawn = 0;

  constructor(stage: Stage, chance: Chance, late: { from: number; to: number }, deliver: Deliver) {
    this.#stage = stage;
    this.#chance = chance;
    this.#late = late;
    this.#deliver = deliver;
  }

  /** `configuration`: the logging configuration in force. */
  add(record: Members, acl: string, point: Point, configuration: Members): void {
    const [destination = ''] = configuration.LogDestinationConfigs as string[];
    const to = bucketOf(destination);
    if (!to || !isKept(record, configuration.LoggingFilter as Filtering | undefined)) return;
    const key = `${destination} ${acl} ${point}`;
    const kept = this.#kept.get(key) ?? { bucket: to.name, prefix: to.prefix, acl, point, lines: [] };
    kept.lines.push(JSON.stringify(redacted(record, (configuration.RedactedFields ?? []) as Members[])));
    this.#kept.set(key, kept);
  }

  /** The window that began at `start` is over. */
  close(start: number): void {
    const over = this.#kept;
    this.#kept = new Map();
    for (const [key, kept] of over) {
      const chance = this.#chance.of(`file/${start}/${key}/${this.#drawn++}`);
      const now: string[] = [];
      const later: string[] = [];
      for (const line of kept.lines) {
        const drawn = chance.next();
        if (drawn >= LATER) now.push(line);
        if (drawn < LATER + TWICE) later.push(line);
      }
      if (later.length > 0) this.#kept.set(key, { ...kept, lines: later });
      if (now.length === 0) continue;
      const { from, to } = this.#late;
      const delay = (from + chance.next() * Math.max(0, to - from)) * 60_000;
      this.#stage.clock.after(delay, `a log file of ${kept.acl}`, () => {
        const text = `${now.join('\n')}\n`;
        this.#deliver(kept.bucket, this.#keyOf(kept, start, text), gzipSync(text, { level: 1 }));
      });
    }
  }

  #keyOf({ prefix, acl, point }: Kept, start: number, text: string): string {
    const { account, region } = this.#stage;
    const [date = '', time = ''] = new Date(start).toISOString().split('T');
    const [hour, minute] = time.split(':');
    const hash = createHash('sha256').update(`${point} ${text}`).digest('hex').slice(0, 8);
    const stamp = `${date.replaceAll('-', '')}T${hour}${minute}Z`;
    const folder = `${prefix}AWSLogs/${account}/WAFLogs/${region}/${acl}/${date.replaceAll('-', '/')}/${hour}/${minute}`;
    return `${folder}/${account}_waflogs_${region}_${acl}_${stamp}_${hash}.log.gz`;
  }
}

interface Filtering {
  DefaultBehavior: 'KEEP' | 'DROP';
  Filters: {
    Behavior: 'KEEP' | 'DROP';
    Requirement: 'MEETS_ALL' | 'MEETS_ANY';
    Conditions: { ActionCondition?: { Action: string }; LabelNameCondition?: { LabelName: string } }[];
  }[];
}

/** The first filter that fits says it, else the default. */
function isKept(record: Members, filtering: Filtering | undefined): boolean {
  if (!filtering) return true;
  const actions = actionsOf(record);
  const labels = ((record.labels ?? []) as { name: string }[]).map(({ name }) => name);
  const holds = ({ ActionCondition, LabelNameCondition }: Filtering['Filters'][number]['Conditions'][number]) =>
    ActionCondition ? actions.has(ActionCondition.Action) : labels.includes(LabelNameCondition?.LabelName ?? '');
  const found = filtering.Filters.find(({ Requirement, Conditions }) =>
    Requirement === 'MEETS_ALL' ? Conditions.every(holds) : Conditions.some(holds),
  );
  return (found?.Behavior ?? filtering.DefaultBehavior) === 'KEEP';
}

/** What ended it, and COUNT or EXCLUDED_AS_COUNT where a rule counted. */
function actionsOf(record: Members): Set<string> {
  const groups = record.ruleGroupList as { nonTerminatingMatchingRules: unknown[]; excludedRules: unknown[] | null }[];
  const counted =
    (record.nonTerminatingMatchingRules as unknown[]).length > 0 ||
    groups.some(({ nonTerminatingMatchingRules }) => nonTerminatingMatchingRules.length > 0);
  return new Set([
    String(record.action),
    ...(counted ? ['COUNT'] : []),
    ...(groups.some(({ excludedRules }) => excludedRules?.length) ? ['EXCLUDED_AS_COUNT'] : []),
  ]);
}

const REDACTED = 'REDACTED';

function redacted(record: Members, fields: readonly Members[]): Members {
  const asked = record.httpRequest as Members;
  const hidden = { ...asked };
  for (const field of fields) {
    const header = (field.SingleHeader as { Name: string } | undefined)?.Name.toLowerCase();
    if (field.UriPath) hidden.uri = REDACTED;
    if (field.QueryString) hidden.args = REDACTED;
    if (field.Method) hidden.httpMethod = REDACTED;
    if (header !== undefined)
      hidden.headers = (hidden.headers as { name: string; value: string }[]).map((one) =>
        one.name.toLowerCase() === header ? { ...one, value: REDACTED } : one,
      );
  }
  return { ...record, httpRequest: hidden };
}
