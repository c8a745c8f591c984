import { campaigns } from '#aws/campaigns.ts';
import { log } from '#aws/log.ts';
import { leaseLost } from '#domain/campaign/lease.ts';
import type { Campaigns } from '#domain/campaign/ports.ts';
import { type CampaignTask, CONTRACT } from '#domain/campaign/tasks.ts';
import { Sealed, UnknownContract } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { instant } from '#domain/instant.ts';

/** What Lambda gives beside the input; only the logger looks into it. */
type Context = Parameters<typeof log.addContext>[0];

type Task<Input, Ports, Output> = (input: Input, ports: Ports, now: Instant) => Promise<Output>;

type Handler<Output> = (input: unknown, context?: Context) => Promise<Output>;

interface Lease {
  /** `any`: for the task that takes the lease and the one that gives it back. */
  lease?: 'any';
  leases?: Pick<Campaigns, 'lease'>;
}

/**
 * The handler of a Task state. Throws `UnknownContract` on an input of another version, and `Sealed` where the campaign does not hold
 * its lease open: an execution that somebody redrives after the close runs its tasks again (trap 46).
 */
export function lambda<Input extends object, Ports, Output>(
  task: Task<Input, Ports, Output>,
  ports: Ports,
  { lease, leases = campaigns }: Lease = {},
): Handler<Output> {
  return event(async (input: Input, given: Ports, now) => {
    const contract = 'contract' in input ? input.contract : undefined;
    if (contract !== CONTRACT)
      throw new UnknownContract(
        `this code knows inputs of contract ${CONTRACT}, and was given ${JSON.stringify(contract)}`,
      );
    if (lease !== 'any') await mustHold(input as Partial<CampaignTask>, leases);
    return task(input, given, now);
  }, ports);
}

async function mustHold({ campaign = '', group = '' }: Partial<CampaignTask>, leases: Pick<Campaigns, 'lease'>) {
  const lost = leaseLost(await leases.lease(group), campaign);
  if (lost) throw new Sealed(`${campaign} may not act: ${lost}`);
}

/**
 * The handler of a trigger: whatever AWS sends. The clock is read here and nowhere else, once per attempt. `told`: what the log
 * gets of the output.
 */
export function event<Input extends object, Ports, Output>(
  task: Task<Input, Ports, Output>,
  ports: Ports,
  told: (output: Output) => Record<string, unknown> = (output) => (output === undefined ? {} : { output }),
): Handler<Output> {
  return async (input, context) => {
    const now = instant(Date.now());
    log.resetKeys();
    if (context) log.addContext(context);
    log.appendKeys(keysOf(input));
    log.info('begins');
    try {
      if (typeof input !== 'object' || input === null)
        throw new UnknownContract(`an input that is no object: ${input}`);
      const output = await task(input as Input, ports, now);
      log.info('ends', told(output));
      return output;
    } catch (error) {
      log.error('fails', { error });
      throw error;
    }
  };
}

/** By which people find a campaign's lines; those that the input has. */
function keysOf(input: unknown): Record<string, string> {
  const keys: Record<string, string> = {};
  if (typeof input !== 'object' || input === null) return keys;
  for (const [key, value] of Object.entries(input))
    if (LOGGED.includes(key) && typeof value === 'string') keys[key] = value;
  return keys;
}

const LOGGED = ['campaign', 'group', 'ring'];
