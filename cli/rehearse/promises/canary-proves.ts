/**
 * 2. `pass` needs, for each OS of the later rings, at least `minSample` instances that were really patched *and* validly looked at.
 * A canary already at level counts if it passed in a campaign of the last `proofDays`, and the verdict names it.
 */
import type { Checker } from './happened.ts';

export const canaryProves: Checker = ({ rings }, { group: { gate } }) => {
  const [canary] = rings;
  const verdict = canary?.record?.verdict;
  if (!canary || verdict?.verdict !== 'pass' || verdict.restsOn) return [];
  const seen =
    canary.record?.hosts.filter(
      (host) => host.installed > 0 && host.lookedAt && host.finishedAt && host.lookedAt > host.finishedAt,
    ) ?? [];
  const ids = new Set(seen.map((host) => host.id));
  return canary.plan.later
    .filter((os) => canary.plan.hosts.filter((host) => host.os === os && ids.has(host.id)).length < gate.minSample)
    .map((os) => `2: the canary passed without ${gate.minSample} hosts of ${os} patched and looked at`);
};
