import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ask, isNamed } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { setting } from '#aws/setting.ts';
import type { Engine } from '#domain/campaign/ports.ts';
import { NotConfigured } from '#domain/errors.ts';

const sfn = lazily(() => new SFNClient({}));

export const engine: Engine = {
  async start(name, input, kind) {
    const stateMachineArn = machineOf(kind);
    const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
    try {
      const { executionArn } = await ask('states:StartExecution', sfn().send(command));
      return executionArn ?? engine.arn(name, kind);
    } catch (error) {
      // It runs with another input, or has ended (names stay taken for 90 days): started once is started.
      if (said(error, 'ExecutionAlreadyExists')) return engine.arn(name, kind);
      throw error;
    }
  },

  async status(executionArn) {
    try {
      const answer = await ask('states:DescribeExecution', sfn().send(new DescribeExecutionCommand({ executionArn })));
      return answer.status ?? 'unknown';
    } catch (error) {
      if (said(error, ...NEVER_THERE)) return 'unknown';
      throw error;
    }
  },

  account: () => setting('CAMPAIGN_MACHINE_ARN').split(':')[4] ?? '',

  arn: (name, kind) => executionArn(machineOf(kind), name),

  childArn: (name) => executionArn(setting('PATCH_RING_MACHINE_ARN'), name),

  async stop(executionArn, why) {
    const command = new StopExecutionCommand({ executionArn, cause: why });
    try {
      await ask('states:StopExecution', sfn().send(command));
    } catch (error) {
      if (!said(error, ...NEVER_THERE)) throw error;
    }
  },

  async answer(taskToken, output) {
    const command = new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) });
    try {
      await ask('states:SendTaskSuccess', sfn().send(command));
      return true;
    } catch (error) {
      // TaskTimedOut: also what a second answer gets
      if (said(error, 'TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken')) return false;
      throw error;
    }
  },
};

/** By the kind of its subject: the machine that runs a loop's campaigns. */
function machineOf(kind: string): string {
  if (kind === 'group') return setting('CAMPAIGN_MACHINE_ARN');
  throw new NotConfigured(`No machine of this stack runs campaigns over a ${kind}.`);
}

/** InvalidArn: a name that no execution can have. */
const NEVER_THERE = ['ExecutionDoesNotExist', 'InvalidArn'];

/** arn:aws:states:R:A:stateMachine:NAME[:qualifier] → arn:aws:states:R:A:execution:NAME:<name> */
function executionArn(machineArn: string, name: string): string {
  const [arn, aws, states, region, account, , machine] = machineArn.split(':');
  return [arn, aws, states, region, account, 'execution', machine, name].join(':');
}

function said(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && isNamed(error.cause, ...names);
}
