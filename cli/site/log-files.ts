import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { LINE_BYTES, linesIn, parted } from '#domain/edge/log-lines.ts';
import { type LogFault, type LogRecord, readLogLine } from '#domain/edge/log-record.ts';
import { BadInput } from '../bad-input.ts';

/** What could not be read of the files, each with its first place. */
export interface Unread {
  what: string;
  lines: number;
  first: string; // FILE:LINE
}

const FAULTS: Record<LogFault, string> = {
  'not-json': 'no JSON',
  'not-waf': 'JSON, but no request that AWS WAF logged',
  'no-time': 'without a time',
};
const REMEDY =
  'Remedy: give files of AWS WAF as they lie in its log bucket (…_waflogs_….log.gz), or as Firehose delivered them';

/**
 * The records of AWS WAF's log files, in the order of the files, gzipped or not. Lines that are none are counted into `unread`
 * and passed over. Throws BadInput where a file cannot be opened, and where none of the files held a record.
 */
export async function* logRecords(files: readonly string[], unread: Unread[]): AsyncGenerator<LogRecord> {
  let records = 0;
  const byWhat = new Map<string, Unread>();
  const note = (what: string, place: string) => {
    const found = byWhat.get(what);
    if (found) found.lines += 1;
    else byWhat.set(what, { what, lines: 1, first: place });
  };
  for (const file of files) {
    let number = 0;
    for await (const line of linesOf(file, (what) => note(what, `${file}:${number + 1}`))) {
      number += 1;
      if (line === null) note(`longer than ${LINE_BYTES >> 20} MiB`, `${file}:${number}`);
      else if (line.trim() !== '') {
        for (const part of parted(line)) {
          const read = readLogLine(part);
          if (typeof read === 'string') note(FAULTS[read], `${file}:${number}`);
          else {
            records += 1;
            yield read;
          }
        }
      }
    }
  }
  unread.push(...byWhat.values());
  if (records === 0) {
    const why = unread.map(
      ({ what, lines, first }) => `${lines === 1 ? 'a line' : `${lines} lines`} ${what} (first: ${first})`,
    );
    throw new BadInput([
      `${files.join(', ')}: holds no request that AWS WAF logged${why.length ? `: ${why.join('; ')}` : ''}. ${REMEDY}`,
    ]);
  }
}

/** Lines of one file; null for a line that is too long. A file that ends in the middle says so to `broken`, once. */
async function* linesOf(file: string, broken: (what: string) => void): AsyncGenerator<string | null> {
  const zipped = await gzipped(file);
  const source = createReadStream(file);
  const bytes = zipped ? source.pipe(createGunzip()) : source;
  try {
    yield* linesIn(bytes as AsyncIterable<Uint8Array>);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!/^Z_/.test(code)) throw unreadable(file, error);
    broken(code === 'Z_BUF_ERROR' ? 'missing: the gzip file is cut off here' : 'behind damaged gzip data');
  }
}

async function gzipped(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): BadInput {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const why =
    code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'is a directory' : `cannot be read (${code})`;
  return new BadInput([`${file}: ${why}. ${REMEDY}`]);
}
