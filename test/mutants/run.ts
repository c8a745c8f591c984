/**
 * Plants each mistake of house.json, one at a time, in a copy of the tree, runs the test that is to see it, and demands red:
 * `npm run test:mutants [words of the promise …]`. First every test has to be green where nothing is planted.
 */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutants, planted } from './house.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A test that hangs is not one that fails: it has to have a time-out of its own, shorter than this. */
const HANGS_SECONDS = 120;

interface Run {
  passed: number;
  failed: number;
  hangs: boolean;
}

/** The files of the tree as they lie there, in a folder that goes afterwards. */
function copied(): string {
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-mutants-'));
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  for (const file of execFileSync('git', listed, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    cpSync(join(ROOT, file), join(directory, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

function run(directory: string, { test, name }: Pick<Mutant, 'test' | 'name'>): Promise<Run> {
  const pattern = name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const args = ['--test', '--test-reporter=tap', `--test-name-pattern=${pattern}`, test];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // else a run inside a run says nothing
  return new Promise((done) => {
    const options = { cwd: directory, env, timeout: HANGS_SECONDS * 1000, killSignal: 'SIGKILL' as const };
    execFile(process.execPath, args, options, (error, out) => {
      const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(out)?.[1] ?? 0);
      done({ passed: count('pass'), failed: count('fail') + count('cancelled'), hangs: error?.killed === true });
    });
  });
}

/** What is wrong with the catching of each mistake; nothing where all are caught. */
async function uncaught(chosen: readonly Mutant[]): Promise<string[]> {
  const wrong: string[] = [];
  const directory = copied();
  try {
    for (const mutant of chosen) {
      const said = await verdict(directory, mutant);
      if (said) wrong.push(`${mutant.promise} (${mutant.file}): ${said}`);
      process.stdout.write(`${said ? 'NOT CAUGHT' : 'caught'}  ${mutant.promise}${said ? `: ${said}` : ''}\n`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  return wrong;
}

async function verdict(directory: string, mutant: Mutant): Promise<string | null> {
  const path = join(directory, mutant.file);
  const source = readFileSync(path, 'utf8');
  const edited = planted(source, mutant);
  if (edited === null) return `its line does not stand once in the file`;
  const green = await run(directory, mutant);
  if (green.failed || !green.passed) return `${mutant.test} has no green test "${mutant.name}"`;
  try {
    writeFileSync(path, edited);
    const red = await run(directory, mutant);
    if (red.hangs) return `"${mutant.name}" hangs where it should fail`;
    return red.failed ? null : `"${mutant.name}" stays green`;
  } finally {
    writeFileSync(path, source);
  }
}

const words = process.argv.slice(2);
const chosen = mutants().filter(({ promise, file }) => words.every((word) => `${promise} ${file}`.includes(word)));
const wrong = await uncaught(chosen);
process.stdout.write(`${chosen.length - wrong.length} of ${chosen.length} planted mistakes were caught\n`);
process.exitCode = wrong.length || !chosen.length ? 1 : 0;
