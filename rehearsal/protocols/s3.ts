/** S3 in path style. Bodies may be cut into signed chunks with a checksum behind them (aws-chunked): they are put together here. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsFault } from '#rehearsal/api.ts';
import type { Protocol, WireAnswer, WireRequest } from '#rehearsal/protocols/wire.ts';
import { members, type XmlStyle } from '#rehearsal/protocols/xml.ts';

const XML = { 'content-type': 'application/xml' };
const REPEATED: XmlStyle = { item: null, rename: (member) => member };
/** Sub-resources in the query name other operations. */
const SUB_RESOURCES = [
  'acl',
  'tagging',
  'uploads',
  'uploadId',
  'delete',
  'versions',
  'versioning',
  'policy',
  'location',
  'attributes',
  'retention',
  'legal-hold',
  'versionId',
  'partNumber',
];
/** Headers that would change what is kept or who may see it. */
const REFUSED =
  /^x-amz-(acl|grant-|tagging|copy-source|mfa|bypass-|if-match-|object-lock-|website-|write-offset|server-side-)|^expires$/;
/** Headers of an object, by their members. */
const KEPT = {
  CacheControl: 'cache-control',
  ContentDisposition: 'content-disposition',
  ContentLanguage: 'content-language',
} as const;

/** What GetObject and HeadObject give back. */
export interface S3Object {
  Body: Uint8Array; // not for HeadObject
  ContentLength?: number | undefined;
  ContentRange?: string | undefined;
  AcceptRanges?: string | undefined;
  CacheControl?: string | undefined;
  ContentDisposition?: string | undefined;
  ContentLanguage?: string | undefined;
  ETag: string;
  LastModified: Date;
  ContentType: string;
  ContentEncoding?: string | undefined;
  Metadata: Record<string, string>;
}

export const restS3: Protocol = {
  operation({ method, url }) {
    const [, bucket, ...key] = url.pathname.split('/');
    const sub = SUB_RESOURCES.find((name) => url.searchParams.has(name));
    if (sub) return `${method} ?${sub}`;
    if (!bucket) return 'ListBuckets';
    if (key.join('/') === '')
      return method === 'GET' && url.searchParams.get('list-type') === '2' ? 'ListObjectsV2' : `${method} on a bucket`;
    return (
      ({ GET: 'GetObject', PUT: 'PutObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' } as Record<string, string>)[
        method
      ] ?? method
    );
  },
  input(asked, operation) {
    const { url, headers } = asked;
    const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
    const query = (name: string) => url.searchParams.get(name) ?? undefined;
    checkHeaders(headers, operation);
    if (query('response-expires')) throw notRehearsed(operation, 'response-expires');
    if (operation === 'ListBuckets')
      return {
        Prefix: query('prefix'),
        ContinuationToken: query('continuation-token'),
        MaxBuckets: query('max-buckets'),
        BucketRegion: query('bucket-region'),
      };
    const of = { Bucket: bucket, ExpectedBucketOwner: headers['x-amz-expected-bucket-owner'] };
    if (operation === 'ListObjectsV2') {
      const MaxKeys = query('max-keys');
      return {
        ...of,
        Prefix: query('prefix'),
        Delimiter: query('delimiter'),
        EncodingType: query('encoding-type'),
        FetchOwner: query('fetch-owner'),
        StartAfter: query('start-after'),
        ContinuationToken: query('continuation-token'),
        ...(MaxKeys && { MaxKeys: Number(MaxKeys) }),
      };
    }
    const input = { ...of, Key: key.join('/') };
    if (operation === 'DeleteObject') return input;
    if (operation === 'GetObject' || operation === 'HeadObject') return { ...input, ...asRead(headers, query) };
    const encoding = String(headers['content-encoding'] ?? '')
      .split(',')
      .map((one) => one.trim());
    const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
    return {
      ...input,
      Body: body(asked),
      ContentType: headers['content-type'] ?? 'application/octet-stream',
      ContentEncoding: encoding.filter((one) => one !== '' && one !== 'aws-chunked').join(',') || undefined,
      IfNoneMatch: headers['if-none-match'],
      IfMatch: headers['if-match'],
      CacheControl: headers['cache-control'],
      ContentDisposition: headers['content-disposition'],
      ContentLanguage: headers['content-language'],
      Metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)])),
    };
  },
  answer(operation, output, requestId) {
    const headers = { 'x-amz-request-id': requestId };
    if (operation === 'GetObject' || operation === 'HeadObject') return object(output as S3Object, operation, headers);
    if (operation === 'DeleteObject') return { status: 204, headers, body: '' };
    if (operation === 'PutObject')
      return { status: 200, headers: { ...headers, etag: (output as { ETag: string }).ETag }, body: '' };
    if (operation === 'ListBuckets') return { status: 200, headers: { ...headers, ...XML }, body: buckets(output) };
    const xml = `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${members(output as object, REPEATED, '')}</ListBucketResult>`;
    return { status: 200, headers: { ...headers, ...XML }, body: xml };
  },
  fault(fault, requestId) {
    const xml = `<Error>${members({ Code: fault.code, Message: fault.message, ...fault.members, RequestId: requestId }, REPEATED, '')}</Error>`;
    return {
      status: fault.status,
      headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId },
      body: xml,
    };
  },
};

