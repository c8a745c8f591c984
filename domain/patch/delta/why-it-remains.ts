import type { Outcome } from '#domain/campaign/outcomes.ts';
import type { Instant } from '#domain/instant.ts';
import { exitWords } from '#domain/patch/exit-words.ts';
import type { Finding, HostAfter, Os, Patch, SurveyedHost } from '#domain/patch/model.ts';
import { orderOf } from '#domain/patch/packages/comparable.ts';
import { isAboutKernel, needsNoReboot, oldKernelWords, runsAfterReboot } from '#domain/patch/packages/kernel.ts';
import { samePackage } from '#domain/patch/packages/same-package.ts';
import { reasonIn } from '#domain/patch/plan/finding-reason.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { REASONS, type Reason } from '#domain/patch/reasons.ts';
import type { FindingFate, HostResult, RingPlan } from '#domain/patch/records.ts';
import { wasTouched } from '#domain/patch/valid-look.ts';

/** What is known of a host when one of its findings is asked why it remains. */
export interface HostStory {
  before: SurveyedHost;
  after: HostAfter;
  result: HostResult | null;
  ringPlan: RingPlan | null;
  outcome: Outcome;
  why: string; // why the campaign or its ring stopped, in words
  reboot: GroupPolicy['reboot'];
  lookedAt: Instant | null;
}

interface Answer {
  reason: Reason;
  words: string;
  approvedFrom: Instant | null;
}

/**
 * Why a finding remains, first that holds. What the second survey says itself (suppressed, packages, fix) is taken from there;
 * what only the plan could know (the baseline, the rings) from the finding's fate; what happened to the host from its record.
 */
export function whyItRemains(now: Finding, fate: FindingFate | null, host: HostStory): Answer {
  const answers = [...saidByTheFinding(now), ...saidByThePlan(fate), ...saidByTheHost(now, host)];
  const rank = (each: Answer) => REASONS.indexOf(each.reason);
  const [first] = answers.sort((a, b) => rank(a) - rank(b));
  return first ?? answer('unexplained', unexplainedWords(fate, host));
}

/** By the rule of the plan, on what the second survey says. */
function saidByTheFinding(now: Finding): Answer[] {
  const said = reasonIn(now);
  return said ? [answer(said.fate, said.words)] : [];
}

function saidByThePlan(fate: FindingFate | null): Answer[] {
  if (!fate || fate.fate === 'fix' || fate.fate === 'unexplained') return [];
  // the second survey speaks for these itself: were it still so, the finding had said it
  if (fate.fate === 'suppressed' || fate.fate === 'not-os-package') return [];
  if (fate.fate === 'no-fix') return [answer('no-fix', 'No fix was out when the plan was made; one is now.')];
  return [answer(fate.fate, fate.words, fate.approvedFrom)];
}

function saidByTheHost(now: Finding, host: HostStory): Answer[] {
  const { before, after, result, ringPlan } = host;
  if (before.ring === null) return [answer('not-in-ring', ringWords(before))];
  if (wasTouched(result)) return saidByThePatch(now, result, host);
  const planned = ringPlan === null || ringPlan.hosts.some(({ id }) => id === after.id);
  if (!planned) return [];
  const answers = [answer('not-reached', notReachedWords(host))];
  const state = after.member?.state;
  if (state === 'stopped' || state === 'stopping') answers.push(answer('stopped', `${after.id} is ${state} now.`));
  else if (!after.managed) answers.push(answer('unmanaged', `${after.id} is no longer a managed node.`));
  else if (after.managed.ping !== 'Online') {
    answers.push(answer('offline', `The agent of ${after.id} is not heard of (${after.managed.ping}).`));
  }
  return answers;
}

function saidByThePatch(now: Finding, result: HostResult, { before, after, reboot }: HostStory): Answer[] {
  if (result.status === 'failed') {
    return [
      answer('patch-failed', `The patch of ${result.id} failed: ${result.words || exitWords(null, result.exit)}.`),
    ];
  }
  const os = before.managed?.os ?? null;
  const isOwn = (patch: Patch) =>
    now.packages.some((each) => patch.package && samePackage(os, each.name, patch.package.name));
  const own = after.patches.filter(isOwn);
  const failed = own.find((patch) => patch.status === 'Failed');
  const answers: Answer[] = [];
  if (failed) answers.push(answer('patch-failed', `SSM could not install ${failed.title} on ${result.id}.`));
  if (now.packages.length > 0 && now.packages.every(({ name }) => needsNoReboot(name))) return answers;
  if (result.pendingReboot > 0 || own.some((patch) => patch.status === 'InstalledPendingReboot')) {
    answers.push(answer('reboot-pending', `${result.id} is patched and still has to reboot.`));
  } else if (reboot === 'NoReboot' && isAboutKernel(now)) {
    answers.push(answer('reboot-pending', 'The old kernel runs on: the policy reboots no host.'));
  } else if (os && own.length === 0) {
    const words = leftBeside(os, now, before.patches.filter(isOwn));
    if (words) answers.push(answer('old-kernel', words));
  }
  return answers;
}

/** The patch went in and the host came back, yet Inspector still names the old version: both are installed (trap 49). */
function leftBeside(os: Os, { packages }: Finding, was: readonly Patch[]): string | null {
  for (const old of packages.filter(({ name }) => runsAfterReboot(name))) {
    const newer = was.find((patch) => patch.package && orderOf(os, patch.package, old) > 0);
    if (newer) return oldKernelWords(old, `${newer.title} is installed`);
  }
  return null;
}

const NOT_REACHED: Partial<Record<Outcome, string>> = {
  Halted: 'The campaign halted first',
  Expired: 'The campaign ran out of time first',
  Denied: 'The campaign was denied',
  Lost: 'The campaign was lost first',
  Observed: 'The group is only observed',
};

function notReachedWords({ outcome, why, result }: HostStory): string {
  const words = NOT_REACHED[outcome] ?? 'It was not sent a patch';
  const detail = (result?.status === 'skipped' && result.words) || why;
  return detail ? `${words}: ${detail.replace(/\.$/, '')}.` : `${words}.`;
}

function unexplainedWords(fate: FindingFate | null, { result, after, lookedAt }: HostStory): string {
  if (!wasTouched(result)) return fate?.words ?? 'The plan does not know it.';
  const missing = after.patches.some((patch) => patch.status === 'Missing') ? ', and SSM still misses patches' : '';
  return `${result.id} was patched without a failure, yet Inspector found it at ${lookedAt ?? 'its last look'}${missing}.`;
}

function ringWords({ id, rings }: SurveyedHost): string {
  return rings.length > 1 ? `${id} has the tags of the rings ${rings.join(' and ')}.` : `${id} has the tag of no ring.`;
}

function answer(reason: Reason, words: string, approvedFrom: Instant | null = null): Answer {
  return { reason, words, approvedFrom };
}
