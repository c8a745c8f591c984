import { sha256 } from '#domain/hash.ts';

/** A GUID for AWS-RunPatchBaseline's SnapshotId, the same whenever the same step of the same campaign runs again. */
export function snapshotId(campaign: string, step: string): string {
  const h = sha256([campaign, step]);
  return [h.slice(0, 8), h.slice(8, 12), `4${h.slice(13, 16)}`, `8${h.slice(17, 20)}`, h.slice(20, 32)].join('-');
}
