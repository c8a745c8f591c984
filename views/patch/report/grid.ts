/** A table of any length: its rows packed for the page's script, and the first few hundred as plain HTML for readers without one. */
import { grouped, type Html, html } from '#views/frame/html.ts';
import { type Column, Packer } from '#views/patch/report/packed.ts';

/** Rows that are plain HTML too. */
const PLAIN_ROWS = 300;

interface GridOptions<Row> {
  name: string; // id of its section
  title: string;
  caption: string;
  csv: string; // file beside the page that has all of it
  columns: readonly Column<Row>[];
  /** Which rows a reader without script should see: the smaller the number, the sooner. */
  rank: (row: Row) => number;
}

export class Grid<Row> {
  readonly #options: GridOptions<Row>;
  readonly #packer: Packer<Row>;
  #first: { row: Row; rank: number }[] = [];

  constructor(options: GridOptions<Row>) {
    this.#options = options;
    this.#packer = new Packer(options.name, options.columns);
  }

  /** The data of the next rows. All of them come before the section. */
  part(rows: readonly Row[]): Html {
    const { rank } = this.#options;
    const all = [...this.#first, ...rows.map((row) => ({ row, rank: rank(row) }))];
    this.#first = all.sort((a, b) => a.rank - b.rank).slice(0, PLAIN_ROWS); // sort is stable
    return this.#packer.part(rows);
  }

  section(): Html {
    const { name, title, caption, csv, columns } = this.#options;
    const all = this.#packer.rows;
    const plain = this.#first.length;
    const shown = plain < all ? `The first ${grouped(plain)} of ${grouped(all)}` : `All ${grouped(all)}`;
    return html`<section id="${name}" data-grid="${name}" aria-labelledby="${name}-title" tabindex="-1">
<h2 id="${name}-title">${title} <small>${grouped(all)}</small></h2>
${this.#tools()}
<p class="count"><span role="status">${shown}.</span> <a href="${csv}">All of them as CSV</a>, where the whole folder is at hand.</p>
<div class="scroll" role="region" aria-labelledby="${name}-caption" tabindex="0"><table><caption id="${name}-caption">${caption}</caption>
<thead><tr>${columns.map(headOf)}</tr></thead>
<tbody>
${this.#first.map(({ row }) => html`<tr>${columns.map((column) => cellOf(column, row))}</tr>\n`)}</tbody></table></div>
<nav class="pages" aria-label="Pages of the ${title.toLowerCase()}" hidden>
<button type="button" data-go="first">First</button> <button type="button" data-go="back">Back</button>
<span class="page"></span>
<button type="button" data-go="on">Next</button> <button type="button" data-go="last">Last</button></nav>
</section>
`;
  }

  #tools(): Html {
    const { name, title, columns } = this.#options;
    const choices = columns.filter(({ filter }) => filter);
    return html`<form class="tools" role="search" aria-label="Search the ${title.toLowerCase()}" hidden>
<label>Search<input type="search" name="text" autocomplete="off" spellcheck="false" placeholder="any words of a row"></label>
${choices.map(
  ({
    key,
    label,
    order = [],
  }) => html`<label>${label}<select name="${key}" id="${name}-${key}"><option value="">all</option>
${this.#packer.texts({ key, order }).map((text) => html`<option value="${text}">${text || '(none)'}</option>`)}</select></label>
`,
)}<button type="reset">Show all</button></form>`;
  }
}

function headOf<Row>({ key, label, kind = 'text', order = [], pick = '' }: Column<Row>): Html {
  return html`<th scope="col" class="${kind}" data-key="${key}" data-kind="${kind}" data-order="${order.join('|')}" data-pick="${pick}">${label}</th>`;
}

function cellOf<Row>({ kind = 'text', of }: Column<Row>, row: Row): Html {
  const value = of(row);
  if (kind === 'head') return html`<th scope="row">${value}</th>`;
  if (kind === 'number') return html`<td class="number">${grouped(Number(value))}</td>`;
  return kind === 'badge'
    ? html`<td><span class="badge" data-value="${value}">${value}</span></td>`
    : html`<td class="${kind}">${value}</td>`;
}
