import type { GroupPolicy } from '#domain/patch/policy.ts';

/** What holds where neither the group nor `defaults` says otherwise. */
export const BUILT_IN: Omit<GroupPolicy, 'name' | 'os' | 'rings'> = {
  mode: 'observe',
  reboot: 'RebootIfNeeded',
  replaced: 'list',
  baseline: {},
  gate: { minSample: 2, failures: 0, alarms: [], introduced: 0, coveragePercent: 80, looks: 3 },
  approvals: { before: [], expiresHours: 24, decide: 'link' },
  window: null,
  proofDays: 3,
  rescanMinutes: { EC2_SSM_AGENT_BASED: 60, EC2_INSPECTOR_AGENT_BASED: 240, EC2_AGENTLESS: 1560 },
  triggers: { schedule: null, timeZone: 'UTC', severities: [], exploitAvailable: false, minHours: 24 },
  waivers: [],
};
