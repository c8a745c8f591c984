/** Runs the page in a folder: `node test/interop/first-day/run.ts FOLDER`. Wants the AWS CLI 1 in the path. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differs, page, partsOf } from './page.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MAIN = join(ROOT, 'cli/main.ts');
const [folder = '.'] = process.argv.slice(2);
const policyFile = join(folder, 'policy.yml');
const observing = join(folder, 'observing.yml');
const scenarioFile = join(folder, 'scenario.yml');

/** Of the rehearsals of the page: when they start, how fast they go, by which policy. */
const REHEARSALS: Record<string, { start: string; clock: string; policy: string }> = {
  observe: { start: '10:00:00', clock: 'virtual', policy: observing },
  // Fifteen seconds before the schedule's minute: a slow machine has to resume by then, or it meets the next day's campaign and advisories.
  act: { start: '13:15:00', clock: 'x300', policy: policyFile },
  'act, in real time': { start: '16:00:00', clock: 'real', policy: policyFile },
};

const servers: ChildProcess[] = [];
const shell = spawn('bash', ['--norc'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
shell.stdin.write(`patchwright() { node ${MAIN} "$@"; }
export AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_PAGER= COLUMNS=80\n`);

/** What the shell prints until it is done. Variables stay for the commands that follow. */
function ask(commands: string): Promise<string[]> {
  return new Promise((done, failed) => {
    let text = '';
    const over = setTimeout(() => failed(new Error(`not over after ten minutes:\n${commands}`)), 600_000);
    const listen = (part: Buffer) => {
      text += part;
      if (!text.endsWith('\nDONE\n')) return;
      clearTimeout(over);
      shell.stdout.off('data', listen);
      const lines = text.slice(0, -'\nDONE\n'.length).split('\n');
      while (lines.at(-1) === '') lines.pop();
      done(lines.map((line) => line.trimEnd()));
    };
    shell.stdout.on('data', listen);
    shell.stdin.write(`${commands}\nprintf '\\nDONE\\n'\n`);
  });
}

async function serve(name: string): Promise<void> {
  const given = REHEARSALS[name];
  if (!given) throw new Error(`no rehearsal is called ${name}`);
  for (const before of servers.splice(0)) before.kill();
  const scenario = readFileSync(join(ROOT, 'test/interop/first-day/scenario.yml'), 'utf8');
  const placed = scenario.replace('T10:00:00Z', `T${given.start}Z`).replace('../../..', ROOT.replace(/\/$/, ''));
  writeFileSync(scenarioFile, placed);
  const args = [MAIN, 'serve', '--port', '0', '--region', 'eu-central-1', '--clock', given.clock];
  const serving = spawn(process.execPath, [...args, '--scenario', scenarioFile, '--policy', given.policy]);
  servers.push(serving);
  const endpoint = await new Promise<string>((done, failed) => {
    let text = '';
    serving.once('exit', () => failed(new Error(`the rehearsal ${name} ended: ${text}`)));
    for (const stream of [serving.stdout, serving.stderr])
      stream.on('data', (part: Buffer) => {
        if (text.length < 10_000) text += part;
        const found = /^patchwright serves (\S+)$/m.exec(text)?.[1];
        if (found) done(found);
      });
  });
  // After a first deployment the switch was never set: a served rehearsal is handed over with it on.
  await ask(`export AWS_ENDPOINT_URL=${endpoint}; ${name.endsWith('time') ? ':' : 'patchwright stop >/dev/null'}`);
}

let ran = 0;
let wrong = 0;
const parts = partsOf(page());
for (const part of parts) {
  if (part.kind !== 'policy') continue;
  writeFileSync(policyFile, part.text);
  writeFileSync(observing, part.text.replace('mode: act', 'mode: observe')); // as the deployment without --param does
}
try {
  for (const part of parts) {
    if (part.kind === 'rehearsal') await serve(part.text);
    if (part.kind !== 'commands') continue;
    const answer = await ask(part.text);
    const difference = differs(answer, part.answer);
    ran += 1;
    if (difference !== null) wrong += 1;
    process.stdout.write(
      difference === null
        ? `step ${part.step}: as printed\n`
        : `step ${part.step}: DIFFERS: ${difference}\n${answer.map((line) => `  | ${line}\n`).join('')}`,
    );
  }
} finally {
  for (const last of servers) last.kill();
  shell.stdin.end();
}
const account = parts.filter(({ kind }) => kind === 'account').length;
process.stdout.write(
  `first day: ${ran - wrong} of ${ran} blocks of commands answer as printed; ${account} are for an account\n`,
);
process.exitCode = wrong ? 1 : 0;
