import { setting } from '#aws/setting.ts';
import type { ApprovalUrl } from '#domain/campaign/ports.ts';

export const approvalUrl: ApprovalUrl = {
  approval: () => setting('APPROVAL_URL'),
  decision: () => setting('DECISION_URL'),
  flags: () => `--stage ${setting('STAGE')} --region ${setting('AWS_REGION')}`,
};
