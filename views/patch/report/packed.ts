/** Rows as columns of numbers into dictionaries: 100,000 rows of eight texts in a few megabytes, and quick to filter. */

import { type Html, html, jsonBlock } from '#views/frame/html.ts';
import { clean } from '#views/frame/text.ts';

export interface Column<Row> {
  key: string;
  label: string;
  of: (row: Row) => string | number;
  kind?: 'text' | 'name' | 'words' | 'number' | 'head' | 'badge'; // names and words may be long; `head` names the row
  order?: readonly string[]; // sorts by it; texts that are not in it come last, by the alphabet
  filter?: true; // a choice among its texts
  pick?: string; // the texts are links that search in the grid of that name
}

/** Packs rows part by part, so that no more than a part of them is in memory. What a part knew the next need not repeat. */
export class Packer<Row> {
  readonly #name: string;
  readonly #columns: readonly Column<Row>[];
  readonly #known: Map<string, Map<string, number>>;
  rows = 0;

  constructor(name: string, columns: readonly Column<Row>[]) {
    this.#name = name;
    this.#columns = columns;
    this.#known = new Map(columns.map(({ key }) => [key, new Map()]));
  }

  part(rows: readonly Row[]): Html {
    this.rows += rows.length;
    const columns: Record<string, number[]> = {};
    const words: Record<string, string[]> = {};
    for (const { key, kind, of } of this.#columns) {
      const known = this.#known.get(key) ?? new Map<string, number>();
      const fresh: string[] = [];
      const numbers: number[] = [];
      for (const row of rows) {
        const value = of(row);
        numbers.push(kind === 'number' ? Number(value) : indexOf(String(value), known, fresh));
      }
      columns[key] = numbers;
      if (kind !== 'number') words[key] = fresh;
    }
    return html`<script type="application/json" data-rows="${this.#name}">${jsonBlock({ words, columns })}</script>
`;
  }

  /** The texts of a column so far, in its order. */
  texts({ key, order = [] }: Pick<Column<Row>, 'key' | 'order'>): string[] {
    const place = (text: string) => (order.includes(text) ? order.indexOf(text) : order.length);
    const texts = [...(this.#known.get(key) ?? new Map<string, number>()).keys()].map(clean);
    return [...new Set(texts)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  }
}

function indexOf(text: string, known: Map<string, number>, fresh: string[]): number {
  const index = known.get(text);
  if (index !== undefined) return index;
  known.set(text, known.size);
  fresh.push(clean(text)); // once a text, since most rows say what another said
  return known.size - 1;
}
