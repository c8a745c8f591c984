/**
 * When Inspector has looked at a host, and on what inventory. Each scan mode has its rhythm, each host its own moment in it. The
 * rhythm is reckoned when somebody asks; a timer is set only where something has changed that the next look will find.
 */
import type { Stage, Timer } from '#rehearsal/api.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Host, Kernel, Package } from '#rehearsal/fleet/host.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** What an inventory saw. */
export interface Snapshot {
  packages: ReadonlyMap<string, Package>;
  running: Kernel | null;
  takenAt: number;
}

interface Eye {
  snapshot: Snapshot | null; // the one that Inspector's findings rest on
  lookedAt: number | null; // by another cause than the rhythm
  askedAt: number | null; // the last inventory that a re-scan of ours took, whether it was looked at or not
  from: number; // the rhythm ran from …
  until: number | null; // … to here; null: it runs
  pending: Timer | null;
}

/** Minutes between inventories, and the most that the evaluation comes later (Inspector User Guide). */
interface Rhythm {
  period: number;
  lag: [number, number];
}
const RHYTHMS: Record<string, Rhythm> = {
  EC2_SSM_AGENT_BASED: { period: 30, lag: [2, 6] },
  EC2_INSPECTOR_AGENT_BASED: { period: 180, lag: [1, 3] },
  EC2_AGENTLESS: { period: 1440, lag: [10, 40] },
};
const WINDOWS_PLUGIN: Rhythm = { period: 360, lag: [5, 15] };

export class Looks {
  /** Called at each evaluation that may change findings. */
  onLook: (host: Host, snapshot: Snapshot) => void = () => {};
  isOff = false;
  readonly #stage: Stage;
  readonly #eyes = new Map<string, Eye>();
  readonly #never = new Set<string>(); // hosts that no inventory comes from any more, by fault

  constructor(stage: Stage, fleet: Fleet) {
    this.#stage = stage;
    for (const host of fleet.hosts) this.#eyes.set(host.id, this.#firstEye(host));
    fleet.watch((host, news) => {
      if (news === 'changed') this.#takeNext(host);
      else if (news === 'resumed') this.#open(host);
      else if (news === 'paused' || news === 'terminated') this.#close(host);
    });
  }

  lastLook(host: Host): number | null {
    const eye = this.#eye(host);
    const scheduled = this.#lastScheduled(host, eye);
    const looks = [eye.lookedAt, scheduled?.look].filter((at) => at !== null && at !== undefined);
    return looks.length > 0 ? Math.max(...looks) : null;
  }

  lastInventory(host: Host): number | null {
    const eye = this.#eye(host);
    const scheduled = this.#lastScheduled(host, eye);
    const taken = [eye.snapshot?.takenAt, scheduled?.inventory].filter((at) => at !== undefined);
    return taken.length > 0 ? Math.max(...taken) : null;
  }

  /** When what collects for Inspector last ran on the host: its look comes minutes later. */
  lastCollection(host: Host): number | null {
    const times = [this.#eye(host).askedAt, this.lastInventory(host)].filter((at) => at !== null);
    return times.length > 0 ? Math.max(...times) : null;
  }

  snapshot(host: Host): Snapshot | null {
    return this.#eye(host).snapshot;
  }

  /** An inventory now and its evaluation some minutes later: the refreshed association, or the VM scanner started by hand. */
  rescan(host: Host): void {
    if (!this.#canTake(host)) return;
    const snapshot = this.#take(host);
    this.#eye(host).askedAt = snapshot.takenAt;
    const lag = MINUTE + host.chance.of(`rescan/${snapshot.takenAt}`).int(3 * MINUTE);
    this.#stage.clock.after(lag, `look at ${host.name}`, () => this.#look(host, snapshot));
  }

  /** Work that takes a host some seconds, and gets lost with its agent. */
  later(host: Host, leastSeconds: number, mostSeconds: number, run: () => void): void {
    const draw = host.chance.of(`later/${this.#stage.clock.now()}`).int(mostSeconds - leastSeconds);
    this.#stage.clock.after((leastSeconds + draw) * 1000, `work on ${host.name}`, () => {
      if (host.state === 'running' && host.agent === 'online') run();
    });
  }

  /** A look on the inventory that is there, since an advisory is new: `lastScannedAt` is younger than what it rests on. */
  lookAgain(host: Host): void {
    const { snapshot } = this.#eye(host);
    const isSeen = host.state === 'running' && !host.staleInventory && !this.isOff && !this.#never.has(host.id);
    if (snapshot && isSeen) this.#look(host, snapshot);
  }

