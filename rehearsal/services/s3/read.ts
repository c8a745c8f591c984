/** What a reader may ask of an object besides all of it: a range, and only under conditions (GetObject, S3 API Reference). */
import { AwsFault } from '#rehearsal/api.ts';
import type { S3Object } from '#rehearsal/protocols/s3.ts';

export interface Read {
  Bucket: string;
  Key: string;
  Range?: string;
  IfMatch?: string;
  IfNoneMatch?: string;
  IfModifiedSince?: string;
  IfUnmodifiedSince?: string;
  ResponseCacheControl?: string;
  ResponseContentDisposition?: string;
  ResponseContentEncoding?: string;
  ResponseContentLanguage?: string;
  ResponseContentType?: string;
}

/** The object as the reader asked for it. Throws AwsFault. */
export function readObject(found: S3Object, read: Read): S3Object {
  checkConditions(found, read);
  const part = partOf(read.Range, found.Body.byteLength);
  const length = found.Body.byteLength;
  const override = (name: 'CacheControl' | 'ContentDisposition' | 'ContentEncoding' | 'ContentLanguage') => {
    const value = read[`Response${name}`] ?? found[name];
    return value === undefined ? {} : { [name]: value };
  };
  return {
    ...found,
    ContentType: read.ResponseContentType ?? found.ContentType,
    ...override('CacheControl'),
    ...override('ContentDisposition'),
    ...override('ContentEncoding'),
    ...override('ContentLanguage'),
    AcceptRanges: 'bytes',
    ContentLength: part ? part.end - part.start : length,
    ...(part && {
      Body: found.Body.subarray(part.start, part.end),
      ContentRange: `bytes ${part.start}-${part.end - 1}/${length}`,
    }),
  };
}

/** The tags win over the times, as RFC 7232 has it. */
function checkConditions({ ETag, LastModified }: S3Object, read: Read): void {
  const modified = Math.floor(LastModified.getTime() / 1000) * 1000;
  const isOlder = (since: string | undefined) => since !== undefined && modified > Date.parse(since);
  const isNotNewer = read.IfModifiedSince !== undefined && modified <= Date.parse(read.IfModifiedSince);
  const isLost = read.IfMatch === undefined ? isOlder(read.IfUnmodifiedSince) : !isTag(read.IfMatch, ETag);
  if (isLost)
    throw new AwsFault('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  if (read.IfNoneMatch === undefined ? isNotNewer : isTag(read.IfNoneMatch, ETag))
    throw new AwsFault('NotModified', 'Not Modified', 304);
}

function isTag(asked: string, tag: string): boolean {
  return asked === '*' || asked === tag || `"${asked}"` === tag;
}

/** `bytes=0-9`, `bytes=9-`, `bytes=-9`; what is no single range is the whole object. `end` is after the last byte. */
function partOf(range: string | undefined, length: number): { start: number; end: number } | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return null;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  const start = first === '' ? Math.max(0, length - Number(last)) : Number(first);
  const end = first === '' || last === '' ? length : Math.min(length, Number(last) + 1);
  if (start >= length)
    throw new AwsFault('InvalidRange', 'The requested range is not satisfiable', 416, {
      RangeRequested: range,
      ActualObjectSize: length,
    });
  return { start, end };
}
