/**
 * Node's thread pool: files and zlib. While a task waits for it, time must not move, though nothing is on the wire. Node lists the
 * file requests under way, the close of a file under a name of its own; compression it does not list, so each write to a zlib stream is counted from call to callback.
 */
import type { Transform } from 'node:stream';
import { createGzip } from 'node:zlib';

type Transforming = (chunk: unknown, encoding: unknown, done: (...args: unknown[]) => void) => void;
type Flush = (done: (...args: unknown[]) => void) => void;
interface ZlibPrototype {
  once: Transform['once'];
  _transform: Transforming;
  _flush: Flush;
}

export class Pool {
  readonly #writing = new Set<ZlibPrototype>();
  readonly #known = new WeakSet<ZlibPrototype>();
  /** Chunks that went into compression or came out of it: a sign of life. */
  count = 0;
  #restore: () => void = () => undefined;

  busy(): boolean {
    return this.#writing.size > 0 || process.getActiveResourcesInfo().some((name) => /^(FSReq|CloseReq)/.test(name));
  }

  open(): void {
    const prototype = zlibBase();
    const { _transform, _flush } = prototype;
    const counted = (stream: ZlibPrototype, done: (...args: unknown[]) => void) => {
      this.count++;
      this.#writing.add(stream);
      // A stream that breaks or is destroyed does not call back. One listener for each stream, not for each chunk.
      if (!this.#known.has(stream)) stream.once('close', () => this.#writing.delete(stream));
      this.#known.add(stream);
      return (...args: unknown[]) => {
        this.count++;
        this.#writing.delete(stream);
        done(...args);
      };
    };
    prototype._transform = function (this: ZlibPrototype, chunk, encoding, done) {
      Reflect.apply(_transform, this, [chunk, encoding, counted(this, done)]);
    };
    prototype._flush = function (this: ZlibPrototype, done) {
      Reflect.apply(_flush, this, [counted(this, done)]);
    };
    this.#restore = () => Object.assign(prototype, { _transform, _flush });
  }

  close(): void {
    this.#restore();
    this.#writing.clear();
  }
}

/** The prototype that all zlib streams share. */
function zlibBase(): ZlibPrototype {
  const stream = createGzip();
  stream.close();
  for (let at: object | null = Object.getPrototypeOf(stream); at; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, '_transform') && Object.hasOwn(at, '_flush')) return at as ZlibPrototype;
  }
  throw new Error(
    'this Node has no zlib stream with _transform: the rehearsal cannot tell when compression is under way',
  );
}
