/** The last column of docs/traps.md: which test files name a trap. Run by itself it writes the file. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DOCUMENT = fileURLToPath(new URL('../docs/traps.md', import.meta.url));
const TESTS = fileURLToPath(new URL('.', import.meta.url));
const ROW = /^\| (\d+) \| (.*) \| (.*) \| (.*) \| (.*) \|$/;

export interface TrapRow {
  number: number;
  scenario: string;
  tests: string;
}

export function rows(text: string): TrapRow[] {
  return text.split('\n').flatMap((line) => {
    const [, number, , , scenario = '', tests = ''] = ROW.exec(line) ?? [];
    return number === undefined ? [] : [{ number: Number(number), scenario, tests }];
  });
}

export const document = () => readFileSync(DOCUMENT, 'utf8');

/** The document as it should be: each row with the test files whose text names its trap. */
export function upToDate(text: string): string {
  const named = new Map<number, string[]>();
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  for (const file of files.sort()) {
    for (const number of trapsIn(readFileSync(`${TESTS}${file}`, 'utf8')))
      named.set(number, [...(named.get(number) ?? []), file]);
  }
  return text.replaceAll(new RegExp(ROW, 'gm'), (_line, number: string, ...[trap, does, scenario]: string[]) => {
    const tests = named.get(Number(number))?.map((file) => `[${file.replace('.test.ts', '')}](../test/${file})`);
    return `| ${number} | ${trap} | ${does} | ${scenario} | ${tests?.join(', ') ?? '(none)'} |`;
  });
}

/** One number, two of them with "and", or from one "to" another. */
function trapsIn(text: string): Set<number> {
  const found = new Set<number>();
  for (const [, from, joined, to] of text.matchAll(/\btraps? (\d+)(?:( to | and |, )(\d+))?/g)) {
    found.add(Number(from));
    if (to === undefined) continue;
    for (let n = joined === ' to ' ? Number(from) : Number(to); n <= Number(to); n++) found.add(n);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(DOCUMENT, upToDate(document()));
