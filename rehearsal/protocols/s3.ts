/** S3 in path style. Bodies may be cut into signed chunks with a checksum behind them (aws-chunked): they are put together here. */
import { crc32 } from 'node:zlib';
import { AwsFault } from '#rehearsal/api.ts';
import type { Protocol, WireAnswer, WireRequest } from '#rehearsal/protocols/wire.ts';
import { members, type XmlStyle } from '#rehearsal/protocols/xml.ts';

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
];

/** What GetObject and HeadObject give back. */
export interface S3Object {
  Body: Uint8Array; // not for HeadObject, which has a ContentLength
  ContentLength?: number | undefined;
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
      (
        { GET: 'GetObject', PUT: request(url, 'PutObject'), HEAD: 'HeadObject', DELETE: 'DeleteObject' } as Record<
          string,
          string
        >
      )[method] ?? method
    );
  },
  input(asked, operation) {
    const { url, headers } = asked;
    const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
    const query = (name: string) => url.searchParams.get(name) ?? undefined;
    if (operation === 'ListObjectsV2') {
      const MaxKeys = query('max-keys');
      return {
        Bucket: bucket,
        Prefix: query('prefix'),
        Delimiter: query('delimiter'),
        StartAfter: query('start-after'),
        ContinuationToken: query('continuation-token'),
        ...(MaxKeys && { MaxKeys: Number(MaxKeys) }),
      };
    }
    const input = { Bucket: bucket, Key: key.join('/') };
    if (operation === 'GetObject' && headers.range)
      throw new AwsFault('NotImplemented', 'not rehearsed: s3.GetObject with a Range', 400);
    if (operation !== 'PutObject') return { ...input, IfNoneMatch: headers['if-none-match'] };
    if (headers['x-amz-copy-source']) throw new AwsFault('NotImplemented', 'not rehearsed: s3.CopyObject', 400);
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
      Metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)])),
    };
  },
  answer(operation, output, requestId) {
    const headers = { 'x-amz-request-id': requestId };
    if (operation === 'GetObject' || operation === 'HeadObject') return object(output as S3Object, operation, headers);
    if (operation === 'DeleteObject') return { status: 204, headers, body: '' };
    if (operation === 'PutObject')
      return { status: 200, headers: { ...headers, etag: (output as { ETag: string }).ETag }, body: '' };
    const xml = `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${members(output as object, REPEATED, '')}</ListBucketResult>`;
    return { status: 200, headers: { ...headers, 'content-type': 'application/xml' }, body: xml };
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

function request(url: URL, otherwise: string): string {
  return url.searchParams.has('partNumber') ? 'UploadPart' : otherwise;
}

function object(found: S3Object, operation: string, headers: Record<string, string>): WireAnswer {
  const meta = Object.entries(found.Metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    status: 200,
    headers: {
      ...headers,
      ...Object.fromEntries(meta),
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
