/** The hosts: what is installed and running on them, and what happens to them as machines. */
import type { Stage } from '#rehearsal/api.ts';
import type { Host, Kernel, Package } from '#rehearsal/fleet/host.ts';

export type HostNews = 'paused' | 'resumed' | 'changed' | 'stopped' | 'started' | 'terminated' | 'retagged';

export class Fleet {
  readonly hosts: readonly Host[];
  readonly #byId: Map<string, Host>;
  readonly #stage: Stage;
  readonly #watchers: ((host: Host, news: HostNews) => void)[] = [];

  constructor(stage: Stage, hosts: readonly Host[]) {
    this.#stage = stage;
    this.hosts = hosts;
    this.#byId = new Map(hosts.map((host) => [host.id, host]));
  }

  byId(id: string): Host | undefined {
    return this.#byId.get(id);
  }

  /** By host name, instance id, or the name of an entry of the scenario's fleet (all of it). */
  named(names: readonly string[]): Host[] {
    return names.flatMap((name) => {
      const hosts = this.hosts.filter((host) => host.id === name || host.name === name || host.entry === name);
      if (hosts.length === 0) throw new Error(`the scenario has no host "${name}"`);
      return hosts;
    });
  }

  watch(watcher: (host: Host, news: HostNews) => void): void {
    this.#watchers.push(watcher);
  }

  isReachable(host: Host): boolean {
    return host.state === 'running' && host.agent === 'online';
  }

  loseAgent(host: Host, why: string): void {
    if (host.agent !== 'online') return;
    this.#setAgent(host, 'offline');
    this.#stage.note('host', host.id, `${host.name}: ${why}`, { host: host.name, agent: 'offline' });
    this.#tell(host, 'paused');
  }

  findAgent(host: Host): void {
    if (host.agent !== 'offline' || host.state !== 'running') return;
    this.#setAgent(host, 'online');
    this.#tell(host, 'resumed');
  }

  /** Goes down now; `back` is called when the agent answers again, after 1 to 4 minutes. */
  reboot(host: Host, back: () => void): void {
    this.loseAgent(host, 'rebooting');
    const downMs = 60_000 + host.chance.of(`boot/${host.runs.length}`).int(180_000);
    this.#stage.clock.after(downMs, `${host.name} is back`, () => {
      if (host.state !== 'running') return;
      this.#boot(host);
      this.#setAgent(host, 'online');
      this.#stage.note('host', host.id, `${host.name}: back after the reboot`, { host: host.name, agent: 'online' });
      this.#tell(host, 'resumed');
      back();
    });
  }

  /** Replaces packages; a kernel becomes the running one at the next boot only. */
  install(host: Host, upgrades: readonly Package[]): void {
    const packages = new Map(host.packages);
    const pending = new Map(host.pendingReboot);
    for (const upgrade of upgrades) {
      packages.set(upgrade.name, upgrade);
      pending.set(upgrade.name, upgrade);
      host.changedAt.set(upgrade.name, this.#stage.clock.now());
    }
    host.packages = packages;
    host.pendingReboot = pending;
    this.#tell(host, 'changed');
  }

  stop(host: Host): void {
    if (host.state !== 'running') return;
    host.state = 'stopped';
    if (host.agent === 'online') this.#setAgent(host, 'offline');
    this.#stage.note('host', host.id, `${host.name}: stopped`, { host: host.name });
    this.#tell(host, 'paused');
    this.#tell(host, 'stopped');
  }

  start(host: Host): void {
    if (host.state !== 'stopped') return;
    host.state = 'running';
    this.#boot(host);
    if (host.agent === 'offline') this.#setAgent(host, 'online');
    this.#tell(host, 'resumed');
    this.#tell(host, 'started');
  }

  terminate(host: Host): void {
    if (host.state === 'terminated') return;
    host.state = 'terminated';
    host.terminatedAt = this.#stage.clock.now();
    const run = host.runs.at(-1);
    if (run) run.endedAt ??= host.terminatedAt;
    if (host.agent === 'online') this.#setAgent(host, 'offline');
    this.#stage.note('host', host.id, `${host.name}: terminated`, { host: host.name });
    this.#tell(host, 'terminated');
  }

  retag(host: Host, tags: Record<string, string>): void {
    host.tags = { ...host.tags, ...tags };
    this.#tell(host, 'retagged');
  }

  #boot(host: Host): void {
    host.bootedAt = this.#stage.clock.now();
    host.running = newestKernel(host.packages) ?? host.running;
    host.pendingReboot = new Map();
    const run = host.runs.at(-1);
    if (run && run.operation === 'Install') run.rebootedAt ??= host.bootedAt;
  }

  #setAgent(host: Host, agent: Host['agent']): void {
    host.agent = agent;
    host.agentSince = this.#stage.clock.now();
  }

  #tell(host: Host, news: HostNews): void {
    for (const watcher of this.#watchers) watcher(host, news);
  }
}

/** The kernel that a boot starts: the last one put in. */
export function newestKernel(packages: ReadonlyMap<string, Package>): Kernel | null {
  const kernels = [...packages.values()].filter(({ role }) => role === 'kernel-image' || role === 'kernel');
  const last = kernels.at(-1);
  return last ? { name: last.name, version: last.version } : null;
}
