/** What the machines hand to their tasks and get back. State carries names, hashes and decisions; everything else lies in evidence. */
import type { Trigger } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';

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

export interface AskTask extends CampaignTask {
  ring: string;
  taskToken: string;
  expiresSeconds: number;
}

/** `answer`: what `SendTaskSuccess` brought, from whoever has the token, or `{ decision: 'silence' }` from the machine. */
export interface AnswerTask extends CampaignTask {
  ring: string;
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
