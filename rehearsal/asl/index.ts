/** The interpreter's border: everything outside rehearsal/asl/ imports from here. */
export { loadMachine } from '#rehearsal/asl/definition.ts';
export { BadDefinition, type DefinitionFault, Ended, StatesError } from '#rehearsal/asl/errors.ts';
export { isExpression } from '#rehearsal/asl/expression.ts';
export type { Machine, State } from '#rehearsal/asl/machine.ts';
export type {
  Ending,
  HistoryEvent,
  Surroundings,
  TaskInProgress,
  TaskRequest,
  TokenHolder,
} from '#rehearsal/asl/run.ts';
export { MAX_HISTORY, MAX_PAYLOAD, Run } from '#rehearsal/asl/run.ts';
