import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadMachine } from '#rehearsal/services/states/asl/definition.ts';
import { BadDefinition } from '#rehearsal/services/states/asl/errors.ts';
import { WORK } from './runs.ts';

const load = (definition: object) => loadMachine(definition, { [WORK]: ['request'] });
const machine = (states: object, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});

const refused: [string, object, RegExp][] = [
  ['JSONPath', { StartAt: 'A', States: { A: { Type: 'Succeed' } } }, /not rehearsed: JSONPath/],
  [
    'a JSONPath field',
    machine({ A: { Type: 'Pass', ResultPath: '$', End: true } }),
    /\/States\/A: .*field 'ResultPath' is only supported for the 'JSONPath'/,
  ],
  [
    'an unknown field',
    machine({ A: { Type: 'Pass', Outputs: 1, End: true } }),
    /\/States\/A: Field 'Outputs' is not supported/,
  ],
  [
    'an unknown type',
    machine({ A: { Type: 'Passs', End: true } }),
    /\/States\/A\/Type: The field 'Type' should have one of these values/,
  ],
  [
    'a service that is not played',
    machine({ A: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ssm:sendCommand', End: true } }),
    /not rehearsed: the resource arn:aws:states:::aws-sdk:ssm:sendCommand/,
  ],
  [
    'a pattern that is not played',
    machine({ A: { Type: 'Task', Resource: `${WORK}.sync:2`, End: true } }),
    /not rehearsed: the resource/,
  ],
  ['a missing target', machine({ A: { Type: 'Pass', Next: 'B' } }), /\/States\/A\/Next: Missing 'Next' target: B/],
  ['a missing start', { ...machine({ A: { Type: 'Succeed' } }), StartAt: 'Z' }, /\/StartAt: Missing 'Next' target: Z/],
  [
    'a state that nothing leads to',
    machine({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }),
    /\/States\/B: State "B" is not reachable/,
  ],
  ['neither Next nor End', machine({ A: { Type: 'Pass' } }), /\/States\/A: needs either Next or/],
  [
    'an expression that does not parse',
    machine({ A: { Type: 'Pass', Output: { deep: ['{% 1 + %}'] }, End: true } }),
    /\/States\/A\/Output\/deep\[0\]: /,
  ],
  ['$eval', machine({ A: { Type: 'Pass', Output: '{% $eval("1") %}', End: true } }), /\$eval is not there/],
  [
    'States.ALL in company',
    machine({
      A: { Type: 'Task', Resource: WORK, Catch: [{ ErrorEquals: ['States.ALL', 'B'], Next: 'A' }], End: true },
    }),
    /States\.ALL must stand alone/,
  ],
  [
    'States.ALL before the last',
    machine({
      A: { Type: 'Task', Resource: WORK, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['B'] }], End: true },
    }),
    /States\.ALL must stand alone, and last/,
  ],
  [
    'a jitter of its own',
    machine({
      A: { Type: 'Task', Resource: WORK, Retry: [{ ErrorEquals: ['B'], JitterStrategy: 'HALF' }], End: true },
    }),
    /\/States\/A\/Retry\[0\]\/JitterStrategy: Value should be one of the following: \[FULL, NONE\]/,
  ],
  [
    'a heartbeat that is not below the timeout',
    machine({ A: { Type: 'Task', Resource: WORK, HeartbeatSeconds: 10, TimeoutSeconds: 10, End: true } }),
    /HeartbeatSeconds must be below/,
  ],
  [
    'a timeout of nothing',
    machine({ A: { Type: 'Succeed' } }, { TimeoutSeconds: 0 }),
    /\/TimeoutSeconds: Minimum value is 1/,
  ],
  [
    'a distributed Map',
    machine({
      A: {
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'I', States: { I: { Type: 'Succeed' } } },
        End: true,
      },
    }),
    /a Map of mode DISTRIBUTED/,
  ],
  [
    'an inner variable of an outer name',
    machine({
      A: { Type: 'Pass', Assign: { v: 1 }, Next: 'P' },
      P: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Assign: { v: 2 }, End: true } } }],
        End: true,
      },
    }),
    /the variable v belongs to an outer scope/,
  ],
  [
    'states that lead to each other, and to which nothing leads',
    machine({ A: { Type: 'Succeed' }, B: { Type: 'Pass', Next: 'C' }, C: { Type: 'Pass', Next: 'B' } }),
    /State "B" is not reachable.*\n.*State "C" is not reachable/,
  ],
  [
    'a state in JSONPath',
    machine({ A: { Type: 'Succeed', QueryLanguage: 'JSONPath' } }),
    /\/States\/A: 'QueryLanguage' can not be 'JSONPath'/,
  ],
  [
    'a branch with a language of its own',
    machine({
      P: {
        Type: 'Parallel',
        Branches: [{ QueryLanguage: 'JSONata', StartAt: 'B', States: { B: { Type: 'Succeed' } } }],
        End: true,
      },
    }),
    /\/States\/P\/Branches\[0\]: Field 'QueryLanguage' is not supported/,
  ],
  [
    'spaces around an expression',
    machine({ A: { Type: 'Pass', Output: ' {% 1 %}', End: true } }),
    /\/States\/A\/Output: An expression begins with {% and ends with %}/,
  ],
  [
    'a resource that is none',
    machine({ A: { Type: 'Task', Resource: 'sendCommand', End: true } }),
    /\/States\/A\/Resource: The resource provided sendCommand is not recognized/,
  ],
  [
    'half a retry',
    machine({ A: { Type: 'Task', Resource: WORK, Retry: [{ ErrorEquals: ['E'], MaxAttempts: 0.5 }], End: true } }),
    /MaxAttempts: Expected value of type \[INTEGER\]/,
  ],
  [
    'the same name in a branch',
    machine({ P: { Type: 'Parallel', Branches: [{ StartAt: 'P', States: { P: { Type: 'Succeed' } } }], End: true } }),
    /Branches\[0\]\/States\/P: Duplicate State name: P/,
  ],
];

for (const [name, definition, expected] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => load(definition),
      (error: unknown) => error instanceof BadDefinition && expected.test(error.message),
    );
  });
}

test('expressions in a Comment or in ErrorEquals are text', () => {
  const Retry = [{ ErrorEquals: ['{% 1 + %}'], Comment: '{% x' }];
  load(machine({ A: { Type: 'Task', Resource: WORK, Comment: '{% 1 + %}', Retry, End: true } }));
});

test('states may have the names of members that every object has', () => {
  const states = JSON.parse('{"constructor":{"Type":"Pass","Next":"__proto__"},"__proto__":{"Type":"Succeed"}}');
  assert.deepEqual(Object.keys(load(machine(states)).states), ['constructor', '__proto__']);
  assert.throws(() => load(machine({ A: { Type: 'Pass', Next: 'toString' } })), /Missing 'Next' target: toString/);
});

test('all faults are told at once', () => {
  assert.throws(
    () => load(machine({ A: { Type: 'Pass', Foo: 1, Bar: 2, Comment: 3 } })),
    (error: unknown) => error instanceof BadDefinition && error.faults.length === 4,
  );
});
