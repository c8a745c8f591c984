/** S3: buckets in memory, keys in UTF-8 order as AWS lists them. Strongly consistent, as AWS promises. */
import { createHash } from 'node:crypto';
import { AwsFault, type Clock, type Fake } from '#rehearsal/api.ts';
import type { S3Object } from '#rehearsal/protocols/s3.ts';

interface Put {
  Bucket: string;
  Key: string;
  Body: Uint8Array;
  ContentType: string;
  ContentEncoding?: string;
  Metadata: Record<string, string>;
  IfNoneMatch?: string;
  IfMatch?: string;
}

interface List {
  Bucket: string;
  Prefix?: string;
  Delimiter?: string;
  StartAfter?: string;
  ContinuationToken?: string;
  MaxKeys?: number;
}

export class S3 implements Fake {
  readonly service = 's3';
  readonly buckets = new Map<string, Map<string, S3Object>>();
  readonly #clock: Clock;

  constructor(names: string[], clock: Clock) {
    this.#clock = clock;
    for (const name of names) this.buckets.set(name, new Map());
  }

  readonly operations = {
    PutObject: (input: Put) => {
      const bucket = this.#bucket(input.Bucket);
      const there = bucket.get(input.Key);
      const lost =
        (input.IfNoneMatch === '*' && there) || (input.IfMatch !== undefined && there?.ETag !== input.IfMatch);
      if (lost)
        throw new AwsFault('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
      const ETag = `"${createHash('md5').update(input.Body).digest('hex')}"`;
      bucket.set(input.Key, {
        Body: input.Body,
        ETag,
        LastModified: new Date(this.#clock.now()),
        ContentType: input.ContentType,
        ContentEncoding: input.ContentEncoding,
        Metadata: input.Metadata,
      });
      return { ETag };
    },
    GetObject: (input: { Bucket: string; Key: string }) => {
      const found = this.#bucket(input.Bucket).get(input.Key);
      if (!found) throw new AwsFault('NoSuchKey', 'The specified key does not exist.', 404, { Key: input.Key });
      return found;
    },
    HeadObject: (input: { Bucket: string; Key: string }) => {
      const found = this.#bucket(input.Bucket).get(input.Key);
      if (!found) throw new AwsFault('NotFound', 'Not Found', 404);
      const { Body, ...head } = found;
      return { ...head, ContentLength: Body.byteLength };
    },
    DeleteObject: (input: { Bucket: string; Key: string }) => {
      this.#bucket(input.Bucket).delete(input.Key);
      return {};
    },
    ListObjectsV2: (input: List) => this.#list(input),
  };

  #list({ Bucket, Prefix = '', Delimiter, StartAfter = '', ContinuationToken, MaxKeys = 1000 }: List) {
    if (Delimiter !== undefined)
      throw new AwsFault('NotImplemented', 'not rehearsed: s3.ListObjectsV2 with a Delimiter', 400);
    const after = ContinuationToken === undefined ? StartAfter : Buffer.from(ContinuationToken, 'base64').toString();
    const bucket = this.#bucket(Bucket);
    const keys = [...bucket.keys()].filter(
      (key) => key.startsWith(Prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0,
    );
    keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = keys.slice(0, Math.min(MaxKeys, 1000));
    const more = keys.length > page.length;
    return {
      Name: Bucket,
      Prefix,
      KeyCount: page.length,
      MaxKeys,
      IsTruncated: more,
      NextContinuationToken: more ? Buffer.from(page.at(-1) ?? '').toString('base64') : undefined,
      Contents: page.map((Key) => {
        const found = bucket.get(Key);
        return {
          Key,
          LastModified: found?.LastModified,
          ETag: found?.ETag,
          Size: found?.Body.byteLength,
          StorageClass: 'STANDARD',
        };
      }),
    };
  }

  #bucket(name: string): Map<string, S3Object> {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new AwsFault('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
    return bucket;
  }
}
