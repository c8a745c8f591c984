import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ended } from '#rehearsal/services/states/asl/errors.ts';
import { failing, never, play, WORK } from './runs.ts';

const task = (more: object, others: object = {}) => ({
  StartAt: 'T',
  States: { T: { Type: 'Task', Resource: WORK, End: true, ...more }, ...others },
});
const caught = { C: { Type: 'Succeed', Output: { caught: '{% $states.input %}' } } };

test('task: arguments go out, the result comes back, Assign and Output see it', async () => {
  const definition = {
    StartAt: 'T',
    States: {
      T: {
        Type: 'Task',
        Resource: WORK,
        Arguments: { n: '{% $states.input.n %}' },
        Assign: { kept: '{% $states.result.twice %}' },
        Output: '{% $states.result %}',
        Next: 'S',
      },
      S: { Type: 'Succeed', Output: ['{% $states.input.twice %}', '{% $kept %}'] },
    },
  };
  const { ending, requests } = await play(definition, { n: 4 }, { work: ({ n }: { n: number }) => ({ twice: 2 * n }) });
  assert.deepEqual(ending.output, [8, 8]);
  assert.deepEqual(requests[0]?.arguments, { n: 4 });
});

test('task: without Output the result goes on', async () => {
  assert.equal((await play(task({}), 'in', { work: () => 'out' })).ending.output, 'out');
});

const retries: [string, object[], string[], { seconds: number; attempts: number; error?: string }][] = [
  [
    'defaults: 1, 2, 4 seconds, three times',
    [{ ErrorEquals: ['A'] }],
    ['A', 'A', 'A', 'A'],
    { seconds: 7, attempts: 4, error: 'A' },
  ],
  ['succeeds in between', [{ ErrorEquals: ['A'] }], ['A'], { seconds: 1, attempts: 2 }],
  ['MaxAttempts 0 is never', [{ ErrorEquals: ['A'], MaxAttempts: 0 }], ['A'], { seconds: 0, attempts: 1, error: 'A' }],
  [
    'MaxDelaySeconds caps',
    [{ ErrorEquals: ['A'], IntervalSeconds: 5, BackoffRate: 3, MaxDelaySeconds: 10 }],
    ['A', 'A', 'A'],
    { seconds: 25, attempts: 4 },
  ],
  [
    'each retrier counts for itself',
    [
      { ErrorEquals: ['A'], MaxAttempts: 1 },
      { ErrorEquals: ['B'], MaxAttempts: 1 },
    ],
    ['A', 'B', 'A'],
    { seconds: 2, attempts: 3, error: 'A' },
  ],
  ['States.ALL takes any', [{ ErrorEquals: ['States.ALL'] }], ['Whatever'], { seconds: 1, attempts: 2 }],
  [
    'States.TaskFailed takes all but a timeout',
    [{ ErrorEquals: ['States.TaskFailed'] }],
    ['Whatever'],
    { seconds: 1, attempts: 2 },
  ],
  [
    'not this one',
    [{ ErrorEquals: ['States.TaskFailed'] }],
    ['States.Timeout'],
    { seconds: 0, attempts: 1, error: 'States.Timeout' },
  ],
  [
    'States.ALL does not take States.Runtime',
    [{ ErrorEquals: ['States.ALL'] }],
    ['States.Runtime'],
    { seconds: 0, attempts: 1, error: 'States.Runtime' },
  ],
  [
    'States.ALL does not take States.DataLimitExceeded',
    [{ ErrorEquals: ['States.ALL'] }],
    ['States.DataLimitExceeded'],
    { seconds: 0, attempts: 1, error: 'States.DataLimitExceeded' },
  ],
  [
    'by its name it is taken',
    [{ ErrorEquals: ['States.DataLimitExceeded'] }],
    ['States.DataLimitExceeded'],
    { seconds: 1, attempts: 2 },
  ],
];

