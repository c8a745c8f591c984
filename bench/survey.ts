/**
 * The first survey of 2,000 hosts with 100,000 findings at 25 a page, each call in a process of its own, which is killed as soon as a
 * part is written, and again half-way through the next: peak memory, calls beside the least, and what was read twice.
 * `node bench/survey.ts [hosts]`, by default 2000.
 */
import { fork } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { policyJson } from '#policy/policy-json.ts';
import { fleetFromSeed } from '#rehearsal/fleet/from-seed.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { addedBy } from '../cli/rehearse/added-by-policy.ts';
import { policyFor } from '../cli/rehearse/policy-for.ts';

const hosts = Number(process.argv[2] ?? 2000);
const PAGE = 25;
const LIST = 'inspector2.ListFindings';
const MEMORY_MIB = 512;
const GROUP = 'web';
const CAMPAIGN = 'web-20240831T200000Z';
const CALL = fileURLToPath(new URL('survey-call.ts', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const scenario = {
  ...fleetFromSeed({
    hosts,
    canaries: Math.max(2, Math.round(hosts / 50)),
    seed: 1,
    data: `${root}scenarios/data/debian12-advisories.json`,
  }),
  findingsPerPage: PAGE,
};
const rings = { rings: [ring('canary'), ring('fleet')] };
const policy = policyFor(join(root, 'policy.yml'), GROUP, rings, 'bench');

type Kills = 'never' | 'after each part' | 'after each part, and half-way through the next';

interface Pass {
  kills: number;
  calls: number;
  peakMib: number;
  made: Map<string, number>; // call → times
  twice: Map<string, number>; // call → requests that were made again
  beyond: number; // of them, those that no part at hand explains
  files: Map<string, Uint8Array>;
}

const calm = await pass('never');
const surveyed = [...calm.files].flatMap(([key, bytes]) =>
  /before\/[\w-]+\.jsonl\.gz$/.test(key) ? lines(bytes).map((host) => host.findings.length) : [],
);
const findings = surveyed.reduce((sum, many) => sum + many, 0);
print('hosts, findings, findings a page', `${surveyed.length}, ${findings}, ${PAGE}`);
let failed = false;
for (const [kills, made] of [
  ['never', calm],
  ['after each part', await pass('after each part')],
  ['after each part, and half-way through the next', await pass('after each part, and half-way through the next')],
] as [Kills, Pass][])
  report(kills, made);
process.exitCode = failed ? 1 : 0;

function report(kills: Kills, made: Pass): void {
  console.log(`\nkilled ${kills}`);
  print('  calls of the function, killed', `${made.calls}, ${made.kills}`);
  print('  peak memory of a call, MiB', `${made.peakMib} of ${MEMORY_MIB}`);
  for (const [call, times] of made.made) {
    const least = calm.made.get(call) ?? 0;
    print(
      `  ${call}`,
      `${times}, the least ${call === LIST ? leastPages() : least}, again ${made.twice.get(call) ?? 0}`,
    );
  }
  const same = [...calm.files].every(([key, bytes]) =>
    Buffer.from(bytes).equals(made.files.get(key) ?? new Uint8Array()),
  );
  print('  read again beyond the part at hand', made.beyond);
  print('  files are those of a survey that nobody kills', same ? 'yes' : 'NO');
  failed ||= !same || made.beyond > 0 || made.peakMib >= MEMORY_MIB;
}

/** Ten ids a filter, in the order of the files. */
function leastPages(): number {
  let pages = 0;
  for (const [key, bytes] of calm.files) {
    if (!/before\/[\w-]+\.jsonl\.gz$/.test(key)) continue;
    const counts = lines(bytes).map((host) => host.findings.length);
    for (let from = 0; from < counts.length; from += 10)
      pages += Math.max(1, Math.ceil(counts.slice(from, from + 10).reduce((sum, many) => sum + many, 0) / PAGE));
  }
  return pages;
}

/** A rehearsal up to its first survey, whose calls are processes outside; time stands still meanwhile. */
async function pass(kills: Kills): Promise<Pass> {
  const place = mkdtempSync(join(tmpdir(), 'patchwright-survey-'));
  const policyFile = join(place, 'policy.json');
  writeFileSync(policyFile, policyJson(policy));
  const rehearsal = await openRehearsal({
    startAt: Date.parse(scenario.start),
    policyFile,
    world: (stage) => openWorld(scenario, stage),
    faults: [{ do: 'hang', function: 'surveyBefore', times: 99 }],
    added: addedBy(policy, 'off'),
  });
  const made: Pass = { kills: 0, calls: 0, peakMib: 0, made: new Map(), twice: new Map(), beyond: 0, files: new Map() };
  const watch = watching(made);
  try {
    const trigger = { kind: 'person' as const, id: 'bench', at: scenario.start, by: 'bench' };
    rehearsal.start('campaign', CAMPAIGN, { contract: 1, group: GROUP, trigger });
    await rehearsal.run(() => rehearsal.executions().some(({ states }) => states.includes('SurveyBefore')));
    subscribe('rehearsal:answered', watch.listen);
    for (let decision: string | null = null; decision !== 'Done'; made.calls++) {
      const half = kills.includes('half-way') && made.calls % 2 === 1;
      decision = await call(
        { ...rehearsal.env, AWS_ENDPOINT_URL: rehearsal.endpoint, AWS_REGION: rehearsal.region },
        rehearsal.account,
        made,
        (die) => watch.until(kills === 'never' ? 'never' : half ? 'half-way' : 'part', die),
      );
      if (decision === null) made.kills += 1;
    }
    for (const [key, bytes] of rehearsal.evidence())
      if (/\/before\/.*\.jsonl\.gz$/.test(key)) made.files.set(key, bytes);
    return made;
  } finally {
    unsubscribe('rehearsal:answered', watch.listen);
    await rehearsal.close();
    rmSync(place, { recursive: true });
  }
}

/** What the function says, or null where it was killed. */
function call(env: Record<string, string>, account: string, made: Pass, kill: (die: () => void) => void) {
  const child = fork(CALL, [CAMPAIGN, GROUP], {
    execArgv: [`--max-old-space-size=${MEMORY_MIB - 64}`],
    env: { ...process.env, ...env, AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: 'none' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let decision: string | null = null;
  let isKilled = false;
  const keepPeak = (kib: number) => {
    made.peakMib = Math.max(made.peakMib, Math.round(kib / 1024));
  };
  child.on('message', (told: { decision: string; peakKib: number }) => {
    decision = told.decision;
    keepPeak(told.peakKib);
  });
  kill(() => {
    keepPeak(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
    isKilled = child.kill('SIGKILL');
  });
  return new Promise<string | null>((resolve, reject) =>
    child.on('exit', (code) =>
      code === 0 || isKilled ? resolve(decision) : reject(new Error(`the function ended with ${code}`)),
    ),
  );
}

/** Counts what the processes ask, and says when one has to die. */
function watching(made: Pass) {
  const asked = new Map<string, number>(); // request → parts that were written when it was first made
  let parts = 0;
  let lists = 0;
  let at: 'never' | 'part' | 'half-way' = 'never';
  let die: (() => void) | null = null;
  const kill = () => {
    const now = die;
    die = null;
    now?.();
  };
  return {
    until(moment: typeof at, how: () => void) {
      at = moment;
      die = how;
      lists = 0;
    },
    listen(message: unknown) {
      const { caller, call: name, input } = message as { caller: string; call: string; input: { Key?: string } };
      if (caller !== 'outside') return;
      if (name === 's3.PutObject' && input.Key?.endsWith('.jsonl.gz')) {
        parts += 1;
        if (at === 'part') kill();
      }
      if (!/^(inspector2\.List|ssm\.|ec2\.)/.test(name)) return;
      made.made.set(name, (made.made.get(name) ?? 0) + 1);
      const request = `${name} ${JSON.stringify(input)}`;
      const first = asked.get(request);
      if (first === undefined) asked.set(request, parts);
      else {
        made.twice.set(name, (made.twice.get(name) ?? 0) + 1);
        if (first !== parts) made.beyond += 1;
      }
      if (name === LIST && at === 'half-way' && ++lists === 80) kill();
    },
  };
}

function lines(bytes: Uint8Array): { findings: unknown[] }[] {
  const text = gunzipSync(bytes).toString();
  return text.split('\n').flatMap((row) => (row ? [JSON.parse(row) as { findings: unknown[] }] : []));
}

function ring(name: string) {
  return { name, tag: { Ring: name }, atOnce: 50, errors: 2, soakMinutes: 60 };
}

function print(name: string, value: string | number): void {
  console.log(`${name.padEnd(48)} ${value}`);
}
