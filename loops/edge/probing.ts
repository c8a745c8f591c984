/**
 * Sends a site's probes, and keeps promise 15: no attack leaves where the probe rule has not answered, on a connection of its own,
 * within the last minute. Nothing here knows another target than the endpoints of the reviewed file.
 */
import type { Clock } from '#domain/campaign/ports.ts';
import type { Web } from '#domain/edge/ports.ts';
import { answeredByProbeRule, type ProbeAnswer } from '#domain/edge/probe-result.ts';
import { controls, type Probe } from '#domain/edge/probes.ts';
import { markOf, type Sent } from '#domain/edge/scan-results.ts';
import { PROBE_HEADER, type SitePolicy } from '#domain/edge/site.ts';

export interface Scan {
  endpoint: string;
  /** Two GETs without our header, first and last: whether the application answers. The last is missing where the scan goes on. */
  application: ProbeAnswer[];
  /** In the order of sending, controls between attacks included. */
  sent: Sent[];
  ended: string | null; // why no further probe left, in words; null: none was left, or the part is over
  next: number | null; // place of the first probe that was not sent; null: all were
}

export interface Pace {
  gapMs: number; // between the beginnings of two requests
  until?: number; // ms: a part ends before
}

/** How long an answer of the probe rule is good for an attack. */
const MINUTE_MS = 60_000;

/**
 * One endpoint's probes from place `from` on. `token` stands behind each id in our header: by it log lines are known as ours, and a
 * visitor who sends an old id is not. `revision`: what must be live there; null: whatever the probe rule says.
 */
export async function probing(
  site: Pick<SitePolicy, 'name' | 'probes'>,
  endpoint: string,
  probes: readonly Probe[],
  { token, revision = null, from = 0 }: { token: string; revision?: string | null; from?: number },
  { gapMs, until = Number.POSITIVE_INFINITY }: Pace,
  { web, clock }: { web: Web; clock: Clock },
): Promise<Scan> {
  const scan: Scan = { endpoint, application: [], sent: [], ended: null, next: null };
  const now = () => Date.parse(clock.now());
  let guard = Number.NEGATIVE_INFINITY; // when the probe rule last answered
  if (from === 0) scan.application.push(await web.send(bare(site.probes.path), endpoint, gapMs));
  for (let place = from; place < probes.length && scan.ended === null; place += 1) {
    const probe = probes[place] as Probe;
    if (now() >= until && place > from) return { ...scan, next: place };
    // A slow pace would let the answer grow old: then each probe follows its control at once, and the pair waits for both.
    const paired = gapMs * 2 > MINUTE_MS;
    if (paired || now() + gapMs > guard + MINUTE_MS - SPARE_MS) {
      const answer = await send(control(site.probes.path), paired ? gapMs * 2 : gapMs);
      scan.ended = notOurs(answer);
      if (scan.ended !== null) return { ...scan, next: place };
    }
    if (probe.id === 'control-get') continue; // the guard has just been it
    const answer = await send(probe, paired ? 0 : gapMs);
    scan.ended = passedOn(probe, answer);
    if (scan.ended !== null) return { ...scan, next: place + 1 };
  }
  await send(control(site.probes.path), gapMs);
  scan.application.push(await web.send(bare(site.probes.path), endpoint, gapMs));
  return scan;

  async function send(probe: Probe, gap: number): Promise<ProbeAnswer> {
    const answer = await web.send(signed(probe, token), endpoint, gap);
    scan.sent.push({ probe, answer });
    const ours = answeredByProbeRule(answer, site.name) && (revision === null || answer.revision === revision);
    if (ours) guard = answer.at;
    else if (answer.status !== BLOCKED) guard = Number.NEGATIVE_INFINITY;
    return answer;
  }

  /** Why this is not our probe rule's answer; null: it is. */
  function notOurs(answer: ProbeAnswer): string | null {
    const { status, site: named, revision: live, why } = answer;
    if (answeredByProbeRule(answer, site.name)) {
      if (revision === null || live === revision) return null;
      return `the probe rule answers with revision ${live ?? 'none'}, and ${revision} was expected: no attack was sent to it`;
    }
    if (named !== null) return `another site answered there: ${named}. No attack was sent to it`;
    if (status === null) return `${why || 'nothing answered'}. No attack was sent to it`;
    if (status === BLOCKED)
      return `it answers a control with 403: we are blocked before any rule. No attack was sent to it`;
    if (status >= 300 && status < 400)
      return `it answers ${status}${why ? `, ${why}` : ''}, and no redirect is followed. No attack was sent to it`;
    return `it answers ${status} where the probe rule should answer 204. No attack was sent to it`;
  }
}

/** Sent, but not yet arrived: so long before the minute is over it is asked again. */
const SPARE_MS = 5_000;
const BLOCKED = 403;

/** Why a probe's answer ends the scan: the application, or something behind the rules, may have answered it. null: it goes on. */
function passedOn({ id }: Probe, answer: ProbeAnswer): string | null {
  const { status, why, server } = answer;
  const end = (words: string) => `${id}: ${words}: a rule may have allowed it, so the scan ended here`;
  // No answer: a closed connection is a refusal. Of a silent one nobody can tell who has the request.
  if (status === null) return /^it timed out/.test(why) ? end(why) : null;
  if (status === 204 && answer.site !== null) return null;
  if (status === BLOCKED) return null;
  // What the load balancer itself refuses as malformed no rule and no application ever saw.
  if (status >= 400 && status < 500 && /^awselb\//.test(server ?? '')) return null;
  return end(`${status}${why ? `, ${why}` : ''} from behind the rules`);
}

function control(path: string): Probe {
  return controls(path)[0] as Probe;
}

/** A page as anybody asks it, without our header. */
function bare(path: string): Probe {
  const { headers, ...get } = control(path);
  return { ...get, id: 'application', headers: headers.filter(([name]) => name !== PROBE_HEADER) };
}

/** As it goes over the wire: our header says id and token. */
export function signed(probe: Probe, token: string): Probe {
  return {
    ...probe,
    headers: probe.headers.map(([name, value]) => [name, name === PROBE_HEADER ? markOf(probe, token) : value]),
  };
}
