/** A site at work: each request judged where it arrives, measured, logged, and passed on to what stands behind. */
import type { Chance, Stage } from '#rehearsal/api.ts';
import type { SiteText } from '#rehearsal/scenario/site-format.ts';
import type { MetricData } from '#rehearsal/services/cloudwatch/metric-data.ts';
import type { Decision } from '#rehearsal/services/wafv2/evaluate.ts';
import type { WebRequest } from '#rehearsal/services/wafv2/request.ts';
import { SAMPLED_BACK_MS, type Seen } from '#rehearsal/services/wafv2/sampled.ts';
import { standInSqli, standInXss } from '#rehearsal/services/wafv2/stand-ins.ts';
import { transformed } from '#rehearsal/services/wafv2/transformations.ts';
import type { Waf } from '#rehearsal/services/wafv2/wafv2.ts';
import { judgedRequest } from '#rehearsal/site/judgement.ts';
import { type Deliver, LogFiles, WINDOW_MS } from '#rehearsal/site/log-files.ts';
import { Measures } from '#rehearsal/site/measures.ts';
import { type Known, type Point, Points } from '#rehearsal/site/points.ts';
import { RateCounts } from '#rehearsal/site/rate-counts.ts';
import { type Lines, Visitors } from '#rehearsal/site/visitors.ts';

export interface SiteParts {
  stage: Stage;
  waf: Waf;
  metrics: MetricData;
  deliver: Deliver;
  lines: Partial<Lines>;
}

/** Requests that came to the application; `probes`: those with the scenario's probe header. */
export interface Reached {
  probes: number;
  others: number;
}

export class Site {
  readonly text: SiteText;
  readonly balancer: string;
  readonly points: Points;
  readonly reached: Reached = { probes: 0, others: 0 };
  readonly #parts: SiteParts;
  readonly #visitors: Visitors;
  readonly #logs: LogFiles;
  readonly #measures: Measures;
  readonly #rates = new RateCounts();
  readonly #chance: Chance;
  readonly #seen = new Map<string, Seen[]>();
  #window: number; // in which time stands
  #visits: WebRequest[];

  constructor(text: SiteText, balancer: string, parts: SiteParts) {
    const { stage, waf, metrics, deliver, lines } = parts;
    this.text = text;
    this.balancer = balancer;
    this.#parts = parts;
    this.#chance = stage.chance.of(`site/${text.name}`);
    this.points = new Points(stage, waf, balancer, text, () => this.advance());
    this.#visitors = new Visitors(text, this.#chance.of('visitors'), lines);
    this.#logs = new LogFiles(stage, this.#chance.of('logs'), text.lateMinutes, deliver);
    this.#measures = new Measures(metrics, stage.region, waf.managed);
    const now = stage.clock.now();
    this.#window = Math.floor(now / WINDOW_MS) * WINDOW_MS;
    this.#visits = this.#visitors.window(this.#window, WINDOW_MS).filter(({ at }) => at > now);
    this.#wait();
  }

  /** Judges all visits until now. Whatever changes or reads what judging leaves asks for it first. */
  advance(): void {
    const now = this.#parts.stage.clock.now();
    while (this.#visits[0] && this.#visits[0].at <= now) {
      const visit = this.#visits.shift();
      if (visit) this.#visited(visit);
    }
  }

  /** A request over the wire, now. null: no web ACL stands before it. */
  judge(request: WebRequest, point: Point, isStale: boolean): Decision | null {
    this.advance();
    const acl = this.points.webAcl(point, isStale);
    if (!acl) return null;
    const { stage, waf } = this.#parts;
    const decision = judgedRequest(acl, request, {
      account: stage.account,
      managed: waf.managed,
      rates: this.#rates,
      known: (arn) => this.points.entity(point, arn, isStale),
    });
    decision.log.httpSourceId = `${stage.account}-${this.balancer.split(':loadbalancer/')[1]}`;
    this.#remember(acl, { request, decision });
    this.#measures.count(acl, decision, request.at);
    const logging = waf.logging.of(acl.arn);
    if (logging) this.#logs.add(decision.log, acl.name, point, logging);
    return decision;
  }

  /** What comes to the application. */
  reach({ headers }: WebRequest): void {
    if (headers.some(([name]) => name.toLowerCase() === this.text.probeHeader)) this.reached.probes++;
    else this.reached.others++;
  }

  /** Whether somebody else's WAF, before our load balancer or instead of it, would turn the request away. */
  isTurnedAway(request: WebRequest): boolean {
    if (this.text.endpoint !== 'behind-waf' && this.text.endpoint !== 'elsewhere') return false;
    const parts = [request.path, request.query, request.body ?? '', ...request.headers.map(([, value]) => value)];
    return parts.some((part) => {
      const read = transformed(part, [{ Priority: 0, Type: 'URL_DECODE_UNI' }]);
      return standInSqli(read) || standInXss(read) || /\.\.\/|\/etc\/passwd|\$\{jndi/i.test(read);
    });
  }

  recent(acl: string): readonly Seen[] {
    this.advance();
    return this.#seen.get(acl) ?? [];
  }

  #visited(visit: WebRequest): void {
    if (this.text.endpoint === 'elsewhere' || this.isTurnedAway(visit)) return;
    const chance = this.#chance.of(`visit/${visit.id}`);
    const decision = this.judge(visit, this.points.pick(chance), this.points.isStale(chance));
    if (decision === null || decision.action === 'ALLOW') this.reach(visit);
  }

  #remember(acl: Known, seen: Seen): void {
    const all = this.#seen.get(acl.arn) ?? [];
    all.push(seen);
    this.#seen.set(acl.arn, all);
  }

  #wait(): void {
    const { clock } = this.#parts.stage;
    clock.at(this.#window + WINDOW_MS, `five minutes of ${this.text.name}`, () => {
      this.advance();
      const over = this.#window;
      this.#window += WINDOW_MS;
      this.#visits = this.#visitors.window(this.#window, WINDOW_MS);
      this.#forget(clock.now());
      this.#logs.close(over);
      this.#wait();
    });
  }

  #forget(now: number): void {
    this.#rates.forget(now);
    for (const [arn, all] of this.#seen) {
      const known = this.#parts.waf.entities.get(arn);
      if (known && all.some(({ request }) => request.at >= now - WINDOW_MS)) this.#measures.tellEnds(known, now - 1);
      const first = all.findIndex(({ request }) => request.at >= now - SAMPLED_BACK_MS);
      all.splice(0, first === -1 ? all.length : first);
    }
  }
}
