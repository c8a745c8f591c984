/**
 * 3. One campaign at work per subject. A lease passes on only when its execution is no longer running *and* its hosts' work has
 * ended; time alone never frees it.
 */
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import type { PatchRecord } from '#domain/patch/records.ts';
import type { Checker } from './happened.ts';

export function oneAtATime(records: PatchRecord[]): string[] {
  const inOrder = records.toSorted((a, b) => (a.openedAt < b.openedAt ? -1 : 1));
  return inOrder.flatMap((record, place) => {
    const next = inOrder[place + 1];
    return next && next.openedAt < record.closedAt
      ? [`3: ${next.campaign} opened while ${record.campaign} was open`]
      : [];
  });
}

export const workEndsFirst: Checker = ({ record, installs }) => {
  if (record.outcome !== OUTCOME.Lost) return [];
  const to = Date.parse(record.closedAt);
  return installs
    .filter((run) => (run.endedAt ?? 0) > to)
    .map(({ host }) => `3: closed as Lost while ${host} was at work`);
};
