/**
 * Requests as they are written in files: `METHOD TARGET`, and a body behind it, which is JSON if it begins with a bracket and a form
 * otherwise. Empty lines and those that begin with # say nothing. `{n}` and `{word}` stand for a number and a word.
 */
export interface RequestLine {
  method: string;
  target: string;
  body: string | null;
}

/** `faults`: line number and what is wrong with it, with the remedy. */
export function requestLines(text: string): { lines: RequestLine[]; faults: { line: number; words: string }[] } {
  const lines: RequestLine[] = [];
  const faults: { line: number; words: string }[] = [];
  for (const [at, row] of text.split(/\r?\n/).entries()) {
    if (row.trim() === '' || row.startsWith('#')) continue;
    const [, method = '', target = '', body] = /^([A-Z]+) (\/\S*)(?: (.*))?$/.exec(row) ?? [];
    if (method === '')
      faults.push({
        line: at + 1,
        words: 'no request. Remedy: METHOD /target, and a body behind it, as in: GET /search?q=red',
      });
    else lines.push({ method, target, body: body ?? null });
  }
  if (lines.length === 0 && faults.length === 0)
    faults.push({ line: 1, words: 'no request in it. Remedy: one a line' });
  return { lines, faults };
}
