import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Bundle, bundle, bundles, clientsIn, ownBytes, packagesIn } from '#stack/bundle.ts';

const root = new URL('../..', import.meta.url).pathname;
const names = readdirSync(join(root, 'functions'), { encoding: 'utf8', recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
const directory = mkdtempSync(join(tmpdir(), 'patchwright-bundles-'));
after(() => rmSync(directory, { recursive: true }));

/** Port → the client of the SDK behind it. Null: none. */
const CLIENTS: Record<string, string | null> = {
  alarms: 'cloudwatch',
  baselines: 'ssm',
  campaigns: 'dynamodb',
  intents: 'dynamodb',
  clock: null,
  engine: 'sfn',
  evidence: 's3',
  inspector: 'inspector2',
  instances: 'ec2',
  deadLetters: 'sqs',
  notices: 'sns',
  approvalUrl: null,
  patching: 'ssm',
  policies: null,
  metrics: null,
  schedules: 'scheduler',
  secrets: null,
  subscriptions: 'sns',
};

describe('every bundle', () => {
  let all: Bundle[];
  before(async () => {
    all = await bundles(
      root,
      names.map((name) => `functions/${name}.handler`),
    );
  });
  for (const [at, name] of names.entries()) {
    test(`${name}: holds the clients of its handler line, no zod, no yaml; and loads`, async () => {
      const made = all[at];
      assert.ok(made);
      assert.equal(made.path, `functions/${name}.mjs`);
      assert.deepEqual(clientsIn(made.metafile), clientsNamed(name));
      assert.deepEqual(
        packagesIn(made.metafile).filter((one) => ['zod', 'yaml', 'esbuild'].includes(one)),
        [],
      );
      assert.ok(ownBytes(made.metafile) > 500);
      assert.equal(typeof (await load(name, made)).handler, 'function');
    });
  }
});

test('error names outlive the minifier, and a trace its lines', async () => {
  const made = await bundle(root, 'functions/patch/next-ring.handler');
  const { handler } = await load('next-ring', made);
  await assert.rejects(handler({ contract: 99 }), { name: 'UnknownContract' });
  assert.match(Buffer.from(made.code).toString('utf8'), /sourceMappingURL=next-ring\.mjs\.map/);
  const { sources } = JSON.parse(Buffer.from(made.map).toString('utf8'));
  assert.ok(sources.some((source: string) => source.endsWith('functions/patch/next-ring.ts')));
});

function clientsNamed(name: string): string[] {
  const text = readFileSync(join(root, 'functions', `${name}.ts`), 'utf8');
  const ports = /export const handler = \w+\(\s*\w+,\s*\{([^}]+)\}/.exec(text)?.[1]?.match(/\w+/g) ?? [];
  assert.ok(ports.length > 0, `${name} names its ports`);
  const isTask = text.includes('export const handler = lambda('); // reads the lease
  const clients = [...ports, ...(isTask ? ['campaigns'] : [])].flatMap((port) => {
    assert.ok(port in CLIENTS, `the client behind ${port}`);
    return CLIENTS[port] ?? [];
  });
  return [...new Set(clients)].sort();
}

async function load(name: string, { code }: Bundle): Promise<{ handler: (input: unknown) => Promise<unknown> }> {
  const file = join(directory, `${basename(name)}.mjs`);
  writeFileSync(file, code);
  return import(pathToFileURL(file).href);
}
