import cliProgress from 'cli-progress';
import type { Watcher } from '../rehearse/watch.ts';
import { clockText, cut, type Paint } from './text.ts';

const LINES = 14;
const REDRAW_MS = 50;
const BAR = { barsize: 30, barCompleteString: '█'.repeat(30), barIncompleteString: '░'.repeat(30), barGlue: '' };

/**
 * The moving part of the screen on a terminal: the last states with their virtual times, and a bar while a ring is patched.
 * The bar is drawn with the lines, for both share one part of the screen.
 */
export function liveScreen(stream: NodeJS.WriteStream, paint: Paint): Watcher & { clear(): void } {
  const lines: string[] = [];
  let bar: string | null = null;
  let drawn = 0;
  let last = 0;
  const columns = () => Math.min(stream.columns ?? 80, 80);

  const clear = () => {
    if (drawn > 0) stream.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = (force: boolean) => {
    const now = Number(process.hrtime.bigint() / 1_000_000n);
    if (!force && now - last < REDRAW_MS) return;
    last = now;
    const shown = [
      ...lines.slice(-Math.max(1, Math.min(LINES, (stream.rows ?? 24) - 3))),
      ...(bar === null ? [] : [bar]),
    ];
    clear();
    stream.write(shown.map((line) => `${line}\n`).join(''));
    drawn = shown.length;
  };
  return {
    news(at, who, words) {
      lines.push(
        `${paint('dim', clockText(at))}  ${paint('cyan', cut(who, 8).padEnd(8))} ${cut(words, columns() - 24)}`,
      );
      draw(false);
    },
    progress(ring, done, total) {
      const full = total === 0 ? 1 : done / total;
      const text = `${cut(ring, 8).padEnd(8)} ${cliProgress.Format.BarFormat(full, BAR)} ${done} of ${total} hosts`;
      bar = done < total ? `${' '.repeat(14)}${text}` : null;
      draw(done === total);
    },
    clear,
  };
}
