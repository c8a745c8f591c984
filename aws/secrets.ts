import type { Secrets } from '#domain/campaign/ports.ts';

export const secrets: Secrets = {
  random: () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
};
