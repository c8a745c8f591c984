import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import { FINDING_COLUMNS, findingRank } from '#views/patch/report/columns.ts';
import { Grid } from '#views/patch/report/grid.ts';
import { Packer } from '#views/patch/report/packed.ts';
import { row } from './fixture.ts';

interface Packed {
  words: Record<string, string[]>;
  columns: Record<string, number[]>;
}

const unpacked = (block: string): Packed => JSON.parse(block.replace(/^<script[^>]*>|<\/script>\s*$/g, ''));

/** What the page's script makes of the parts. */
function rowsOf(parts: Packed[], key: string): string[] {
  const words = parts.flatMap((part) => part.words[key] ?? []);
  return parts.flatMap((part) => part.columns[key] ?? []).map((index) => words[index] ?? '');
}

test('packed rows come back as they were, in however many parts', () => {
  const rows = fc.array(
    fc.record({
      severity: fc.constantFrom('HIGH', 'LOW'),
      package: fc.stringMatching(/^[a-z]{0,3}$/),
      words: fc.stringMatching(/^\w{0,2}$/),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 9 }), (some, size) => {
      const all = some.map((each) => row(each as Partial<DeltaRow>));
      const packer = new Packer('findings', FINDING_COLUMNS);
      const parts: Packed[] = [];
      for (let from = 0; from < all.length; from += size)
        parts.push(unpacked(packer.part(all.slice(from, from + size)).text));
      for (const key of ['severity', 'package', 'words'] as const)
        assert.deepEqual(
          rowsOf(parts, key),
          all.map((each) => each[key]),
        );
      assert.equal(packer.rows, all.length);
    }),
  );
});

describe('without script', () => {
  const many = (count: number, over: Partial<DeltaRow>) =>
    Array.from({ length: count }, (_, n) => row({ arn: `${n}`, ...over }));
  const gridOf = (rows: DeltaRow[]) => {
    const grid = new Grid<DeltaRow>({
      name: 'findings',
      title: 'Findings',
      caption: 'All',
      csv: 'findings.csv',
      columns: FINDING_COLUMNS,
      rank: findingRank,
    });
    for (let from = 0; from < rows.length; from += 100) grid.part(rows.slice(from, from + 100));
    return grid.section().text;
  };
  const lines = (section: string) => section.match(/<tr><td>/g)?.length ?? 0;

  test('a short list is whole', () => {
    const section = gridOf(many(3, {}));
    assert.equal(lines(section), 3);
    assert.match(section, /All 3\./);
  });

  test('a long one shows its first three hundred: what is not proven fixed, the worst of it first', () => {
    const section = gridOf([
      ...many(400, { bucket: 'fixed', severity: 'CRITICAL' }),
      ...many(150, { bucket: 'remaining', severity: 'LOW', reason: 'no-fix' }),
      ...many(200, { bucket: 'unverified', severity: 'CRITICAL' }),
    ]);
    assert.equal(lines(section), 300);
    assert.match(section, /The first 300 of 750\./);
    assert.equal(section.match(/data-value="unverified"/g)?.length, 200);
    assert.equal(section.match(/data-value="remaining"/g)?.length, 100);
    assert.match(section, /<form class="tools"[^>]* hidden>/, 'tools that need the script are not shown without it');
  });

  test('choices have each text once, in the order of the column', () => {
    const section = gridOf([row({ severity: 'LOW' }), row({ severity: 'CRITICAL' }), row({ severity: 'LOW' })]);
    const [, choices = ''] = /<select name="severity"[^>]*>([\s\S]*?)<\/select>/.exec(section) ?? [];
    assert.deepEqual(
      [...choices.matchAll(/value="(\w*)"/g)].map(([, value]) => value),
      ['', 'CRITICAL', 'LOW'],
    );
  });
});
