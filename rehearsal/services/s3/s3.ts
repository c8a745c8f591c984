/** S3: buckets in memory, keys in UTF-8 order as AWS lists them. Strongly consistent, as AWS promises. */
import { createHash } from 'node:crypto';
import { AwsFault, type Caller, type Clock, type Fake } from '#rehearsal/api.ts';
import type { S3Object } from '#rehearsal/protocols/s3.ts';
import { type List, listObjects } from '#rehearsal/services/s3/list.ts';
import { type Read, readObject } from '#rehearsal/services/s3/read.ts';

interface Asked {
  Bucket: string;
  ExpectedBucketOwner?: string;
}

interface Put extends Asked {
  Key: string;
  Body: Uint8Array;
  ContentType: string;
  ContentEncoding?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentLanguage?: string;
  Metadata: Record<string, string>;
  IfNoneMatch?: string;
  IfMatch?: string;
}

export class S3 implements Fake {
  readonly service = 's3';
  readonly buckets = new Map<string, Map<string, S3Object>>();
  readonly #clock: Clock;
  readonly #made: Date;

  constructor(names: string[], clock: Clock) {
    this.#clock = clock;
    this.#made = new Date(clock.now());
    for (const name of names) this.buckets.set(name, new Map());
  }

  readonly operations = {
    PutObject: (input: Put, caller: Caller) => {
      const bucket = this.#bucket(input, caller);
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
        CacheControl: input.CacheControl,
        ContentDisposition: input.ContentDisposition,
        ContentLanguage: input.ContentLanguage,
        Metadata: input.Metadata,
      });
      return { ETag };
    },
    GetObject: (input: Read, caller: Caller) => {
      const found = this.#bucket(input, caller).get(input.Key);
      if (!found) throw new AwsFault('NoSuchKey', 'The specified key does not exist.', 404, { Key: input.Key });
      return readObject(found, input);
    },
    HeadObject: (input: Read, caller: Caller) => {
      const found = this.#bucket(input, caller).get(input.Key);
      if (!found) throw new AwsFault('NotFound', 'Not Found', 404);
      const { Body, ...head } = readObject(found, input);
      return head;
    },
    DeleteObject: (input: { Bucket: string; Key: string }, caller: Caller) => {
      this.#bucket(input, caller).delete(input.Key);
      return {};
    },
    ListObjectsV2: (input: List, caller: Caller) => listObjects(this.#bucket(input, caller), input, caller.account),
    ListBuckets: (input: { Prefix?: string; ContinuationToken?: string; MaxBuckets?: number }) => {
      const names = [...this.buckets.keys()].filter((name) => name.startsWith(input.Prefix ?? '')).sort();
      const left = names.filter((name) => name > (input.ContinuationToken ?? ''));
      const page = left.slice(0, input.MaxBuckets ?? left.length);
      return {
        Buckets: page.map((Name) => ({ Name, CreationDate: this.#made })),
        ...(page.length < left.length && { ContinuationToken: page.at(-1) }),
        ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
      };
    },
  };

  #bucket({ Bucket, ExpectedBucketOwner }: Asked, { account }: Caller): Map<string, S3Object> {
    const bucket = this.buckets.get(Bucket);
    if (!bucket) throw new AwsFault('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: Bucket });
    if (ExpectedBucketOwner !== undefined && ExpectedBucketOwner !== account)
      throw new AwsFault('AccessDenied', 'Access Denied', 403);
    return bucket;
  }
}
