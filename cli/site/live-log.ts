import type { Identity } from '#aws/account.ts';
import type { LogRecord } from '#domain/edge/log-record.ts';
import type { LogPlace, TrafficLog, WebAcls } from '#domain/edge/ports.ts';
import { PROBE_HEADER, type SitePolicy } from '#domain/edge/site.ts';
import { AwsRefused } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';
import { BadInput } from '../bad-input.ts';
import { recordsOf, type Unread } from './records.ts';

/** Where a site's log lies, and what it does not hold. */
export interface LiveLog {
  place: LogPlace;
  notes: string[]; // a filter or a redaction that hides something
  marks: boolean; // whether our header can be read in it
}

/** The log that the site's web ACL writes now; in words, why there is none to read. */
export async function liveLogOf(
  { webAcl, logs }: Pick<SitePolicy, 'webAcl' | 'logs'>,
  { account, region }: Pick<Identity, 'account' | 'region'>,
  webAcls: Pick<WebAcls, 'read' | 'logging'>,
): Promise<LiveLog | string> {
  const live = await webAcls.read(webAcl);
  if (!live) return `there is no web ACL ${webAcl} in ${account} ${region}`;
  const logging = await webAcls.logging(live.arn);
  if (!logging) return `the web ACL ${webAcl} logs nowhere`;
  const [, bucket, prefix = ''] = /^arn:[\w-]+:s3:::([^/]+)\/?(.*?)\/?$/.exec(logging.destinations[0] ?? '') ?? [];
  if (bucket === undefined)
    return `the web ACL ${webAcl} logs to ${logging.destinations.join(', ')}: only logs in S3 are read`;
  const notes: string[] = [];
  if (logs && (logs.bucket !== bucket || logs.prefix !== prefix))
    notes.push(`The log is read from ${bucket}, where it goes; the policy names ${logs.bucket}`);
  if (logging.filtered) notes.push('A filter of the log drops some requests: what is not here may have happened');
  if (logging.redacted.length)
    notes.push(`The log has no ${logging.redacted.join(', ')}: redacted by its configuration`);
  const marks = !logging.redacted.includes(PROBE_HEADER);
  return { place: { bucket, prefix, account, region, webAcl }, notes, marks };
}

/** Its records in a span of time. A line may stand in a file that was begun a little later. */
export async function* liveRecords(
  place: LogPlace,
  { from, to }: { from: Instant; to: Instant },
  trafficLog: TrafficLog,
  unread: Unread[],
): AsyncGenerator<LogRecord> {
  for await (const record of recordsOf(sources(), unread))
    if (record.at >= Date.parse(from) && record.at < Date.parse(to)) yield record;

  async function* sources() {
    try {
      for await (const file of trafficLog.files(place, from, plusMinutes(to, LATE_MINUTES)))
        yield { name: `s3://${file.bucket}/${file.key}`, lines: () => trafficLog.lines(file) };
    } catch (error) {
      if (!(error instanceof AwsRefused && /NoSuchBucket/.test(error.message))) throw error;
      throw new BadInput([
        `${place.bucket}: the bucket to which ${place.webAcl} logs is not there. Remedy: make it again, or let the web ACL log to another`,
      ]);
    }
  }
}

const LATE_MINUTES = 10;

/** For commands that are over a web ACL which is not there. */
export function noWebAcl(name: string, { account, region }: Pick<Identity, 'account' | 'region'>): BadInput {
  return new BadInput([
    `${name}: ${account} ${region} has no web ACL of this name (scope REGIONAL). Remedy: look at webAcl: of the site and at --region`,
  ]);
}
