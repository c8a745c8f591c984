import { instant } from '#domain/instant.ts';
import type { Clock } from '#domain/ports.ts';

export const clock: Clock = { now: () => instant(Date.now()) };
