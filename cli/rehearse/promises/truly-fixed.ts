/**
 * 7. Nothing is called fixed without CLOSED, coverage, and a valid look.
 */

import type { DeltaRow } from '#domain/patch/delta/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { HostAfter } from '#domain/patch/model.ts';
import type { Checker } from './happened.ts';

/** Stronger than what Inspector said: the vulnerability is really gone from the host. */
export const trulyFixed: Checker = ({ rings, lines, read }, { truth }) => {
  if (!read(patchFiles.delta)) return [];
  const hosts = new Map(truth.map((host) => [host.id, host]));
  return rings.flatMap(({ plan: { ring } }) => {
    const after = new Map(lines<HostAfter>(patchFiles.after(ring)).map((host) => [host.id, host]));
    return lines<DeltaRow>(patchFiles.deltaRows(ring)).flatMap((row) => {
      if (row.bucket !== 'fixed') return [];
      const host = after.get(row.instance);
      const finding = host?.findings.find(({ arn }) => arn === row.arn || arn === row.arnNow);
      const said = finding?.status === 'CLOSED' && host?.coverage?.status === 'ACTIVE';
      const real = hosts.get(row.instance)?.vulnerable.includes(row.vulnerabilityId) === false;
      return said && real ? [] : [`7: ${row.vulnerabilityId} on ${row.instance} is called fixed and is not`];
    });
  });
};
