import type { Delta } from '#domain/patch/delta/records.ts';
import type { RingRecord } from '#domain/patch/records.ts';
import { type Counts, noCounts } from '#domain/severity.ts';
import type { Shown } from '../../cli/rehearse/shown.ts';

/** Critical, high, medium, low, informational, untriaged. */
export function counts(...values: number[]): Counts {
  const all = noCounts();
  const [critical = 0, high = 0, medium = 0, low = 0, informational = 0, untriaged = 0] = values;
  const total = critical + high + medium + low + informational + untriaged;
  return Object.assign(all, {
    CRITICAL: critical,
    HIGH: high,
    MEDIUM: medium,
    LOW: low,
    INFORMATIONAL: informational,
    UNTRIAGED: untriaged,
    total,
  });
}

export const CAMPAIGN = 'web-20240831T200000Z';

/** A happy run with every kind of thing that a happy run can leave. */
export function happy(): Shown {
  const delta = happyDelta();
  return {
    scenario: 'default',
    record: {
      version: 1,
      campaign: CAMPAIGN,
      group: 'web',
      execution: `arn:aws:states:eu-central-1:123456789012:execution:campaign:${CAMPAIGN}`,
      trigger: { kind: 'person', id: 'cli-1', at: '2024-08-31T20:00:00.000Z', by: 'rehearsal' },
      openedAt: '2024-08-31T20:00:00.000Z',
      closedAt: '2024-09-01T07:41:00.000Z',
      outcome: 'Completed',
      why: 'all rings passed',
      scopeHash: 'a'.repeat(64),
      planHash: 'b'.repeat(64),
      verdicts: [],
      approvals: [
        {
          campaign: CAMPAIGN,
          group: 'web',
          ring: 'fleet',
          scopeHash: 'a'.repeat(64),
          askedAt: '2024-09-01T02:10:00.000Z',
          expiresAt: '2024-09-02T02:10:00.000Z',
          decide: 'link',
          linkHash: null,
          taskToken: null,
          decision: 'yes',
          by: 'approver@example.org',
          decidedAt: '2024-09-01T02:40:00.000Z',
        },
      ],
    },
    plan: {
      version: 1,
      campaign: CAMPAIGN,
      group: 'web',
      mode: 'act',
      at: '2024-08-31T20:11:00.000Z',
      policyHash: 'c'.repeat(64),
      scopeHash: 'a'.repeat(64),
      planHash: 'b'.repeat(64),
      reboot: 'RebootIfNeeded',
      snapshotId: '00000000-0000-4000-8000-000000000000',
      proofMode: 'EC2_SSM_AGENT_BASED',
      proofUntil: null,
      baselines: [],
      rings: [
        { ring: 'canary', hosts: 3, atOnce: 2, waves: 2, soakMinutes: 240, expected: counts(3), approval: false },
        { ring: 'fleet', hosts: 16, atOnce: 5, waves: 4, soakMinutes: 60, expected: counts(3), approval: true },
      ],
      left: [
        { id: 'i-0000000000000000a', ring: 'fleet', why: 'stopped', words: 'it is stopped' },
        { id: 'i-0000000000000000b', ring: 'fleet', why: 'unmanaged', words: 'SSM does not know it' },
      ],
      before: delta.before,
      expected: counts(40, 300, 200, 10, 0, 60),
      byFate: {},
      coveredPercent: 96,
      warnings: [],
      fits: { ok: true, words: 'fits' },
    },
    rings: [
      ringRecord('canary', 3, 2, '2024-09-01T02:05:00.000Z'),
      ringRecord('fleet', 16, 4, '2024-09-01T07:40:00.000Z'),
    ],
    delta,
    mails: [
      mail('2024-09-01T02:10:00.000Z', 'approvals', 'patchwright: approval wanted for web, ring fleet, 16 hosts'),
      mail('2024-09-01T07:41:05.000Z', 'notices', 'patchwright: web Completed, 603 of 731 findings fixed'),
    ],
    run: {
      version: 1,
      campaign: {
        id: CAMPAIGN,
        group: 'web',
        outcome: 'Completed',
        scopeHash: 'a'.repeat(64),
        plannedInstances: 19,
        expectedFixed: counts(40, 300, 200, 10, 0, 60),
      },
      rings: [ringRun('canary', 3, 2), ringRun('fleet', 16, 4)],
      delta,
      notices: [],
      calls: { 'ssm.SendCommand': 9 },
      states: ['OpenCampaign'],
      evidence: `out/${CAMPAIGN}`,
      virtualSeconds: 42_060,
      realSeconds: 7.93,
      seed: 1,
      asides: [],
    },
  };
}

