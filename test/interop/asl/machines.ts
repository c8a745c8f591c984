/** Our own two machines, on paths that their functions' answers choose. Waits are of a second. */
import { readFileSync } from 'node:fs';
import type { Definition } from './definitions.ts';
import type { Act } from './functions.ts';
import { ACCOUNT, arnOf, REGION } from './place.ts';

const says = (...answers: object[]): Act[] => answers.map((answer) => ({ answer }));
const unavailable: Act = { error: ['Lambda.ServiceException', 'try again'] };

const RING = {
  RecheckRing: says({ decision: 'Checked' }),
  SendWave: says({ decision: 'Wait', waitSeconds: 1 }, { decision: 'Sent', waitSeconds: 1 }, { decision: 'NoMore' }),
  CheckWave: says({ decision: 'AtWork', waitSeconds: 1 }, { decision: 'Done' }),
  AskRescan: says({ decision: 'Asked' }),
  ScanPatches: says({ decision: 'Scanning', waitSeconds: 1, soakSeconds: 1 }),
  CheckScan: says({ decision: 'AtWork', waitSeconds: 1 }, { decision: 'Done' }),
  CheckLooks: says({ decision: 'Waiting', waitSeconds: 1 }, { decision: 'Looked' }),
  JudgeRing: says({ decision: 'Decided', verdict: 'pass', outcome: 'Completed', why: [] }),
};
const OPENED = {
  OpenCampaign: says({ decision: 'Opened' }),
  ScanPatches: says({ decision: 'Scanning', waitSeconds: 1 }),
  CheckScan: says({ decision: 'Done' }),
  SurveyBefore: says({ decision: 'More' }, { decision: 'Done' }),
  CheckBaselines: says({ decision: 'Checked' }),
  SurveyAfter: says({ decision: 'More' }, { decision: 'Done' }),
  CloseCampaign: says({ outcome: 'as the campaign machine says', decision: 'Closed' }),
};
const planned = says({ decision: 'Planned', why: [] });
const ring = (decision: string, more: object = {}) => ({
  decision,
  ring: 'canary',
  execution: 'THIS-canary',
  approvalSeconds: 9,
  outcome: 'Completed',
  why: [],
  ...more,
});
const ask = (...send: NonNullable<Act['send']>) => [{ send }];
const recorded = (decision: string) => says({ decision, why: [decision] });

/** By execution, then by function; the ring's functions are found under the campaign's name too. */
const PATHS: Record<string, Record<string, Act[]>> = {
  'campaign-completed': {
    ...RING,
    ...OPENED,
    MakePlan: planned,
    NextRing: says(ring('Ring'), ring('Done')),
    ScanPatches: says({ decision: 'Scanning', waitSeconds: 1, soakSeconds: 1 }),
  },
  'campaign-coalesced': { OpenCampaign: says({ decision: 'Coalesced', why: ['the lease is held'] }) },
  'campaign-nothing': { ...OPENED, MakePlan: says({ decision: 'Nothing', why: ['all at level'] }) },
  'campaign-approved': {
    ...RING,
    ...OPENED,
    MakePlan: planned,
    NextRing: says(ring('Approval'), ring('Done')),
    AskApproval: ask({ after: 1, success: { decision: 'yes' } }),
    RecordApproval: recorded('Approved'),
    ScanPatches: says({ decision: 'Scanning', waitSeconds: 1, soakSeconds: 1 }),
  },
  'campaign-silence': {
    ...OPENED,
    MakePlan: planned,
    NextRing: says(ring('Approval', { approvalSeconds: 2 })),
    AskApproval: ask(),
    RecordApproval: recorded('Denied'),
  },
  'campaign-halted': {
    ...RING,
    ...OPENED,
    MakePlan: planned,
    NextRing: says(ring('Ring')),
    JudgeRing: says({ decision: 'Decided', verdict: 'fail', outcome: 'Halted', why: ['two hosts failed'] }),
    ScanPatches: says({ decision: 'Scanning', waitSeconds: 1, soakSeconds: 1 }),
  },
  'campaign-lost': { ...OPENED, MakePlan: [{ error: ['PlanImpossible', 'nothing fits'] }] },
  'ring-passed': { ...RING, SendWave: [unavailable, ...RING.SendWave] },
  'ring-without-rescan': {
    ...RING,
    AskRescan: says({ decision: 'NotNeeded' }),
    JudgeRing: says(
      { decision: 'Later', waitSeconds: 1 },
      { decision: 'Decided', verdict: 'inconclusive', outcome: 'Halted', why: ['x'] },
    ),
  },
};
/** The execution of a ring has its campaign's name before the ring's. */
export const SCRIPTS: typeof PATHS = Object.fromEntries(
  Object.entries(PATHS).map(([name, acts]) => [name, JSON.parse(JSON.stringify(acts).replaceAll('THIS', name))]),
);

const campaign = read('patch-campaign');
const patchRing = read('patch-ring');

/** One machine for each path, since an execution has its campaign's name. */
export const MACHINES: Definition[] = [
  { name: 'patch-ring', definition: patchRing, input: {}, run: false },
  ...Object.keys(PATHS).map((name) => {
    const trigger = { contract: 1, group: 'web', trigger: { kind: 'schedule' } };
    const input = name.startsWith('ring-') ? { contract: 1, campaign: name, group: 'web', ring: 'canary' } : trigger;
    return { name, definition: name.startsWith('ring-') ? patchRing : campaign, input };
  }),
];

/** Retries without jitter and with short delays: what is compared must take no minutes. */
function read(name: string): object {
  const text = readFileSync(new URL(`../../../statemachines/${name}.asl.json`, import.meta.url), 'utf8')
    .replaceAll(/\$\{(\w+)FunctionArn\}/g, `arn:aws:lambda:${REGION}:${ACCOUNT}:function:$1`)
    .replaceAll(/\$\{PatchRingMachineArn\}/g, arnOf('patch-ring'));
  return JSON.parse(text, (key, value) => (key === 'IntervalSeconds' ? 1 : key === 'JitterStrategy' ? 'NONE' : value));
}
