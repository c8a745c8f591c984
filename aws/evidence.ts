import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { pipeline as pipelined } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ask, isNamed, pages, translated } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { setting } from '#aws/setting.ts';
import type { CampaignRef, Evidence } from '#domain/campaign/ports.ts';
import { folderOf } from '#domain/campaign/short-name.ts';
import { BrokenRecord } from '#domain/errors.ts';

/** Path style, since a bucket's name is no host name behind an endpoint of one's own. */
const s3 = lazily(() => new S3Client({ forcePathStyle: true }));

export const evidence: Evidence = {
  async read<T>(campaign: CampaignRef, path: string) {
    const body = await opened(campaign, path);
    if (!body) throw missing(campaign, path);
    return json<T>(campaign, path, await ask('s3:GetObject', body.transformToString()));
  },

  async readIfThere<T>(campaign: CampaignRef, path: string) {
    const body = await opened(campaign, path);
    return body ? json<T>(campaign, path, await ask('s3:GetObject', body.transformToString())) : null;
  },

  async write(campaign, path, value) {
    await put(campaign, path, `${JSON.stringify(value, null, 2)}\n`, 'application/json');
  },

  async *lines<T>(campaign: CampaignRef, path: string) {
    const body = await opened(campaign, path);
    if (!body) throw missing(campaign, path);
    // pipeline: an error of the socket ends the reading too, and a reader who leaves ends the socket
    const plain = pipeline(body as Readable, createGunzip(), () => {});
    try {
      for await (const line of linesOf(plain)) yield json<T>(campaign, path, line);
    } catch (error) {
      throw unpackable(error)
        ? new BrokenRecord(`${evidence.place(campaign)}${path} is no whole gzip file`, { cause: error })
        : translated('s3:GetObject', error);
    }
  },

  async writeLines(campaign, path, lines) {
    let count = 0;
    const packed: Uint8Array[] = [];
    await pipelined(
      blocks(lines, () => count++),
      createGzip(),
      async (parts: AsyncIterable<Uint8Array>) => {
        for await (const part of parts) packed.push(part);
      },
    );
    await put(campaign, path, Buffer.concat(packed), 'application/gzip');
    return count;
  },

  async writeText(campaign, path, text) {
    const parts: Buffer[] = [];
    if (typeof text === 'string') parts.push(Buffer.from(text));
    else for await (const part of text) parts.push(Buffer.from(part));
    await put(campaign, path, Buffer.concat(parts), typeOf(path));
  },

  async digest(campaign, path) {
    const body = await opened(campaign, path);
    if (!body) throw missing(campaign, path);
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const part of body as Readable) {
        hash.update(part);
        bytes += part.length;
      }
    } catch (error) {
      throw translated('s3:GetObject', error);
    }
    return { sha256: hash.digest('hex'), bytes };
  },

  async *list(campaign) {
    const Prefix = key(campaign, '');
    const objects = pages(async (ContinuationToken) => {
      const command = new ListObjectsV2Command({ Bucket: setting('EVIDENCE_BUCKET'), Prefix, ContinuationToken });
      const answer = await ask('s3:ListBucket', s3().send(command));
      return { items: answer.Contents, next: answer.NextContinuationToken };
    });
    for await (const { Key } of objects) if (Key) yield Key.slice(Prefix.length);
  },

  place: (campaign) => `s3://${setting('EVIDENCE_BUCKET')}/${key(campaign, '')}`,
};

/** null where there is none. Without s3:ListBucket S3 says AccessDenied instead of NoSuchKey. */
async function opened(campaign: CampaignRef, path: string) {
  const command = new GetObjectCommand({ Bucket: setting('EVIDENCE_BUCKET'), Key: key(campaign, path) });
  try {
    const { Body } = await ask('s3:GetObject', s3().send(command));
    return Body ?? null;
  } catch (error) {
    if (error instanceof Error && isNamed(error.cause, 'NoSuchKey')) return null;
    throw error;
  }
}

async function put(campaign: CampaignRef, path: string, Body: string | Uint8Array, ContentType: string): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: setting('EVIDENCE_BUCKET'),
    Key: key(campaign, path),
    Body,
    ContentType,
  });
  await ask('s3:PutObject', s3().send(command));
}

function typeOf(path: string): string {
  const kind = path.endsWith('.html') ? 'html' : path.endsWith('.csv') ? 'csv' : 'plain';
  return `text/${kind}; charset=utf-8`;
}

function key(campaign: CampaignRef, path: string): string {
  return folderOf(campaign) + path;
}

function missing(campaign: CampaignRef, path: string): BrokenRecord {
  return new BrokenRecord(`${evidence.place(campaign)}${path} is not there`);
}

function json<T>(campaign: CampaignRef, path: string, text: string): T {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BrokenRecord(`${evidence.place(campaign)}${path} holds what is no JSON`, { cause });
  }
}

/** An error of zlib: Z_BUF_ERROR where the file was cut. */
function unpackable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** In blocks, since each write to a gzip stream costs a turn of the thread pool. */
async function* blocks(lines: Iterable<unknown> | AsyncIterable<unknown>, counted: () => void): AsyncGenerator<string> {
  let block = '';
  for await (const line of lines) {
    counted();
    block += `${JSON.stringify(line)}\n`;
    if (block.length < BLOCK_CHARACTERS) continue;
    yield block;
    block = '';
  }
  if (block) yield block;
}

const BLOCK_CHARACTERS = 65_536;

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const block of stream.setEncoding('utf8')) {
    const lines = `${rest}${block}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest) yield rest;
}
