/** The page's own form; its commands are run by test/interop/first-day.sh. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differs, page, partsOf } from './page.ts';

test('the first day has eleven steps, each with commands, an answer, what it costs, how to undo it and what to report', () => {
  const parts = partsOf(page());
  const sections = page().split(/^## /m).slice(1, 12);
  assert.equal(sections.length, 11);
  for (const [place, section] of sections.entries()) {
    const step = String(place + 1);
    assert.match(section, new RegExp(`^${step}\\. `));
    for (const word of ['Cost', 'Undo', 'Report'])
      assert.match(section, new RegExp(`^- \\*\\*${word}\\*\\* `, 'm'), step);
    const commands = parts.filter((part) => part.kind === 'commands' && part.step === step);
    assert.ok(commands.length > 0, `step ${step} has commands that are rehearsed`);
    for (const part of commands) assert.ok(part.kind === 'commands' && part.answer.length > 0, `step ${step}`);
  }
});

test('an answer is compared line by line; … stands for anything', () => {
  assert.equal(differs(['a', 'b'], ['a', 'b']), null);
  assert.equal(differs(['a 1.5 (x)', 'b'], ['a … (x)', 'b']), null);
  assert.equal(differs(['a', 'b', 'c', 'd'], ['a', '…', 'd']), null);
  assert.equal(differs(['a', 'd'], ['a', '…', 'd']), null);
  assert.match(differs(['a', 'x'], ['a', 'b']) ?? '', /^x\n.*it should say: b/);
  assert.match(differs(['a'], ['a', 'b']) ?? '', /nothing, where it should say: b/);
  assert.match(differs(['a', 'b'], ['a']) ?? '', /and then: b/);
  assert.notEqual(differs(['a', 'b', 'c'], ['a', '…', 'd']), null);
});

test('commands without an answer, and blocks of another kind, are refused', () => {
  assert.throws(() => partsOf('## 1. One\n```sh\na\n```\n## 2. Two\n'), /commands without an answer/);
  assert.throws(() => partsOf('## 1. One\n```python\na\n```\n'), /nobody knows what to do/);
});
