/** Inspector's findings of each host: raised, changed and closed at a look, never between (Inspector User Guide). */
import { createHash } from 'node:crypto';
import type { Stage } from '#rehearsal/api.ts';
import type { Advisory, AdvisoryBook } from '#rehearsal/fleet/advisories.ts';
import type { ExportedFinding, Host, Package } from '#rehearsal/fleet/host.ts';
import type { Affected, SeenFinding } from '#rehearsal/services/inspector2/exported.ts';
import { seenInExport, toldTimes } from '#rehearsal/services/inspector2/exported.ts';
import type { Snapshot } from '#rehearsal/services/inspector2/looks.ts';

const DAY = 86_400_000;
const REOPENED_WITHIN = 7 * DAY;
const DELETED_AFTER = 30 * DAY;
const DELETED_AFTER_END = 3 * DAY;

export interface FindingRecord {
  arn: string;
  host: Host;
  vulnerabilityId: string;
  advisory: Advisory | null; // null: the system itself is discontinued
  told: ExportedFinding | null; // as a real export has it
  status: 'ACTIVE' | 'SUPPRESSED' | 'CLOSED';
  severity: string;
  score: number | null;
  firstObservedAt: number;
  updatedAt: number;
  closedAt: number | null;
  affected: Affected[];
}

export class Findings {
  /** Called for each new finding and each change of one. */
  onChange: (record: FindingRecord) => void = () => {};
  readonly #stage: Stage;
  readonly #bookOf: (host: Host) => AdvisoryBook;
  readonly #names: 'source' | 'binary' | 'mixed';
  readonly #byHost = new Map<string, Map<string, FindingRecord>>();
  readonly #old = new Map<string, FindingRecord[]>(); // closed too long ago to be reopened, yet listed
  /** Suppression rules, by the instant they were made. */
  readonly suppressions: { vulnerabilityId: string; at: number }[] = [];
  readonly #bySource = new Map<string, boolean>();
  #count = 0;

  constructor(stage: Stage, bookOf: (host: Host) => AdvisoryBook, names: 'source' | 'binary' | 'mixed') {
    this.#stage = stage;
    this.#bookOf = bookOf;
    this.#names = names;
  }

  /** What was found before the story began: no events, and observed when it became known. */
  begin(host: Host, snapshot: Snapshot): void {
    const records = new Map<string, FindingRecord>();
    const now = this.#stage.clock.now();
    for (const [id, seen] of this.#seenIn(host, snapshot, now)) {
      const observed = Math.min(now - DAY / 24, Math.max(seen.advisory?.knownAt ?? host.launchedAt, host.launchedAt));
      const record = this.#record(host, id, seen, observed);
      const released = seen.advisory?.releasedAt ?? null;
      if (released !== null && released <= now) record.updatedAt = Math.max(observed, released);
      if (seen.told) Object.assign(record, toldTimes(seen.told));
      records.set(id, record);
    }
    this.#byHost.set(host.id, records);
  }

  look(host: Host, snapshot: Snapshot): void {
    const now = this.#stage.clock.now();
    const records = this.#byHost.get(host.id) ?? new Map<string, FindingRecord>();
    this.#byHost.set(host.id, records);
    const seen = this.#seenIn(host, snapshot, now);
    for (const [id, each] of seen) this.#raise(host, records, id, each, now);
    for (const [id, record] of records) if (!seen.has(id)) this.#close(record, now);
  }

  closeAll(host: Host): void {
    const now = this.#stage.clock.now();
    for (const record of this.#byHost.get(host.id)?.values() ?? []) this.#close(record, now);
  }

  /** The host restarted or has other tags: what is open counts as updated, though nothing about it is new (Inspector User Guide). */
  hostChanged(host: Host): void {
    for (const record of this.#byHost.get(host.id)?.values() ?? []) this.#update(record);
  }

  suppress(vulnerabilityId: string): void {
    this.suppressions.push({ vulnerabilityId, at: this.#stage.clock.now() });
    this.#touch(vulnerabilityId, (record) => {
      record.status = 'SUPPRESSED';
    });
  }

  rescore(vulnerabilityId: string, severity: string, score: number | null): void {
    this.#touch(vulnerabilityId, (record) => {
      record.severity = severity;
      record.score = score;
      if (record.advisory) Object.assign(record.advisory, { severity, score });
    });
  }

  /** Those that Inspector still keeps: closed ones go after a month, of a terminated instance after three days. */
  of(host: Host): FindingRecord[] {
    const now = this.#stage.clock.now();
    const keep = host.state === 'terminated' ? DELETED_AFTER_END : DELETED_AFTER;
    const all = [...(this.#old.get(host.id) ?? []), ...(this.#byHost.get(host.id)?.values() ?? [])];
    return all.filter(({ closedAt }) => closedAt === null || now - closedAt < keep);
  }

  #raise(host: Host, records: Map<string, FindingRecord>, id: string, seen: SeenFinding, now: number): void {
    const record = records.get(id);
    if (!record || (record.closedAt !== null && now - record.closedAt > REOPENED_WITHIN)) {
      if (record) this.#old.set(host.id, [...(this.#old.get(host.id) ?? []), record]);
      const raised = this.#record(host, id, seen, now);
      records.set(id, raised);
      this.onChange(raised);
      return;
    }
    if (record.status !== 'CLOSED' && sameAffected(record.affected, seen.affected)) return;
    if (record.status === 'CLOSED') record.status = this.#statusOf(id);
    record.closedAt = null;
    record.affected = seen.affected;
    record.updatedAt = now;
    this.onChange(record);
  }

  #close(record: FindingRecord, now: number): void {
    if (record.status === 'CLOSED') return;
    record.status = 'CLOSED';
    record.closedAt = now;
    record.updatedAt = now;
    this.onChange(record);
  }

