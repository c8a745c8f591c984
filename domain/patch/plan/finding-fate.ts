import type { Instant } from '#domain/instant.ts';
import { minute } from '#domain/instant.ts';
import { othersWhy } from '#domain/patch/membership.ts';
import type { Baseline, Finding, Managed, Os, Patch, SurveyedHost, VulnerablePackage } from '#domain/patch/model.ts';
import {
  isAboutKernel,
  kernelsNamed,
  needsNoReboot,
  newerBeside,
  oldKernelWords,
} from '#domain/patch/packages/kernel.ts';
import {
  isComplete,
  type Join,
  kbsOf,
  type Offered,
  offeredBy,
  patchFor,
} from '#domain/patch/packages/patch-for-finding.ts';
import { approval } from '#domain/patch/plan/baseline-reading.ts';
import { reasonIn } from '#domain/patch/plan/finding-reason.ts';
import type { LeftWhy } from '#domain/patch/plan/left-host.ts';
import { causesOf } from '#domain/patch/plan/not-offered.ts';
import { waiverFor } from '#domain/patch/plan/waiver.ts';
import type { GroupPolicy, Waiver } from '#domain/patch/policy.ts';
import type { Reason } from '#domain/patch/reasons.ts';
import type { FindingFate } from '#domain/patch/records.ts';

export interface FateContext {
  at: Instant;
  baselines: ReadonlyMap<Os, Baseline>;
  provenOses: readonly Os[] | null; // OSes that the canary can prove; null for the canary itself
  replaced: GroupPolicy['replaced'];
  reboot: GroupPolicy['reboot'];
  waivers: readonly Waiver[];
}

/** What is known of a host once, for all of its findings. */
export interface HostCase {
  host: SurveyedHost;
  left: { why: LeftWhy; words: string } | null; // null: its patches will be installed if there are any
  offered: Offered;
  kernels: readonly VulnerablePackage[]; // installed ones, as its findings name them
}

type LeftContext = Pick<FateContext, 'provenOses' | 'replaced'>;

type Said = Pick<FindingFate, 'fate' | 'words'>;

export function hostCase(host: SurveyedHost, context: LeftContext): HostCase {
  return { host, left: leftWhy(host, context), offered: offeredBy(host), kernels: kernelsNamed(host.findings) };
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
  'managed-by': 'managed-by',
  replaced: 'replaced',
  'no-ring': 'not-in-ring',
  'several-rings': 'not-in-ring',
  stopped: 'stopped',
  unmanaged: 'unmanaged',
  'not-patchable': 'not-supported',
  offline: 'offline',
  unproven: 'unproven',
  uncovered: 'unexplained',
  'scan-unknown': 'unexplained',
};

function byHost({ left }: HostCase): Said | null {
  return left && { fate: REASON_OF[left.why], words: left.words };
}

/** Why a host is not patched: the first that holds, in the order of the reasons of findings. */
function leftWhy(host: SurveyedHost, { provenOses, replaced }: LeftContext): HostCase['left'] {
  const { managed, coverage, member } = host;
  const others = othersWhy(member, replaced);
  if (others) return others;
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
  if (managed.os === null) return { why: 'not-patchable', words: unsupportedWords(managed) };
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

function unsupportedWords({ id, platform, limit }: Managed): string {
  return limit === 'ours'
    ? `patchwright does not patch ${platform} (${id}): that is its own limit, not Patch Manager's.`
    : `Patch Manager does not patch ${platform} (${id}).`;
}

/** Reasons that lie in what the host is offered. */
function byPatch(finding: Finding, { host, offered, kernels }: HostCase, context: FateContext): Said {
  const join = patchFor(finding, host, offered);
  if (isComplete(join)) return whenOffered(finding, join, context);
  const os = offered.os;
  const baseline = os && context.baselines.get(os);
  if (!baseline) return { fate: 'unexplained', words: `The baseline for ${os ?? 'its OS'} could not be read.` };
  const open = join.open.map((each) => each.package);
  const left = leftInstalled(os, open, kernels);
  if (left) return { fate: 'old-kernel', words: left };
  const said = approval(baseline, finding);
  const what = wanted(join);
  if (said.say === 'rejected') return { fate: 'rejected', words: `${what}: ${said.words}` };
  const unapproved = kbsOf(finding).find((kb) => offered.unapproved.has(kb));
  if (unapproved) {
    return {
      fate: 'not-approved',
      words: `SSM calls ${unapproved} available on ${host.id}, and not approved by baseline ${baseline.name}.`,
    };
  }
  if (said.say === 'not-approved') return { fate: 'not-approved', words: `${what}: ${said.words}` };
  const nearest = join.open.find((each) => each.nearest)?.nearest;
  const instead = nearest ? `, which offers ${titleOf(nearest)} only` : '';
  const causes = causesOf({ finding, open, host, baseline, said, at: context.at });
  const known = `${what} is not among what SSM calls missing on ${host.id}${instead}.`;
  return { fate: 'not-offered', words: [known, ...causes].join(' ') };
}

/** All that is open are kernels which a newer one, named by another finding, was installed beside (trap 49). */
function leftInstalled(
  os: Os,
  open: readonly VulnerablePackage[],
  kernels: readonly VulnerablePackage[],
): string | null {
  const words = open.map((old) => {
    const newer = newerBeside(os, old, kernels);
    return newer && oldKernelWords(old, `${newer.name} ${newer.version} is installed too`);
  });
  return words.length > 0 && words.every((each) => each !== null) ? [...new Set(words)].join(' ') : null;
}

function whenOffered(finding: Finding, { closes }: Join, { reboot }: FateContext): Said {
  const titles = [...new Set(closes.map(titleOf))].join(', ');
  const pending = closes.filter((patch) => patch.status === 'InstalledPendingReboot');
  const waiting = pending.length === closes.length;
  const needsReboot = pending.some((patch) => !needsNoReboot(nameOf(patch))) || isAboutKernel(finding);
  if (reboot === 'NoReboot' && needsReboot) {
    const state = waiting ? 'is installed' : 'is offered';
    return {
      fate: 'reboot-pending',
      words: `${titles} ${state}, but works only after a reboot, which the policy forbids.`,
    };
  }
  if (waiting) {
    const works = needsReboot ? 'works once the host is rebooted' : "needs no reboot: Inspector's next look tells";
    return { fate: 'fix', words: `${titles} is installed and ${works}.` };
  }
  const fixedIn = [...new Set(finding.packages.flatMap((each) => each.fixedIn ?? []))].join(', ');
  const again = closes.some((patch) => patch.status === 'Failed') ? ' It failed the last time.' : '';
  return { fate: 'fix', words: `${titles} is offered${fixedIn ? `; fixed in ${fixedIn}` : ' and closes it'}.${again}` };
}

function wanted(join: Join): string {
  const wants = join.open.map(({ package: { name, fixedIn } }) => (fixedIn ? `${name} ${fixedIn}` : name));
  return wants.length > 0 ? [...new Set(wants)].join(', ') : 'The patch';
}

const nameOf = (patch: Patch) => patch.package?.name ?? patch.kb;

const titleOf = (patch: Patch) => (patch.package ? `${patch.package.name} ${patch.package.version}` : patch.kb);