/** What else the model has does nothing here: who pays, and checksums that come back. */
function checkHeaders(headers: WireRequest['headers'], operation: string): void {
  const strange = Object.keys(headers).find((name) => REFUSED.test(name));
  if (strange) throw notRehearsed(operation, strange);
  if ((headers['x-amz-storage-class'] ?? 'STANDARD') !== 'STANDARD') throw notRehearsed(operation, 'a storage class');
  if (operation === 'DeleteObject' && headers['if-match']) throw notRehearsed(operation, 'if-match');
}

function notRehearsed(operation: string, what: string): AwsFault {
  return new AwsFault('NotImplemented', `not rehearsed: s3.${operation} with ${what}`, 501);
}

function asRead(headers: WireRequest['headers'], query: (name: string) => string | undefined) {
  return {
    Range: headers.range,
    IfMatch: headers['if-match'],
    IfNoneMatch: headers['if-none-match'],
    IfModifiedSince: headers['if-modified-since'],
    IfUnmodifiedSince: headers['if-unmodified-since'],
    ResponseCacheControl: query('response-cache-control'),
    ResponseContentDisposition: query('response-content-disposition'),
    ResponseContentEncoding: query('response-content-encoding'),
    ResponseContentLanguage: query('response-content-language'),
    ResponseContentType: query('response-content-type'),
  };
}

/** The one list whose items have an element of their own. */
function buckets(output: unknown): string {
  const { Buckets, ...rest } = output as { Buckets: object[] };
  const items = Buckets.map((one) => `<Bucket>${members(one, REPEATED, '')}</Bucket>`).join('');
  const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  return `<ListAllMyBucketsResult ${namespace}><Buckets>${items}</Buckets>${members(rest, REPEATED, '')}</ListAllMyBucketsResult>`;
}

function object(found: S3Object, operation: string, headers: Record<string, string>): WireAnswer {
  const kept = Object.entries(KEPT).flatMap(([member, name]) => {
    const value = found[member as keyof typeof KEPT];
    return value === undefined ? [] : [[name, value]];
  });
  const meta = Object.entries(found.Metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    status: found.ContentRange ? 206 : 200,
    headers: {
      ...headers,
      ...Object.fromEntries([...meta, ...kept]),
      'accept-ranges': found.AcceptRanges ?? 'bytes',
      ...(found.ContentRange && { 'content-range': found.ContentRange }),
      etag: found.ETag,
      'last-modified': found.LastModified.toUTCString(),
      'content-type': found.ContentType,
      'content-length': String(found.ContentLength ?? found.Body.byteLength),
      ...(found.ContentEncoding && { 'content-encoding': found.ContentEncoding }),
    },
    body: operation === 'HeadObject' ? '' : found.Body,
  };
}

function body({ headers, body: raw }: WireRequest): Uint8Array {
  const chunked =
    String(headers['content-encoding'] ?? '').includes('aws-chunked') ||
    String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const { data, trailers } = chunked ? unchunk(raw) : { data: raw, trailers: new Map<string, string>() };
  const md5 = headers['content-md5'];
  if (md5 !== undefined && createHash('md5').update(data).digest('base64') !== md5)
    throw new AwsFault('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  const expected = trailers.get('x-amz-checksum-crc32') ?? headers['x-amz-checksum-crc32'];
  if (expected === undefined) return data;
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(data));
  if (sum.toString('base64') !== expected)
    throw new AwsFault('BadDigest', 'The CRC32 you specified did not match the calculated checksum.');
  return data;
}

/** `size[;chunk-signature=…]\r\n data \r\n … 0\r\n name:value\r\n\r\n` */
function unchunk(raw: Buffer): { data: Buffer; trailers: Map<string, string> } {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = raw.indexOf('\r\n', at);
    const size = end < 0 ? Number.NaN : Number.parseInt(raw.toString('latin1', at, end), 16);
    if (Number.isNaN(size)) throw new AwsFault('IncompleteBody', 'The request body ends in the middle of a chunk.');
    at = end + 2;
    if (size === 0) break;
    parts.push(raw.subarray(at, at + size));
    at += size + 2;
  }
  const lines = raw
    .toString('latin1', at)
    .split('\r\n')
    .filter((line) => line.includes(':'));
  const trailers = lines.map(
    (line) =>
      [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const,
  );
  return { data: Buffer.concat(parts), trailers: new Map(trailers) };
}
