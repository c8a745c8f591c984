import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ask } from '#aws/ask.ts';
import { lazily } from '#aws/lazily.ts';
import { setting } from '#aws/setting.ts';
import type { Notices } from '#domain/ports.ts';
import type { Notice } from '#domain/records.ts';

const sns = lazily(() => new SNSClient({}));

export const notices: Notices = {
  async publish(notice) {
    const command = new PublishCommand({
      TopicArn: setting(notice.topic === 'approvals' ? 'APPROVALS_TOPIC_ARN' : 'NOTICES_TOPIC_ARN'),
      Subject: notice.subject.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 99), // SNS refuses anything else, and the notice is lost
      MessageStructure: 'json',
      Message: message(notice.body),
      MessageAttributes: attributes(notice),
    });
    await ask('sns:Publish', sns().send(command));
  },
};

/** SNS takes 256 KiB, attributes and all; e-mail goes no further even where a topic allows more. The body is in it twice. */
const MESSAGE_BYTES = 262_144 - 8192;

function message(body: string): string {
  let text = body;
  for (let length = body.length; ; length = Math.floor(length * 0.9)) {
    const whole = JSON.stringify({ default: text, email: text });
    if (Buffer.byteLength(whole) <= MESSAGE_BYTES) return whole;
    text = `${body.slice(0, length).toWellFormed()}\n\n(Cut here: the message was too long for SNS. The whole report is in the evidence.)\n`;
  }
}

/** For filters of subscriptions; `id` is the same however often the notice arrives. SNS refuses empty values. */
function attributes(notice: Notice): Record<string, { DataType: string; StringValue: string }> {
  const { id, kind, group, campaign } = notice;
  const all = Object.entries({ id, kind, group, campaign, ...notice.attributes }).filter(([, value]) => value !== '');
  return Object.fromEntries(all.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]));
}
