/** ListObjectsV2: keys in UTF-8 order, those with a common prefix folded into one (ListObjectsV2, S3 API Reference). */
import { createHash } from 'node:crypto';
import { AwsFault } from '#rehearsal/api.ts';
import type { S3Object } from '#rehearsal/protocols/s3.ts';

export interface List {
  Bucket: string;
  Prefix?: string;
  Delimiter?: string;
  EncodingType?: 'url';
  StartAfter?: string;
  ContinuationToken?: string;
  FetchOwner?: boolean;
  MaxKeys?: number;
}

/** A key, or the prefix of several: each counts once in MaxKeys. */
interface Entry {
  name: string;
  isPrefix: boolean;
}

export function listObjects(bucket: ReadonlyMap<string, S3Object>, list: List, account: string) {
  const { Bucket, Prefix = '', Delimiter = '', StartAfter = '', MaxKeys = 1000, ContinuationToken } = list;
  if (MaxKeys < 0 || MaxKeys > 2 ** 31 - 1)
    throw new AwsFault('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647');
  const after = ContinuationToken === undefined ? StartAfter : keyOf(ContinuationToken, list);
  const entries = entriesOf(bucket, Prefix, Delimiter).filter(({ name }) => isBefore(after, name));
  const page = entries.slice(0, Math.min(MaxKeys, 1000));
  const hasMore = MaxKeys > 0 && entries.length > page.length;
  const shown = list.EncodingType === 'url' ? encoded : (text: string) => text;
  return {
    Name: Bucket,
    Prefix: shown(Prefix),
    ...(Delimiter && { Delimiter: shown(Delimiter) }),
    ...(list.EncodingType && { EncodingType: list.EncodingType }),
    ...(list.StartAfter !== undefined && { StartAfter: shown(StartAfter) }),
    ...(ContinuationToken !== undefined && { ContinuationToken }),
    KeyCount: page.length,
    MaxKeys: Math.min(MaxKeys, 1000),
    IsTruncated: hasMore,
    NextContinuationToken: hasMore ? tokenOf(page.at(-1)?.name ?? '', list) : undefined,
    Contents: page
      .filter(({ isPrefix }) => !isPrefix)
      .map(({ name }) => {
        const found = bucket.get(name);
        return {
          Key: shown(name),
          LastModified: found?.LastModified,
          ETag: found?.ETag,
          Size: found?.Body.byteLength,
          StorageClass: 'STANDARD',
          ...(list.FetchOwner && { Owner: { ID: createHash('sha256').update(account).digest('hex') } }),
        };
      }),
    CommonPrefixes: page.filter(({ isPrefix }) => isPrefix).map(({ name }) => ({ Prefix: shown(name) })),
  };
}

function entriesOf(bucket: ReadonlyMap<string, S3Object>, prefix: string, delimiter: string): Entry[] {
  const entries = new Map<string, Entry>();
  for (const key of bucket.keys()) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const name = end < 0 ? key : key.slice(0, end + delimiter.length);
    entries.set(name, { name, isPrefix: end >= 0 });
  }
  return [...entries.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

/** A space is a plus; slashes stay, round brackets do not (EncodingType). */
function encoded(text: string): string {
  const strict = (found: string) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text)
    .replaceAll(/[!'()~]/g, strict)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}

/** Good for this list only. */
function tokenOf(key: string, { Bucket, Prefix = '', Delimiter = '' }: List): string {
  const of = createHash('sha256')
    .update(JSON.stringify([Bucket, Prefix, Delimiter]))
    .digest('hex')
    .slice(0, 16);
  return Buffer.from(`${of}/${key}`).toString('base64');
}

function keyOf(token: string, list: List): string {
  const key = Buffer.from(token, 'base64').toString().slice(17);
  if (tokenOf(key, list) !== token)
    throw new AwsFault('InvalidArgument', 'The continuation token provided is incorrect', 400, {
      ArgumentName: 'continuation-token',
    });
  return key;
}
