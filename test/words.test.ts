import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('..', import.meta.url).pathname;
const GENERATED =
  /^(node_modules|\.git|\.serverless|out|dist|coverage)(\/|$)|__pycache__|\.venv|package-lock|scenarios\/data/;
const texts = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => !GENERATED.test(file) && /\.(ts|mjs|json|ya?ml|md|sh|py|java|html)$|^\.ci\/run/.test(file),
);

test('every trap and promise that a test names is in docs/', () => {
  for (const [doc, word, from, to] of [
    ['traps', 'trap', 1, 30],
    ['promises', 'always', 1, 11],
  ] as const) {
    const numbers = [...readFileSync(`${root}docs/${doc}.md`, 'utf8').matchAll(/^(?:\| )?(\d+)(?:\.| \|)/gm)].map((m) =>
      Number(m[1]),
    );
    assert.deepEqual(
      numbers.slice(0, to), // beyond them stand the traps that a test pins
      Array.from({ length: to - from + 1 }, (_, at) => from + at),
      doc,
    );
    const tests = texts
      .filter((file) => file.startsWith('test/'))
      .map((file) => readFileSync(root + file, 'utf8'))
      .join('\n');
    for (const [, named] of tests.matchAll(new RegExp(`['\`][^'\`\n]*\\b${word} (\\d+)`, 'g')))
      assert.ok(numbers.includes(Number(named)), `${word} ${named}`);
    if (doc === 'promises')
      for (const number of numbers)
        assert.ok(new RegExp(`\\balways (\\d+, )*${number}\\b`).test(tests), `a test named always ${number}`);
  }
});

test('always 11: what makes plans and judges rings never sees the rehearsal', () => {
  const deployed = texts.filter((file) => /^(domain|loops|views|functions|aws)\//.test(file));
  assert.ok(deployed.length > 60);
  for (const file of deployed)
    assert.doesNotMatch(readFileSync(root + file, 'utf8'), /#rehearsal|\.\.\/rehearsal|REHEARSAL/, file);
});

test('text names no path outside the tree', () => {
  const outside = /\bfacts\/(aws|emulators)\.md|\bDESIGN\.md|\bSTYLE\.md|\.\.\/shared|\/work\/|\bfacts \d\.\d/;
  for (const file of texts.filter((name) => name !== 'test/words.test.ts'))
    assert.doesNotMatch(readFileSync(root + file, 'utf8'), outside, file);
});
