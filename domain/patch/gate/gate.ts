import { type GateEvidence, type HostEvidence, provesSomething } from '#domain/patch/gate/gate-evidence.ts';
import type { StopWhy, Verdict, VerdictName } from '#domain/patch/records.ts';
import { doubtfullyGone, isError } from '#domain/patch/waves.ts';
import { plural } from '#domain/plural.ts';

interface GateRow {
  name: string;
  says: 'fail' | 'inconclusive';
  /** Why it strikes, in words; null where it does not. */
  holds(evidence: GateEvidence): string | null;
}

/**
 * May the next ring start? `fail` if a row of that kind strikes, else `inconclusive` if one of that kind does, else `pass`:
 * the gate passes nothing of which it cannot tell. The reasons name all rows that strike.
 */
export function judge(evidence: GateEvidence, rows: readonly GateRow[] = GATE): Verdict {
  const struck = rows.flatMap((row) => {
    const words = row.holds(evidence);
    return words === null ? [] : [{ row: row.name, says: row.says, words }];
  });
  const verdict: VerdictName = struck.some((row) => row.says === 'fail')
    ? 'fail'
    : struck.length
      ? 'inconclusive'
      : 'pass';
  const passed = verdict === 'pass';
  const { hosts } = evidence;
  return {
    ring: evidence.ring,
    verdict,
    reasons: passed
      ? [{ row: 'proof', words: proofWords(evidence) }]
      : struck.map(({ row, words }) => ({ row, words })),
    at: evidence.at,
    planned: hosts.length,
    patched: hosts.filter((host) => host.status === 'patched').length,
    failed: hosts.filter(isError).length,
    looked: lookedAt(hosts).length,
    restsOn: passed ? evidence.restsOn : null,
    ...(passed && evidence.restsOn && evidence.lastProof ? { provenAt: evidence.lastProof.at } : {}),
  };
}

/** Whether looking again later may bring another verdict. */
export function mayChange({ reasons }: Pick<Verdict, 'reasons'>): boolean {
  return reasons.every(({ row }) => TIME_MAY_CLEAR.includes(row));
}

