import { setting } from '#aws/setting.ts';
import type { Pages } from '#domain/campaign/ports.ts';

export const pages: Pages = {
  approval: () => setting('APPROVAL_URL'),
  decision: () => setting('DECISION_URL'),
  flags: () => `--stage ${setting('STAGE')} --region ${setting('AWS_REGION')}`,
};
