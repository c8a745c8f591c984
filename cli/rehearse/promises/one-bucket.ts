/**
 * 6. Every finding of the first survey is in exactly one bucket, checked against the raw surveys.
 */

import { afterKeys, beforeKeys, checkPartition } from '#domain/patch/delta/partition.ts';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { type HostAfter, NO_RING, type SurveyedHost } from '#domain/patch/model.ts';
import type { Checker } from './happened.ts';

export const oneBucket: Checker = ({ rings, read, lines }) => {
  if (!read(patchFiles.delta)) return [];
  return [...rings.map((ring) => ring.plan.ring), NO_RING].flatMap((ring) => {
    const [before, after] = [lines<SurveyedHost>(patchFiles.before(ring)), lines<HostAfter>(patchFiles.after(ring))];
    try {
      checkPartition(beforeKeys(before), afterKeys(after), lines<DeltaRow>(patchFiles.deltaRows(ring)));
      return [];
    } catch (error) {
      return [`6: ${ring}: ${(error as Error).message}`];
    }
  });
};
