import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ask } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { setting } from '#aws/setting.ts';
import type { DeadLetters } from '#domain/campaign/ports.ts';

/** Not by the queue's URL, which would lead past an endpoint of one's own. */
const sqs = lazily(() => new SQSClient({ useQueueUrlAsEndpoint: false }));

export const deadLetters: DeadLetters = {
  async bury(body, reason) {
    const command = new SendMessageCommand({
      QueueUrl: setting('DEAD_LETTERS_URL'),
      MessageBody: body,
      MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
    });
    await ask('sqs:SendMessage', sqs().send(command));
  },
};
