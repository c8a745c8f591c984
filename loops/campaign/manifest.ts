import { files } from '#domain/campaign/files.ts';
import { type Manifest, type ManifestFile, manifestOf } from '#domain/campaign/manifest.ts';
import type { CampaignRef, Evidence } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';

/** Hashes what lies in the campaign's folder, as it lies there. Returns the manifest's own hash. */
export async function writeManifest(
  { group, campaign }: CampaignRef,
  { closedAt, previous }: { closedAt: Instant; previous: Manifest['previous'] },
  evidence: Evidence,
): Promise<string> {
  const ref = { group, campaign };
  const listed: ManifestFile[] = [];
  for await (const path of evidence.list(ref)) {
    if (path !== files.manifest) listed.push({ path, ...(await evidence.digest(ref, path)) });
  }
  const manifest = manifestOf({ ...ref, closedAt, previous, files: listed });
  await evidence.write(ref, files.manifest, manifest);
  return manifest.hash;
}
