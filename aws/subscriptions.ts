import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { ask, pages } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { topicArn } from '#aws/topics.ts';
import type { Subscriptions } from '#domain/campaign/ports.ts';

const sns = lazily(() => new SNSClient({}));

/** In the place of an ARN SNS writes `PendingConfirmation`, also for mail that it has suspended, and `Deleted`. */
export const subscriptions: Subscriptions = {
  async of(topic) {
    const TopicArn = topicArn(topic);
    const count = { confirmed: 0, pending: 0 };
    const all = pages(async (NextToken) => {
      const command = new ListSubscriptionsByTopicCommand({ TopicArn, NextToken });
      const answer = await ask('sns:ListSubscriptionsByTopic', sns().send(command));
      return { items: answer.Subscriptions, next: answer.NextToken };
    });
    for await (const { SubscriptionArn = '' } of all) {
      if (SubscriptionArn.startsWith('arn:')) count.confirmed++;
      else if (SubscriptionArn === 'PendingConfirmation') count.pending++;
    }
    return count;
  },
};
