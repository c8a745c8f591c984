import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play, START, WORK } from './runs.ts';

/** name, states, input, expected: path, output or error, seconds */
const rows: [string, object, unknown, { path?: string[]; output?: unknown; error?: string; seconds?: number }][] = [
  ['Pass hands its input on', { A: { Type: 'Pass', End: true } }, { x: 1 }, { path: ['A'], output: { x: 1 } }],
  [
    'Output replaces it',
    { A: { Type: 'Pass', Output: '{% $states.input.x + 1 %}', End: true } },
    { x: 1 },
    { output: 2 },
  ],
  [
    'expressions stand deep in a value, text around them stays text',
    {
      A: {
        Type: 'Pass',
        Output: { a: ['{% $states.input.x %}', 'plain {% x %}', { b: '{% [$states.input.x] %}' }], n: null },
        End: true,
      },
    },
    { x: 1 },
    { output: { a: [1, 'plain {% x %}', { b: [1] }], n: null } },
  ],
  [
    'Assign is seen by the next state, not by its own Output',
    {
      A: { Type: 'Pass', Assign: { v: 'old' }, Next: 'B' },
      B: { Type: 'Pass', Assign: { v: '{% $v & "er" %}' }, Output: '{% $v %}', Next: 'C' },
      C: { Type: 'Pass', Output: { was: '{% $states.input %}', is: '{% $v %}' }, End: true },
    },
    {},
    { output: { was: 'old', is: 'older' } },
  ],
  ['Succeed ends', { A: { Type: 'Succeed', Output: { done: true } } }, {}, { output: { done: true } }],
  ['Fail ends in its error', { A: { Type: 'Fail', Error: '{% "E" & 1 %}', Cause: 'c' } }, {}, { error: 'E1: c' }],
  [
    'Choice takes the first rule that holds',
    {
      Q: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n > 10 %}', Next: 'Big' },
          {
            Condition: '{% $states.input.n > 1 %}',
            Output: '{% $states.input.n * 2 %}',
            Assign: { seen: true },
            Next: 'Middle',
          },
        ],
        Default: 'Small',
      },
      Big: { Type: 'Succeed' },
      Middle: { Type: 'Succeed', Output: ['{% $states.input %}', '{% $seen %}'] },
      Small: { Type: 'Succeed' },
    },
    { n: 5 },
    { path: ['Q', 'Middle'], output: [10, true] },
  ],
  [
    'Choice without a match',
    { Q: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'Z' }] }, Z: { Type: 'Succeed' } },
    {},
    { error: 'States.NoChoiceMatched' },
  ],
  [
    'a Condition must be a boolean',
    { Q: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'Z' }] }, Z: { Type: 'Succeed' } },
    {},
    { error: 'States.QueryEvaluationError' },
  ],
  ['Wait of three days', { W: { Type: 'Wait', Seconds: 259_200, End: true } }, {}, { seconds: 259_200, output: {} }],
  [
    'Wait beyond 31 bits of milliseconds',
    { W: { Type: 'Wait', Seconds: 40 * 86_400, End: true } },
    {},
    { seconds: 40 * 86_400 },
  ],
  [
    'Wait by expression',
    { W: { Type: 'Wait', Seconds: '{% $states.input.s %}', End: true } },
    { s: 90 },
    { seconds: 90 },
  ],
  ['Wait until', { W: { Type: 'Wait', Timestamp: '2024-09-01T02:00:00+01:00', End: true } }, {}, { seconds: 3600 }],
  ['Wait until the past', { W: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', End: true } }, {}, { seconds: 0 }],
  [
    'Wait for a time without a zone',
    { W: { Type: 'Wait', Timestamp: '{% "2024-09-01T02:00:00" %}', End: true } },
    {},
    { error: 'States.QueryEvaluationError' },
  ],
  [
    'Wait for a negative time',
    { W: { Type: 'Wait', Seconds: '{% -1 %}', End: true } },
    {},
    { error: 'States.QueryEvaluationError' },
  ],
  [
    'undefined is an error',
    { A: { Type: 'Pass', Output: '{% $states.input.nope %}', End: true } },
    {},
    { error: 'States.QueryEvaluationError' },
  ],
  [
    'an unknown variable is an error',
    { A: { Type: 'Pass', Output: '{% $nope %}', End: true } },
    {},
    { error: 'States.QueryEvaluationError' },
  ],
  [
    'the input is not the root of an expression',
    { A: { Type: 'Pass', Output: '{% x %}', End: true } },
    { x: 1 },
    { error: 'States.QueryEvaluationError' },
  ],
  [
    'null is a value',
    { A: { Type: 'Pass', Output: '{% $states.input.x %}', End: true } },
    { x: null },
    { output: null },
  ],
  [
    'a function is none',
    { A: { Type: 'Pass', Output: '{% function($x){$x} %}', End: true } },
    {},
    { error: 'States.QueryEvaluationError' },
  ],
  [
    'the context object',
    { A: { Type: 'Pass', Output: '{% $states.context.Execution.Name & $states.context.State.Name %}', End: true } },
    {},
    { output: 'xA' },
  ],
  [
    '$partition, $range',
    { A: { Type: 'Pass', Output: '{% $partition($range(0, 10, 5), 2) %}', End: true } },
    {},
    { output: [[0, 5], [10]] },
  ],
  ['$parse', { A: { Type: 'Pass', Output: '{% $parse("{\\"a\\":1}").a %}', End: true } }, {}, { output: 1 }],
  [
    '$hash',
    { A: { Type: 'Pass', Output: '{% $hash("a", "SHA-1") %}', End: true } },
    {},
    { output: '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8' },
  ],
  ['$uuid', { A: { Type: 'Pass', Output: '{% $length($uuid()) %}', End: true } }, {}, { output: 36 }],
  [
    '$now tells virtual time',
    { A: { Type: 'Pass', Output: '{% $states.context.State.EnteredTime %}', End: true } },
    {},
    { output: new Date(START).toISOString() },
  ],
  [
    'Parallel gives an array, branches read outer variables and keep their own',
    {
      A: { Type: 'Pass', Assign: { v: 1 }, Next: 'P' },
      P: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'L',
            States: {
              L: { Type: 'Pass', Assign: { mine: 5 }, Next: 'L2' },
              L2: { Type: 'Wait', Seconds: 5, Output: '{% $v + $mine %}', End: true },
            },
          },
          { StartAt: 'R', States: { R: { Type: 'Wait', Seconds: 3, Output: 'r', End: true } } },
        ],
        End: true,
      },
    },
    {},
    { output: [6, 'r'], seconds: 5 },
  ],
  [
    'a failing branch ends the others',
    {
      P: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'L', States: { L: { Type: 'Wait', Seconds: 500, End: true } } },
          {
            StartAt: 'R',
            States: { R: { Type: 'Wait', Seconds: 3, Next: 'F' }, F: { Type: 'Fail', Error: 'Broken' } },
          },
        ],
        Catch: [{ ErrorEquals: ['Broken'], Next: 'C' }],
        End: true,
      },
      C: { Type: 'Succeed' },
    },
    {},
    { output: { Error: 'Broken', Cause: '' }, seconds: 3 },
  ],
  [
    'Map over items, with a selector and a limit',
    {
      M: {
        Type: 'Map',
        Items: '{% $states.input.ids %}',
        ItemSelector: { id: '{% $states.context.Map.Item.Value %}', at: '{% $states.context.Map.Item.Index %}' },
        MaxConcurrency: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'I',
          States: {
            I: { Type: 'Wait', Seconds: 10, Output: '{% $states.input.id & $string($states.input.at) %}', End: true },
          },
        },
        End: true,
      },
    },
    { ids: ['a', 'b', 'c'] },
    { output: ['a0', 'b1', 'c2'], seconds: 30 },
  ],
];