/** Each row alone: none relies on another to strike. */
export const GATE: GateRow[] = [
  {
    name: 'failures',
    says: 'fail',
    holds({ hosts, policy }) {
      const errors = hosts.filter(isError);
      return errors.length > policy.failures
        ? `${errors.length} failed or did not come back, ${policy.failures} tolerated: ${named(errors, (host) => host.words)}`
        : null;
    },
  },
  {
    name: 'alarm-rang',
    says: 'fail',
    holds({ alarms }) {
      const rang = alarms.filter((alarm) => alarm.state === 'ALARM' || alarm.rangSince);
      return rang.length
        ? `alarm ${rang.map((alarm) => `${alarm.name} rang ${alarm.rangSince ?? ''}`.trim()).join(', ')}`
        : null;
    },
  },
  {
    name: 'introduced',
    says: 'fail',
    holds: ({ introduced, policy }) =>
      introduced.length > policy.introduced
        ? `the patch brought ${introduced.length} new findings, ${policy.introduced} tolerated: ${cut(
            introduced.map((finding) => `${finding.vulnerabilityId} on ${finding.instance}`),
          )}`
        : null,
  },
  {
    name: 'stopped',
    says: 'fail',
    holds: ({ stopped }) => (stopped && !ranOut(stopped.why) ? `the ring was stopped: ${stopped.words}` : null),
  },
  {
    name: 'out-of-time',
    says: 'inconclusive',
    holds: ({ stopped }) => (stopped && ranOut(stopped.why) ? `the ring ran out of time: ${stopped.words}` : null),
  },
  {
    name: 'alarm-unread',
    says: 'inconclusive',
    holds({ alarms, policy }) {
      const states = new Map(alarms.map((alarm) => [alarm.name, alarm.state]));
      const unread = policy.alarms.filter((name) => !READ.includes(states.get(name) ?? 'missing'));
      return unread.length
        ? `alarm ${unread.map((name) => `${name}: ${UNREAD[states.get(name) ?? ''] ?? 'it was not read'}`).join(', ')}`
        : null;
    },
  },
  {
    name: 'empty',
    says: 'inconclusive',
    holds: ({ hosts, atLevel }) =>
      hosts.length + atLevel === 0 ? 'no host to patch and none at level: nothing to judge' : null,
  },
  {
    name: 'nothing-installed',
    says: 'inconclusive',
    holds({ hosts, atLevel, canary, restsOn, lastProof }) {
      if (hosts.some((host) => host.installed > 0)) return null;
      const unread = hosts.some((host) => host.status === 'patched' && !host.scanned); // row patch-scan speaks of those
      if (hosts.length > 0) return unread ? null : `nothing was installed on any of ${plural(hosts.length, 'host')}`;
      // only the canary has to prove something: a later ring wholly at level has nothing to be judged by
      if (atLevel === 0 || restsOn || !canary) return null;
      const earlier = lastProof
        ? `the last canary that passed, in ${lastProof.campaign}, is too old or of another OS`
        : '';
      return `nothing to install, ${atLevel} already at level, and ${earlier || 'no earlier canary that passed'}`;
    },
  },
  {
    name: 'sample',
    says: 'inconclusive',
    holds({ hosts, required }) {
      if (!hosts.some((host) => host.installed > 0)) return null;
      const short = required.flatMap(({ os, hosts: needed }) => {
        const proven = hosts.filter((host) => host.os === os && provesSomething(host)).length;
        return proven < needed ? [`${proven} of ${plural(needed, `${os} host`)} needed`] : [];
      });
      if (short.length === 0) return null;
      const unseen = hosts.filter((host) => host.status === 'patched' && !host.looked);
      return `really patched and looked at: ${short.join(', ')}${unseen.length ? `; ${named(unseen, (host) => host.lookWords)}` : ''}`;
    },
  },
  {
    name: 'patch-scan',
    says: 'inconclusive',
    holds({ hosts }) {
      const unread = hosts.filter((host) => host.status === 'patched' && !host.scanned);
      return unread.length ? `no patch scan after the install: ${named(unread)}` : null;
    },
  },
  {
    name: 'unknown',
    says: 'inconclusive',
    holds({ hosts }) {
      const unknown = hosts.filter((host) => host.status === 'unknown');
      return unknown.length ? `whether a patch was sent is unclear: ${named(unknown, (host) => host.words)}` : null;
    },
  },
  {
    name: 'gone',
    says: 'inconclusive',
    holds({ hosts, policy }) {
      const gone = doubtfullyGone(hosts, policy.failures);
      return gone.length
        ? `${gone.length} were terminated at work, and no more came back: it may be the patch: ${named(gone)}`
        : null;
    },
  },
  {
    name: 'unfinished',
    says: 'inconclusive',
    holds({ hosts, stopped }) {
      const open = hosts.filter(({ status }) => status === 'working' || (status === 'planned' && !stopped));
      return open.length ? `not finished: ${named(open)}` : null;
    },
  },
  {
    name: 'no-effect',
    says: 'inconclusive',
    holds: ({ expected, closed }) =>
      expected > 0 && closed === 0
        ? `no effect: SSM says success while the finding stays, for ${expected === 1 ? 'the one finding' : `all ${expected} findings`} that it should have fixed`
        : null,
  },
];

/** Rows that another look may clear: time brings them, where nobody has to act. */
const TIME_MAY_CLEAR = ['alarm-unread', 'sample', 'patch-scan', 'no-effect'];

const ranOut = (why: StopWhy) => why === 'window' || why === 'proof';

const READ: string[] = ['OK', 'ALARM'];

const UNREAD: Record<string, string> = {
  missing: 'there is none of this name',
  unreadable: 'it could not be read',
  INSUFFICIENT_DATA: 'it has too little data',
};

const lookedAt = (hosts: HostEvidence[]) => hosts.filter((host) => host.status === 'patched' && host.looked);

/** `3 of 3 patched and looked at; nothing failed; alarm web-5xx quiet` */
function proofWords({ hosts, atLevel, policy, restsOn, lastProof }: GateEvidence): string {
  const failed = hosts.filter(isError).length;
  const proof =
    hosts.length > 0
      ? `${lookedAt(hosts).length} of ${hosts.length} patched and looked at`
      : `nothing to install, ${atLevel} already at level${restsOn ? `, as passed in ${restsOn} at ${lastProof?.at}` : ''}`;
  const gone = hosts.filter(({ status }) => status === 'gone').length;
  const failures = failed === 0 ? 'nothing failed' : `${failed} failed, ${policy.failures} tolerated`;
  const alarms = policy.alarms.map((name) => `alarm ${name} quiet`);
  return [proof, failures, ...(gone ? [`${gone} terminated meanwhile`] : []), ...alarms].join('; ');
}

function named(hosts: HostEvidence[], words: (host: HostEvidence) => string = () => ''): string {
  return cut(hosts.map((host) => (words(host) ? `${host.id} (${words(host)})` : host.id)));
}

function cut(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
