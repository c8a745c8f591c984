import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';

const root = new URL('..', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const sources = ['functions', 'loop', 'domain', 'aws', 'config', 'rehearsal', 'cli', 'bench'].flatMap((folder) =>
  filesOf(folder),
);

/** Folder → what its files may import, besides `node:`. */
const MAY_IMPORT: Record<string, RegExp> = {
  domain: /^#domain\//,
  loop: /^#(domain|loop)\//,
  functions: /^#(domain|loop|aws)\//,
  aws: /^(#(domain|aws)\/|@aws-sdk\/|@smithy\/|@aws-lambda-powertools\/)/,
  config: /^(#(domain|config)\/|(zod|yaml|esbuild)$)/,
  rehearsal: /^(#rehearsal\/|(?!#|@aws-sdk|\.)[@\w])/,
  cli: /^(#(domain|config|rehearsal|aws|loop)\/|\.\/|\.\.\/|(?!#|@aws-sdk)[@\w])/,
  bench: /^(#|\.\.?\/|node:|esbuild$)/,
};
/** Pure: of Node's modules the domain may use only what computes. */
const DOMAIN_NODE = ['node:crypto'];

for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${folder}/ imports only what it may`, () => {
    const wrong = sources
      .filter((file) => file.startsWith(`${folder}/`))
      .flatMap((file) => importsOf(file).map((from) => ({ file, from })))
      .filter(({ from }) =>
        from.startsWith('node:') ? folder === 'domain' && !DOMAIN_NODE.includes(from) : !allowed.test(from),
      );
    assert.deepEqual(wrong, []);
  });
}

test('functions never import each other, and only aws/ names the SDK', () => {
  const wrong = sources.flatMap((file) => importsOf(file).map((from) => `${file} ${from}`));
  assert.deepEqual(
    wrong.filter((line) => /^functions\/\S+ .*functions\//.test(line)),
    [],
  );
  assert.deepEqual(
    wrong.filter((line) => /^(?!aws\/)\S+ @aws-sdk/.test(line)),
    [],
  );
});

test('deployed code never reads a clock, a timer, chance or the environment outside aws/', () => {
  const impure = /\bDate\.now\(|new Date\(\)|setTimeout\(|setInterval\(|Math\.random\(|process\.env|randomUUID\(/;
  const deployed = sources.filter((file) => /^(domain|loop|functions)\//.test(file));
  assert.deepEqual(
    deployed.filter((file) => impure.test(read(file))),
    [],
  );
  const clocks = sources.filter((file) => file.startsWith('aws/') && /\bDate\.now\(|new Date\(\)/.test(read(file)));
  assert.deepEqual(
    clocks,
    ['aws/clock.ts', 'aws/lambda.ts'],
    'the only deployed files that read the clock: once per attempt, and how long a survey has taken',
  );
});

test('the last line of a function names its ports, and it imports no others', () => {
  for (const file of filesOf('functions')) {
    const text = read(file);
    const last = text.trimEnd().split('\n').slice(-12).join(' ').replace(/\s+/g, ' ');
    const handler =
      /export const handler = (?:lambda|event|page)\( ?(\w+), \{ ([\w, ]+?),? \}(, \{ lease: 'any' \},? ?)?\);$/.exec(
        last,
      );
    assert.ok(handler, `${file} ends with its handler line`);
    const isEnd = ['openCampaign', 'closeCampaign'].includes(handler[1] ?? '');
    assert.equal(handler[3] !== undefined, isEnd, `${file}: every task but the first and the last needs the lease`);
    assert.equal(handler[1], camel(file.replace(/^functions\/|\.ts$/g, '')), `${file} is called after its task`);
    const ports = (handler[2] ?? '').split(', ').sort();
    const imported = importsOf(file).flatMap((from) => /^#aws\/(\w+)\.ts$/.exec(from)?.[1] ?? []);
    assert.deepEqual(
      imported.filter((name) => !['lambda', 'page'].includes(name)).sort(),
      ports,
      `${file} imports the ports of its handler line`,
    );
  }
});

const machines = ['patch-campaign', 'patch-ring'].map((name) => ({
  name,
  definition: JSON.parse(read(`statemachines/${name}.asl.json`)),
}));
const service = {
  functions: yaml('stack/functions.yml'),
  resources: { Resources: yaml('stack/machines.yml').Resources },
};

test('every Task state has its function, file, key and substitution under one word; every function is used or triggered', () => {
  const used = new Set<string>();
  for (const { name, definition } of machines) {
    const machine = Object.values(service.resources.Resources).find((r) =>
      JSON.stringify(r).includes(`statemachines/${name}.asl.json`),
    ) as {
      Properties: { DefinitionSubstitutions: Record<string, string> };
    };
    const substitutions = Object.keys(machine.Properties.DefinitionSubstitutions);
    const placeholders = new Set(
      JSON.stringify(definition)
        .match(/\$\{(\w+)\}/g)
        ?.map((p) => p.slice(2, -1)),
    );
    assert.deepEqual([...placeholders].sort(), substitutions.sort(), `placeholders of ${name}`);
    for (const [state, { Type, Arguments }] of Object.entries<{ Type: string; Arguments?: { FunctionName?: string } }>(
      definition.States,
    )) {
      if (Type !== 'Task' || !Arguments?.FunctionName) continue;
      const key = state.charAt(0).toLowerCase() + state.slice(1);
      used.add(key);
      assert.equal(Arguments.FunctionName, `\${${state}FunctionArn}`);
      assert.equal(service.functions[key]?.handler, `functions/${kebab(key)}.handler`, `${state} in serverless.yml`);
      assert.ok(filesOf('functions').includes(`functions/${kebab(key)}.ts`), `${state} has a file`);
    }
  }
  for (const [key, { events, url }] of Object.entries<{ events?: unknown[]; url?: true }>(service.functions))
    assert.ok(used.has(key) || events?.length || url, `${key} is used`);
  assert.deepEqual(filesOf('functions').length, Object.keys(service.functions).length);
});

test('every name in ErrorEquals is AWS’s or in domain/errors.ts, whose names are literal', () => {
  const errors = read('domain/errors.ts');
  const ours = [...errors.matchAll(/export class (\w+) extends Error \{\s+override readonly name = '(\w+)'/g)];
  assert.ok(ours.length >= 5);
  for (const [, name, literal] of ours) assert.equal(literal, name);
  const known = new Set(ours.map(([, name]) => name));
  for (const { definition } of machines)
    for (const [, list] of JSON.stringify(definition).matchAll(/"ErrorEquals":\[([^\]]+)\]/g))
      for (const name of JSON.parse(`[${list}]`))
        assert.ok(/^(States|Lambda|Sandbox|StepFunctions)\./.test(name) || known.has(name), `${name} is known`);
});

test('files stay under 250 lines, and no drawer is called utils, helpers, common or shared', () => {
  const long = sources.filter((file) => read(file).split('\n').length > 251);
  assert.deepEqual(long, []);
  assert.deepEqual(
    sources.filter((file) => /\b(utils?|helpers?|common|shared)\b/.test(file)),
    [],
  );
});

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => /\.m?ts$/.test(file) && statSync(join(root, file)).isFile())
    .map((file) => relative('.', file))
    .sort();
}

function importsOf(file: string): string[] {
  return [...read(file).matchAll(/(?:^|\n)(?:import|export)\b[^;'"]*?from '([^']+)'|\bimport\('([^']+)'\)/g)].map(
    (m) => m[1] ?? m[2] ?? '',
  );
}

function yaml(file: string) {
  return parse(read(file), { logLevel: 'error', customTags: cloudFormationTags() });
}

function camel(kebabbed: string): string {
  return kebabbed.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function kebab(camelled: string): string {
  return camelled.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function cloudFormationTags() {
  const scalar = ['Ref', 'GetAtt', 'Sub'].map((name) => ({ tag: `!${name}`, resolve: (text: string) => text }));
  return scalar;
}