  never(hosts: readonly Host[]): void {
    for (const host of hosts) {
      this.#never.add(host.id);
      this.#close(host);
    }
  }

  #look(host: Host, snapshot: Snapshot): void {
    const eye = this.#eye(host);
    if (this.isOff || this.#never.has(host.id) || host.state === 'terminated') return;
    // A slower evaluation of an older inventory does not replace a newer one.
    if (!eye.snapshot || snapshot.takenAt >= eye.snapshot.takenAt) eye.snapshot = snapshot;
    eye.lookedAt = this.#stage.clock.now();
    this.onLook(host, eye.snapshot);
  }

  #take(host: Host): Snapshot {
    return { packages: host.packages, running: host.running, takenAt: this.#stage.clock.now() };
  }

  #canTake(host: Host): boolean {
    if (this.isOff || host.staleInventory || this.#never.has(host.id) || host.state !== 'running') return false;
    return host.scanMode === 'EC2_AGENTLESS' || host.agent === 'online';
  }

  #open(host: Host): void {
    const eye = this.#eye(host);
    if (!this.#canTake(host)) return;
    if (eye.until !== null) {
      eye.lookedAt = this.lastLook(host);
      eye.from = this.#stage.clock.now();
      eye.until = null;
    }
    this.#takeNext(host);
  }

  #close(host: Host): void {
    if (!this.#canTake(host)) this.#eye(host).until ??= this.#stage.clock.now();
  }

  /** The next inventory of the rhythm will find something new. */
  #takeNext(host: Host): void {
    const eye = this.#eye(host);
    if (eye.pending || eye.until !== null) return;
    const { period, offset, lag } = rhythmOf(host);
    const now = this.#stage.clock.now();
    const slot = offset + (Math.floor((now - offset) / period) + 1) * period;
    eye.pending = this.#stage.clock.at(slot, `inventory of ${host.name}`, () => {
      eye.pending = null;
      if (eye.until !== null || !this.#canTake(host)) return;
      const snapshot = this.#take(host);
      this.#stage.clock.after(lag, `look at ${host.name}`, () => this.#look(host, snapshot));
    });
  }

  #lastScheduled(host: Host, eye: Eye): { inventory: number; look: number } | null {
    const { period, offset, lag } = rhythmOf(host);
    const limit = Math.min(eye.until ?? Number.POSITIVE_INFINITY, this.#stage.clock.now() - lag);
    const inventory = offset + Math.floor((limit - offset) / period) * period;
    return inventory >= eye.from ? { inventory, look: inventory + lag } : null;
  }

  #firstEye(host: Host): Eye {
    const now = this.#stage.clock.now();
    const blind = { snapshot: null, lookedAt: null, askedAt: null, from: now, until: now, pending: null };
    if (host.agent === 'none' && host.scanMode !== 'EC2_AGENTLESS') return blind;
    const asOf = (takenAt: number): Snapshot => ({ packages: host.packages, running: host.running, takenAt });
    if (host.staleInventory) return { ...blind, snapshot: asOf(now - 9 * DAY), lookedAt: now - 9 * DAY };
    if (host.state === 'stopped') return { ...blind, snapshot: asOf(now - 5 * DAY), lookedAt: now - 5 * DAY };
    const offline = host.agent === 'offline' && host.scanMode !== 'EC2_AGENTLESS';
    const seenUntil = offline ? host.agentSince : now;
    return {
      snapshot: asOf(seenUntil - rhythmOf(host).period),
      lookedAt: null,
      askedAt: null,
      from: host.launchedAt,
      until: offline ? host.agentSince : null,
      pending: null,
    };
  }

  #eye(host: Host): Eye {
    const eye = this.#eyes.get(host.id);
    if (!eye) throw new Error(`${host.id} is not of this world`);
    return eye;
  }
}

/** Milliseconds: how often, when first after the epoch, and how long the evaluation takes. */
function rhythmOf(host: Host): { period: number; offset: number; lag: number } {
  const known = rhythms.get(host);
  if (known) return known;
  const plugin = host.platform.type === 'Windows' && host.scanMode === 'EC2_SSM_AGENT_BASED';
  const rhythm = plugin ? WINDOWS_PLUGIN : (RHYTHMS[host.scanMode] ?? RHYTHMS.EC2_AGENTLESS ?? WINDOWS_PLUGIN);
  const chance = host.chance.of('rhythm');
  const period = rhythm.period * MINUTE;
  const [least, most] = rhythm.lag;
  const made = { period, offset: chance.int(period), lag: least * MINUTE + chance.int((most - least) * MINUTE) };
  rhythms.set(host, made);
  return made;
}

const rhythms = new WeakMap<Host, { period: number; offset: number; lag: number }>();
