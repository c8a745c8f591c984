import type { Trigger } from '#domain/campaign/records.ts';
/** What the machines hand to their tasks and get back. State carries names, hashes and decisions; everything else lies in evidence. */
import type { Instant } from '#domain/instant.ts';
import type { RingTask } from '#domain/patch/tasks.ts';

/** The number that every task input carries. A function refuses one that it does not know (running executions keep the old machine). */
export const CONTRACT = 1;

export interface CampaignTask {
  contract: number;
  campaign: string;
  group: string;
}

export interface OpenTask extends CampaignTask {
  execution: string;
  trigger: Trigger;
}

export interface AskTask extends RingTask {
  taskToken: string;
  expiresSeconds: number;
}

/** `answer`: what `SendTaskSuccess` brought, from whoever has the token, or `{ decision: 'silence' }` from the machine. */
export interface AnswerTask extends RingTask {
  answer: unknown;
}

export interface CloseTask extends CampaignTask {
  execution: string;
  outcome: string;
  why: string;
}

/** `opened.json`. */
export interface Opened {
  campaign: string;
  group: string;
  execution: string;
  trigger: Trigger;
  openedAt: Instant;
}
