import { linkHash } from '#domain/campaign/approval-link.ts';
import type { Approval } from '#domain/campaign/records.ts';
import type { Question } from '#domain/patch/question.ts';
import { noCounts } from '#domain/severity.ts';

export const ASKED = '2024-09-01T00:24:00.000Z';
export const SOON = '2024-09-01T08:00:00.000Z';
export const LATE = '2024-09-02T00:24:00.001Z';
export const SECRET = 'A'.repeat(43);
export const SCOPE = `dea84c${'0'.repeat(58)}`;

export function anApproval(change: Partial<Approval> = {}): Approval {
  const asked: Approval = {
    campaign: 'web-1',
    group: 'web',
    ring: 'fleet',
    scopeHash: SCOPE,
    askedAt: ASKED,
    expiresAt: '2024-09-02T00:24:00.000Z',
    decide: 'link',
    linkHash: null,
    taskToken: 'token',
    decision: null,
    by: null,
    decidedAt: null,
  };
  return { ...asked, linkHash: linkHash(asked, SECRET), ...change };
}

export function aQuestion(change: Partial<Question> = {}): Question {
  return {
    version: 1,
    campaign: 'web-1',
    group: 'web',
    ring: 'fleet',
    scopeHash: SCOPE,
    askedAt: ASKED,
    expiresAt: '2024-09-02T00:24:00.000Z',
    decide: 'link',
    hosts: [{ id: 'i-1', os: 'DEBIAN', zone: 'eu-central-1a', wave: 1, expected: 2 }],
    hostCount: 1,
    oses: [{ name: 'DEBIAN', hosts: 1 }],
    zones: [{ name: 'eu-central-1a', hosts: 1 }],
    waves: 1,
    atOnce: 4,
    errors: 2,
    soakMinutes: 60,
    last: true,
    reboot: 'RebootIfNeeded',
    window: null,
    proofUntil: null,
    alarms: ['web-5xx'],
    fixes: { ...noCounts(), CRITICAL: 1, HIGH: 1, total: 2 },
    exploitedFixes: 1,
    vulnerabilities: [
      { id: 'CVE-2024-2', severity: 'HIGH', exploited: true, hosts: 1 },
      { id: 'CVE-2024-1', severity: 'CRITICAL', exploited: false, hosts: 1 },
    ],
    vulnerabilityCount: 2,
    remains: [{ reason: 'no-fix', findings: { ...noCounts(), LOW: 3, total: 3 }, words: 'No fixed version of curl.' }],
    exploitedRemains: 0,
    left: [{ id: 'i-9', ring: 'fleet', why: 'stopped', words: 'i-9 is stopped.' }],
    leftCount: 1,
    before: [
      {
        verdict: {
          ring: 'canary',
          verdict: 'pass',
          reasons: [{ row: 'sample', words: '3 of 3 patched and looked at' }],
          at: ASKED,
          planned: 3,
          patched: 3,
          failed: 0,
          looked: 3,
          restsOn: null,
        },
        installed: 27,
        pendingReboot: 0,
      },
    ],
    warnings: ['A waiver expired.'],
    place: 's3://evidence/web/web-1/',
    flags: '--stage dev --region eu-central-1',
    ...change,
  };
}
