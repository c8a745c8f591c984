/** `deploy` against a served rehearsal whose account would not take the deployment: said before anything is packaged. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { operator } from '#aws/operator.ts';
import { stageFault } from '#domain/campaign/stage-name.ts';
import { AwsRefused } from '#domain/errors.ts';
import type { Policy } from '#domain/policy.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { inMode, policyJson } from '#policy/policy-json.ts';
import type { Rehearsal } from '#rehearsal/api.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { checkStage } from '../../cli/account/check-stage.ts';
import { keptCalls } from '../../cli/deployment/kept-calls.ts';
import { refusals } from '../../cli/deployment/refusals.ts';
import { addedBy } from '../../cli/rehearse/added-by-policy.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'patchwright-refusals-'));
const GROUP = 'Web Servers';
const RUN = 'cli/deployment/run.ts'; // npm run deploy
const place = { stage: 'dev', account: '123456789012', region: 'eu-central-1' };
const wish = { classifications: ['Security'], severities: ['Critical'], approvedWithinDays: 3 };
const CORP = { name: 'corp-al2023', os: 'AMAZON_LINUX_2023', default: false, rules: [], approved: [], rejected: [] };

let rehearsal: Rehearsal;
let baselineId = '';
before(async () => {
  for (const name of readdirSync(root))
    if (/\.(yml|json)$/.test(name)) copyFileSync(join(root, name), join(folder, name));
    else if (!name.startsWith('.') && name !== 'out') symlinkSync(join(root, name), join(folder, name));
  const policy = policyWith({ AMAZON_LINUX_2023: wish }, GROUP, 'Taken');
  const policyFile = join(folder, 'deployed.json');
  writeFileSync(policyFile, policyJson(policy));
  const scenario = { ...scenarioOf('scheduled'), lambdaQuota: 10, baselines: [{ ...CORP, groups: ['Taken'] }] };
  rehearsal = await openRehearsal({
    startAt: Date.parse(scenario.start),
    policyFile,
    added: addedBy(policy, 'off'),
    world: (stage) => openWorld(scenario, stage),
  });
  for await (const { group, baseline } of asked().registrations.patchGroups())
    if (group === 'Taken') baselineId = baseline.id;
});
after(async () => {
  await rehearsal.close();
  rmSync(folder, { recursive: true });
});

/** Every refusal that the account gives, with the words of the person's terminal. */
const refused: [what: string, args: string[], policy: () => string, words: () => string[]][] = [
  [
    'a stage that no bucket can be called by',
    ['--stage', 'Prod_EU-CENTRAL'],
    () => policyText({}, 'Free'),
    () => [
      'stage Prod_EU-CENTRAL: no bucket can be called patchwright-Prod_EU-CENTRAL-evidence-<account-id>-eu-central-1: a stage has at most 16 small letters, digits and dashes there, the first and the last no dash. Remedy: --stage prod-eu-central',
    ],
  ],
  [
    'the same by osls itself, for a stage that it takes',
    ['--stage', 'Prod'],
    () => policyText({}, 'Free'),
    () => [
      'stage Prod: no bucket can be called patchwright-Prod-evidence-123456789012-eu-central-1: a stage has at most 16 small letters, digits and dashes there, the first and the last no dash. Remedy: --stage prod',
    ],
  ],
  [
    "a patch group whose OS is registered with somebody else's baseline",
    ['--stage', 'dev', '--param', 'mode=act'],
    () => policyText({ AMAZON_LINUX_2023: wish }, 'Taken'),
    () => [
      `Taken: AMAZON_LINUX_2023 is registered with ${baselineId} (corp-al2023), which is none of this stage's: SSM takes one baseline for each OS of a patch group. Remedy: aws ssm deregister-patch-baseline-for-patch-group --baseline-id ${baselineId} --patch-group=Taken --region eu-central-1; or take AMAZON_LINUX_2023 out of groups.Taken.baseline`,
    ],
  ],
  [
    'a second acting stage over a group of this one',
    ['--stage', 'prod', '--param', 'mode=act'],
    () => policyText({}, GROUP, 'Free'),
    () => [
      `${GROUP}: the stage dev acts on this patch group: two stages would patch the same hosts. Remedy: deploy dev to observe first (npm run deploy -- --stage dev --region eu-central-1), or take the group out of its policy or out of this one`,
    ],
  ],
  [
    'calls kept for the page, of an account whose Lambda quota is 10',
    ['--stage', 'dev', '--param', 'page=5'],
    () => policyText({}, 'Free'),
    () => [
      '--param page=5: Lambda runs 10 calls at a time for this account in eu-central-1, and 10 of them must stay unreserved: 0 may be kept. Remedy: leave it out, or ask for a higher quota (aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000 --region eu-central-1)',
    ],
  ],
  [
    'trap 35: words of a baseline wish that SSM does not know for the OS',
    ['--stage', 'dev'],
    () =>
      policyText(
        { AMAZON_LINUX_2023: { ...wish, classifications: ['SecurityUpdates'], severities: ['critical'] } },
        'Free',
      ),
    () => [
      'Free: baseline.AMAZON_LINUX_2023.classifications: SecurityUpdates is no word that SSM has there, and approves nothing. Remedy: write one of Bugfix, Enhancement, Newpackage, Recommended, Security',
      'Free: baseline.AMAZON_LINUX_2023.severities: critical is no word that SSM has there, and approves nothing. Remedy: did you mean Critical? It has Critical, Important, Low, Medium',
    ],
  ],
];
for (const [what, args, text, words] of refused)
  test(`deploy is refused: ${what}`, async () => {
    writeFileSync(join(folder, 'policy.yml'), text());
    const earlier = new Map(rehearsal.callsByCaller);
    const { code, text: said } = await deploy(args, what.includes('osls') ? 'node_modules/.bin/osls' : RUN);
    assert.equal(code, 1, said);
    for (const line of [...words(), 'Nothing was packaged or changed.']) assert.ok(said.includes(line), said);
    assert.doesNotMatch(said, /\n {4}at |Packaging/);
    // osls leaves the checker of its own configuration there; what is packaged is zips and templates
    const made = readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('.serverless'));
    assert.deepEqual(
      made.filter((name) => /\.(zip|json)$/.test(String(name))),
      [],
      'nothing was packaged',
    );
    const calls = [...rehearsal.callsByCaller]
      .filter(([key, times]) => times > (earlier.get(key) ?? 0))
      .map(([key]) => key);
    assert.deepEqual(
      calls.filter((key) => !/^outside\|(sts|cloudformation|ssm|dynamodb|lambda)\.(Get|Describe|Query)/.test(key)),
      [],
    );
  });

