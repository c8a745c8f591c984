import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ask, pages, translated } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { linesIn } from '#domain/edge/log-lines.ts';
import type { LogFile, LogPlace, TrafficLog } from '#domain/edge/ports.ts';
import { BrokenRecord } from '#domain/errors.ts';
import { instant, plusMinutes } from '#domain/instant.ts';

/** Path style, since a bucket's name is no host name behind an endpoint of one's own. */
const s3 = lazily(() => new S3Client({ forcePathStyle: true }));

/** AWS writes a file for each five minutes, and several where there is much traffic. */
const WINDOW_MINUTES = 5;

export const trafficLog: TrafficLog = {
  async *files(place, from, to) {
    const first = plusMinutes(from, -WINDOW_MINUTES); // the window that `from` may lie in
    for (let hour = hourOf(from); hour <= hourOf(to); hour = plusMinutes(hour, 60)) {
      for await (const file of filesOf(place, hour)) if (file.at > first && file.at <= to) yield file;
    }
  },

  async *lines({ bucket, key }) {
    const { Body } = await ask('s3:GetObject', s3().send(new GetObjectCommand({ Bucket: bucket, Key: key })));
    // pipeline: an error of the socket ends the reading too, and a reader who leaves ends the socket
    const plain = pipeline(Body as Readable, createGunzip(), () => {});
    try {
      yield* linesIn(plain);
    } catch (error) {
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
        throw new BrokenRecord(`s3://${bucket}/${key} is no whole gzip file`, { cause: error });
      throw translated('s3:GetObject', error);
    }
  },
};

async function* filesOf(place: LogPlace, hour: string): AsyncGenerator<LogFile> {
  const Prefix = `${folderOf(place)}${hour.slice(0, 13).replace(/[-T]/g, '/')}/`;
  const objects = pages(async (ContinuationToken) => {
    const command = new ListObjectsV2Command({ Bucket: place.bucket, Prefix, ContinuationToken });
    const answer = await ask('s3:ListBucket', s3().send(command));
    return { items: answer.Contents, next: answer.NextContinuationToken };
  });
  for await (const { Key = '', Size = 0 } of objects) {
    const at = startOf(Key);
    if (at !== null) yield { bucket: place.bucket, key: Key, at, bytes: Size };
  }
}

function folderOf({ prefix, account, region, webAcl }: LogPlace): string {
  return `${prefix ? `${prefix}/` : ''}AWSLogs/${account}/WAFLogs/${region}/${webAcl}/`;
}

/** `…_20261127T2015Z_3f9a.log.gz` → 2026-11-27T20:15; null for what is no log file of AWS WAF. */
function startOf(key: string): string | null {
  const [, year, month, day, hour, minute] = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_\w+\.log\.gz$/.exec(key) ?? [];
  return minute === undefined ? null : instant(`${year}-${month}-${day}T${hour}:${minute}Z`);
}

function hourOf(at: string): string {
  return instant(`${at.slice(0, 13)}:00Z`);
}
