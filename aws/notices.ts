import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ask } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { topicArn } from '#aws/topics.ts';
import type { Notices } from '#domain/campaign/ports.ts';
import type { Notice } from '#domain/campaign/records.ts';

const sns = lazily(() => new SNSClient({}));

export const notices: Notices = {
  async publish(notice) {
    const command = new PublishCommand({
      TopicArn: topicArn(notice.topic),
      Subject: notice.subject.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 99), // SNS refuses anything else, and the notice is lost
      MessageStructure: 'json',
      Message: message(notice),
      MessageAttributes: attributes(notice),
    });
    await ask('sns:Publish', sns().send(command));
  },
};

/** SNS takes 256 KiB, attributes and all; e-mail goes no further even where a topic allows more. */
const MESSAGE_BYTES = 262_144 - 8192;

/** The body for people; what queues, functions and URLs get is JSON. A secret link is for people: no data has it. */
function message(notice: Notice): string {
  const machines = forMachines(notice);
  let text = notice.body;
  for (let length = text.length; ; length = Math.floor(length * 0.9)) {
    const whole = JSON.stringify({ default: machines, email: text, 'email-json': text, sms: notice.subject });
    if (Buffer.byteLength(whole) <= MESSAGE_BYTES) return whole;
    text = `${notice.body.slice(0, length).toWellFormed()}\n\n(Cut here: the message was too long for SNS. The whole report is in the evidence.)\n`;
  }
}

function forMachines({ id, subject, kind, group, campaign, data }: Notice): string {
  const whole = JSON.stringify({ id, subject, kind, group, campaign, ...Object(data) });
  if (Buffer.byteLength(whole) <= MESSAGE_BYTES / 4) return whole;
  return JSON.stringify({
    id,
    subject,
    kind,
    group,
    campaign,
    cut: 'the data were too long for SNS: read the evidence',
  });
}

/** For filters of subscriptions; `id` is the same however often the notice arrives. SNS refuses empty values. */
function attributes(notice: Notice): Record<string, { DataType: string; StringValue: string }> {
  const { id, kind, group, campaign } = notice;
  const all = Object.entries({ id, kind, group, campaign, ...notice.attributes }).filter(([, value]) => value !== '');
  return Object.fromEntries(all.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]));
}
