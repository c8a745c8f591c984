/** The part of a policy that a group needs at least, to be pasted under `groups:`. */
import { stringify } from 'yaml';
import { OSES } from '#policy/schema.ts';

export interface StubGroup {
  name: string;
  oses: readonly string[]; // SSM's words; those that a policy cannot name are left out
}

export function groupStub(groups: readonly StubGroup[]): string {
  const stub = Object.fromEntries(groups.map(({ name, oses }) => [name, groupOf(oses)]));
  return stringify({ groups: stub }, { indent: 2, lineWidth: 0, flowCollectionPadding: false }).trimEnd();
}

function groupOf(oses: readonly string[]) {
  const known = OSES.filter((os) => oses.includes(os));
  return {
    os: known.length > 0 ? known : [OSES[0]],
    rings: [
      { name: 'canary', tag: { Ring: 'canary' }, atOnce: 1, soakMinutes: 240 },
      { name: 'fleet', tag: { Ring: 'fleet' }, atOnce: '25%', soakMinutes: 60 },
    ],
  };
}
