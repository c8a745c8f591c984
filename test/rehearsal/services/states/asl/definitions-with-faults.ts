/** Definitions with one fault each, at least one for every code of asl-validator. */
import { INVOKE, machine } from './validators.ts';

const end = { Type: 'Pass', End: true };
const parallel = (...Branches: object[]) => ({ Type: 'Parallel', Branches, End: true });

/** What is wrong, asl-validator's code, the definition, ours: code, place, words. */
export const FAULTS: [string, string, object, string, string | undefined, RegExp][] = [
  [
    'Next leads nowhere',
    'MISSING_TRANSITION_TARGET',
    machine({ A: { Type: 'Pass', Next: 'Nowhere' }, Z: end }),
    'MISSING_TRANSITION_TARGET',
    '/States/A/Next',
    /^Missing 'Next' target: Nowhere$/,
  ],
  [
    'StartAt leads nowhere',
    'MISSING_TRANSITION_TARGET',
    machine({ A: end }, { StartAt: 'Nowhere' }),
    'MISSING_TRANSITION_TARGET',
    '/StartAt',
    /^Missing 'Next' target: Nowhere$/,
  ],
  [
    'Default leads nowhere',
    'MISSING_TRANSITION_TARGET',
    machine({ A: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Z' }], Default: 'Nowhere' }, Z: end }),
    'MISSING_TRANSITION_TARGET',
    '/States/A/Default',
    /Nowhere/,
  ],
  [
    'a rule leads nowhere',
    'MISSING_TRANSITION_TARGET',
    machine({ A: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Nowhere' }], Default: 'Z' }, Z: end }),
    'MISSING_TRANSITION_TARGET',
    '/States/A/Choices[0]/Next',
    /Nowhere/,
  ],
  [
    'a catcher leads nowhere',
    'MISSING_TRANSITION_TARGET',
    machine({
      A: { Type: 'Task', Resource: INVOKE, Catch: [{ ErrorEquals: ['E'], Next: 'Nowhere' }], End: true },
    }),
    'MISSING_TRANSITION_TARGET',
    '/States/A/Catch[0]/Next',
    /Nowhere/,
  ],
  [
    'nothing leads to a state',
    'MISSING_TRANSITION_TARGET',
    machine({ A: end, 'Left over': end }),
    'MISSING_TRANSITION_TARGET',
    '/States/Left over',
    /^State "Left over" is not reachable\.$/,
  ],
  [
    'nothing leads to a state of a branch',
    'MISSING_TRANSITION_TARGET',
    machine({ P: parallel({ StartAt: 'A', States: { A: end, B: end } }) }),
    'MISSING_TRANSITION_TARGET',
    '/States/P/Branches[0]/States/B',
    /not reachable/,
  ],
  [
    'a branch leads out of itself',
    'BRANCH_OUTBOUND_TRANSITION_TARGET',
    machine({
      P: {
        ...parallel({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'Z' }, B: end } }),
        End: undefined,
        Next: 'Z',
      },
      Z: end,
    }),
    'MISSING_TRANSITION_TARGET',
    '/States/P/Branches[0]/States/A/Next',
    /^Missing 'Next' target: Z$/,
  ],
  [
    'two states of one name, one of them within',
    'DUPLICATE_STATE_NAMES',
    machine({ P: parallel({ StartAt: 'P', States: { P: end } }) }),
    'DUPLICATE_STATE_NAME',
    '/States/P/Branches[0]/States/P',
    /^Duplicate State name: P$/,
  ],
  [
    'the same name in two branches',
    'DUPLICATE_STATE_NAMES',
    machine({ P: parallel({ StartAt: 'A', States: { A: end } }, { StartAt: 'A', States: { A: end } }) }),
    'DUPLICATE_STATE_NAME',
    '/States/P/Branches[1]/States/A',
    /Duplicate/,
  ],
  [
    'a circle without an end',
    'MISSING_TERMINAL_STATE',
    machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }),
    'MISSING_END_STATE',
    undefined,
    /^Workflow has no terminal state$/,
  ],
  [
    'Next and End',
    'TERMINAL_STATE_WITH_NEXT',
    machine({ A: { Type: 'Pass', Next: 'Z', End: true }, Z: end }),
    'SCHEMA_VALIDATION_FAILED',
    '/States/A',
    /either Next or "End": true/,
  ],
  [
    'neither Next nor End',
    'TERMINAL_STATE_WITH_NEXT',
    machine({ A: { Type: 'Pass' }, Z: end }),
    'SCHEMA_VALIDATION_FAILED',
    '/States/A',
    /either Next or "End": true/,
  ],
  [
    'a Wait for two things',
    'WAIT_DURATION',
    machine({ W: { Type: 'Wait', Seconds: 1, Timestamp: '2024-01-01T00:00:00Z', End: true } }),
    'SCHEMA_VALIDATION_FAILED',
    '/States/W',
    /either Seconds or Timestamp/,
  ],
  [
    'a Wait for nothing',
    'WAIT_DURATION',
    machine({ W: { Type: 'Wait', End: true } }),
    'SCHEMA_VALIDATION_FAILED',
    '/States/W',
    /either Seconds or Timestamp/,
  ],
  [
    'a Map of nothing',
    'MAP_ITEM_PROCESSOR',
    machine({ M: { Type: 'Map', End: true } }),
    'SCHEMA_VALIDATION_FAILED',
    '/States/M/ItemProcessor',
    /^The field 'ItemProcessor' is required but was missing$/,
  ],
  [
    'no StartAt',
    'SCHEMA_VALIDATION_FAILED',
    { QueryLanguage: 'JSONata', States: { A: end } },
    'SCHEMA_VALIDATION_FAILED',
    '/StartAt',
    /^The field 'StartAt' is required but was missing$/,
  ],
  [
    'no States',
    'SCHEMA_VALIDATION_FAILED',
    { QueryLanguage: 'JSONata', StartAt: 'A' },
    'SCHEMA_VALIDATION_FAILED',
    '/States',
    /^The field 'States' is required but was missing$/,
  ],
  [
    'a name of 81 characters',
    'SCHEMA_VALIDATION_FAILED',
    machine({ ['n'.repeat(81)]: end }),
    'INVALID_STATE_NAME',
    `/States/${'n'.repeat(81)}`,
    /80/,
  ],
  ...Object.entries({
    StartAt: 7,
    Comment: 7,
    Version: 1,
    TimeoutSeconds: -1,
    QueryLanguage: 'jsonata',
    Nonsense: 1,
  }).map(([field, value]): (typeof FAULTS)[number] => [
    `${field} of the whole = ${value}`,
    'SCHEMA_VALIDATION_FAILED',
    machine({ A: end }, { [field]: value }),
    'SCHEMA_VALIDATION_FAILED',
    field === 'Nonsense' ? '/' : `/${field}`,
    /./,
  ]),
];

