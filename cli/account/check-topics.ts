import type { Subscriptions } from '#domain/campaign/ports.ts';
import { TOPICS, type Topic } from '#domain/campaign/topics.ts';
import { several } from '../screen/text.ts';
import { type Checked, good, looked } from './checked.ts';
import type { DeployedStage } from './open.ts';
import { placed } from './remedy.ts';

/** Whether anybody hears each topic: SNS takes every notice for one without subscribers, and calls it delivered. */
export async function checkTopics(
  deployment: DeployedStage,
  ports: { subscriptions: Subscriptions },
): Promise<Checked[]> {
  const lines: Checked[] = [];
  for (const topic of TOPICS)
    lines.push(...(await looked(`topic ${topic}`, async () => [await line(topic, deployment, ports)])));
  return lines;
}

async function line(
  topic: Topic,
  deployment: DeployedStage,
  { subscriptions }: { subscriptions: Subscriptions },
): Promise<Checked> {
  const about = `topic ${topic}`;
  const { confirmed, pending } = await subscriptions.of(topic).catch((error: unknown) => {
    throw placed(error, deployment);
  });
  if (confirmed > 0) return good(about, several(confirmed, 'confirmed subscription'));
  const { names, region } = deployment;
  const arn = topic === 'approvals' ? names.APPROVALS_TOPIC_ARN : names.NOTICES_TOPIC_ARN;
  const subscribe = `aws sns subscribe --region ${region} --topic-arn ${arn} --protocol email --notification-endpoint you@example.org`;
  return {
    about,
    state: 'mend',
    words: pending
      ? `no confirmed subscription, ${pending} pending: nobody hears of anything`
      : 'no subscription: nobody hears of anything',
    remedy: pending ? `follow the link in the mail that SNS sent; after two days anew: ${subscribe}` : subscribe,
  };
}
