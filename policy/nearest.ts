/** The known word that a misspelt one is most like, or null where none is near: at most one edit in three letters. */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: { word: string; edits: number } | null = null;
  for (const candidate of known) {
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (edits <= Math.ceil(candidate.length / 3) && (!best || edits < best.edits)) best = { word: candidate, edits };
  }
  return best?.word ?? null;
}

/** Levenshtein's distance, row by row. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, char] of [...a].entries()) {
    const above = row;
    row = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (char === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
  }
  return row[b.length] ?? 0;
}
