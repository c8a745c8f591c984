/**
 * Runs the tests: `node test/run.ts` those of every commit, `node test/run.ts deep` the long ones (`*.deep.test.ts`: sweeps
 * over AWS's schemas, nights at random, second nights of a scenario), and with names of files just these.
 * Pure folders share one process; a file of any other has a process of its own, as many at once as there are cores.
 * The last lines name what failed, and the very last is `N passed, N failed, N skipped` over both; exit 1 if any failed.
 */
import { globSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** What is tested here keeps nothing between two files: no server, no clock of the process, no environment. */
const PURE = ['test/domain/', 'test/views/', 'test/policy/'];
const root = join(import.meta.dirname, '..');
process.chdir(root);
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/compile');
enableCompileCache(process.env.NODE_COMPILE_CACHE);

const asked = process.argv.slice(2);
const files = asked.length > 0 && asked[0] !== 'deep' ? asked : all(asked[0] === 'deep');
if (files.length === 0) throw new Error('no test file found');
const pure = files.filter((file) => PURE.some((folder) => file.startsWith(folder)));
/** Those that take minutes begin first, so that no core waits for one of them at the end. */
const LONG = ['test/permissions/permissions.test.ts', 'test/cli/', 'test/service-rules/', 'test/stack/'];
const rank = (file: string) => {
  const at = LONG.findIndex((begin) => file.startsWith(begin));
  return at === -1 ? LONG.length : at;
};
const others = files.filter((file) => !pure.includes(file)).sort((a, b) => rank(a) - rank(b));
const broken: string[] = [];
const sums = { passed: 0, failed: 0, skipped: 0 };
if (others.length > 0) await ran({ files: others, concurrency: availableParallelism() });
if (pure.length > 0) await ran({ files: pure, isolation: 'none' });
for (const one of broken) console.log(`failed: ${one}`);
console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`);
process.exitCode = sums.failed === 0 && sums.passed > 0 ? 0 : 1;

function all(deep: boolean): string[] {
  return globSync('test/**/*.test.ts').filter((file) => file.endsWith('.deep.test.ts') === deep);
}

async function ran(options: Parameters<typeof run>[0]): Promise<void> {
  const events = run(options);
  events.on('test:summary', ({ file, counts }) => {
    if (file !== undefined) return; // of one file; the sum comes once
    sums.passed += counts.passed;
    sums.failed += counts.tests - counts.passed - counts.skipped - counts.todo;
    sums.skipped += counts.skipped + counts.todo;
  });
  events.on('test:fail', ({ file, name, line }) => broken.push(`${file}:${line} ${name}`));
  await events.compose(new spec()).pipe(process.stdout, { end: false });
  await new Promise((done) => events.once('end', done));
}
