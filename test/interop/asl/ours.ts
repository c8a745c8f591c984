/** Definitions through our interpreter and its service, in virtual time. */
import type { Fake } from '#rehearsal/api.ts';
import { chanceOf } from '#rehearsal/engine/chance.ts';
import { VirtualClock } from '#rehearsal/engine/clock.ts';
import { statesApi } from '#rehearsal/services/states/api.ts';
import { StatesError } from '#rehearsal/services/states/asl/errors.ts';
import { States } from '#rehearsal/services/states/states.ts';
import type { Definition, Result } from './definitions.ts';
import { type Act, FunctionError, Functions } from './functions.ts';
import { ACCOUNT, arnOf, REGION } from './place.ts';

const START = Date.parse('2026-01-05T00:00:00Z');

export async function runOurs(
  definitions: Definition[],
  scripts: Record<string, Record<string, Act[]>>,
): Promise<Result[]> {
  const clock = new VirtualClock(START);
  const functions = new Functions(
    {
      later: (seconds, what) => void clock.after(seconds * 1000, 'a function', what),
      send: (token, { success, failure, heartbeat }) => {
        try {
          const holder = states.tokens.holder(token);
          if (heartbeat) holder.beat();
          else if (failure) holder.fail(...failure);
          else holder.succeed(success);
        } catch {
          // the task is over
        }
      },
    },
    scripts,
  );
  const invoke = async (name: string, payload: unknown) => {
    try {
      return JSON.parse(JSON.stringify(await functions.invoke(name.replace(/^.*:function:/, ''), payload)));
    } catch (error) {
      throw error instanceof FunctionError ? new StatesError(error.name, error.body) : error;
    }
  };
  const fakes: Fake[] = [
    { service: 'sns', operations: { Publish: () => ({ MessageId: 'm' }) } },
    {
      service: 'events',
      operations: {
        PutEvents: ({ Entries }) => ({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'e' })) }),
      },
    },
  ];
  const states: States = new States({
    clock,
    chance: chanceOf(1),
    account: ACCOUNT,
    region: REGION,
    lambda: { invoke },
    fakes,
    call: async (service, operation, input, who) =>
      [...fakes, statesApi(states)].find((one) => one.service === service)?.operations[operation]?.(input, who),
    emit: () => undefined,
    note: () => undefined,
    entered: () => undefined,
  });
  states.install([]);
  const { operations } = statesApi(states);
  const caller = { name: 'operator', account: ACCOUNT, region: REGION };
  const call = (name: string, input: object) => operations[name]?.(input, caller) as Promise<Record<string, unknown>>;
  const results: Result[] = [];
  for (const { name, definition } of definitions) {
    await call('CreateStateMachine', {
      name,
      definition: JSON.stringify(definition),
      roleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
    });
  }
  for (const { name, input } of definitions.filter(({ run }) => run !== false)) {
    const { executionArn } = await call('StartExecution', {
      stateMachineArn: arnOf(name),
      name,
      input: JSON.stringify(input),
    });
    const execution = states.get(String(executionArn));
    do {
      for (let round = 0; round < 10; round++) await new Promise((resolve) => setImmediate(resolve));
    } while (execution.view.status === 'RUNNING' && clock.step());
    const { status, output, error, cause } = await call('DescribeExecution', { executionArn });
    results.push({
      status: String(status),
      output: output ? JSON.parse(String(output)) : null,
      error: error as string,
      cause: cause as string,
    });
  }
  return results;
}
