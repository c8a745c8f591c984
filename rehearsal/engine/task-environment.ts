import { devNull } from 'node:os';
import { OWN_KEY } from '#rehearsal/engine/gateway.ts';

/** What every task sees. The SDK must not see the person's own AWS settings, and Lambda's clock is UTC. */
export function taskEnvironment(endpoint: string, region: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: OWN_KEY,
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    TZ: 'UTC',
  };
}
