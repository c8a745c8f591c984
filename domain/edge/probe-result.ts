/** What became of a probe, from its answer and from the log line that names the rules. */
import type { LogMatch, LogRecord } from '#domain/edge/log-record.ts';
import type { Probe } from '#domain/edge/probes.ts';
import { REVISION_HEADER, SITE_HEADER } from '#domain/edge/site.ts';

/** What came back. `status` null: nothing did; `why` says what came instead. */
export interface ProbeAnswer {
  at: number; // ms, when the request was sent
  status: number | null;
  site: string | null; // of our probe rule's answer
  revision: string | null; // of it; `none` where somebody else's web ACL holds the rule pasted
  why: string;
  server?: string; // of its headers, where it has one
}

export const RESULTS = ['blocked', 'counted', 'passed', 'unclear'] as const;
export type Result = (typeof RESULTS)[number];

export interface ProbeResult {
  id: string;
  family: Probe['family'];
  place: Probe['place'];
  status: number | null;
  result: Result;
  rules: string[]; // as the reviewed file names them: `core/CrossSiteScripting_BODY`
  why: string;
}

/**
 * The log line of a probe; `late`: not there yet, or none will come. A redacted header makes every line late. `absent`: it was waited
 * for as long as AWS takes for a file, and lines around it are there.
 */
export type ProbeLine = LogRecord | 'late' | 'absent';

export interface ResultFacts {
  site: string;
  line: ProbeLine;
  /** A control was answered by the probe rule just before, and one just after. */
  controlsPassed: boolean;
  /** The file's name of what matched; null: the probe rule, or a name that is no rule. */
  nameOf(match: LogMatch): string | null;
}

const LINES = { late: 'the log line is late', absent: 'the log has no line of it' };
const BLOCKED = 403;
const ANSWERED = 204;

/** Whether our own last rule answered, for this site: then nothing before it decided, and no application saw the request. */
export function answeredByProbeRule({ status, site }: ProbeAnswer, name: string): boolean {
  return status === ANSWERED && site === name;
}

/** Site and revision of an answer's headers, in small letters; null where they are not there. */
export function signatureOf(headers: Readonly<Record<string, string | string[] | undefined>>): {
  site: string | null;
  revision: string | null;
} {
  const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value) ?? null;
  return { site: one(headers[SITE_HEADER]), revision: one(headers[REVISION_HEADER]) };
}

/**
 * A 403 alone blocks nothing: load balancers, other WAFs and reputation lists send them too. It counts with a log line that names a
 * detecting rule or, where the log is late, between two controls that passed.
 */
export function resultOf(
  probe: Pick<Probe, 'id' | 'family' | 'place'>,
  answer: ProbeAnswer,
  facts: ResultFacts,
): ProbeResult {
  const { id, family, place } = probe;
  const said = (result: Result, why: string, rules: string[] = []): ProbeResult => ({
    id,
    family,
    place,
    status: answer.status,
    result,
    rules,
    why,
  });
  const { line, site } = facts;
  const named = typeof line === 'string' ? [] : unique(line.matches.flatMap((match) => facts.nameOf(match) ?? []));
  if (answeredByProbeRule(answer, site)) {
    if (typeof line === 'string') return said('passed', `${LINES[line]}: of rules that counted it nothing is known`);
    return named.length ? said('counted', `counted by ${named.join(', ')}`, named) : said('passed', 'no rule matched');
  }
  if (answer.status === ANSWERED && answer.site !== null)
    return said('unclear', `another site answered: ${answer.site}`);
  if (answer.status !== BLOCKED) return said('unclear', otherWords(answer));
  if (line === 'absent')
    return said('unclear', '403, and the log has lines around it and none of it: something before the WAF answered');
  if (line === 'late') {
    return facts.controlsPassed
      ? said('blocked', '403 between two controls that passed; the log line is late, by which rule is not known')
      : said('unclear', '403, no log line, and no control passed just before and after');
  }
  const ended = line.matches.find(({ ends }) => ends);
  if (line.action !== 'BLOCK' || !ended) return said('unclear', '403, and the log says that the WAF did not block it');
  if (ended.rate) return said('unclear', `403 of the rate rule ${ended.rule}: no detection`, named);
  const by = facts.nameOf(ended) ?? ended.rule;
  return said('blocked', `blocked by ${by}`, unique([by, ...named]));
}

/** Of the two GETs that go without our header: whether the application answers. */
export function applicationAnswered(answer: ProbeAnswer): boolean {
  return answer.status !== null && answer.status !== BLOCKED && answer.site === null;
}

function otherWords({ status, why }: ProbeAnswer): string {
  if (status === null) return why || 'nothing answered';
  if (status >= 300 && status < 400) return `${status}: a redirect, so a rule allowed it or another host answers`;
  return `${status}${why ? `: ${why}` : ''}: neither the probe rule nor a block`;
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}
