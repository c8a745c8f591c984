import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ask } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { setting } from '#aws/setting.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import { folderOf } from '#domain/campaign/short-name.ts';

const s3 = lazily(() => new S3Client({ forcePathStyle: true }));

/** A file of a campaign's evidence, byte for byte. */
export async function download(campaign: CampaignRef, path: string): Promise<Uint8Array> {
  const command = new GetObjectCommand({ Bucket: setting('EVIDENCE_BUCKET'), Key: folderOf(campaign) + path });
  const { Body } = await ask('s3:GetObject', s3().send(command));
  return Body ? await ask('s3:GetObject', Body.transformToByteArray()) : new Uint8Array();
}
