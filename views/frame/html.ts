/** HTML by tagged template: every value that is not itself HTML is escaped, so that forgetting to is not possible. */
import { clean } from '#views/frame/text.ts';

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Html | string | number | null | undefined | readonly Part[];

/** ``html`<td>${name}</td>` ``; lists are joined, null and undefined are nothing. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(texts.map((text, place) => text + (place < parts.length ? written(parts[place]) : '')).join(''));
}

function written(part: Part): string {
  if (part === null || part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'number') return String(part);
  return typeof part === 'string' ? escaped(part) : part.map(written).join('');
}

/** Fit for text and for attributes in quotes. What a reader cannot see (controls, bidirectional marks) is gone. */
export function escaped(text: string): string {
  return clean(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** JSON for a data block: no `<` that could end the block or begin a comment. */
export function jsonBlock(value: unknown): Html {
  return new Html(
    JSON.stringify(value).replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** `1,234`: the same wherever the page is made, unlike toLocaleString. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `2024-09-01 02:00:31`; the page says once that all times are UTC. */
export function timeTag(at: string | null | undefined): Html | string {
  return at ? html`<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 19)}</time>` : '–';
}

export function numberHead(label: string): Html {
  return html`<th scope="col" class="number">${label}</th>`;
}

/** Readers of screens and of small screens get the caption, and a table wider than the screen scrolls by keyboard too. */
export function table(id: string, caption: string, heads: readonly Part[], rows: readonly Html[]): Html {
  return html`<div class="scroll" role="region" aria-labelledby="${id}-caption" tabindex="0"><table id="${id}"><caption id="${id}-caption">${caption}</caption>
<thead><tr>${heads.map((head) => (head instanceof Html ? head : html`<th scope="col">${head}</th>`))}</tr></thead>
<tbody>
${rows}</tbody></table></div>
`;
}
