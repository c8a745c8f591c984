/** In which state an alarm is, by its newest data points, as the CloudWatch guide has it in two tables (alarms-and-missing-data). */

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type Missing = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export interface AlarmRule {
  /** How many periods are looked at, and how many of them must breach. */
  evaluationPeriods: number;
  datapointsToAlarm: number;
  treatMissingData: Missing;
}

/** How many more points than it needs CloudWatch looks at, in case some are missing; in the guide's tables five for three. */
export const MORE_POINTS = 2;

/** `points`: newest first, null where a period has none; as many as the rule looks at, and MORE_POINTS. */
export function stateOf(points: (boolean | null)[], rule: AlarmRule, before: AlarmState): AlarmState {
  const { evaluationPeriods: periods, datapointsToAlarm: needed, treatMissingData: missing } = rule;
  const real = points.filter((point) => point !== null);
  if (real.length >= periods) return breaching(real.slice(0, periods)) >= needed ? 'ALARM' : 'OK';
  if (missing === 'breaching') return breaching(real) + (periods - real.length) >= needed ? 'ALARM' : 'OK';
  if (missing === 'notBreaching') return breaching(real) >= needed ? 'ALARM' : 'OK';
  if (real.length === 0) return missing === 'ignore' ? before : 'INSUFFICIENT_DATA';
  if (breaching(real) === 0) return 'OK';
  if (real.length >= needed) return breaching(real) >= needed ? 'ALARM' : 'OK';
  // Fewer than are needed, and one breaches: bad news only once it is old enough that no better may still come.
  if (missing === 'ignore') return before;
  const isOldEnough = points.lastIndexOf(true) + 1 >= needed && real.every(Boolean);
  return isOldEnough ? 'ALARM' : before;
}

function breaching(points: boolean[]): number {
  return points.filter(Boolean).length;
}
