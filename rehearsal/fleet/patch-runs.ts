/** What a command does on one host: the patch document, the refresh of an association, the start of the VM scanner. */
import type { Stage } from '#rehearsal/api.ts';
import type { AdvisoryBook } from '#rehearsal/fleet/advisories.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Host, PatchRun } from '#rehearsal/fleet/host.ts';
import type { Baselines, PatchBaseline } from '#rehearsal/services/ssm/baselines.ts';
import type { PatchStates } from '#rehearsal/services/ssm/patch-states.ts';
import { type Candidate, missing, unapproved, upgraded } from '#rehearsal/services/ssm/patching.ts';

const SECOND = 1000;

export interface Done {
  exit: number;
  output: string;
}

export interface PatchOrder {
  commandId: string;
  operation: 'Scan' | 'Install';
  reboot: string;
  snapshotId: string | null;
}

export class PatchRuns {
  readonly #stage: Stage;
  readonly #fleet: Fleet;
  readonly #states: PatchStates;
  readonly #baselines: Baselines;
  readonly #bookOf: (host: Host) => AdvisoryBook;

  constructor(
    stage: Stage,
    fleet: Fleet,
    states: PatchStates,
    baselines: Baselines,
    bookOf: (host: Host) => AdvisoryBook,
  ) {
    this.#stage = stage;
    this.#fleet = fleet;
    this.#states = states;
    this.#baselines = baselines;
    this.#bookOf = bookOf;
  }

  /** Calls `done` when the host reports its end; never, where its agent is lost on the way. */
  begin(host: Host, order: PatchOrder, done: (end: Done) => void): void {
    const startedAt = this.#stage.clock.now();
    const { commandId, operation } = order;
    const run: PatchRun = {
      commandId,
      operation,
      startedAt,
      endedAt: null,
      rebootedAt: null,
      installed: [],
      exit: null,
    };
    host.runs.push(run);
    if (operation === 'Scan') this.#scan(host, order, run, done);
    else this.#install(host, order, run, done);
  }

  /** A scan that is nobody's command of ours, such as the daily one of Quick Setup, by another baseline (trap 21). */
  foreignScan(host: Host, baseline: PatchBaseline): void {
    const now = this.#stage.clock.now();
    const found = missing(host, baseline, this.#bookOf(host), now);
    const snapshotId = uuidOf(host.chance.of(`foreign/${now}`));
    this.#report(host, { operation: 'Scan', reboot: 'NoReboot', snapshotId, commandId: '' }, now, found, [], baseline);
  }

  #scan(host: Host, order: PatchOrder, run: PatchRun, done: (end: Done) => void): void {
    const tookMs = (20 + this.#chance(host, order).int(40)) * SECOND;
    this.#stage.clock.after(tookMs, `scan of ${host.name}`, () => {
      if (!this.#fleet.isReachable(host)) return;
      const baseline = this.#baselines.forHost(host);
      const found = missing(host, baseline, this.#bookOf(host), this.#stage.clock.now());
      this.#report(host, order, run.startedAt, found, [], baseline);
      this.#end(run, { exit: 0, output: `Scan: ${found.length} missing` }, done);
    });
  }

  #install(host: Host, order: PatchOrder, run: PatchRun, done: (end: Done) => void): void {
    const baseline = this.#baselines.forHost(host);
    const found = missing(host, baseline, this.#bookOf(host), run.startedAt);
    const chance = this.#chance(host, order);
    const tookMs = (found.length > 0 ? 120 + chance.int(360) : 30 + chance.int(40)) * SECOND;
    this.#note(host, `${host.name}: installing ${found.length}`, { phase: 'installing', patches: found.length });
    if (host.losesAgent === 'install') this.#loseAgent(host, tookMs / 2);
    this.#stage.clock.after(tookMs, `install on ${host.name}`, () => {
      if (!this.#fleet.isReachable(host)) return;
      if (host.failsWith !== null) this.#fail(host, order, run, found, baseline, done);
      else this.#finish(host, order, run, found, baseline, done);
    });
  }

