import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { zip } from '#stack/zip.ts';

const entry = (path: string, text: string) => ({ path, content: Buffer.from(text) });

test('another library reads the same members', () => {
  const long = 'x'.repeat(100_000);
  const read = unzipSync(zip([entry('functions/b.mjs', long), entry('policy.json', '{"ü":1}'), entry('a', '')]));
  const texts = Object.entries(read).map(([path, content]) => [path, Buffer.from(content).toString('utf8')]);
  assert.deepEqual(Object.fromEntries(texts), { a: '', 'functions/b.mjs': long, 'policy.json': '{"ü":1}' });
});

test('the same members give the same bytes, in whatever order', () => {
  const [a, b] = [entry('a', '1'), entry('b', '2')];
  assert.deepEqual(zip([a, b]), zip([b, a]));
});
