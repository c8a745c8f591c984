/**
 * The command line and the functions as plain JavaScript in dist/, for the package: Node strips no types under node_modules. dist/
 * is a root of its own, in which the same relative places hold as in the repository: cli/main.mjs finds scenarios/ beside it, and
 * the rehearsal finds functions/ by the paths that serverless.yml names.
 */
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { packagesIn } from '#stack/bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** What is read as a file by the command line. */
const BESIDE = ['scenarios', 'policy.yml', 'serverless.yml', 'stack', 'statemachines', 'events'];

/** CommonJS among the libraries asks for Node's own modules by `require`. */
const REQUIRE =
  "import { createRequire as _createRequire } from 'node:module'; const require = _createRequire(import.meta.url);";

const COMMON: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  // dynalite asks for it though it only keeps tables on disk, which we do not; its native part cannot be bundled.
  alias: { level: 'memory-level' },
  platform: 'node',
  target: 'node22',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  mainFields: ['module', 'main'],
  legalComments: 'none',
  plugins: [wholeNames()],
  metafile: true,
  logLevel: 'warning',
};

rmSync(dist, { recursive: true, force: true });
const cli = await build({
  ...COMMON,
  entryPoints: ['cli/main.ts'],
  outfile: join(dist, 'cli/main.mjs'),
  outExtension: {},
  banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
});
chmodSync(join(dist, 'cli/main.mjs'), 0o755);
const functions = await build({
  ...COMMON,
  entryPoints: readdirSync(join(root, 'functions'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `functions/${file}`),
  outbase: join(root, 'functions'),
  outdir: join(dist, 'functions'),
  splitting: true, // they run in one process here, and share what they import
  chunkNames: 'shared/[name]-[hash]',
  banner: { js: REQUIRE },
});
// stack/ holds what makes the templates too, which nobody reads there.
for (const path of BESIDE)
  cpSync(join(root, path), join(dist, path), { recursive: true, filter: (from) => !from.endsWith('.ts') });
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences([cli.metafile, functions.metafile]));

/** dynalite loads its operations by names without their endings, which esbuild finds only whole. */
function wholeNames(): Plugin {
  return {
    name: 'whole names',
    setup({ onLoad }) {
      onLoad({ filter: /dynalite[\\/]index\.js$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        return { contents: text.replace(/require\(('\.\/\w+\/') \+ (\w+)\)/g, "require($1 + $2 + '.js')") };
      });
    },
  };
}

function licences(metafiles: (Metafile | undefined)[]): string {
  const names = new Set(metafiles.flatMap((metafile) => (metafile ? packagesIn(metafile) : [])));
  const parts = [...names].sort().map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license ?? 'see below'})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}`;
  });
  return `The bundled files contain these packages:\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
