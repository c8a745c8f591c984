/** Lambda, as far as a deployment asks before it keeps calls for a function. Nothing of the rehearsed account keeps any. */
import type { Fake } from '#rehearsal/api.ts';

const GIB = 1024 ** 3;

/** `quota`: calls at a time that the account has in the Region. Sizes are AWS's defaults. */
export function lambdaQuotas(quota: number): Fake['operations'] {
  return {
    GetAccountSettings: () => ({
      AccountLimit: {
        TotalCodeSize: 75 * GIB,
        CodeSizeUnzipped: 250 * 1024 ** 2,
        CodeSizeZipped: 50 * 1024 ** 2,
        ConcurrentExecutions: quota,
        UnreservedConcurrentExecutions: quota,
      },
      AccountUsage: { TotalCodeSize: 0, FunctionCount: 0 },
    }),
    GetFunctionConcurrency: () => ({}),
  };
}
