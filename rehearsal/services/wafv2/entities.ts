/** What AWS WAF keeps of an account in a Region: web ACLs, sets and groups, each with its lock token and tags. Replaced whole, never in part. */
import type { Stage } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/engine/chance.ts';
import { wafFault } from '#rehearsal/services/wafv2/waf-faults.ts';

export type Members = Record<string, unknown>;
export type Kind = 'webacl' | 'ipset' | 'regexpatternset' | 'rulegroup';

export interface Entity {
  kind: Kind;
  name: string;
  id: string;
  arn: string;
  lockToken: string;
  /** As AWS reads it back, without name, id and ARN. Never changed in place: who holds it holds the version of its time. */
  content: Members;
  tags: Map<string, string>;
  /** Before, other calls do not find it. */
  knownAt: number;
}

/** Default quotas of an account in a Region (WAF developer guide). */
const QUOTAS: Record<Kind, number> = { webacl: 100, rulegroup: 100, ipset: 100, regexpatternset: 10 };
/** The guide says that a change may take seconds to be known everywhere, and no more exactly; half are known at once. */
const UNKNOWN_MS = 8000;

export class Entities {
  readonly #stage: Stage;
  readonly #byArn = new Map<string, Entity>();
  readonly #listeners: ((arn: string) => void)[] = [];
  #made = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Told the ARN of whatever was made, changed or deleted, afterwards. */
  watch(listener: (arn: string) => void): void {
    this.#listeners.push(listener);
  }

  all(kind: Kind): Entity[] {
    return [...this.#byArn.values()].filter((one) => one.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(arn: string): Entity | null {
    return this.#byArn.get(arn) ?? null;
  }

  /** Throws WAFNonexistentItemException; name and id must be of the same. */
  find(kind: Kind, name: unknown, id: unknown): Entity {
    const found = [...this.#byArn.values()].find((one) => one.kind === kind && one.id === id && one.name === name);
    if (!found) throw wafFault('WAFNonexistentItemException');
    return found;
  }

  /** For a rule that refers to it, and for an association. Throws where it does not exist, or is so new that it is not known yet. */
  referred(arn: string, kind: Kind): Entity {
    const found = this.#byArn.get(arn);
    if (found?.kind !== kind) throw wafFault('WAFNonexistentItemException');
    if (found.knownAt > this.#stage.clock.now()) throw wafFault('WAFUnavailableEntityException');
    return found;
  }

  /** `seeded`: there since before the rehearsal began. */
  add(
    kind: Kind,
    name: string,
    content: Members,
    tags: readonly { Key: string; Value: string }[],
    seeded = false,
  ): Entity {
    const there = this.all(kind);
    if (there.some((one) => one.name === name)) throw wafFault('WAFDuplicateItemException');
    if (there.length >= QUOTAS[kind]) throw wafFault('WAFLimitsExceededException');
    const { account, region, clock } = this.#stage;
    const chance = this.#stage.chance.of(`waf/${kind}/${name}/${this.#made++}`);
    const id = uuid(chance);
    const delay = seeded || chance.next() < 0.5 ? 0 : chance.int(UNKNOWN_MS);
    const made: Entity = {
      kind,
      name,
      id,
      arn: `arn:aws:wafv2:${region}:${account}:regional/${kind}/${name}/${id}`,
      lockToken: uuid(chance),
      content,
      tags: new Map(tags.map(({ Key, Value }) => [Key, Value])),
      knownAt: clock.now() + delay,
    };
    this.#byArn.set(made.arn, made);
    this.#tell(made.arn);
    return made;
  }

  /** Returns the next lock token. Throws WAFOptimisticLockException. */
  replace(entity: Entity, lockToken: unknown, content: Members): string {
    this.checkLock(entity, lockToken);
    entity.content = content;
    entity.lockToken = uuid(this.#stage.chance.of(`waf/lock/${this.#made++}`));
    this.#tell(entity.arn);
    return entity.lockToken;
  }

  checkLock(entity: Entity, lockToken: unknown): void {
    if (entity.lockToken !== lockToken) throw wafFault('WAFOptimisticLockException');
  }

  remove(entity: Entity): void {
    this.#byArn.delete(entity.arn);
    this.#tell(entity.arn);
  }

  /** ARNs of sets and groups that rules of web ACLs and groups refer to. */
  references(): Set<string> {
    const found = new Set<string>();
    for (const { kind, content } of this.#byArn.values())
      if (kind === 'webacl' || kind === 'rulegroup') collect(content.Rules, found);
    return found;
  }

  #tell(arn: string): void {
    for (const listener of this.#listeners) listener(arn);
  }
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'ARN' && typeof inner === 'string') into.add(inner);
    else collect(inner, into);
  }
}
