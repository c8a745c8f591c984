import { campaigns } from '#aws/campaigns.ts';
import { deadLetters } from '#aws/dead-letters.ts';
import { engine } from '#aws/engine.ts';
import { event } from '#aws/lambda.ts';
import { policies } from '#aws/policies.ts';
import type { DeadLetters } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';
import { foldFindings } from '#domain/patch/finding-event.ts';
import type { Ports } from '#domain/ports.ts';
import { startOnce } from '#loops/campaign/start.ts';

/** What Lambda gives of an SQS queue, as far as it is read. */
interface Batch {
  Records: { messageId: string; body: string }[];
}

/**
 * Folds a batch of finding events of this account to at most one start per group. What is no finding event is buried with the reason; a group
 * whose start fails has its messages come again. SQS delivers at least once, and a replay starts nothing: see `promiseLease`.
 */
export async function startCampaigns(
  batch: Batch,
  ports: Pick<Ports, 'campaigns' | 'engine' | 'policies'> & { deadLetters: DeadLetters },
  now: Instant,
) {
  const policy = await ports.policies.current();
  const { asks, poison } = foldFindings(batch.Records, policy, { account: ports.engine.account(), now });
  const failed: string[] = [];
  for (const { id, body, reason } of poison) {
    await ports.deadLetters.bury(body, reason).catch(() => failed.push(id));
  }
  const started: Record<string, string> = {};
  for (const { group, trigger, minHours, ids } of asks) {
    try {
      started[group] = await startOnce(group, { kind: 'group', trigger, minHours }, ports, now);
    } catch (error) {
      started[group] = `failed: ${error instanceof Error ? error.message : error}`;
      failed.push(...ids);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })), started };
}

export const handler = event(startCampaigns, { campaigns, engine, deadLetters, policies });
