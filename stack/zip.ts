/** A zip file whose bytes depend on its members alone, so that a function whose code did not change is not deployed again. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  path: string;
  content: Uint8Array;
}

/** 1980-01-01 00:00, the first day that the format knows. */
const DOS_DATE = 0x21;
const UNIX = 3 << 8;
/** A plain file that everyone may read: Lambda runs it as another user. */
const MODE = 0o100644;
const DEFLATE = 8;
const UTF8 = 0x800;

export function zip(entries: ZipEntry[]): Uint8Array {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(entry.path);
    const packed = deflateRawSync(entry.content, { level: 9 });
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(UTF8, 2);
    facts.writeUInt16LE(DEFLATE, 4);
    facts.writeUInt16LE(0, 6);
    facts.writeUInt16LE(DOS_DATE, 8);
    facts.writeUInt32LE(crc32(entry.content), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(entry.content.length, 18);
    facts.writeUInt16LE(name.length, 22);
    locals.push(signature(0x04034b50), facts, name, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((MODE << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(signature(0x02014b50), made(), facts, tail, name);
    offset += 4 + facts.length + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function made(): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(UNIX | 20);
  return bytes;
}
