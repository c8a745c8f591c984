/** Ports in memory: plain objects that keep what they are given, for tests of tasks. */

import type { CampaignRef, Campaigns, Evidence, Notices } from '#domain/campaign/ports.ts';
import type { Approval, Lease, Notice } from '#domain/campaign/records.ts';
import { BrokenRecord } from '#domain/errors.ts';
import { sha256 } from '#domain/hash.ts';
import type { Managed } from '#domain/patch/model.ts';
import type { CommandSummary, Intents, Patching, SendRequest } from '#domain/patch/ports.ts';
import type { Intent } from '#domain/patch/records.ts';

export function campaignsInMemory(): Campaigns & {
  kill: 'go' | 'stop' | Error;
  store: Map<string, Lease>;
  expiring: Map<string, string>; // campaign → after when
} {
  const store = new Map<string, Lease>();
  const approvals = new Map<string, Approval>();
  const triggers = new Map<string, string>();
  const expiring = new Map<string, string>();
  return {
    kill: 'go',
    store,
    expiring,
    lease: async (group) => structuredClone(store.get(group) ?? null),
    async *leases() {
      yield* structuredClone([...store.values()]);
    },
    async writeLease(lease) {
      if ((store.get(lease.group)?.version ?? 0) !== lease.version) return false;
      store.set(lease.group, structuredClone({ ...lease, version: lease.version + 1 }));
      return true;
    },
    async claimTrigger(trigger, campaign) {
      const by = triggers.get(trigger.id) ?? campaign;
      triggers.set(trigger.id, by);
      return by === campaign;
    },
    approval: async (campaign, ring) => structuredClone(approvals.get(`${campaign} ${ring}`) ?? null),
    async putApproval(approval) {
      const key = `${approval.campaign} ${approval.ring}`;
      const there = approvals.get(key);
      if (there && (there.decision || there.askedAt > approval.askedAt)) return false;
      approvals.set(key, structuredClone(approval));
      return true;
    },
    async decide(approval) {
      const key = `${approval.campaign} ${approval.ring}`;
      if (approvals.get(key)?.decision) return false;
      approvals.set(key, structuredClone(approval));
      return true;
    },
    async *approvals(campaign) {
      for (const approval of structuredClone([...approvals.values()]))
        if (approval.campaign === campaign) yield approval;
    },
    async updateApproval(approval) {
      const key = `${approval.campaign} ${approval.ring}`;
      if (approvals.get(key)?.askedAt !== approval.askedAt) return false;
      approvals.set(key, structuredClone(approval));
      return true;
    },
    async expire(campaign, after) {
      expiring.set(campaign, after);
    },
    async killSwitch() {
      if (this.kill instanceof Error) throw this.kill;
      return this.kill;
    },
    async setKillSwitch(to) {
      this.kill = to;
    },
  };
}

export function intentsInMemory(): Intents & { sent: Intent[] } {
  const sent: Intent[] = [];
  const at = (i: Intent) => sent.findIndex((s) => s.ring === i.ring && s.wave === i.wave && s.campaign === i.campaign);
  return {
    sent,
    async *of(campaign, ring) {
      for (const intent of structuredClone(sent))
        if (intent.campaign === campaign && (!ring || intent.ring === ring)) yield intent;
    },
    async add(intent) {
      if (at(intent) >= 0) return false;
      sent.push(structuredClone(intent));
      return true;
    },
    async update(intent) {
      sent[at(intent)] = structuredClone(intent);
    },
  };
}

export function evidenceInMemory(): Evidence & { files: Map<string, unknown> } {
  const files = new Map<string, unknown>();
  const key = (ref: CampaignRef, path: string) => `${ref.group}/${ref.campaign}/${path}`;
  const read = <T>(ref: CampaignRef, path: string) => structuredClone(files.get(key(ref, path)) ?? null) as T | null;
  return {
    files,
    async read<T>(ref: CampaignRef, path: string) {
      const value = read<T>(ref, path);
      if (value === null) throw new BrokenRecord(`no ${path}`);
      return value;
    },
    readIfThere: async <T>(ref: CampaignRef, path: string) => read<T>(ref, path),
    async write(ref, path, value) {
      files.set(key(ref, path), structuredClone(value));
    },
    async *lines<T>(ref: CampaignRef, path: string) {
      yield* read<T[]>(ref, path) ?? [];
    },
    async writeLines(ref, path, lines) {
      const all: unknown[] = [];
      for await (const line of lines) all.push(line);
      files.set(key(ref, path), structuredClone(all));
      return all.length;
    },
    async writeText(ref, path, text) {
      let whole = '';
      if (typeof text === 'string') whole = text;
      else for await (const part of text) whole += part;
      files.set(key(ref, path), whole);
    },
    async digest(ref, path) {
      const value = await this.read(ref, path);
      return { sha256: sha256(value), bytes: JSON.stringify(value).length };
    },
    async *list(ref) {
      for (const name of files.keys()) if (name.startsWith(key(ref, ''))) yield name.slice(key(ref, '').length);
    },
    place: (ref) => `s3://evidence/${ref.group}/${ref.campaign}/`,
  };
}

export function noticesInMemory(): Notices & { published: Notice[]; down: boolean } {
  const published: Notice[] = [];
  return {
    published,
    down: false,
    async publish(notice) {
      if (this.down) throw new Error('the topic is down');
      published.push(notice);
    },
  };
}

/** SSM that accepts sends and remembers them. `answer` decides on each: throw to refuse, or to lose the response after it. */
export function patchingInMemory(ids: string[]): Patching & {
  nodes: Managed[];
  requests: SendRequest[];
  commands: CommandSummary[];
  answer: (request: SendRequest, accept: () => string) => string;
  listed: boolean;
} {
  const requests: SendRequest[] = [];
  const commands: CommandSummary[] = [];
  const node = (id: string): Managed => ({ id, ping: 'Online', os: 'DEBIAN', platform: 'Debian', lastPingAt: null });
  return {
    nodes: ids.map(node),
    requests,
    commands,
    listed: true,
    answer: (_, accept) => accept(),
    async *managed(asked) {
      const wanted = new Set(asked);
      for (const each of this.nodes) if (wanted.has(each.id)) yield each;
    },
    async *states() {},
    async *patches() {},
    async send(request) {
      requests.push(request);
      return this.answer(request, () => {
        const id = `cmd-${commands.length + 1}`;
        commands.push({
          id,
          comment: request.comment,
          status: 'InProgress',
          terminal: false,
          targets: request.instances.length,
          sentAt: '',
        });
        return id;
      });
    },
    async *commandsByComment(comment) {
      if (this.listed) yield* commands.filter((command) => command.comment === comment);
    },
    command: async (id) => commands.find((command) => command.id === id) ?? null,
    async *invocations(command) {
      const request = requests[commands.findIndex(({ id }) => id === command)];
      const { terminal, status = 'InProgress' } = commands.find(({ id }) => id === command) ?? {};
      const said = terminal && status === 'InProgress' ? 'Success' : status;
      for (const instance of request?.instances ?? [])
        yield {
          instance,
          status: said,
          terminal: terminal === true,
          exit: null,
          startedAt: null,
          finishedAt: null,
          output: '',
        };
    },
    async *inventoryAssociations() {},
    async *collections() {},
    calendars: async () => ({ open: true, nextChange: null }),
    missingCalendars: async () => [],
  };
}