  #touch(vulnerabilityId: string, change: (record: FindingRecord) => void): void {
    for (const records of this.#byHost.values()) {
      const record = records.get(vulnerabilityId);
      if (record) this.#update(record, change);
    }
  }

  #update(record: FindingRecord, change: (record: FindingRecord) => void = () => {}): void {
    if (record.status === 'CLOSED') return;
    change(record);
    record.updatedAt = this.#stage.clock.now();
    this.onChange(record);
  }

  #record(host: Host, vulnerabilityId: string, { advisory, affected, told }: SeenFinding, at: number): FindingRecord {
    const key = `${this.#stage.account}/${host.id}/${vulnerabilityId}/${this.#count++}`;
    const id = createHash('sha256').update(key).digest('hex').slice(0, 32);
    return {
      arn: told?.arn ?? `arn:aws:inspector2:${this.#stage.region}:${this.#stage.account}:finding/${id}`,
      host,
      vulnerabilityId: told?.vulnerabilityId ?? vulnerabilityId,
      advisory,
      told: told ?? null,
      status: told?.status ?? this.#statusOf(vulnerabilityId),
      severity: advisory?.severity ?? 'CRITICAL',
      score: advisory?.score ?? null,
      firstObservedAt: at,
      updatedAt: at,
      closedAt: null,
      affected,
    };
  }

  #statusOf(vulnerabilityId: string): 'ACTIVE' | 'SUPPRESSED' {
    return this.suppressions.some((rule) => rule.vulnerabilityId === vulnerabilityId) ? 'SUPPRESSED' : 'ACTIVE';
  }

  #seenIn(host: Host, snapshot: Snapshot, now: number): Map<string, SeenFinding> {
    if (host.exported) return seenInExport(host.exported, snapshot, host.platform.order);
    const book = this.#bookOf(host);
    const seen = new Map<string, SeenFinding>();
    for (const pkg of snapshot.packages.values()) {
      const version = this.#versionLookedAt(pkg, snapshot);
      if (version === null) continue;
      const manager = pkg.role === 'language' ? pkg.manager : 'OS';
      const isKnown = (one: Advisory) =>
        one.manager === manager && one.knownAt <= now && (one.withdrawnAt === null || one.withdrawnAt > now);
      for (const advisory of reported(book.openFor(pkg.source, version).filter(isKnown))) {
        const affected = this.#affected(host, pkg, version, advisory, now);
        const already = seen.get(advisory.vulnerabilityId);
        if (!already) seen.set(advisory.vulnerabilityId, { advisory, affected: [affected] });
        else if (!already.affected.some(({ name }) => name === affected.name)) already.affected.push(affected);
      }
    }
    if (host.platform.discontinued) seen.set(`${host.platform.name}-EOL`, { advisory: null, affected: [] });
    return seen;
  }

  /** Of kernels Inspector judges the running one (trap 8); a metapackage has no content of its own. */
  #versionLookedAt(pkg: Package, { running }: Snapshot): string | null {
    if (pkg.role === 'kernel-meta') return null;
    if (pkg.role === 'kernel-image') return pkg.name === running?.name ? pkg.version : null;
    return pkg.role === 'kernel' ? (running?.version ?? pkg.version) : pkg.version;
  }

  /** Debian packages are named by source or by binary (trap 20): one or the other for the whole of a source. */
  #affected(host: Host, pkg: Package, version: string, advisory: Advisory, now: number): Affected {
    const isReleased = advisory.releasedAt !== null && advisory.releasedAt <= now;
    const fixedIn = isReleased ? advisory.fixedIn : null;
    const plain = { version, fixedIn, manager: pkg.manager, path: pkg.path };
    if (host.platform.packaging === 'deb' && pkg.manager === 'OS' && this.#isNamedBySource(pkg.source)) {
      return { ...plain, name: pkg.source, arch: 'ALL' };
    }
    return { ...plain, name: pkg.name, arch: pkg.arch === 'all' ? 'ALL' : pkg.arch.toUpperCase() };
  }

  #isNamedBySource(source: string): boolean {
    if (this.#names !== 'mixed') return this.#names === 'source';
    const known = this.#bySource.get(source);
    if (known !== undefined) return known;
    const drawn = this.#stage.chance.of(`named-by-source/${source}`).int(2) === 0;
    this.#bySource.set(source, drawn);
    return drawn;
  }
}

/** Of a line of cumulative updates only the newest is reported: it closes the finding of the one before (trap 20). */
function reported(advisories: readonly Advisory[]): readonly Advisory[] {
  if (!advisories.some(({ supersedes }) => supersedes)) return advisories;
  const newest = Math.max(...advisories.map(({ knownAt }) => knownAt));
  return advisories.filter(({ supersedes, knownAt }) => !supersedes || knownAt === newest);
}

function sameAffected(a: readonly Affected[], b: readonly Affected[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, at) => {
      const other = b[at];
      return one.name === other?.name && one.version === other.version && one.fixedIn === other.fixedIn;
    })
  );
}
