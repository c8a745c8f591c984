import type { Secrets } from '#domain/ports.ts';

export const secrets: Secrets = {
  random: () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
};
