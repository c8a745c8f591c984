import type { Samples, WebAcls } from '#domain/edge/ports.ts';
import type { SitePolicy } from '#domain/edge/site.ts';
import { AwsRefused } from '#domain/errors.ts';
import { type Instant, minute, plusMinutes } from '#domain/instant.ts';
import type { Answer } from '../account/answer.ts';
import { now } from '../account/clock.ts';
import type { Open } from '../account/open.ts';
import { type Paint, printable, wrapAt } from '../screen/text.ts';
import { noWebAcl } from './live-log.ts';

interface SampledRule {
  rule: string; // of the web ACL; its default action by the web ACL's own metric
  refused: string | null;
  population: number;
  from: Instant;
  to: Instant;
  requests: Samples['requests'];
}

/** `overview SITE --sampled`: what GetSampledRequests shows of the last three hours, rule by rule, and what it cannot show. */
export async function sampledOf(
  { webAcl }: Pick<SitePolicy, 'webAcl'>,
  open: Open,
  { webAcls }: { webAcls: Pick<WebAcls, 'read' | 'samples'> },
): Promise<Answer> {
  const who = await open();
  const live = await webAcls.read(webAcl);
  if (!live) throw noWebAcl(webAcl, who);
  const to = now();
  const from = plusMinutes(to, -180);
  const metrics: [rule: string, metric: string][] = [
    ...live.rules.map(({ Name, VisibilityConfig }): [string, string] => [Name, VisibilityConfig.MetricName]),
    ['(default action)', live.metricName],
  ];
  const rules: SampledRule[] = [];
  for (const [rule, metric] of metrics) {
    const samples = await webAcls.samples(live.arn, metric, from, to).catch(refusal);
    const none = { population: 0, from, to, requests: [] };
    rules.push({
      rule,
      refused: typeof samples === 'string' ? samples : null,
      ...(typeof samples === 'string' ? none : samples),
    });
  }
  return {
    document: { version: 1, webAcl, from, to, rules, cannot: CANNOT },
    lines: (paint, columns) => lines(rules, paint, columns),
    exit: 0,
  };
}

/** WAF API reference (GetSampledRequests) and developer guide (viewing a sample of web requests). */
const CANNOT = [
  'it is a random pick of at most 500 of the first 5,000 requests of a span, three hours back at most',
  'neither query arguments nor bodies are in it',
  'rules that count inside a group are seen by the group’s owner alone; overrides to Count are seen',
  'requests that a rule did not match are in no sample of it: no share, and no proof of a false positive, follows from it',
];

function lines(rules: SampledRule[], paint: Paint, columns: number): string[] {
  const shown = rules.flatMap(({ rule, refused, population, from, to, requests }) => {
    if (refused !== null) return [paint('bold', rule), ...wrapAt(`  ${refused}`, columns, '  ')];
    if (requests.length === 0) return [`${paint('bold', rule)}: none`];
    const head = `${paint('bold', rule)}: ${requests.length} of ${population}, ${minute(from)} to ${minute(to)}`;
    return [head, ...[...requests].sort((a, b) => a.at - b.at).map(sampleLine)];
  });
  return [...shown, '', 'What a sample cannot show:', ...CANNOT.flatMap((each) => wrapAt(`- ${each}`, columns, '  '))];
}

function sampleLine({
  at,
  client,
  country,
  method,
  host,
  uri,
  action,
  rule,
  overridden,
}: SampledRule['requests'][number]): string {
  const by = rule ? ` by ${rule}` : '';
  const would = overridden ? ` (would ${overridden})` : '';
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  return `  ${printable(`${time}  ${client} ${country}  ${method} ${host}${uri}  ${action}${by}${would}`)}`;
}

function refusal(error: unknown): string {
  if (error instanceof AwsRefused) return error.message.replace(/\s+/g, ' ');
  throw error;
}
