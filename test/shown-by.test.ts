import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The last cell of each row of the page's tables whose last column is `shown by`. */
function shownBy(page: string): { row: string; cell: string }[] {
  let isShown = false;
  return read(page)
    .split('\n')
    .flatMap((line) => {
      if (!line.startsWith('|')) isShown = false;
      const cells = line.split('|').map((cell) => cell.trim());
      const [row = '', cell = ''] = [cells[1], cells.at(-2)];
      if (cell === 'shown by') isShown = true;
      return isShown && cell !== 'shown by' && !/^-+$/.test(cell) ? [{ row, cell }] : [];
    });
}

/** Every file of tests and every scenario that a cell names, with the words that it is to hold. */
function references(cell: string): { file: string; words: string[] }[] {
  const named = /(?:(test\/[\w./-]+\w)|scenario `([\w-]+)`)(?: \(([^)]+)\))?/g;
  return [...cell.matchAll(named)].map(([, file, scenario, quoted = '']) => ({
    file: file ?? `scenarios/${scenario}.yml`,
    words: [...quoted.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words),
  }));
}

for (const page of ['docs/when-it-dies.md', 'docs/deploy.md', 'docs/field.md']) {
  test(`${page}: every row is shown by a test that is there, and has the words that the row quotes`, () => {
    const rows = shownBy(page);
    assert.ok(rows.length > 5);
    for (const { row, cell } of rows) {
      const all = references(cell);
      assert.notEqual(all.length, 0, `${row}: ${cell}`);
      for (const { file, words } of all) {
        assert.match(file, /\.(test\.ts|ts|sh|yml)$/, `${row}: ${file}`);
        assert.ok(existsSync(join(root, file)), `${row}: ${file}`);
        for (const each of words) assert.ok(read(file).includes(each), `${row}: ${file} has no ${each}`);
      }
    }
  });
}
