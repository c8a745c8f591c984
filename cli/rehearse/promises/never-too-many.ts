/**
 * 8. Never more hosts of a ring at work at once than `atOnce`, counting those that have not come back; never a host outside the plan.
 * The end of a *command* (cancelled, terminated, timed out) is not the end of the *work*: such a host is at work until it is
 * heard of again, or lost.
 */
import type { Checker } from './happened.ts';

export const neverTooMany: Checker = ({ rings, installs }) => {
  const planned = new Set(rings.flatMap(({ plan }) => plan.hosts.map((host) => host.id)));
  const strangers = installs
    .filter(({ host }) => !planned.has(host))
    .map(({ host }) => `8: ${host} is not in the plan and was patched`);
  const crowds = rings.flatMap(({ plan }) => {
    const mine = installs.filter(({ host }) => plan.hosts.some((each) => each.id === host));
    const most = Math.max(
      0,
      ...mine.map(
        ({ startedAt: at }) =>
          mine.filter((o) => o.startedAt <= at && (o.endedAt ?? Number.POSITIVE_INFINITY) > at).length,
      ),
    );
    return most > plan.atOnce ? [`8: ${most} hosts of ${plan.ring} were at work at once, ${plan.atOnce} may be`] : [];
  });
  return [...strangers, ...crowds];
};

/** Who is called gone is at work no more, and no error: so it must be. */
export const goneIsGone: Checker = ({ rings }, { truth }) => {
  const there = new Set(truth.filter(({ state }) => state !== 'terminated').map(({ id }) => id));
  return rings
    .flatMap(({ record }) => record?.hosts ?? [])
    .filter(({ id, status }) => status === 'gone' && there.has(id))
    .map(({ id }) => `8: ${id} is called gone and is there`);
};
