/**
 * Each function's bundle: its size, our own share, and how long the module takes to load beside its SDK clients alone (an entry
 * that imports nothing but the same names of the SDK). Each load in a process of its own, the two in turn; the median of 20, in
 * milliseconds of the processor, which a busy machine does not stretch as it stretches a clock's. `npm run bench:bundles`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Bundle, bundle, ownBytes } from '#stack/bundle.ts';

const root = new URL('..', import.meta.url).pathname;
const runs = Number(process.argv[2] ?? 20);
const directory = mkdtempSync(join(tmpdir(), 'patchwright-bundles-'));

interface Row {
  name: string;
  bytes: number;
  own: number;
  load: number;
  clients: number;
}

try {
  const rows: Row[] = [];
  for (const name of readdirSync(join(root, 'functions')).map((file) => file.replace('.ts', '')))
    rows.push(await measured(name));
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
  const line = (cells: string[]) => cells.map((cell, at) => (at ? cell.padStart(14) : cell.padEnd(18))).join('');
  console.log(`node ${process.version}, median of ${runs}, module load in ms of the processor`);
  console.log(line(['function', 'bundle', 'ours', 'load', 'clients alone']));
  for (const { name, bytes, own, load, clients } of rows)
    console.log(line([name, kib(bytes), kib(own), load.toFixed(1), clients.toFixed(1)]));
} finally {
  rmSync(directory, { recursive: true });
}

async function measured(name: string): Promise<Row> {
  const made = await bundle(root, `functions/${name}.handler`);
  const file = join(directory, `${name}.mjs`);
  writeFileSync(file, made.code);
  const bare = join(directory, `${name}-clients.mjs`);
  writeFileSync(bare, await clientsAlone(made));
  return { name, bytes: made.code.length, own: ownBytes(made.metafile), ...inTurn(file, bare) };
}

/** The same names of the SDK that our files of the bundle import. */
async function clientsAlone({ metafile }: Bundle): Promise<Uint8Array> {
  const ours = Object.keys(metafile.inputs).filter((file) => !file.includes('node_modules/'));
  const imports = ours.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replace(/import type [^;]+;/g, '');
    return [...text.matchAll(/import \{([^}]+)\} from '(@aws-sdk\/[^']+)'/g)].map(([, names = '', from = '']) => {
      const values = names.split(',').filter((one) => one.trim() && !one.trim().startsWith('type '));
      return `export {${values.join(',')}} from '${from}';`;
    });
  });
  const { outputFiles } = await build({
    stdin: { contents: imports.join('\n'), resolveDir: root, loader: 'js' },
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    logLevel: 'silent',
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

function inTurn(file: string, bare: string): Pick<Row, 'load' | 'clients'> {
  const pairs = Array.from({ length: runs }, () => [loaded(file), loaded(bare)] as const);
  return { load: median(pairs.map(([load]) => load)), clients: median(pairs.map(([, clients]) => clients)) };
}

function loaded(file: string): number {
  const script = `const from = process.cpuUsage(); await import(${JSON.stringify(file)}); const { user, system } = process.cpuUsage(from); process.stdout.write(String((user + system) / 1000))`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
