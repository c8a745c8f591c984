import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadLetters } from '#aws/dead-letters.ts';
import { NotConfigured } from '#domain/errors.ts';

test('without the queue of the stack nothing is buried in silence', async () => {
  const before = process.env.DEAD_LETTERS_URL;
  delete process.env.DEAD_LETTERS_URL;
  await assert.rejects(deadLetters.bury('{', 'why'), NotConfigured);
  if (before !== undefined) process.env.DEAD_LETTERS_URL = before;
});
