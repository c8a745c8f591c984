/** docs/first-day.md as a script: what is run in the rehearsal, and the answers that are printed there. */
import { readFileSync } from 'node:fs';

export type Part =
  | { kind: 'commands'; step: string; text: string; answer: string[] }
  | { kind: 'account'; step: string; text: string } // nothing here plays it
  | { kind: 'policy'; step: string; text: string }
  | { kind: 'rehearsal'; step: string; text: string }; // the rehearsal that the next commands are run against

export const page = (): string => readFileSync(new URL('../../../docs/first-day.md', import.meta.url), 'utf8');

/** In order. Throws for commands without an answer, and for a block that is none of these. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let step = '0';
  const piece = /^## (\d+)\. .*$|^<!-- rehearsal: (.*) -->$|^```(.*)\n([\s\S]*?)^```$/gm;
  for (const [whole, number, rehearsal, info, block = ''] of text.matchAll(piece)) {
    const before = parts.at(-1);
    if (before?.kind === 'commands' && !before.answer.length && info !== 'text')
      throw new Error(`step ${step}: commands without an answer`);
    if (number) step = number;
    else if (rehearsal) parts.push({ kind: 'rehearsal', step, text: rehearsal });
    else if (info === 'sh in an account') parts.push({ kind: 'account', step, text: block });
    else if (info === 'sh') parts.push({ kind: 'commands', step, text: block, answer: [] });
    else if (info === 'yaml policy') parts.push({ kind: 'policy', step, text: block });
    else if (info === 'text' && before?.kind === 'commands') before.answer.push(...block.trimEnd().split('\n'));
    else throw new Error(`step ${step}: nobody knows what to do with ${whole.split('\n')[0]}`);
  }
  return parts;
}

/** null: the answer is as printed. `…` in a line stands for any text, a line of it alone for any lines. */
export function differs(answer: readonly string[], printed: readonly string[]): string | null {
  const [line, ...rest] = printed;
  if (line === undefined) return answer.length ? `and then: ${answer[0]}` : null;
  if (line === '…') {
    const left = Array.from({ length: answer.length + 1 }, (_, from) => differs(answer.slice(from), rest));
    return left.includes(null) ? null : (left[0] ?? null);
  }
  const [is, ...more] = answer;
  if (is === undefined) return `nothing, where it should say: ${line}`;
  const pattern = line.split('…').map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`).test(is) ? differs(more, rest) : `${is}\n  where it should say: ${line}`;
}