  #fail(
    host: Host,
    order: PatchOrder,
    run: PatchRun,
    found: Candidate[],
    baseline: PatchBaseline,
    done: (end: Done) => void,
  ): void {
    const exit = host.failsWith ?? 1;
    this.#report(host, order, run.startedAt, [], found, baseline);
    this.#note(host, `${host.name}: install failed, exit ${exit}`, { phase: 'failed', exit });
    const output = `Unable to install ${found.length} packages: ${found.map(({ from }) => from.name).join(' ')}\nexit ${exit}`;
    this.#end(run, { exit, output }, done);
  }

  #finish(
    host: Host,
    order: PatchOrder,
    run: PatchRun,
    found: Candidate[],
    baseline: PatchBaseline,
    done: (end: Done) => void,
  ): void {
    const upgrades = upgraded(found, this.#bookOf(host));
    this.#fleet.install(host, upgrades);
    run.installed = upgrades.map(({ name }) => name);
    this.#report(host, order, run.startedAt, [], [], baseline);
    const end = { exit: 0, output: `Install: ${found.length} installed` };
    // It does not ask whether a reboot is required: one patch is enough, or one that still waits for a reboot.
    if (order.reboot !== 'RebootIfNeeded' || host.pendingReboot.size === 0) {
      this.#note(host, `${host.name}: patched`, { phase: 'patched', patches: found.length });
      this.#end(run, end, done);
      return;
    }
    this.#note(host, `${host.name}: rebooting`, { phase: 'rebooting', patches: found.length });
    if (host.losesAgent === 'reboot') {
      this.#loseAgent(host, 0);
      return;
    }
    this.#fleet.reboot(host, () => {
      const tookMs = (5 + this.#chance(host, order).of('resume').int(35)) * SECOND;
      this.#stage.clock.after(tookMs, `${host.name} resumes the command`, () => {
        if (!this.#fleet.isReachable(host)) return;
        this.#note(host, `${host.name}: patched`, { phase: 'patched', patches: found.length });
        this.#end(run, end, done);
      });
    });
  }

  #loseAgent(host: Host, inMs: number): void {
    host.losesAgent = null;
    const backMs = host.agentBackAfter;
    this.#stage.clock.after(inMs, `${host.name} loses its agent`, () => {
      this.#fleet.loseAgent(host, 'the agent no longer answers');
      if (backMs !== null)
        this.#stage.clock.after(backMs, `${host.name} finds its agent`, () => this.#fleet.findAgent(host));
    });
  }

  #report(
    host: Host,
    order: PatchOrder,
    startedAt: number,
    open: Candidate[],
    failed: Candidate[],
    baseline: PatchBaseline,
  ): void {
    const { operation, reboot, snapshotId } = order;
    const waits = operation === 'Scan' || reboot === 'NoReboot';
    this.#states.put(host, {
      baseline,
      snapshotId,
      operation,
      reboot,
      startedAt,
      endedAt: this.#stage.clock.now(),
      missing: open,
      failed,
      unapproved: operation === 'Scan' ? this.#unapproved(host, baseline) : [],
      pending: waits ? [...host.pendingReboot.values()] : [],
      packages: host.packages,
    });
  }

  #unapproved(host: Host, baseline: PatchBaseline): Candidate[] {
    return unapproved(host, baseline, this.#bookOf(host), this.#stage.clock.now());
  }

  #end(run: PatchRun, end: Done, done: (end: Done) => void): void {
    run.endedAt = this.#stage.clock.now();
    run.exit = end.exit;
    done(end);
  }

  #chance(host: Host, order: PatchOrder) {
    return host.chance.of(`patch/${order.commandId}`);
  }

  #note(host: Host, text: string, data: Record<string, unknown>): void {
    this.#stage.note('host', host.id, text, { host: host.name, ...data });
  }
}

export function uuidOf(chance: { int(below: number): number }): string {
  const hex = Array.from({ length: 32 }, () => chance.int(16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
