import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { linesIn } from '#domain/edge/log-lines.ts';
import type { LogRecord } from '#domain/edge/log-record.ts';
import { BrokenRecord } from '#domain/errors.ts';
import { BadInput } from '../bad-input.ts';
import { recordsOf, type Unread, unreadWords } from './records.ts';

const REMEDY =
  'Remedy: give files of AWS WAF as they lie in its log bucket (…_waflogs_….log.gz), or as Firehose delivered them';

/**
 * The records of AWS WAF's log files, in the order of the files, gzipped or not. Lines that are none are counted into `unread`
 * and passed over. Throws BadInput where a file cannot be opened, and where none of the files held a record.
 */
export async function* logRecords(files: readonly string[], unread: Unread[]): AsyncGenerator<LogRecord> {
  let records = 0;
  const sources = files.map((name) => ({ name, lines: () => linesOf(name) }));
  for await (const record of recordsOf(sources, unread)) {
    records += 1;
    yield record;
  }
  if (records > 0) return;
  const why = unread.map((each) => unreadWords(each).replace(/^1 line /, 'a line ')).join('; ');
  throw new BadInput([`${files.join(', ')}: holds no request that AWS WAF logged${why ? `: ${why}` : ''}. ${REMEDY}`]);
}

/** Throws BrokenRecord where the file ends in the middle, after the lines before. */
async function* linesOf(file: string): AsyncGenerator<string | null> {
  const zipped = await gzipped(file);
  const source = createReadStream(file);
  try {
    yield* linesIn((zipped ? source.pipe(createGunzip()) : source) as AsyncIterable<Uint8Array>);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!/^Z_/.test(code)) throw unreadable(file, error);
    throw new BrokenRecord(`${file} is no whole gzip file`, { cause: error });
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
