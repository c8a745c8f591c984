import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ask, isNamed } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { setting } from '#aws/setting.ts';
import type { Schedules } from '#domain/campaign/ports.ts';
import { scheduleName } from '#domain/campaign/short-name.ts';
import { AwsRefused } from '#domain/errors.ts';
import { instant } from '#domain/instant.ts';

const scheduler = lazily(() => new SchedulerClient({}));

/** CreationDate stays as it is when a deployment changes the schedule (GetSchedule, EventBridge Scheduler API Reference). */
export const schedules: Schedules = {
  async madeAt(group) {
    const command = new GetScheduleCommand({ Name: scheduleName(setting('STAGE'), group) });
    try {
      const { CreationDate } = await ask('scheduler:GetSchedule', scheduler().send(command));
      return CreationDate === undefined ? null : instant(CreationDate);
    } catch (error) {
      if (error instanceof AwsRefused && isNamed(error.cause, 'ResourceNotFoundException')) return null;
      throw error;
    }
  },
};
