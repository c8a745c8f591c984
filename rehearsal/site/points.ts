/**
 * Three places where a load balancer's requests are judged. A write comes to each after a time of its own, so that old and new
 * answers go back and forth meanwhile (trap W8).
 */
import type { Chance, Stage } from '#rehearsal/api.ts';
import { milliseconds } from '#rehearsal/engine/times.ts';
import type { SiteText } from '#rehearsal/scenario/site-format.ts';
import type { Entity } from '#rehearsal/services/wafv2/entities.ts';
import type { Waf } from '#rehearsal/services/wafv2/wafv2.ts';

export const POINTS = [0, 1, 2] as const;
export type Point = (typeof POINTS)[number];

/** What was there when it was written: contents are replaced, never changed. */
export type Known = Pick<Entity, 'kind' | 'name' | 'arn' | 'content'>;

interface Item {
  value: Known | string | null;
  before: Known | string | null;
  at: number; // when the value came
  order: number; // of the write
}

export class Points {
  readonly #stage: Stage;
  readonly #waf: Waf;
  readonly #balancer: string;
  readonly #text: SiteText['propagation'];
  readonly #arriving: () => void;
  readonly #items: Map<string, Item>[] = POINTS.map(() => new Map());
  readonly #chance: Chance;
  #writes = 0;

  /** `arriving`: called before anything that has come takes effect. */
  constructor(stage: Stage, waf: Waf, balancer: string, text: SiteText, arriving: () => void) {
    this.#stage = stage;
    this.#waf = waf;
    this.#balancer = balancer;
    this.#text = text.propagation;
    this.#arriving = arriving;
    this.#chance = stage.chance.of(`site/${text.name}/points`);
    for (const kind of ['webacl', 'rulegroup', 'ipset', 'regexpatternset'] as const)
      for (const { arn } of waf.entities.all(kind)) for (const point of POINTS) this.#take(point, arn, 0);
    for (const point of POINTS) this.#take(point, balancer, 0);
    waf.entities.watch((arn) => this.#spread(arn));
    waf.watchAssociations((resource) => {
      if (resource === balancer) this.#spread(balancer);
    });
  }

  /** The point that answers a connection. */
  pick(chance: Chance): Point {
    return chance.pick(POINTS);
  }

  /** Whether an answer is given by what stood before, for a while after a write has come. */
  isStale(chance: Chance): boolean {
    return this.#text.stale !== undefined && chance.next() < this.#text.stale.share;
  }

  /** The web ACL in force; null: none, all requests pass. */
  webAcl(point: Point, isStale: boolean): Known | null {
    const arn = this.#get(point, this.#balancer, isStale) as string | null;
    return arn === null ? null : this.entity(point, arn, isStale);
  }

  entity(point: Point, arn: string, isStale: boolean): Known | null {
    return this.#get(point, arn, isStale) as Known | null;
  }

  #get(point: Point, key: string, isStale: boolean): Item['value'] {
    const item = this.#items[point]?.get(key);
    if (!item) return null;
    const lasts = this.#text.stale ? milliseconds(this.#text.stale.lasts) : 0;
    return isStale && this.#stage.clock.now() - item.at < lasts ? item.before : item.value;
  }

  #spread(key: string): void {
    const [from, to] = [milliseconds(this.#text.from), milliseconds(this.#text.to)];
    const order = ++this.#writes;
    const value = this.#read(key);
    for (const point of POINTS) {
      const delay = from + Math.floor(this.#chance.of(`${order}/${point}`).next() * Math.max(0, to - from));
      this.#stage.clock.after(delay, `a write reaches point ${point}`, () => {
        this.#arriving();
        this.#set(point, key, value, order);
      });
    }
  }

  #take(point: Point, key: string, order: number): void {
    this.#set(point, key, this.#read(key), order);
  }

  /** What was written later stays, however late the earlier comes. */
  #set(point: Point, key: string, value: Item['value'], order: number): void {
    const items = this.#items[point];
    const there = items?.get(key);
    if (there && there.order > order) return;
    items?.set(key, { value, before: there?.value ?? null, at: this.#stage.clock.now(), order });
  }

  #read(key: string): Item['value'] {
    if (key === this.#balancer) return this.#waf.associations.get(key) ?? null;
    const found = this.#waf.entities.get(key);
    return found ? { kind: found.kind, name: found.name, arn: found.arn, content: found.content } : null;
  }
}
