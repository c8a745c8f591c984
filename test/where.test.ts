import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('..', import.meta.url).pathname;
const read = (path: string) => readFileSync(root + path, 'utf8');

/** Whether the file itself defines the symbol: as a declaration, a method, or a key. */
function defines(text: string, symbol: string): boolean {
  const declared = `(?:function\\*?|const|class|interface|type) ${symbol}\\b`;
  const member = `^ {2,4}(?:async )?${symbol}(?:\\(|:)`;
  return new RegExp(`${declared}|${member}`, 'm').test(text);
}

test('docs/where.md names files that are there, and symbols that they define', () => {
  const rows = [...read('docs/where.md').matchAll(/^\| (.+?) \| \[(.+?)\]\(\.\.\/(.+?)\) \| `(\w+)` \|$/gm)];
  assert.ok(rows.length >= 20, `${rows.length} rows`);
  for (const [, what, shown = '', file = '', symbol = ''] of rows) {
    assert.equal(shown, file, what);
    assert.ok(existsSync(root + file), `${what}: ${file}`);
    assert.ok(defines(read(file), symbol), `${what}: ${symbol} in ${file}`);
  }
  assert.ok(!defines(read('domain/campaign/window.ts'), 'windowIn'));
  const lines = read('docs/where.md').match(/^\|/gm)?.length ?? 0;
  assert.equal(rows.length, lines - 2, 'every row has the form that is looked at');
});
