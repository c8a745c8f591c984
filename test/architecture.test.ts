import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';

const root = new URL('..', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const sources = [
  'functions',
  'loops',
  'domain',
  'views',
  'aws',
  'policy',
  'stack',
  'rehearsal',
  'cli',
  'bench',
].flatMap((folder) => filesOf(folder));

/** Folder → what its files may import, besides `node:`. */
const MAY_IMPORT: Record<string, RegExp> = {
  domain: /^#domain\//,
  views: /^#(domain|views)\//,
  loops: /^#(domain|loops|views)\//,
  functions: /^#(domain|loops|views|aws)\//,
  aws: /^(#(domain|aws)\/|@aws-sdk\/|@smithy\/|@aws-lambda-powertools\/)/,
  policy: /^(#(domain|policy)\/|(zod|yaml)$)/,
  stack: /^(#(domain|policy|stack)\/|(yaml|esbuild|fflate)$)/,
  rehearsal: /^(#rehearsal\/|(?!#|@aws-sdk|\.)[@\w])/,
  cli: /^(#(domain|views|policy|stack|rehearsal|aws|loops)\/|\.\/|\.\.\/|(?!#|@aws-sdk)[@\w])/,
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
  const deployed = sources.filter((file) => /^(domain|loops|views|functions)\//.test(file));
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
    assert.match(text, new RegExp(`^export async function ${handler[1]}\\(`, 'm'), file);
    assert.equal(handler[1], camel(file.replace(/^functions\/\w+\/|\.ts$/g, '')), `${file} is called after its task`);
    const ports = (handler[2] ?? '').split(', ').sort();
    const imported = importsOf(file)
      .flatMap((from) => /^#aws\/([\w-]+)\.ts$/.exec(from)?.[1] ?? [])
      .map(camel);
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
      const [file] = filesOf('functions').filter((each) => each.endsWith(`/${kebab(key)}.ts`));
      assert.ok(file, `${state} has a file`);
      assert.equal(service.functions[key]?.handler, file.replace(/\.ts$/, '.handler'), `${state} in serverless.yml`);
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

test('files with logic stay under 250 lines, one fake or a list of types under 400; no drawer is called utils, helpers, common or shared', () => {
  const limit = (file: string) => (/^rehearsal\/services\//.test(file) ? 401 : 251);
  const long = sources.filter((file) => read(file).split('\n').length > limit(file));
  assert.deepEqual(long, []);
  assert.deepEqual(
    sources.filter((file) => /\b(utils?|helpers?|common|shared)\b/.test(file)),
    [],
  );
});

const REHEARSED = /^rehearsal\//;

test('an exported name stands once in the product, and once in the rehearsal; nobody hands on what others export', () => {
  for (const isHere of [(file: string) => !REHEARSED.test(file), (file: string) => REHEARSED.test(file)]) {
    const places = new Map<string, string[]>();
    for (const file of sources.filter((each) => isHere(each) && !each.startsWith('bench/')))
      for (const name of exportedBy(file))
        if (name !== 'handler') places.set(name, [...(places.get(name) ?? []), file]);
    assert.ok(places.size > 300);
    assert.deepEqual(
      [...places].filter(([, files]) => files.length > 1),
      [],
    );
  }
});

test('what any campaign does imports no loop, and the loops never each other; only the command line and functions/campaign ask which loop', () => {
  const arrows = sources
    .filter((file) => /^(domain|loops|views)\//.test(file))
    .flatMap((file) => importsOf(file).map((to) => ({ file, to })));
  const subject = (path: string) => /^#?(?:domain|loops|views)\/(\w+)\//.exec(path)?.[1] ?? '';
  const isOver = (from: string, into: string) =>
    ({ campaign: ['patch', 'edge'], frame: ['patch', 'edge'], patch: ['edge'], edge: ['patch'] })[from]?.includes(into);
  const over = arrows.filter(({ file, to }) => isOver(subject(file), subject(to)));
  assert.deepEqual(over, []);
  const graph = new Map(sources.map((file) => [file, importsOf(file).map((to) => targetOf(file, to))]));
  const around = arrows.flatMap(({ file }) =>
    ['campaign', 'frame'].includes(subject(file)) ? reached(graph, file).map((to) => ({ file, to })) : [],
  );
  assert.deepEqual(
    around.filter(({ file, to }) => isOver(subject(file), subject(to))),
    [],
    'nor by way of others',
  );
  assert.ok(reached(graph, 'loops/loop-of.ts').some((file) => subject(file) === 'patch'));
  const asks = sources.filter((file) => importsOf(file).includes('#loops/loop-of.ts'));
  assert.deepEqual(
    asks.filter((file) => !/^(functions\/campaign|cli|bench)\//.test(file)),
    [],
  );
});

test('no two files need each other, however far around', () => {
  const graph = new Map(sources.map((file) => [file, importsOf(file).map((to) => targetOf(file, to))]));
  const circles = circlesOf(graph).map((circle) => circle.sort().join(' '));
  assert.deepEqual(circles, []);
  const planted = new Map([...graph, ['a.ts', ['b.ts']], ['b.ts', ['c.ts']], ['c.ts', ['a.ts']]]);
  assert.equal(circlesOf(planted).length, 1);
});

/** Every file that a file imports, however far. */
function reached(graph: Map<string, string[]>, from: string): string[] {
  const seen = new Set<string>();
  const ways = [...(graph.get(from) ?? [])];
  for (let to = ways.pop(); to !== undefined; to = ways.pop()) {
    if (seen.has(to)) continue;
    seen.add(to);
    ways.push(...(graph.get(to) ?? []));
  }
  return [...seen];
}

function targetOf(file: string, to: string): string {
  return to.startsWith('#') ? to.slice(1) : join(file, '..', to);
}

/** Tarjan's strongly connected components of more than one file. */
function circlesOf(graph: Map<string, string[]>): string[][] {
  const place = new Map<string, number>();
  const low = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): number => {
    place.set(file, place.size);
    let least = place.size - 1;
    path.push(file);
    for (const to of graph.get(file) ?? []) {
      if (!graph.has(to)) continue;
      if (!place.has(to)) least = Math.min(least, visit(to));
      else if (path.includes(to)) least = Math.min(least, place.get(to) ?? least);
    }
    low.set(file, least);
    if (least === place.get(file)) {
      const circle = path.splice(path.indexOf(file));
      if (circle.length > 1) circles.push(circle);
    }
    return least;
  };
  for (const file of graph.keys()) if (!place.has(file)) visit(file);
  return circles;
}

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

/** Names; whatever is exported from elsewhere under its own name counts there and here. */
function exportedBy(file: string): string[] {
  const text = read(file);
  const own = /^export (?:default )?(?:async )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) => list.split(','));
  const listed = lists.flatMap((each) => /(\w+)\s*$/.exec(each)?.[1] ?? []);
  return [...new Set([...[...text.matchAll(own)].map(([, name = '']) => name), ...listed])];
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
