/** Runs a definition by itself: tasks are answered by a function of the test, time jumps from timer to timer. */

import { chanceOf } from '#rehearsal/engine/chance.ts';
import { VirtualClock } from '#rehearsal/engine/clock.ts';
import { loadMachine } from '#rehearsal/services/states/asl/definition.ts';
import { StatesError } from '#rehearsal/services/states/asl/errors.ts';
import { Run } from '#rehearsal/services/states/asl/run.ts';
import type { Ending, HistoryEvent, TaskRequest, TokenHolder } from '#rehearsal/services/states/asl/scope.ts';

export const START = Date.parse('2024-09-01T00:00:00.000Z');
export const WORK = 'arn:aws:states:::test:work';
const RESOURCES = { [WORK]: ['request', 'token', 'sync'] } as const;

export interface Ran {
  ending: Ending;
  states: string[];
  history: HistoryEvent[];
  seconds: number;
  requests: TaskRequest[];
  cancelled: string[];
  largestPayload: number;
}

export interface Play {
  /** Answers a task; throws a StatesError to fail it; `never` leaves it open. */
  work?: (args: never, request: TaskRequest, attempt: number) => unknown;
  /** What happens at which second, besides. */
  at?: Record<number, (run: Run, tokens: Map<string, TokenHolder>) => void>;
  seed?: number;
}

export const never = Symbol('never');

export async function play(
  definition: object,
  input: unknown,
  { work = () => ({}), at = {}, seed = 1 }: Play = {},
): Promise<Ran> {
  const clock = new VirtualClock(START);
  const machine = loadMachine({ QueryLanguage: 'JSONata', ...definition }, { [WORK]: [...RESOURCES[WORK]] });
  const chance = chanceOf(seed);
  const states: string[] = [];
  const requests: TaskRequest[] = [];
  const cancelled: string[] = [];
  const tokens = new Map<string, TokenHolder>();
  let issued = 0;
  const context = { Execution: { Id: 'arn:x', Name: 'x', Input: input }, StateMachine: { Id: 'arn:m', Name: 'm' } };
  const run = new Run(machine, context, {
    clock,
    draw: () => chance.next(),
    entered: (state) => states.push(state),
    issueToken: (holder) => {
      const token = `token ${++issued}`;
      tokens.set(token, holder);
      return { token, close: () => tokens.delete(token) };
    },
    perform: (request) => {
      requests.push(request);
      const attempt = requests.filter(({ state }) => state === request.state).length;
      const result = (async () => {
        const answer = work(request.arguments as never, request, attempt);
        return answer === never ? new Promise(() => undefined) : answer;
      })();
      return { result, cancel: () => cancelled.push(request.state) };
    },
  });
  for (const [second, happen] of Object.entries(at))
    clock.after(Number(second) * 1000, 'test', () => happen(run, tokens));
  let ending: Ending | null = null;
  let endedAt = START;
  run.start(input).then((ended) => {
    ending = ended;
    endedAt = clock.now();
  });
  do {
    for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
  } while (!ending && clock.step());
  if (!ending) throw new Error(`nothing is left to happen, and it still runs: ${states.join(' → ')}`);
  return {
    ending,
    states,
    history: run.history,
    seconds: (endedAt - START) / 1000,
    requests,
    cancelled,
    largestPayload: run.largestPayload,
  };
}

export function failing(error: string, cause = 'because'): never {
  throw new StatesError(error, cause);
}
