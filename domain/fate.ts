import { approval } from '#domain/baseline.ts';
import { isOfKernel, reasonIn } from '#domain/finding-reason.ts';
import { minute } from '#domain/instant.ts';
import { isComplete, type Join, type Offered, offeredBy, patchFor } from '#domain/join.ts';
import type { Baseline, Finding, Instant, Os, Patch, SurveyedHost } from '#domain/model.ts';
import type { GroupPolicy, Waiver } from '#domain/policy.ts';
import type { FindingFate, LeftWhy, Reason } from '#domain/records.ts';
import { waiverFor } from '#domain/waiver.ts';

export interface FateContext {
  at: Instant;
  baselines: ReadonlyMap<Os, Baseline>;
  provenOses: readonly Os[] | null; // OSes that the canary can prove; null for the canary itself
  reboot: GroupPolicy['reboot'];
  waivers: readonly Waiver[];
}

/** What is known of a host once, for all of its findings. */
export interface HostCase {
  host: SurveyedHost;
  left: { why: LeftWhy; words: string } | null; // null: its patches will be installed if there are any
  offered: Offered;
}

type Said = Pick<FindingFate, 'fate' | 'words' | 'approvedFrom'>;

export function hostCase(host: SurveyedHost, context: Pick<FateContext, 'provenOses'>): HostCase {
  return { host, left: leftWhy(host, context), offered: offeredBy(host) };
}

/**
 * What to expect of one finding: `fix`, or the first reason that holds. What only the campaign can bring about (`not-reached`,
 * `patch-failed`) is not foretold; `reboot-pending` is, where the policy forbids the reboot.
 */
export function fateOf(
  finding: Finding,
  host: SurveyedHost,
  context: FateContext,
  known: HostCase = hostCase(host, context),
): FindingFate {
  const said = reasonIn(finding) ?? byHost(known) ?? byPatch(finding, known, context);
  const waiver = waiverFor(context.waivers, finding, context.at).inForce;
  return {
    arn: finding.arn,
    instance: finding.instance,
    vulnerabilityId: finding.vulnerabilityId,
    severity: finding.severity,
    ...said,
    ...(waiver ? { waiver: waiver.id } : {}),
    ...(finding.exploitAvailable ? { exploited: true as const } : {}),
  };
}

const REASON_OF: Record<LeftWhy, Reason> = {
  'no-ring': 'not-in-ring',
  'several-rings': 'not-in-ring',
  stopped: 'stopped',
  unmanaged: 'unmanaged',
  'not-patchable': 'unmanaged',
  offline: 'offline',
  unproven: 'unproven',
  uncovered: 'unexplained',
  'scan-unknown': 'unexplained',
};

function byHost({ left }: HostCase): Said | null {
  return left && { fate: REASON_OF[left.why], words: left.words };
}

/** Why a host is not patched: the first that holds, in the order of the reasons of findings. */
export function leftWhy(host: SurveyedHost, { provenOses }: Pick<FateContext, 'provenOses'>): HostCase['left'] {
  const { managed, coverage, member } = host;
  if (host.ring === null) {
    return host.rings.length > 1
      ? {
          why: 'several-rings',
          words: `${host.id} has the tags of the rings ${host.rings.join(' and ')}: it gets its place by one.`,
        }
      : { why: 'no-ring', words: `${host.id} has the tag of no ring of its group.` };
  }
  if (member.state !== 'running') return { why: 'stopped', words: `${host.id} is ${member.state}, not running.` };
  if (!managed)
    return { why: 'unmanaged', words: `${host.id} is not a managed node of Systems Manager: no command reaches it.` };
  if (managed.os === null)
    return { why: 'not-patchable', words: `Patch Manager does not patch ${managed.platform} (${host.id}).` };
  if (managed.ping !== 'Online') {
    const since = managed.lastPingAt ? ` since ${minute(managed.lastPingAt)}` : '';
    return { why: 'offline', words: `The agent of ${host.id} is not heard of${since} (${managed.ping}).` };
  }
  if (provenOses && !provenOses.includes(managed.os)) {
    return { why: 'unproven', words: `${host.id} runs ${managed.os}, and no canary that could be patched does.` };
  }
  if (coverage?.status !== 'ACTIVE') {
    const why = coverage ? `its coverage is ${coverage.status}, ${coverage.reason}` : 'it lists no coverage';
    return {
      why: 'uncovered',
      words: `Inspector does not look at ${host.id} (${why}): what is done there could not be proven.`,
    };
  }
  if (host.patchScan === 'unknown') {
    return { why: 'scan-unknown', words: `The patch scan of ${host.id} failed: what it misses is not known.` };
  }
  return null;
}

/** Reasons that lie in what the host is offered. */
function byPatch(finding: Finding, { host, offered }: HostCase, context: FateContext): Said {
  const join = patchFor(finding, host, offered);
  if (isComplete(join)) return whenOffered(finding, join, context);
  const os = offered.os;
  const baseline = os && context.baselines.get(os);
  if (!baseline) return { fate: 'unexplained', words: `The baseline for ${os ?? 'its OS'} could not be read.` };
  const said = approval(baseline, finding, context.at);
  const what = wanted(join);
  if (said.say === 'rejected') return { fate: 'rejected', words: `${what}: ${said.words}` };
  if (said.say === 'not-approved') {
    const words = `${what}: ${said.words}`;
    return { fate: 'not-approved', words, ...(said.from ? { approvedFrom: said.from } : {}) };
  }
  const nearest = join.open.find((each) => each.nearest)?.nearest;
  const instead = nearest ? `offers ${titleOf(nearest)} only` : 'does not offer it';
  return { fate: 'not-offered', words: `${what} is approved, but ${host.id} ${instead}.` };
}

function whenOffered(finding: Finding, { closes }: Join, { reboot }: FateContext): Said {
  const titles = [...new Set(closes.map(titleOf))].join(', ');
  const waiting = closes.every((patch) => patch.status === 'InstalledPendingReboot');
  const needsReboot = closes.some((patch) => patch.status === 'InstalledPendingReboot') || isOfKernel(finding);
  if (reboot === 'NoReboot' && needsReboot) {
    const state = waiting ? 'is installed' : 'is offered';
    return {
      fate: 'reboot-pending',
      words: `${titles} ${state}, but works only after a reboot, which the policy forbids.`,
    };
  }
  if (waiting) return { fate: 'fix', words: `${titles} is installed and works once the host is rebooted.` };
  const fixedIn = [...new Set(finding.packages.flatMap((each) => each.fixedIn ?? []))].join(', ');
  const again = closes.some((patch) => patch.status === 'Failed') ? ' It failed the last time.' : '';
  return { fate: 'fix', words: `${titles} is offered${fixedIn ? `; fixed in ${fixedIn}` : ' and closes it'}.${again}` };
}

function wanted(join: Join): string {
  const wants = join.open.map(({ package: { name, fixedIn } }) => (fixedIn ? `${name} ${fixedIn}` : name));
  return wants.length > 0 ? [...new Set(wants)].join(', ') : 'The patch';
}

const titleOf = (patch: Patch) => (patch.package ? `${patch.package.name} ${patch.package.version}` : patch.kb);
