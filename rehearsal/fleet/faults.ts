/** What a scenario lets happen to the world. */
import { milliseconds } from '#rehearsal/engine/times.ts';
import type { WorldParts } from '#rehearsal/fleet/parts.ts';
import type { WorldFault } from '#rehearsal/scenario/fault-format.ts';

export function applyFault(fault: WorldFault, parts: WorldParts): void {
  const { stage, fleet, commands, looks, findings } = parts;
  stage.note('fault', fault.do, wordsOf(fault), { ...fault });
  switch (fault.do) {
    case 'agent-lost':
      loseAgents(fault, parts);
      break;
    case 'install-fails':
      for (const host of fleet.named(fault.hosts)) host.failsWith = fault.exit;
      break;
    case 'cancelled':
      commands.cancel(fault.hosts ? fleet.named(fault.hosts) : fleet.hosts);
      break;
    case 'suppress':
      findings.suppress(fault.vulnerabilityId);
      break;
    case 'rescore':
      findings.rescore(fault.vulnerabilityId, fault.severity, fault.score ?? null);
      break;
    case 'withdraw':
      withdraw(fault.vulnerabilityId, parts);
      break;
    case 'release':
      release(fault, parts);
      break;
    case 'inspector-off':
      looks.isOff = true;
      parts.inspector.offSince = stage.clock.now() - (fault.after || fault.at || fault.on ? 0 : 30 * 86_400_000);
      break;
    case 'rescan-never':
      looks.never(fault.hosts ? fleet.named(fault.hosts) : fleet.hosts);
      break;
    case 'terminate':
      for (const host of fleet.named(fault.hosts)) fleet.terminate(host);
      break;
    case 'stop':
      for (const host of fleet.named(fault.hosts)) fleet.stop(host);
      break;
    case 'start':
      for (const host of fleet.named(fault.hosts)) fleet.start(host);
      break;
    case 'retag':
      for (const host of fleet.named(fault.hosts)) fleet.retag(host, fault.tags);
      break;
    case 'foreign-scan':
      foreignScan(fault.every ? milliseconds(fault.every) : null, parts);
      break;
    case 'alarm':
      parts.alarms.set(fault.name, fault.state);
      break;
    case 'rule-edited':
      parts.sites.edit(fault.site, fault.rule, fault.action);
      break;
    case 'endpoint':
      parts.sites.named(fault.site).text.endpoint = fault.endpoint;
      break;
  }
}

function loseAgents(fault: Extract<WorldFault, { do: 'agent-lost' }>, { stage, fleet }: WorldParts): void {
  const backAfter = fault.back ? milliseconds(fault.back) : null;
  for (const host of fleet.named(fault.hosts)) {
    if (fault.during) {
      host.losesAgent = fault.during;
      host.agentBackAfter = backAfter;
      continue;
    }
    fleet.loseAgent(host, 'the agent no longer answers');
    if (backAfter !== null) stage.clock.after(backAfter, `${host.name} finds its agent`, () => fleet.findAgent(host));
  }
}

/** The vendor takes a CVE back: its findings close though nothing was patched (trap 19). */
function withdraw(vulnerabilityId: string, { stage, books, tellNews }: WorldParts): void {
  for (const [platform, book] of books) {
    const advisories = book.byId(vulnerabilityId);
    for (const advisory of advisories) advisory.withdrawnAt = stage.clock.now();
    if (advisories.length > 0) tellNews(platform, new Set(advisories.map(({ source }) => source)));
  }
}

function release(fault: Extract<WorldFault, { do: 'release' }>, { books, tellNews }: WorldParts): void {
  const advisory = books.get(fault.platform)?.add(fault.advisory);
  if (!advisory) throw new Error(`the scenario has no advisories of ${fault.platform}`);
  tellNews(fault.platform, new Set([advisory.source]));
}

/** Quick Setup's host management: a daily scan by the default baseline, over whatever was reported before (trap 21). */
function foreignScan(everyMs: number | null, parts: WorldParts): void {
  const { stage, fleet, baselines, runs } = parts;
  for (const host of fleet.hosts) {
    const baseline = baselines.all.find(({ os, owner }) => os === host.platform.os && owner === 'AWS');
    if (baseline && fleet.isReachable(host)) runs.foreignScan(host, baseline);
  }
  if (everyMs !== null) stage.clock.after(everyMs, 'foreign scan', () => foreignScan(everyMs, parts));
}

function wordsOf(fault: WorldFault): string {
  const of = 'hosts' in fault && fault.hosts ? `: ${fault.hosts.join(', ')}` : '';
  return 'vulnerabilityId' in fault ? `${fault.do}: ${fault.vulnerabilityId}` : `${fault.do}${of}`;
}
