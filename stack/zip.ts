/** A zip file whose bytes depend on its members alone, so that a function whose code did not change is not deployed again. */
import { zipSync } from 'fflate';

export interface ZipEntry {
  path: string;
  content: Uint8Array;
}

/** A plain file that everyone may read, made on Unix: Lambda runs it as another user. */
const UNIX = 3;
const MODE = 0o100644 << 16;
/** The first day that the format knows, by the local clock, which is what it keeps. */
const MTIME = new Date(1980, 0, 1);

export function zip(entries: ZipEntry[]): Uint8Array {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const members = Object.fromEntries(sorted.map(({ path, content }) => [path, content]));
  return zipSync(members, { level: 9, mtime: MTIME, os: UNIX, attrs: MODE });
}