/** Faults of fields that only JSONPath has: AWS refuses the fault, we refuse the language, by name. */
const state = (more: object) => ({ StartAt: 'A', States: { A: { End: true, ...more } } });
const task = (more: object) => state({ Type: 'Task', Resource: INVOKE, ...more });
const distributed = (more: object) =>
  state({ Type: 'Map', ItemProcessor: { StartAt: 'I', States: { I: end } }, ...more });
export const IN_JSONPATH: [string, object][] = [
  ['DUPLICATE_FIELD_NAME', state({ Type: 'Pass', Parameters: { a: 1, 'a.$': '$.a' } })],
  ['TASK_TIMEOUT', task({ TimeoutSeconds: 1, TimeoutSecondsPath: '$.a' })],
  ['TASK_HEARTBEAT', task({ HeartbeatSeconds: 1, HeartbeatSecondsPath: '$.a' })],
  [
    'MAP_OUTBOUND_TRANSITION_TARGET',
    {
      StartAt: 'M',
      States: {
        M: { Type: 'Map', Iterator: { StartAt: 'I', States: { I: { Type: 'Pass', Next: 'Z' }, J: end } }, Next: 'Z' },
        Z: end,
      },
    },
  ],
  ['MAP_ITEM_SELECTOR', distributed({ ItemSelector: {}, Parameters: {} })],
  ['MAP_ITEM_BATCHER', distributed({ ItemBatcher: { MaxItemsPerBatch: 1, MaxItemsPerBatchPath: '$.a' } })],
  ['MAP_TOLERATED_FAILURE', distributed({ ToleratedFailureCount: 1, ToleratedFailureCountPath: '$.a' })],
  ['MAP_CONCURRENCY_ERROR', distributed({ MaxConcurrency: 1, MaxConcurrencyPath: '$.a' })],
  [
    'MAP_ITEMREADER_MAXITEM',
    distributed({
      ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { MaxItems: 1, MaxItemsPath: '$.a' } },
    }),
  ],
  ['FAIL_CAUSE_PROPERTY', { StartAt: 'A', States: { A: { Type: 'Fail', Cause: 'c', CausePath: '$.c' } } }],
  ['FAIL_ERROR_PROPERTY', { StartAt: 'A', States: { A: { Type: 'Fail', Error: 'e', ErrorPath: '$.e' } } }],
];
export const NEVER: Record<string, string> = {
  MAP_ITEMS_ERROR: 'its schemas refuse Items in JSONPath and ItemsPath in JSONata before it looks for both',
};

/** asl-validator calls these faulty, and AWS takes them. */
export const TAKEN: [string, object, string][] = [
  [
    'a branch that goes round for ever',
    machine({ P: parallel({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } }) }),
    'AWS asks for a terminal state of the whole machine, and not of branches and processors',
  ],
  [
    'a call with members a and a.$ below Parameters',
    machine({
      T: {
        Type: 'Task',
        Resource: INVOKE,
        Arguments: { FunctionName: 'f', Payload: { Parameters: { a: 1, 'a.$': 2 } } },
        End: true,
      },
    }),
    'in JSONata .$ is part of a name and no more; asl-validator looks for Parameters at any depth',
  ],
];
