import { type Paint, painter } from '../screen/text.ts';

/** What a command came to know: a document for machines, lines for people, and its exit. */
export interface Answer {
  document: object;
  lines: (paint: Paint, columns: number) => string[];
  exit: number;
}

export function print({ document, lines, exit }: Answer, json: true | undefined): void {
  const columns = Math.min(process.stdout.columns ?? 80, 80);
  const text = json ? JSON.stringify(document, null, 2) : lines(painter(process.stdout), columns).join('\n');
  process.stdout.write(`${text}\n`);
  process.exitCode = exit;
}
