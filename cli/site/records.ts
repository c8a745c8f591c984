import { LINE_BYTES, parted } from '#domain/edge/log-lines.ts';
import { type LogFault, type LogRecord, readLogLine } from '#domain/edge/log-record.ts';
import { BrokenRecord } from '#domain/errors.ts';
import { several } from '../screen/text.ts';

/** What could not be read of a log, each with its first place. */
export interface Unread {
  what: string;
  lines: number;
  first: string; // FILE:LINE
}

/** One file of a log. Its lines throw `BrokenRecord` where it ends in the middle. */
export interface LogSource {
  name: string;
  lines(): AsyncIterable<string | null>; // null: a line too long to be one
}

const FAULTS: Record<LogFault, string> = {
  'not-json': 'no JSON',
  'not-waf': 'JSON, but no request that AWS WAF logged',
  'no-time': 'without a time',
};

/** The records of a log, in the order of its files. What is none is counted into `unread`, and passed over. */
export async function* recordsOf(
  sources: Iterable<LogSource> | AsyncIterable<LogSource>,
  unread: Unread[],
): AsyncGenerator<LogRecord> {
  const byWhat = new Map<string, Unread>();
  const note = (what: string, place: string) => {
    const found = byWhat.get(what);
    if (found) found.lines += 1;
    else {
      const first = { what, lines: 1, first: place };
      byWhat.set(what, first);
      unread.push(first);
    }
  };
  for await (const { name, lines } of sources) {
    let number = 0;
    try {
      for await (const line of lines()) {
        number += 1;
        if (line === null) note(`longer than ${LINE_BYTES >> 20} MiB`, `${name}:${number}`);
        else if (line.trim() !== '') {
          for (const part of parted(line)) {
            const read = readLogLine(part);
            if (typeof read === 'string') note(FAULTS[read], `${name}:${number}`);
            else yield read;
          }
        }
      }
    } catch (error) {
      if (!(error instanceof BrokenRecord)) throw error;
      const cut = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'Z_BUF_ERROR';
      note(cut ? 'missing: the gzip file is cut off here' : 'behind damaged gzip data', `${name}:${number + 1}`);
    }
  }
}

/** `3 lines no JSON (first: waf.log:1)`, for messages. */
export function unreadWords({ what, lines, first }: Unread): string {
  return `${several(lines, 'line')} ${what} (first: ${first})`;
}
