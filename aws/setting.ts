import { NotConfigured } from '#domain/errors.ts';

export type Setting =
  | 'TABLE_NAME'
  | 'EVIDENCE_BUCKET'
  | 'NOTICES_TOPIC_ARN'
  | 'APPROVALS_TOPIC_ARN'
  | 'CAMPAIGN_MACHINE_ARN'
  | 'PATCH_RING_MACHINE_ARN'
  | 'DEAD_LETTERS_URL'
  | 'APPROVAL_URL'
  | 'DECISION_URL'
  | 'STAGE'
  | 'AWS_REGION' // Lambda sets it
  | 'RESCAN_DOCUMENT_NAME';

/** What the stack tells a function by its environment. Throws `NotConfigured`, naming the variable. */
export function setting(name: Setting): string {
  const value = process.env[name];
  if (!value) throw new NotConfigured(`the environment variable ${name} is not set; serverless.yml sets it`);
  return value;
}