describe('the list that deploy and check share', () => {
  test('has nothing to say of a policy that the account takes', async () => {
    assert.deepEqual(
      await checkStage(policyWith({ AMAZON_LINUX_2023: wish }, GROUP), place, asked().registrations),
      [],
    );
  });

  test('observing, what somebody else registered is told and is not in the way; nor is a stage that acts', async () => {
    const policy = inMode(policyWith({ AMAZON_LINUX_2023: wish }, GROUP, 'Taken'), 'observe');
    const lines = await refusals(policy, { ...place, stage: 'prod' }, asked(), null);
    assert.deepEqual(
      lines.map((line) => line.replace(/ Remedy: .*/, '')),
      [
        `Web Servers: AMAZON_LINUX_2023 is registered with ${await idOf(GROUP)} (patchwright-dev-Web-Servers--b2cbd437-amazon-linux-2023), which is none of this stage's: it stays while the group is only observed, and is in the way of mode=act.`,
        `Taken: AMAZON_LINUX_2023 is registered with ${baselineId} (corp-al2023), which is none of this stage's: it stays while the group is only observed, and is in the way of mode=act.`,
      ],
    );
  });

  test('goes on where AWS does not answer, and says what was not looked at', async () => {
    const acting = () => Promise.reject(new AwsRefused('ssm:GetParametersByPath: AccessDeniedException: no'));
    const silent = { ...asked(), registrations: { ...asked().registrations, acting } };
    assert.deepEqual(await refusals(policyWith({}, GROUP), place, silent, null), [
      'Not looked at: acting stages: ssm:GetParametersByPath: AccessDeniedException: no. Remedy: allow the caller this action; patchwright check lists all',
    ]);
  });

  test('calls for the page: as many as Lambda would keep, with those that an earlier deployment of ours keeps', async () => {
    const rows: [all: number, unreserved: number, own: number, page: number | null, remedy: RegExp | null][] = [
      [10, 10, 0, null, null],
      [10, 10, 0, 1, /^leave it out, or/],
      [100, 100, 0, 1, /^leave it out, or/],
      [103, 103, 0, 3, null],
      [103, 103, 0, 5, /^--param page=3, or/],
      [1000, 1000, 0, 5, null],
      [1000, 100, 0, 5, /^leave it out, or/], // other functions keep the rest
      [1000, 100, 5, 5, null], // ours, deployed again
      [1000, 100, 5, 6, /^--param page=5, or/],
    ];
    for (const [all, unreserved, own, page, remedy] of rows) {
      const concurrency = { account: async () => ({ all, unreserved }), keptFor: async () => own };
      const [line] = await keptCalls(page, place, concurrency);
      if (remedy) assert.match(line?.remedy ?? '', remedy, `${all} ${unreserved} ${own} ${page}`);
      else assert.equal(line, undefined, `${all} ${unreserved} ${own} ${page}`);
    }
  });

  test('debian and any word (*) ask for no words', async () => {
    const policy = policyWith(
      { DEBIAN: { ...wish, classifications: ['x'] }, AMAZON_LINUX_2023: { ...wish, severities: ['*'] } },
      'Free',
    );
    assert.deepEqual(await checkStage(policy, place, asked().registrations), []);
  });

  test('a stage fits its Region: the longest that does, and one letter more', () => {
    for (const region of ['eu-central-1', 'ap-southeast-1', 'us-gov-west-1']) {
      const room = 63 - `patchwright--evidence-123456789012-${region}`.length;
      assert.equal(stageFault('s'.repeat(room), '123456789012', region), null);
      assert.equal(stageFault('s'.repeat(room + 1), '123456789012', region)?.instead, 's'.repeat(room));
    }
    for (const bad of ['Prod', 'a_b', 'a.b', '-a', 'a-', ''])
      assert.ok(stageFault(bad, '123456789012', 'eu-central-1'), bad);
  });
});

function asked() {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return operator({ region: 'eu-central-1', endpoint: rehearsal.endpoint, credentials } as { region: string });
}

async function idOf(wanted: string): Promise<string> {
  for await (const { group, baseline } of asked().registrations.patchGroups()) if (group === wanted) return baseline.id;
  throw new Error(`${wanted} is not registered`);
}

function policyText(baseline: object, ...groups: string[]): string {
  const settings = {
    mode: 'act',
    os: ['AMAZON_LINUX_2023', 'DEBIAN'],
    rings: [{ name: 'canary', tag: { Ring: 'canary' }, atOnce: 1, soakMinutes: 60 }],
    baseline,
  };
  return stringify({ version: 1, groups: Object.fromEntries(groups.map((name) => [name, settings])) });
}

function policyWith(baseline: object, ...groups: string[]): Policy {
  const file = join(folder, 'own.yml');
  writeFileSync(file, policyText(baseline, ...groups));
  return loadPolicy(file);
}

function deploy(args: string[], by: string): Promise<{ code: number; text: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: rehearsal.endpoint,
    SLS_TELEMETRY_DISABLED: '1',
  };
  const child = spawn(process.execPath, [join(root, by), 'deploy', ...args], {
    cwd: folder,
    env,
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, text })));
}
