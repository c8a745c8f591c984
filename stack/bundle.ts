/** One function's handler and everything that it imports, as one ESM file and one zip. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { type ZipEntry, zip } from '#stack/zip.ts';

export interface Bundle {
  /** Path in the zip, without its ending the file part of the handler: `functions/campaign/open-campaign.mjs`. */
  path: string;
  code: Uint8Array;
  map: Uint8Array;
  metafile: Metafile;
}

/** Bundles one handler of the service in `root`. */
export async function bundle(root: string, handler: string): Promise<Bundle> {
  const [made] = await bundles(root, [handler]);
  if (!made) throw new Error(`${handler} made no bundle`);
  return made;
}

/**
 * Bundles handlers (`functions/x.handler`, the paths that serverless.yml names, which have no ending), each for itself, in one go: what
 * they share is read once. In the order of `handlers`.
 * `module` before `main`: the SDK's ES modules are half the size of its CommonJS and load in half the time.
 */
export async function bundles(root: string, handlers: readonly string[]): Promise<Bundle[]> {
  const paths = handlers.map((handler) => handler.slice(0, handler.lastIndexOf('.')));
  const outdir = join('.serverless', 'bundles');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: paths.map((path) => `${path}.ts`),
    outdir,
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true, // error names are literals, hence stay
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
  });
  return paths.map((path) => {
    const file = join(outdir, `${path}.mjs`);
    const of = (ending: string) => outputFiles.find((one) => one.path === join(root, file + ending))?.contents;
    const [code, map, output] = [of(''), of('.map'), metafile.outputs[file]];
    if (!code || !map || !output) throw new Error(`${path} made no bundle`);
    return { path: `${path}.mjs`, code, map, metafile: { ...metafile, outputs: { [file]: output } } };
  });
}

/** Writes the bundle and what lies beside it (the policy) as a zip. The same content gives the same bytes. */
export function writeZip(file: string, { path, code, map }: Bundle, beside: ZipEntry[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, zip([{ path, content: code }, { path: `${path}.map`, content: map }, ...beside]));
}

/** The clients of the SDK in a bundle: `dynamodb`, `sfn` … */
export function clientsIn(metafile: Metafile): string[] {
  const found = packagesIn(metafile).flatMap((name) => /^@aws-sdk\/client-(.+)$/.exec(name)?.[1] ?? []);
  return [...new Set(found)].sort();
}

/** The packages in a bundle, by name. */
export function packagesIn(metafile: Metafile): string[] {
  const names = contributions(metafile).flatMap(
    ({ file }) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
  );
  return [...new Set(names)].sort();
}

/** Bytes of a bundle that are ours. */
export function ownBytes(metafile: Metafile): number {
  return contributions(metafile)
    .filter(({ file }) => !file.includes('node_modules/'))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Text of a file of the service, as a member of a zip. */
export function member(root: string, path: string): ZipEntry {
  return { path, content: readFileSync(join(root, path)) };
}

function contributions(metafile: Metafile): { file: string; bytes: number }[] {
  return Object.entries(metafile.outputs)
    .filter(([file]) => file.endsWith('.mjs'))
    .flatMap(([, { inputs }]) =>
      Object.entries(inputs).map(([file, { bytesInOutput }]) => ({ file, bytes: bytesInOutput })),
    )
    .filter(({ bytes }) => bytes > 0);
}
