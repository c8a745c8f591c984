/** The interpreter's border: everything outside rehearsal/asl/ imports from here. */
export { loadMachine } from '#rehearsal/services/states/asl/definition.ts';
export { BadDefinition, type DefinitionFault, Ended, StatesError } from '#rehearsal/services/states/asl/errors.ts';
export { isExpression } from '#rehearsal/services/states/asl/expression.ts';
export type { Machine, State } from '#rehearsal/services/states/asl/machine.ts';
export { MAX_HISTORY, MAX_PAYLOAD, Run } from '#rehearsal/services/states/asl/run.ts';
export type {
  Ending,
  HistoryEvent,
  Surroundings,
  TaskInProgress,
  TaskRequest,
  TokenHolder,
} from '#rehearsal/services/states/asl/scope.ts';
