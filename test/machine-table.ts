/**
 * What both machines have to be, state by state, and what in them is not: one table, since a wrong name in one of fifty Retry
 * lists fails no linter and no rehearsal. Lambda's error names: Step Functions Developer Guide, "Handle transient Lambda service
 * exceptions" and "Error names".
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { LONGEST_MINUTES } from '#domain/patch/host-progress.ts';
import { FIRST_WINDOW_DAYS } from '#domain/patch/may-send.ts';
import type { ScanMode } from '#domain/patch/model.ts';
import { readFunctions } from '#stack/functions-file.ts';

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: string;
}

export interface State {
  Type: string;
  Resource?: string;
  Arguments?: { FunctionName?: string };
  TimeoutSeconds?: number | string;
  Retry?: Retrier[];
  Catch?: { ErrorEquals: string[]; Output?: unknown; Next: string }[];
  Choices?: { Condition: string; Next: string }[];
  Default?: string;
  Next?: string;
}

export interface Machine {
  TimeoutSeconds?: number;
  States: Record<string, State>;
}

export type Machines = Record<'campaign' | 'patch-ring', Machine>;

const INVOKE = 'arn:aws:states:::lambda:invoke';

/** A Lambda that did not answer, or not in time. `Sandbox.Timedout` is its own timeout in newer runtimes, `Lambda.Unknown` in older ones. */
const UNANSWERED = [
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'AwsUnavailable',
];

/** The errors that a Task tries again. `States.Timeout`: its answer was lost. Of a question it is silence, of a ring its own end. */
const LAMBDA_TASK = [...UNANSWERED, 'States.Timeout'];
const OTHER_TASKS: Record<string, string[]> = {
  AskApproval: UNANSWERED,
  PatchRing: [
    'StepFunctions.ExecutionLimitExceeded',
    'StepFunctions.ExecutionLimitExceededException',
    'StepFunctions.AWSStepFunctionsException',
    'StepFunctions.ThrottlingException',
    'StepFunctions.SdkClientException',
  ],
};

const PACE: Omit<Retrier, 'ErrorEquals'> = {
  IntervalSeconds: 5,
  MaxAttempts: 8,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
};

/** Where a Choice goes on a word that nobody expects: never to hosts, never past something that has not ended. */
const SAFE: Record<keyof Machines, Record<string, string>> = {
  campaign: {
    'Opened?': 'Coalesced',
    'ScanDone?': 'AwaitScan',
    'Surveyed?': 'SurveyBefore',
    'Planned?': 'CloseCampaign',
    'RingNext?': 'SurveyAfter',
    'Approved?': 'SurveyAfter',
    'RingPassed?': 'SurveyAfter',
    'SurveyedAgain?': 'SurveyAfter',
  },
  'patch-ring': {
    'WaveSent?': 'AskRescan',
    'WaveDone?': 'AwaitWave',
    'RescanAsked?': 'JudgeRing',
    'ScanDone?': 'AwaitScan',
    'Looked?': 'AwaitLooks',
    'Decided?': 'AwaitLooks',
  },
};

/** One: silence is an answer. Whatever else ends badly ends the execution, which the sweeper sees. */
const CAUGHT: Record<string, State['Catch']> = {
  AskApproval: [{ ErrorEquals: ['States.Timeout'], Output: { decision: 'silence' }, Next: 'RecordApproval' }],
};

/** Above a function's own timeout, so that no attempt begins while the one before may still be at work. */
const ABOVE_FUNCTION_SECONDS = 30;
const ABOVE_RING_SECONDS = 600;

interface Schema {
  maximum?: number;
  properties?: Record<string, Schema>;
  items?: Schema;
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

export function machines(): Machines {
  const of = (name: string): Machine => JSON.parse(read(`statemachines/${name}.asl.json`));
  return { campaign: of('patch-campaign'), 'patch-ring': of('patch-ring') };
}

export function faults(given: Machines): string[] {
  const found: string[] = [];
  for (const name of ['campaign', 'patch-ring'] as const) {
    const { States, TimeoutSeconds = 0 } = given[name];
    if (TimeoutSeconds < LEAST_SECONDS[name])
      found.push(`${name} ends after ${TimeoutSeconds} s; policy.yml can ask for ${LEAST_SECONDS[name]}`);
    for (const [state, is] of Object.entries(States)) {
      const say = (what: string, has: unknown, must: unknown) => {
        if (!isDeepStrictEqual(has, must))
          found.push(`${name}, ${state}: ${what} is ${JSON.stringify(has)}, and has to be ${JSON.stringify(must)}`);
      };
      say('Catch', is.Catch, CAUGHT[state]);
      say('Default', is.Default, SAFE[name][state]);
      if (is.Type !== 'Task') continue;
      say('Retry', is.Retry, [{ ErrorEquals: OTHER_TASKS[state] ?? LAMBDA_TASK, ...PACE }]);
      say('TimeoutSeconds', is.TimeoutSeconds, secondsFor(state, is, given));
    }
    for (const choice of Object.keys(SAFE[name]))
      if (!States[choice]) found.push(`${name} has no ${choice}, which the table has`);
  }
  return found;
}

function secondsFor(name: string, { Resource, Arguments }: State, given: Machines) {
  if (name === 'PatchRing') return (given['patch-ring'].TimeoutSeconds ?? 0) + ABOVE_RING_SECONDS;
  if (Resource !== INVOKE) return '{% $approvalSeconds %}';
  const called = /^\$\{(\w+)FunctionArn\}$/.exec(Arguments?.FunctionName ?? '')?.[1] ?? '';
  const { timeout = Number.NaN } = FUNCTIONS[called.charAt(0).toLowerCase() + called.slice(1)] ?? {};
  return timeout + ABOVE_FUNCTION_SECONDS;
}

const FUNCTIONS = readFunctions(fileURLToPath(new URL('../stack/functions.yml', import.meta.url)));

/**
 * The longest that a campaign may take by policy.schema.json. A ring waits for its first window, sends until the proof is too old,
 * lets the last wave end, scans, soaks (the re-scan runs meanwhile) and is looked at again. Before the canary a person may be asked;
 * later rings are bounded by the proof with everything between them.
 */
function leastSeconds(): Record<keyof Machines, number> {
  const day = 1440;
  const scan = 60;
  const soak = Math.max(most('rings', 'soakMinutes'), ...SCAN_MODES.map((mode) => most('rescanMinutes', mode)));
  const looks = most('gate', 'looks') * 15;
  const retries = day; // of all its tasks together
  const ring = (FIRST_WINDOW_DAYS + most('proofDays')) * day + LONGEST_MINUTES + scan + soak + looks + retries;
  const surveys = 2 * day;
  return { 'patch-ring': ring * 60, campaign: (ring + scan + surveys + most('approvals', 'expiresHours') * 60) * 60 };
}

const SCAN_MODES = ['EC2_SSM_AGENT_BASED', 'EC2_INSPECTOR_AGENT_BASED', 'EC2_AGENTLESS'] as const satisfies ScanMode[];

/** The largest number that policy.yml takes for a setting. */
function most(...names: string[]): number {
  const { properties }: Schema = JSON.parse(read('policy.schema.json'));
  let at = properties?.defaults;
  for (const name of names) at = at?.properties?.[name] ?? at?.items?.properties?.[name];
  if (at?.maximum === undefined) throw new Error(`policy.schema.json has no maximum of ${names.join('.')}`);
  return at.maximum;
}

const LEAST_SECONDS = leastSeconds();
