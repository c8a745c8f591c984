/** What of a site stands before the rehearsal begins: its web ACL with sets, the association, where it logs to. */

import { judgedInput } from '#rehearsal/models/verdict.ts';
import type { SiteText } from '#rehearsal/scenario/site-format.ts';
import type { Members } from '#rehearsal/services/wafv2/entities.ts';
import type { Waf } from '#rehearsal/services/wafv2/wafv2.ts';

/** Returns the web ACL's ARN, if it has one. Throws AwsFault for what AWS would refuse. */
export function seedSite(site: SiteText, balancer: string, waf: Waf): string | null {
  waf.resources.add(balancer);
  const { webAcl, logs } = site;
  if (!webAcl) return null;
  const arns = new Map<string, string>();
  const tags = Object.entries(webAcl.tags).map(([Key, Value]) => ({ Key, Value }));
  for (const [name, Addresses] of Object.entries(webAcl.ipSets)) {
    const IPAddressVersion = Addresses.some((address) => address.includes(':')) ? 'IPV6' : 'IPV4';
    arns.set(name, waf.seed('ipset', judged('CreateIPSet', { Name: name, IPAddressVersion, Addresses })).arn);
  }
  for (const [name, patterns] of Object.entries(webAcl.regexSets)) {
    const RegularExpressionList = patterns.map((RegexString) => ({ RegexString }));
    arns.set(
      name,
      waf.seed('regexpatternset', judged('CreateRegexPatternSet', { Name: name, RegularExpressionList })).arn,
    );
  }
  const { arn } = waf.seed(
    'webacl',
    judged('CreateWebACL', {
      Name: webAcl.name,
      DefaultAction: webAcl.defaultAction === 'allow' ? { Allow: {} } : { Block: {} },
      VisibilityConfig: visible(webAcl.name),
      Rules: webAcl.rules.map((rule) => ({
        VisibilityConfig: visible(String(rule.Name)),
        ...(onWire(rule, arns) as Members),
      })),
      ...(tags.length > 0 ? { Tags: tags } : {}),
    }),
  );
  if (webAcl.firewallManager) waf.firewallManaged.add(arn);
  if (site.associated) waf.associate(balancer, arn);
  if (logs) waf.logging.set(arn, loggingOf(logs));
  return arn;
}

function loggingOf(logs: NonNullable<SiteText['logs']>): Members {
  if ('destination' in logs) return { LogDestinationConfigs: [logs.destination] };
  return {
    LogDestinationConfigs: [`arn:aws:s3:::${logs.bucket}${logs.prefix ? `/${logs.prefix}` : ''}`],
    ...(logs.redacted.length > 0 ? { RedactedFields: logs.redacted } : {}),
    ...(logs.filter ? { LoggingFilter: logs.filter } : {}),
    LogType: 'WAF_LOGS',
    LogScope: 'CUSTOMER',
  };
}

function visible(MetricName: string): Members {
  return { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName };
}

function judged(operation: string, input: Members): Members {
  return judgedInput('wafv2', operation, { Scope: 'REGIONAL', ...input }) as Members;
}

/** Text to the bytes that a client sends, names of sets to ARNs. */
function onWire(value: unknown, arns: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => onWire(one, arns));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'SearchString') return [key, Buffer.from(String(inner), 'utf8').toString('base64')];
      if (key === 'ARN') return [key, arns.get(String(inner)) ?? inner];
      return [key, onWire(inner, arns)];
    }),
  );
}