function happyDelta(): Delta {
  return {
    version: 1,
    before: counts(44, 352, 251, 14, 0, 70),
    fixed: counts(39, 296, 199, 10, 0, 59),
    closedOtherwise: counts(0, 1),
    remaining: counts(4, 49, 47, 4, 0, 10),
    unverified: counts(1, 6, 5, 0, 0, 1),
    gone: noCounts(),
    new: counts(0, 2, 1),
    after: counts(5, 57, 53, 4, 0, 11),
    newByKind: { advisory: 3, host: 0, returned: 0, introduced: 0 },
    remainingByReason: { suppressed: 1, 'no-fix': 17, stopped: 44 },
    remainingWaived: 2,
    rescored: 1,
    unverifiedHosts: [
      { id: 'i-0000000000000001f', ring: 'fleet', findings: 13, words: 'the agent has not been seen since the patch' },
    ],
    why: [
      { reason: 'suppressed', findings: 1, worst: 'MEDIUM', words: 'a suppression rule hides it since 31 Aug' },
      {
        reason: 'not-os-package',
        findings: 1,
        worst: 'HIGH',
        words: 'urllib3 is a PIP package, Patch Manager knows OS packages',
      },
      {
        reason: 'no-fix',
        findings: 17,
        worst: 'HIGH',
        words: 'Debian has no fixed version of libxml2 as of the second survey yet',
      },
      { reason: 'not-in-ring', findings: 31, worst: 'CRITICAL', words: 'i-0000000000000000c has no Ring tag' },
      { reason: 'stopped', findings: 20, worst: 'CRITICAL', words: 'i-0000000000000000a is stopped' },
      { reason: 'unmanaged', findings: 20, worst: 'CRITICAL', words: 'SSM does not know i-0000000000000000b' },
      {
        reason: 'not-offered',
        findings: 14,
        worst: 'HIGH',
        words: 'released 2 Sep, the repositories of the host had it not',
      },
      {
        reason: 'reboot-pending',
        findings: 10,
        worst: 'HIGH',
        words: 'linux-image needs the reboot that has not happened',
      },
    ],
  };
}

export function ringRecord(ring: string, hosts: number, waves: number, at: string): RingRecord {
  return {
    ring,
    startedAt: at,
    firstSentAt: at,
    lastDoneAt: at,
    waves,
    hosts: Array.from({ length: hosts }, (_, place) => ({
      id: `i-${String(place).padStart(17, '0')}`,
      status: 'patched',
      wave: 1,
      words: '',
      exit: 0,
      sentAt: at,
      finishedAt: at,
      backAt: at,
      installed: 7,
      pendingReboot: 0,
      installFailed: 0,
      packages: [],
      rescanCommand: null,
      rescannedAt: at,
      lookedAt: at,
    })),
    stopped: null,
    rescanAt: at,
    lookDeadline: at,
    scan: null,
    looks: 1,
    alarms: [],
    verdict: {
      ring,
      verdict: 'pass',
      reasons: [{ row: 'passed', words: 'every signal is good' }],
      at,
      planned: hosts,
      patched: hosts,
      failed: 0,
      looked: hosts,
      restsOn: null,
    },
  };
}

function ringRun(name: string, hosts: number, waves: number): Shown['run']['rings'][number] {
  return {
    name,
    verdict: 'pass',
    reasons: ['every signal is good'],
    planned: hosts,
    patched: hosts,
    failed: 0,
    looked: hosts,
    waves,
  };
}

function mail(at: string, topic: string, subject: string): Shown['mails'][number] {
  return { at: Date.parse(at), topic, messageId: `m-${at}`, subject, body: `${subject}\n`, attributes: {} };
}