for (const [name, Retry, errors, expected] of retries) {
  test(`retry: ${name}`, async () => {
    const work = (_: never, __: object, attempt: number) => {
      const error = errors[attempt - 1];
      return error ? failing(error) : 'done';
    };
    const { ending, requests, seconds } = await play(task({ Retry }), {}, { work });
    assert.equal(ending.error, expected.error ?? null);
    assert.equal(requests.length, expected.attempts);
    assert.equal(seconds, expected.seconds);
  });
}

test('retry: full jitter draws from the seed, below the whole delay', async () => {
  const definition = task({
    Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 1000, BackoffRate: 1, JitterStrategy: 'FULL' }],
  });
  const work = (_: never, __: object, attempt: number) => (attempt < 4 ? failing('A') : {});
  const [one, same, other] = [
    await play(definition, {}, { work, seed: 1 }),
    await play(definition, {}, { work, seed: 1 }),
    await play(definition, {}, { work, seed: 2 }),
  ];
  assert.equal(one.seconds, same.seconds);
  assert.notEqual(one.seconds, other.seconds);
  assert.ok(one.seconds > 0 && one.seconds < 3000);
});

test('retry: the context counts, and a variable may not have changed in between', async () => {
  const definition = task({ Arguments: '{% $states.context.State.RetryCount %}', Retry: [{ ErrorEquals: ['A'] }] });
  const { requests } = await play(
    definition,
    {},
    { work: (_: never, __: object, attempt: number) => (attempt < 3 ? failing('A') : {}) },
  );
  assert.deepEqual(
    requests.map((request) => request.arguments),
    [0, 1, 2],
  );
});

test('catch: after the retries; its Output and Assign see the error', async () => {
  const definition = task(
    {
      Retry: [{ ErrorEquals: ['A'], MaxAttempts: 1 }],
      Catch: [
        { ErrorEquals: ['B'], Next: 'C' },
        {
          ErrorEquals: ['A'],
          Assign: { why: '{% $states.errorOutput.Cause %}' },
          Output: '{% $states.errorOutput.Error & $states.input.x %}',
          Next: 'C',
        },
      ],
    },
    { C: { Type: 'Succeed', Output: ['{% $states.input %}', '{% $why %}'] } },
  );
  const { ending, states } = await play(definition, { x: 'y' }, { work: () => failing('A', 'bad') });
  assert.deepEqual(ending.output, ['Ay', 'bad']);
  assert.deepEqual(states, ['T', 'C']);
});

test('catch: an expression that fails in Arguments can be caught', async () => {
  const { ending, requests } = await play(
    task(
      { Arguments: '{% $states.input.nope %}', Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'C' }] },
      caught,
    ),
    {},
  );
  assert.equal((ending.output as { caught: { Error: string } }).caught.Error, 'States.QueryEvaluationError');
  assert.equal(requests.length, 0);
});

test('no partial assignment: Assign takes effect with Output or not at all', async () => {
  const definition = task(
    {
      Assign: { v: 1 },
      Output: '{% $states.result.nope %}',
      Catch: [{ ErrorEquals: ['States.ALL'], Output: {}, Next: 'C' }],
    },
    { C: { Type: 'Succeed', Output: '{% $exists($v) %}' } },
  );
  assert.equal((await play(definition, {})).ending.output, false);
});

test('timeout: States.Timeout at that second, and what was under way is cancelled', async () => {
  const { ending, seconds, cancelled, history } = await play(
    task({ TimeoutSeconds: '{% $states.input.s %}', Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'C' }] }, caught),
    { s: 45 },
    { work: () => never },
  );
  assert.equal((ending.output as { caught: { Error: string } }).caught.Error, 'States.Timeout');
  assert.equal(seconds, 45);
  assert.deepEqual(cancelled, ['T']);
  assert.ok(history.some(({ type }) => type === 'TaskTimedOut'));
});

