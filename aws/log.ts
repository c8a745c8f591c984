import { Logger } from '@aws-lambda-powertools/logger';

/** Carries campaign, group and ring on every line while a function runs: `lambda` and `event` set them. */
export const log = new Logger({ serviceName: 'patchwright' });
