import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AlarmState, type Missing, stateOf } from '#rehearsal/services/cloudwatch/alarm-state.ts';

/** The two tables of the CloudWatch guide (alarms-and-missing-data): 0 does not breach, X does, - is missing; the newest on the right. */
const TREATED: Missing[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const KEEPS = 'keeps';
type Row = [points: string, ...states: (AlarmState | typeof KEEPS)[]];

const THREE_OF_THREE: Row[] = [
  ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 'INSUFFICIENT_DATA', KEEPS, 'ALARM', 'OK'],
  ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 'ALARM', KEEPS, 'ALARM', 'OK'],
];
const TWO_OF_THREE: Row[] = [
  ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 'ALARM', KEEPS, 'ALARM', 'OK'],
];

for (const [datapointsToAlarm, rows] of [
  [3, THREE_OF_THREE],
  [2, TWO_OF_THREE],
] as const)
  test(`${datapointsToAlarm} of 3: each row of the guide, for each way to treat missing data`, () => {
    for (const [text, ...states] of rows) {
      const points = text
        .split(' ')
        .reverse()
        .map((sign) => (sign === '-' ? null : sign === 'X'));
      for (const [place, treatMissingData] of TREATED.entries())
        for (const before of ['OK', 'ALARM'] as const) {
          const rule = { evaluationPeriods: 3, datapointsToAlarm, treatMissingData };
          const expected = states[place] === KEEPS ? before : states[place];
          assert.equal(stateOf(points, rule, before), expected, `${text}, ${treatMissingData}, after ${before}`);
        }
    }
  });

test('a breach that may be followed by better is no alarm yet', () => {
  const rule = { evaluationPeriods: 3, datapointsToAlarm: 3, treatMissingData: 'missing' as const };
  for (const points of [
    [true, null, null, null, null],
    [null, true, null, null, null],
  ])
    assert.equal(stateOf(points, rule, 'OK'), 'OK');
});
