import type { CampaignTask } from '#domain/campaign/tasks.ts';

export interface RingTask extends CampaignTask {
  ring: string;
}

/** For a patch scan of the whole group `ring` is absent. */
export interface ScanTask extends CampaignTask {
  ring?: string;
}
