import { SSMClient } from '@aws-sdk/client-ssm';
import { lazily } from '#aws/lazily.ts';

/** For reading. SSM publishes no rates for most of its lists and throttles large fleets, hence more attempts than three. */
export const ssm = lazily(() => new SSMClient({ maxAttempts: 6 }));

/**
 * For SendCommand alone, and it never tries again: the call has no ClientToken, so that a second attempt after a lost answer
 * would patch twice (trap 5).
 */
export const ssmOnce = lazily(() => new SSMClient({ maxAttempts: 1 }));
