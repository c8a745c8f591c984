import { log } from '#aws/log.ts';
import type { Metrics } from '#domain/campaign/ports.ts';

/** A line of the log that metric filters of the stack count from: no call, no permission. */
export const metrics: Metrics = {
  beat(names) {
    const counts = Object.fromEntries(Object.entries(names).map(([name, of]) => [name, of.length]));
    log.info('pulse', { pulse: counts, names });
  },
};
