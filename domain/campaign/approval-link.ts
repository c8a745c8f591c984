/**
 * The link that decides. Its secret is in the mail and nowhere else: the table has a hash over the secret and all that the link
 * is good for, so that it opens this question, on this scope, until this instant, or nothing.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Approval } from '#domain/campaign/records.ts';
import { sha256 } from '#domain/hash.ts';

type Bound = Pick<Approval, 'campaign' | 'group' | 'ring' | 'scopeHash' | 'askedAt' | 'expiresAt'>;

interface Link {
  campaign: string;
  ring: string;
  secret: string;
}

export function linkTo(page: string, { campaign, ring, secret }: Link): string {
  const url = new URL(page);
  url.search = new URLSearchParams({ a: `${campaign}.${ring}`, s: secret }).toString();
  return url.href;
}

/** null: what no link of ours looks like, so that nothing need be read for it. */
export function readLink(query: Record<string, string>): Link | null {
  // A group's name, and with it a campaign's, may have dots; a ring's has none.
  const [, campaign, ring] = /^([\w.-]{1,80})\.([a-z][a-z0-9-]{0,30})$/.exec(query.a ?? '') ?? [];
  const secret = query.s ?? '';
  return campaign && ring && /^[\w-]{43}$/.test(secret) ? { campaign, ring, secret } : null;
}

/** `secret`: 32 random bytes as base64url. */
export function linkHash(bound: Bound, secret: string): string {
  const { campaign, group, ring, scopeHash, askedAt, expiresAt } = bound;
  return sha256({ secret, campaign, group, ring, scopeHash, askedAt, expiresAt });
}

export function opens(approval: Approval | null, secret: string): approval is Approval {
  if (!approval?.linkHash) return false;
  const [is, should] = [Buffer.from(linkHash(approval, secret)), Buffer.from(approval.linkHash)];
  return is.length === should.length && timingSafeEqual(is, should);
}

/** What a person types to decide: no scanner of mails does, and nobody by a slip of the thumb. */
export function wordOf(scopeHash: string): string {
  return scopeHash.slice(0, 6);
}
