/**
 * What makes evidence checkable offline: the hash of every file, and of the group's previous campaign, so that campaigns form
 * a chain. Who changes an old file has to change every manifest since, and the lease, which holds the last one's hash.
 */

import type { Lease, Notice } from '#domain/campaign/records.ts';
import { VERSION } from '#domain/campaign/version.ts';
import { sha256 } from '#domain/hash.ts';
import type { Instant } from '#domain/instant.ts';

export interface ManifestFile {
  path: string; // below the campaign's folder
  sha256: string; // hex, of the bytes as they lie there
  bytes: number;
}

/** `manifest.json`, the last file that a campaign writes. It lists all others. */
export interface Manifest {
  version: 1;
  by: string; // "patchwright 0.1.0"
  group: string;
  campaign: string;
  closedAt: Instant;
  /** null: the group's first campaign, or the one before left no manifest. */
  previous: { campaign: string; manifest: string } | null;
  files: ManifestFile[]; // by path
  hash: string; // hex sha256 over the canonical JSON of everything else: by it the next campaign names this one
}

export function manifestOf(of: Pick<Manifest, 'group' | 'campaign' | 'closedAt' | 'previous' | 'files'>): Manifest {
  const files = [...of.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const unhashed: Omit<Manifest, 'hash'> = { version: 1, by: `patchwright ${VERSION}`, ...of, files };
  return { ...unhashed, hash: sha256(unhashed) };
}

/** What `hash` has to be. */
export function manifestHash({ hash: _, ...rest }: Manifest): string {
  return sha256(rest);
}

/** The link to the campaign that the lease says closed last. A campaign that closes a second time is not its own previous one. */
export function previousOf(lastClosed: Lease['lastClosed'], campaign: string): Manifest['previous'] {
  if (!lastClosed?.manifest || lastClosed.campaign === campaign) return null;
  return { campaign: lastClosed.campaign, manifest: lastClosed.manifest };
}

/**
 * With the hash of the campaign's manifest, which has that of the notice as evidence keeps it: mail lies where nobody who can
 * write to the bucket can change it.
 */
export function withManifest(notice: Notice, manifest: string | null): Notice {
  if (!manifest) return notice;
  const body = `${notice.body}\nManifest of the evidence (sha256)\n  ${manifest}\n`;
  return { ...notice, body, data: { ...Object(notice.data), manifest } };
}
