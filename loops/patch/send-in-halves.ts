import { SendRefused } from '#domain/errors.ts';
import type { InstanceId } from '#domain/patch/model.ts';
import type { Patching, SendRequest } from '#domain/patch/ports.ts';
import { DELIVERY_SECONDS, MOST_PER_COMMAND } from '#domain/patch/waves.ts';

export interface Taken {
  sent(command: string, instances: InstanceId[]): void;
  /** Each refusal, before its hosts are halved: throw here to give up. */
  refusal?(error: SendRefused): void;
  /** One host that SSM does not take even alone. */
  refused(instance: InstanceId, error: SendRefused): void;
}

/**
 * Sends what changes no host, in commands of at most 50. One host that went offline in between refuses its whole command
 * (trap 22): halved until only it is left. Never for an install, which is sent at most once.
 */
export async function sendInHalves(
  patching: Patching,
  instances: InstanceId[],
  request: Omit<SendRequest, 'instances' | 'deliverySeconds'>,
  taken: Taken,
): Promise<void> {
  for (let from = 0; from < instances.length; from += MOST_PER_COMMAND) {
    await sendTo(instances.slice(from, from + MOST_PER_COMMAND));
  }

  async function sendTo(part: InstanceId[]): Promise<void> {
    try {
      const command = await patching.send({ ...request, instances: part, deliverySeconds: DELIVERY_SECONDS });
      taken.sent(command, part);
    } catch (error) {
      if (!(error instanceof SendRefused)) throw error;
      taken.refusal?.(error);
      const [only] = part;
      if (part.length === 1 && only) return taken.refused(only, error);
      const half = Math.ceil(part.length / 2);
      await sendTo(part.slice(0, half));
      await sendTo(part.slice(half));
    }
  }
}
