/**
 * Why a patch is not among those that SSM calls missing, as far as that is known: AWS says only what is missing. A cause is named
 * where it shows in the versions, the baseline or the OS, and as no more than it is.
 */

import type { Instant } from '#domain/instant.ts';
import type { Baseline, Finding, SurveyedHost, VulnerablePackage } from '#domain/patch/model.ts';
import { isOfAnotherLine, lineOf } from '#domain/patch/packages/kernel.ts';
import type { PatchApproval } from '#domain/patch/plan/baseline-reading.ts';

interface Unoffered {
  finding: Finding;
  open: readonly VulnerablePackage[]; // what nothing offered closes
  host: SurveyedHost;
  baseline: Baseline;
  said: PatchApproval;
  at: Instant;
}

/** The causes that show, in whole sentences; those that leave no doubt stand alone. */
export function causesOf(unoffered: Unoffered): string[] {
  const certain = [...otherLines(unoffered), ...ubuntuPro(unoffered)];
  if (certain.length > 0) return certain;
  return [...ofTheBaseline(unoffered), ...lockedRelease(unoffered), ...superseded(unoffered)];
}

function otherLines({ open }: Unoffered): string[] {
  return open.filter(isOfAnotherLine).map(({ name, version, fixedIn }) => {
    const [installed, fix] = [lineOf(version), lineOf(fixedIn ?? '')];
    return `The fix is in the kernel line ${fix}, the host has ${name} of line ${installed}: an update stays in its line.`;
  });
}

/** Ubuntu's marks of what only a subscription brings: ~esm1, +esm1, +Fips1 (trap 39). */
const PRO = /[~+.](esm|fips)[\d.]/i;

function ubuntuPro({ open, baseline }: Unoffered): string[] {
  if (baseline.os !== 'UBUNTU') return [];
  const marked = open.find(({ fixedIn }) => fixedIn !== null && PRO.test(fixedIn));
  const mark = PRO.exec(marked?.fixedIn ?? '')?.[1]?.toUpperCase();
  return mark
    ? [`Fixed in ${marked?.fixedIn}, which needs Ubuntu Pro (${mark}): attach the host to a subscription.`]
    : [];
}

/** What the rules leave open; of Debian and Ubuntu that they take security updates only (User Guide, rules on Linux). */
function ofTheBaseline(unoffered: Unoffered): string[] {
  const { baseline, said } = unoffered;
  if (said.say === 'open') return [said.waitDays > 0 ? `${said.words} ${waitWords(unoffered)}` : said.words];
  const isDebian = baseline.os === 'DEBIAN' || baseline.os === 'UBUNTU';
  if (!isDebian || baseline.rules.some((rule) => rule.enableNonSecurity)) return [];
  return [
    `Baseline ${baseline.name} takes from security repositories only: a fix that came by another is not offered.`,
  ];
}

/**
 * A host that is older than Inspector's first sight of the finding had the package when the vulnerability became known: most
 * fixes were out by then. It is no proof, so both stay open.
 */
function waitWords({ finding, host, said, at }: Unoffered): string {
  const seenFor = Date.parse(at) - Date.parse(finding.firstObservedAt);
  const isLong = host.member.launchedAt < finding.firstObservedAt && seenFor > said.waitDays * 86_400_000;
  return isLong
    ? 'Inspector has seen the finding for longer: that wait runs only if the fix came later.'
    : 'That wait may still run.';
}

/** amazonlinux/amazon-linux-2023#745. The User Guide says that Patch Manager asks the newest repositories all the same. */
function lockedRelease({ baseline }: Unoffered): string[] {
  return baseline.os === 'AMAZON_LINUX_2023'
    ? ['The host may be locked to an older release of Amazon Linux 2023 (dnf check-release-update tells).']
    : [];
}

function superseded({ baseline, host }: Unoffered): string[] {
  const others = host.patches.some(({ status }) => status !== 'Failed');
  return baseline.os === 'WINDOWS' && others ? ['A later cumulative update may have taken its place.'] : [];
}