for (const [name, states, input, expected] of rows) {
  test(`machine: ${name}`, async () => {
    const ran = await play({ StartAt: Object.keys(states)[0], States: states }, input);
    if (expected.error !== undefined) {
      assert.equal(ran.ending.status, 'FAILED');
      const told = `${ran.ending.error}: ${ran.ending.cause}`;
      assert.ok(told.startsWith(expected.error), told);
    } else assert.equal(ran.ending.status, 'SUCCEEDED', `${ran.ending.error}: ${ran.ending.cause}`);
    if ('output' in expected) assert.deepEqual(ran.ending.output, expected.output);
    if (expected.path) assert.deepEqual(ran.states, expected.path);
    if (expected.seconds !== undefined) assert.equal(ran.seconds, expected.seconds);
  });
}

test('history: one state after the other, ids in order', async () => {
  const { history } = await play({ StartAt: 'T', States: { T: { Type: 'Task', Resource: WORK, End: true } } }, {});
  assert.deepEqual(
    history.map(({ type }) => type),
    [
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ],
  );
  assert.deepEqual(
    history.map(({ previous }) => previous),
    [0, 0, 2, 3, 4, 5, 6],
  );
});

test('history: its 25,000th event is the failure', async () => {
  const { ending, history } = await play(
    {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Condition: false, Next: 'Z' }], Default: 'A' },
        Z: { Type: 'Succeed' },
      },
    },
    {},
  );
  assert.deepEqual(
    [ending.status, ending.error, history.length, history.at(-1)?.type],
    ['FAILED', 'States.Runtime', 25_000, 'ExecutionFailed'],
  );
});

test('the machine has its own timeout', async () => {
  const { ending, seconds, history } = await play(
    { StartAt: 'W', TimeoutSeconds: 60, States: { W: { Type: 'Wait', Seconds: 100, End: true } } },
    {},
  );
  assert.deepEqual(
    [ending.status, ending.error, seconds, history.at(-1)?.type],
    ['TIMED_OUT', 'States.Timeout', 60, 'ExecutionTimedOut'],
  );
});