test('timeout: an answer in time leaves no timer behind', async () => {
  const definition = {
    StartAt: 'T',
    States: {
      T: { Type: 'Task', Resource: WORK, TimeoutSeconds: 10, Next: 'W' },
      W: { Type: 'Wait', Seconds: 100, End: true },
    },
  };
  assert.equal((await play(definition, {})).ending.status, 'SUCCEEDED');
});

const token = { Resource: `${WORK}.waitForTaskToken`, Arguments: { token: '{% $states.context.Task.Token %}' } };

test('token: waits for the callback, not for the call', async () => {
  const { ending, seconds, requests, history } = await play(
    task({ ...token, TimeoutSeconds: 1000 }),
    {},
    { at: { 30: (_, tokens) => tokens.get('token 1')?.succeed({ yes: true }) } },
  );
  assert.deepEqual(ending.output, { yes: true });
  assert.equal(seconds, 30);
  assert.deepEqual(requests[0]?.arguments, { token: 'token 1' });
  assert.ok(history.some(({ type }) => type === 'TaskSubmitted'));
});

test('token: a call that fails fails the task', async () => {
  assert.equal((await play(task(token), {}, { work: () => failing('A') })).ending.error, 'A');
});

test('token: SendTaskFailure gives error and cause', async () => {
  const { ending } = await play(
    task(token),
    {},
    { at: { 5: (_, tokens) => tokens.get('token 1')?.fail('No', 'not today') } },
  );
  assert.deepEqual([ending.error, ending.cause], ['No', 'not today']);
});

test('token: a retry gets a new one, the old is dead', async () => {
  const definition = task({
    ...token,
    TimeoutSeconds: 10,
    Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1, IntervalSeconds: 1 }],
  });
  const { ending, requests } = await play(
    definition,
    {},
    {
      at: {
        12: (_, tokens) => {
          assert.deepEqual([...tokens.keys()], ['token 2']);
          tokens.get('token 2')?.succeed('late');
        },
      },
    },
  );
  assert.equal(ending.output, 'late');
  assert.deepEqual(
    requests.map((request) => request.token),
    ['token 1', 'token 2'],
  );
});

test('heartbeat: each beat counts from itself, a missed one is States.HeartbeatTimeout', async () => {
  const beat = (_: unknown, tokens: Map<string, { beat(): void }>) => tokens.get('token 1')?.beat();
  const { ending, seconds } = await play(
    task({ ...token, HeartbeatSeconds: 10, TimeoutSeconds: 1000 }),
    {},
    { at: { 8: beat, 16: beat } },
  );
  assert.equal(ending.error, 'States.HeartbeatTimeout');
  assert.equal(seconds, 26);
});

test('stopped: the wait ends, the task is cancelled, no Catch is asked', async () => {
  const { ending, cancelled, seconds } = await play(
    task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }] }, caught),
    {},
    { work: () => never, at: { 7: (run) => run.stop.now(new Ended('ABORTED', 'why', null)) } },
  );
  assert.deepEqual([ending.status, ending.error, seconds], ['ABORTED', 'why', 7]);
  assert.deepEqual(cancelled, ['T']);
});

test('limit: a result above 256 KiB is States.DataLimitExceeded, exactly at it is not', async () => {
  const result = (bytes: number) => 'x'.repeat(bytes - 2);
  assert.equal((await play(task({}), {}, { work: () => result(262_144) })).ending.status, 'SUCCEEDED');
  const { ending, largestPayload } = await play(
    task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }] }, caught),
    {},
    { work: () => result(262_145) },
  );
  assert.deepEqual([ending.status, ending.error, largestPayload], ['FAILED', 'States.DataLimitExceeded', 262_145]);
});

test('limit: bytes of UTF-8 count, not characters', async () => {
  assert.equal(
    (await play(task({ Output: {} }), {}, { work: () => 'ä'.repeat(131_100) })).ending.error,
    'States.DataLimitExceeded',
  );
});
