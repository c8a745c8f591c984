import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  type GetFunctionConcurrencyResponse,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { ask, isNamed } from '#aws/call.ts';

/** How many calls at a time Lambda runs for the account in this Region, and what of them is kept for single functions. */
export interface Concurrency {
  account(): Promise<{ all: number; unreserved: number }>;
  /** 0 also for a function that is not there. */
  keptFor(name: string): Promise<number>;
}

export function concurrency(lambda: LambdaClient): Concurrency {
  return {
    async account() {
      const { AccountLimit } = await ask('lambda:GetAccountSettings', lambda.send(new GetAccountSettingsCommand({})));
      const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: unreserved = 0 } = AccountLimit ?? {};
      return { all, unreserved };
    },
    async keptFor(FunctionName) {
      const command = new GetFunctionConcurrencyCommand({ FunctionName });
      const none = (error: Error): GetFunctionConcurrencyResponse => {
        if (isNamed(error, 'ResourceNotFoundException')) return {};
        throw error;
      };
      const answer = await ask('lambda:GetFunctionConcurrency', lambda.send(command).catch(none));
      return answer.ReservedConcurrentExecutions ?? 0;
    },
  };
}
