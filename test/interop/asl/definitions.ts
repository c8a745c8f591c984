/** Small definitions, one for each thing that an interpreter may get wrong. Waits are short: moto lives in real time. */
import type { Act } from './functions.ts';
import { ACCOUNT, arnOf, REGION } from './place.ts';

export interface Result {
  status: string;
  output: unknown;
  error: string | undefined;
  cause: string | undefined;
}

export interface Definition {
  name: string;
  definition: object;
  input: unknown;
  /** false: it is only there for others to start. */
  run?: false;
}

const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:act`;

let calls = 0;

function machine(states: Record<string, object>, more: object = {}): object {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...more };
}

/** A Task whose function does this at its first call, that at its second …; the last act repeats. */
function task(acts: Act[], more: object = { End: true }): object {
  calls += 1;
  const Arguments = { FunctionName: FUNCTION, Payload: { id: `task ${calls}`, acts } };
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments,
    Output: '{% $states.result.Payload %}',
    ...more,
  };
}

function token(send: NonNullable<Act['send']>, more: object): object {
  calls += 1;
  const Payload = { id: `token ${calls}`, acts: [{ send }], taskToken: '{% $states.context.Task.Token %}' };
  const Arguments = { FunctionName: FUNCTION, Payload };
  return { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Arguments, End: true, ...more };
}

const pass = (Output: unknown, more: object = { End: true }) => ({ Type: 'Pass', Output, ...more });
const bad: Act = { error: ['Bad', 'it went bad'] };
const good = (answer: unknown): Act => ({ answer });
const caughtIn = (Next: string, ErrorEquals = ['States.ALL']) => [
  { ErrorEquals, Output: '{% $states.errorOutput.Error %}', Next },
];
const once = (more: object) => ({ Retry: [{ ErrorEquals: ['Bad'], IntervalSeconds: 1, MaxAttempts: 1 }], ...more });

const ROWS: [name: string, definition: object, input?: unknown][] = [
  ['pass-through', machine({ A: { Type: 'Pass', End: true } }), { a: [1, null, 'x'] }],
  [
    'output-shapes',
    machine({ A: pass({ deep: ['{% $states.input.a %}', 2], plain: 'a {% x %}' }) }),
    { a: { b: true } },
  ],
  ['succeed-output', machine({ A: { Type: 'Succeed', Output: '{% $sum($states.input.n) %}' } }), { n: [1, 2, 3] }],
  ['output-null', machine({ A: pass(null) })],
  [
    'assign-on-entry',
    machine({
      A: pass({}, { Assign: { x: 1, y: 'one' }, Next: 'B' }),
      B: pass({ before: '{% $x %}' }, { Assign: { x: '{% $x + 1 %}', y: '{% $x %}' }, Next: 'C' }),
      C: pass({ x: '{% $x %}', y: '{% $y %}', input: '{% $states.input %}' }),
    }),
  ],
  [
    'choice-rules',
    machine({
      A: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n > 10 %}', Next: 'Big' },
          {
            Condition: '{% $states.input.n > 1 %}',
            Next: 'Small',
            Assign: { how: 'second' },
            Output: { was: '{% $states.input.n %}' },
          },
        ],
        Default: 'Big',
      },
      Small: pass({ how: '{% $how %}', input: '{% $states.input %}' }),
      Big: pass('big'),
    }),
    { n: 5 },
  ],
  [
    'choice-default',
    machine({
      A: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'B' }], Default: 'C', Assign: { d: 'default' } },
      B: pass('B'),
      C: pass('{% $d %}'),
    }),
  ],
  [
    'choice-nothing',
    machine({ A: { Type: 'Choice', Choices: [{ Condition: false, Next: 'B' }] }, B: { Type: 'Succeed' } }),
  ],
  [
    'wait-expression',
    machine({
      A: pass(null, { Assign: { began: '{% $millis() %}' }, Next: 'W' }),
      W: { Type: 'Wait', Seconds: '{% $states.input.for ? 1 : 2 %}', Output: { waited: true }, Next: 'B' },
      B: pass('{% $states.input.waited %}'),
    }),
  ],
  ['wait-past', machine({ A: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', End: true } }), { kept: 1 }],
  ['fail-plain', machine({ A: { Type: 'Fail', Error: 'Mine', Cause: 'because' } })],
  [
    'fail-expressions',
    machine({ A: { Type: 'Fail', Error: "{% 'E' & $states.input.n %}", Cause: '{% $states.input.why %}' } }),
    { n: 4, why: 'so' },
  ],
  ['undefined', machine({ A: pass('{% $states.input.nope %}') })],
  ['unset-variable', machine({ A: pass('{% $nope %}') })],
  [
    'functions',
    machine({
      A: pass({
        range: '{% $range(0, 10, 5) %}',
        down: '{% $range(3, 1, -1) %}',
        parts: '{% $partition([1, 2, 3, 4, 5], 2) %}',
        parsed: '{% $parse(\'{"a":[1,true]}\') %}',
        map: '{% $map([1, 2], function($v) { $v * 2 }) %}',
        name: '{% $states.context.State.Name %}',
      }),
    }),
  ],
  [
    'context',
    machine({
      A: pass({
        id: '{% $states.context.Execution.Id %}',
        name: '{% $states.context.Execution.Name %}',
        of: '{% $states.context.StateMachine.Id %}',
        input: '{% $states.context.Execution.Input %}',
      }),
    }),
    { i: 1 },
  ],
  ['lambda-result', machine({ A: task([good({ list: [1, { a: null }] })]) })],
  ['lambda-result-whole', machine({ A: task([good('x')], { Output: '{% $states.result.StatusCode %}', End: true }) })],
  ['lambda-uncaught', machine({ A: task([bad]) })],
  [
    'catch-by-name',
    machine({
      A: task([bad], {
        Catch: [
          { ErrorEquals: ['Other'], Next: 'Wrong' },
          {
            ErrorEquals: ['Bad'],
            Assign: { error: '{% $states.errorOutput.Error %}' },
            Output: { cause: '{% $parse($states.errorOutput.Cause).errorMessage %}' },
            Next: 'Right',
          },
        ],
        End: true,
      }),
      Wrong: pass('wrong'),
      Right: pass({ error: '{% $error %}', input: '{% $states.input %}' }),
    }),
  ],
  [
    'catch-default-output',
    machine({
      A: task([bad], { Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'B' }], End: true }),
      B: { Type: 'Succeed' },
    }),
  ],
  [
    'catch-not-matching',
    machine({
      A: task([bad], { Catch: [{ ErrorEquals: ['Other', 'States.Timeout'], Next: 'B' }], End: true }),
      B: { Type: 'Succeed' },
    }),
  ],
  [
    'retry-then-good',
    machine({
      A: task([bad, bad, good('third')], {
        Retry: [{ ErrorEquals: ['Bad'], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 }],
        End: true,
      }),
    }),
  ],
  [
    'retry-spent',
    machine({ A: task([bad], once({ Catch: caughtIn('B'), End: true })), B: pass({ after: '{% $states.input %}' }) }),
  ],
  [
    'retry-none',
    machine({ A: task([bad, good(1)], { Retry: [{ ErrorEquals: ['Bad'], MaxAttempts: 0 }], End: true }) }),
  ],
  [
    'retry-each-counts',
    machine({
      A: task([bad, { error: ['Worse', 'w'] }, bad, good('fourth')], {
        Retry: [
          { ErrorEquals: ['Bad'], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 },
          { ErrorEquals: ['Worse'], IntervalSeconds: 1, MaxAttempts: 1 },
        ],
        End: true,
      }),
    }),
  ],
  // Three tries in three seconds; without MaxDelaySeconds the third comes after a hundred, and the machine is out of time.
  [
    'retry-max-delay',
    machine(
      {
        A: task([bad, bad, bad, good('soon')], {
          Retry: [{ ErrorEquals: ['Bad'], IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 10, MaxDelaySeconds: 1 }],
          End: true,
        }),
      },
      { TimeoutSeconds: 40 },
    ),
  ],
  [
    'task-timeout',
    machine({
      A: task([{ after: 4, answer: 'late' }], {
        TimeoutSeconds: 1,
        Catch: caughtIn('B', ['States.Timeout']),
        End: true,
      }),
      B: pass('{% $states.input %}'),
    }),
  ],
  [
    'timeout-is-no-task-failure',
    machine({
      A: task([{ after: 4 }], { TimeoutSeconds: '{% 1 %}', Catch: caughtIn('B', ['States.TaskFailed']), End: true }),
      B: { Type: 'Succeed' },
    }),
  ],
  ['timeout-of-the-machine', machine({ A: { Type: 'Wait', Seconds: 30, End: true } }, { TimeoutSeconds: 2 })],
  [
    'token-success',
    machine({
      A: token([{ after: 1, success: { said: 'yes' } }], { TimeoutSeconds: 20, Output: '{% $states.result.said %}' }),
    }),
  ],
  ['token-failure', machine({ A: token([{ after: 1, failure: ['No', 'no reason'] }], { TimeoutSeconds: 20 }) })],
  [
    'token-failure-caught',
    machine({
      A: token([{ after: 1, failure: ['No', 'n'] }], { TimeoutSeconds: 20, Catch: caughtIn('B', ['No']) }),
      B: pass('{% $states.input %}'),
    }),
  ],
  [
    'token-timeout',
    machine({
      A: token([], { TimeoutSeconds: 2, Catch: caughtIn('B', ['States.Timeout']) }),
      B: pass('{% $states.input %}'),
    }),
  ],
  [
    'heartbeat-missed',
    machine({ A: token([{ after: 6, success: 'too late' }], { TimeoutSeconds: 30, HeartbeatSeconds: 2 }) }),
    {},
  ],
  [
    'heartbeat-expression',
    machine({
      A: token([{ after: 6, success: 'too late' }], {
        TimeoutSeconds: 30,
        HeartbeatSeconds: '{% $states.input.beat %}',
      }),
    }),
    { beat: 2 },
  ],
  [
    'heartbeat-kept',
    machine({
      A: token(
        [
          { after: 2, heartbeat: true },
          { after: 4, heartbeat: true },
          { after: 6, heartbeat: true },
          { after: 8, success: 'in time' },
        ],
        { TimeoutSeconds: 30, HeartbeatSeconds: 6 },
      ),
    }),
  ],
  [
    'map-items',
    machine({
      A: {
        Type: 'Map',
        Items: '{% $states.input.list %}',
        ItemSelector: { at: '{% $states.context.Map.Item.Index %}', is: '{% $states.context.Map.Item.Value %}' },
        MaxConcurrency: 1,
        ItemProcessor: machineInside({ I: pass('{% $states.input.at & $states.input.is %}') }),
        End: true,
      },
    }),
    { list: ['a', 'b', 'c'] },
  ],
  [
    'map-input',
    machine({
      A: {
        Type: 'Map',
        ItemProcessor: machineInside({ I: pass('{% $states.input * 2 %}') }),
        Output: { all: '{% $states.result %}' },
        End: true,
      },
    }),
    [1, 2, 3],
  ],
  ['map-nothing', machine({ A: { Type: 'Map', Items: [], ItemProcessor: machineInside({ I: pass(1) }), End: true } })],
  [
    'map-catch',
    machine({
      A: {
        Type: 'Map',
        Items: [1, 2],
        ItemProcessor: machineInside({ I: task([bad]) }),
        Catch: caughtIn('B', ['Bad']),
        End: true,
      },
      B: pass({ caught: '{% $states.input %}' }),
    }),
  ],
  [
    'map-retry',
    machine({
      A: {
        Type: 'Map',
        Items: [1],
        ItemProcessor: machineInside({ I: task([bad, good('now')]) }),
        ...once({ End: true }),
      },
    }),
  ],
  [
    'map-uncaught',
    machine({
      A: {
        Type: 'Map',
        Items: [1],
        ItemProcessor: machineInside({ I: { Type: 'Fail', Error: 'Inner', Cause: 'of an item' } }),
        End: true,
      },
    }),
  ],
  [
    'map-inner-catch',
    machine({
      A: {
        Type: 'Map',
        Items: [1, 2],
        MaxConcurrency: 1,
        ItemProcessor: machineInside({
          I: task([bad, good('fine')], { Catch: caughtIn('J'), End: true }),
          J: pass('{% $states.input %}'),
        }),
        End: true,
      },
    }),
  ],
  [
    'map-reads-outer',
    machine({
      S: pass(null, { Assign: { outer: 10 }, Next: 'A' }),
      A: {
        Type: 'Map',
        Items: [1, 2],
        ItemProcessor: machineInside({
          I: pass(null, { Assign: { inner: '{% $states.input + $outer %}' }, Next: 'J' }),
          J: pass('{% $inner %}'),
        }),
        End: true,
      },
    }),
  ],
  [
    'map-variable-stays-inside',
    machine({
      A: {
        Type: 'Map',
        Items: [1],
        ItemProcessor: machineInside({ I: pass(null, { Assign: { inner: 1 }, End: true }) }),
        Next: 'B',
      },
      B: pass("{% $exists($inner) ? 'leaked' : 'kept' %}"),
    }),
  ],
  [
    'map-variables-apart',
    machine({
      A: {
        Type: 'Map',
        Items: [1, 2, 3],
        MaxConcurrency: 1,
        ItemProcessor: machineInside({
          I: { Type: 'Choice', Choices: [{ Condition: '{% $exists($seen) %}', Next: 'Y' }], Default: 'N' },
          Y: pass('saw another'),
          N: pass('alone', { Assign: { seen: true }, End: true }),
        }),
        End: true,
      },
    }),
  ],
  [
    'parallel',
    machine({
      A: {
        Type: 'Parallel',
        Arguments: { n: '{% $states.input.n + 1 %}' },
        Branches: [
          machineInside({ P: pass('{% $states.input.n %}') }),
          machineInside({ Q: { Type: 'Wait', Seconds: 1, Output: 'q', End: true } }),
        ],
        End: true,
      },
    }),
    { n: 1 },
  ],
  [
    'parallel-assign',
    machine({
      A: {
        Type: 'Parallel',
        Branches: [machineInside({ P: pass(1, { Assign: { p: 1 }, End: true }) }), machineInside({ Q: pass(2) })],
        Assign: { both: '{% $states.result %}' },
        Output: { sum: '{% $sum($states.result) %}' },
        Next: 'B',
      },
      B: pass({ both: '{% $both %}', sum: '{% $states.input.sum %}', p: "{% $exists($p) ? 'leaked' : 'kept' %}" }),
    }),
  ],
  [
    'parallel-catch',
    machine({
      A: {
        Type: 'Parallel',
        Branches: [
          machineInside({ P: { Type: 'Wait', Seconds: 20, End: true } }),
          machineInside({ Q: { Type: 'Fail', Error: 'Q', Cause: 'q' } }),
        ],
        Catch: [{ ErrorEquals: ['Q'], Next: 'B' }],
        End: true,
      },
      B: { Type: 'Succeed' },
    }),
  ],
  [
    'parallel-retry',
    machine({
      A: { Type: 'Parallel', Branches: [machineInside({ P: task([bad, good('p')]) })], ...once({ End: true }) },
    }),
  ],
  [
    'arguments-error-caught',
    machine({
      A: {
        ...task([{}]),
        Arguments: { FunctionName: FUNCTION, Payload: '{% $nope %}' },
        Catch: caughtIn('B'),
        End: true,
      },
      B: pass({ caught: '{% $states.input %}' }),
    }),
  ],
  [
    'evaluation-error-caught',
    machine({
      A: task([{ answer: 1 }], { Output: '{% $states.result.nope %}', Catch: caughtIn('B'), End: true }),
      B: pass({ caught: '{% $states.input %}' }),
    }),
  ],
  ['too-large', machine({ A: pass('{% $pad("", 270000, "x") %}') })],
  [
    'child-waits',
    machine({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: arnOf('child'), Name: 'child-waits-child', Input: { fail: false, n: 3 } },
        Output: '{% $states.result.Output %}',
        End: true,
      },
    }),
  ],
  [
    'child-fails',
    machine({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: arnOf('child'), Name: 'child-fails-child', Input: { fail: true } },
        Catch: [
          {
            ErrorEquals: ['States.TaskFailed'],
            Output: {
              error: '{% $parse($states.errorOutput.Cause).Error %}',
              status: '{% $parse($states.errorOutput.Cause).Status %}',
            },
            Next: 'B',
          },
        ],
        End: true,
      },
      B: { Type: 'Succeed' },
    }),
  ],
  [
    'child-goes-on',
    machine({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution',
        Arguments: { StateMachineArn: arnOf('child'), Name: 'child-goes-on-child', Input: { fail: true } },
        Output: '{% $states.result.ExecutionArn %}',
        End: true,
      },
    }),
  ],
  [
    'put-events',
    machine({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::events:putEvents',
        Arguments: { Entries: [{ Source: 'mine', DetailType: 'd', Detail: { a: 1 } }] },
        Output: '{% $states.result.FailedEntryCount %}',
        End: true,
      },
    }),
  ],
];

const CHILD: Definition = {
  name: 'child',
  run: false,
  input: {},
  definition: machine({
    A: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.fail %}', Next: 'F' }], Default: 'S' },
    F: { Type: 'Fail', Error: 'Child', Cause: 'is unwell' },
    S: { Type: 'Succeed', Output: { twice: '{% $states.input.n * 2 %}' } },
  }),
};

export const DEFINITIONS: Definition[] = [
  CHILD,
  ...ROWS.map(([name, definition, input = {}]) => ({ name, definition, input })),
];

function machineInside(states: Record<string, object>): object {
  return { StartAt: Object.keys(states)[0], States: states };
}
