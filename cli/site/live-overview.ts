import type { TrafficLog, WebAcls } from '#domain/edge/ports.ts';
import type { SitePolicy } from '#domain/edge/site.ts';
import { instant, plusMinutes } from '#domain/instant.ts';
import type { Answer } from '../account/answer.ts';
import { now } from '../account/clock.ts';
import type { Open } from '../account/open.ts';
import { BadInput } from '../bad-input.ts';
import { liveLogOf, liveRecords } from './live-log.ts';
import { type OverviewFlags, overviewOf, wantedBy } from './overview.ts';
import type { Unread } from './records.ts';

/** `overview SITE`: the log that its web ACL writes, of the last `hours`, or of the time of `--at`. */
export async function overviewOfSite(
  site: Pick<SitePolicy, 'webAcl' | 'logs'>,
  flags: OverviewFlags & { hours: number },
  open: Open,
  { webAcls, trafficLog }: { webAcls: Pick<WebAcls, 'read' | 'logging'>; trafficLog: TrafficLog },
): Promise<Answer> {
  const wanted = wantedBy(flags);
  const live = await liveLogOf(site, await open(), webAcls);
  if (typeof live === 'string')
    throw new BadInput([`overview: ${live}. Remedy: let it log to S3, or look at its samples by --sampled`]);
  const to = wanted.to === undefined ? now() : instant(wanted.to);
  const from = wanted.from === undefined ? plusMinutes(to, -60 * flags.hours) : instant(wanted.from);
  const unread: Unread[] = [];
  const { document, lines } = await overviewOf(
    liveRecords(live.place, { from, to }, trafficLog, unread),
    unread,
    flags,
  );
  const head = `The log of ${site.webAcl} in ${live.place.bucket} from ${from} to ${to}; lines come up to some minutes late`;
  return {
    document: { ...document, from, to, notes: live.notes },
    lines: (paint, columns) => [head, ...live.notes, ...lines(paint, columns)],
    exit: 0,
  };
}
