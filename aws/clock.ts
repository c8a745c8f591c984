import type { Clock } from '#domain/campaign/ports.ts';
import { instant } from '#domain/instant.ts';

export const clock: Clock = { now: () => instant(Date.now()) };
