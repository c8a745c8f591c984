import { setting } from '#aws/setting.ts';
import type { Topic } from '#domain/campaign/topics.ts';

export function topicArn(topic: Topic): string {
  return setting(topic === 'approvals' ? 'APPROVALS_TOPIC_ARN' : 'NOTICES_TOPIC_ARN');
}
