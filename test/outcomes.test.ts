import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { OUTCOME, OUTCOMES } from '#domain/campaign/outcomes.ts';

const root = new URL('..', import.meta.url).pathname;
const read = (path: string) => readFileSync(root + path, 'utf8');
const HOME = 'domain/campaign/outcomes.ts';
const product = ['domain', 'views', 'loops', 'functions', 'aws', 'policy', 'stack', 'cli', 'bench'].flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
);

/** String literals of TypeScript that are an outcome's word, in any quotes. */
function wordsIn(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"])\/\/[^\n]*/g, '');
  return [...code.matchAll(/(['"`])(\w+)\1/g)].flatMap(([, , word = '']) =>
    (OUTCOMES as string[]).includes(word) ? word : [],
  );
}

test('every outcome word of the code stands in one file; all other code takes it from there, so that a wrong or missing one is a type error', () => {
  const elsewhere = product
    .filter((file) => /\.m?ts$/.test(file) && file !== HOME)
    .flatMap((file) => wordsIn(read(file)).map((word) => ({ file, word })));
  assert.deepEqual(elsewhere, []);
  const users = product.filter((file) => /\.ts$/.test(file) && /\bOUTCOME\./.test(read(file)));
  assert.ok(users.length > 8, 'and it is taken');
  assert.deepEqual(wordsIn(`return { outcome: 'Halted', why: "Lost", of: \`Blind\` }; // 'Denied'`), [
    'Halted',
    'Lost',
    'Blind',
  ]);
});

/** What the machine ends its campaigns as: words, and fields of what a function or the ring's machine said. */
function endsOf(definition: string): string[] {
  return [...definition.matchAll(/"outcome": "([^"]*)"/g)].map(([, said = '']) => said);
}

test('every outcome of the machines is one of them, or what a function says by that name', () => {
  const machines = ['patch-campaign', 'patch-ring'].map((name) => read(`statemachines/${name}.asl.json`)).join('\n');
  const said = endsOf(machines);
  assert.ok(said.includes(OUTCOME.Denied) && said.includes(OUTCOME.Coalesced));
  for (const each of said)
    assert.ok(
      OUTCOMES.some((one) => one === each) || /^\{% \$(states\.result\.(Payload|Output)\.\w+|outcome) %\}$/.test(each),
      each,
    );
  // A word in a Choice that is nearly one of them would never hold.
  const compared = [...machines.matchAll(/(?:outcome|decision)\w* = '(\w+)'/g)].map(([, word = '']) => word);
  assert.ok(compared.length > 5);
  const spelled = new Map(OUTCOMES.map((one) => [one.toLowerCase(), one]));
  for (const word of compared) assert.equal(spelled.get(word.toLowerCase()) ?? word, word);
});
