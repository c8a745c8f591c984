import { stringify } from 'yaml';
import { entryOf, type SiteEntry } from '#domain/edge/entry.ts';
import type { WebAcls } from '#domain/edge/ports.ts';
import { PROBE_RULE, SITE_TAG } from '#domain/edge/site.ts';
import { statementsIn } from '#domain/edge/statement.ts';
import { AwsRefused } from '#domain/errors.ts';
import type { Answer } from '../account/answer.ts';
import type { Open } from '../account/open.ts';
import { wrapAt } from '../screen/text.ts';
import { noWebAcl } from './live-log.ts';

type Ports = { webAcls: Pick<WebAcls, 'read' | 'resources' | 'logging' | 'groupRules' | 'tags'> };

/** `waf import NAME`: a web ACL that stands as an entry of policy.yml, and the acts by which it is adopted. Changes nothing. */
export async function importWebAcl(name: string, open: Open, { webAcls }: Ports): Promise<Answer> {
  const { account, region } = await open();
  const live = await webAcls.read(name);
  if (!live) throw noWebAcl(name, { account, region });
  const loadBalancers: string[] = [];
  for await (const arn of webAcls.resources(live.arn)) loadBalancers.push(arn);
  const groups: Parameters<typeof entryOf>[1]['groups'] = {};
  for (const rule of live.rules)
    for (const { RuleGroupReferenceStatement: group } of statementsIn(rule.Statement))
      if (group) groups[group.ARN] = await webAcls.groupRules(group.ARN).catch(unreadable);
  const { entry, cannot } = entryOf(live, { loadBalancers, logging: await webAcls.logging(live.arn), groups });
  const site = siteName(name);
  const tagged = (await webAcls.tags(live.arn))[SITE_TAG];
  const acts: Act[] = [];
  if (live.managedByFirewallManager)
    cannot.push('Firewall Manager keeps it: its campaigns end Observed, whatever is done here');
  if (tagged !== site)
    acts.push({
      what: 'Tag it, so that campaigns may write it:',
      command: `aws wafv2 tag-resource --resource-arn ${live.arn} --tags Key=${SITE_TAG},Value=${site} --region ${region}`,
    });
  if (!live.rules.some((rule) => rule.Name === PROBE_RULE))
    acts.push({
      what: 'Paste the probe rule last (console: add rules, JSON editor), so that it can be scanned:',
      command: `patchwright waf show ${site} --probe-rule`,
    });
  return {
    document: { version: 1, site, entry, cannot, acts },
    lines: () => importLines(site, entry, cannot, acts),
    exit: 0,
  };
}

/** What a person does to adopt it. The command is one line, to be pasted. */
interface Act {
  what: string;
  command: string;
}

function importLines(site: string, entry: SiteEntry, cannot: string[], acts: Act[]): string[] {
  const comment = (text: string) => wrapAt(text, 96, '  ').map((line) => `# ${line}`);
  const yaml = stringify({ sites: { [site]: entry } }, { lineWidth: 0, flowCollectionPadding: true })
    .trimEnd()
    .split('\n');
  return [
    ...yaml.flatMap((line) =>
      /^ {4}endpoints: \[\s*\]$/.test(line)
        ? [
            '    # AWS does not know your host names. Write those that reach its load balancers, one at least for each:',
            line,
          ]
        : [line],
    ),
    ...(cannot.length
      ? [
          '',
          ...comment('What stands in the web ACL and the file cannot say:'),
          ...cannot.flatMap((each) => comment(`- ${each}`)),
        ]
      : []),
    ...(acts.length
      ? [
          '',
          ...comment('To adopt it, after the entry stands in policy.yml:'),
          ...acts.flatMap(({ what, command }, at) => [`# ${at + 1}. ${what}`, `#    ${command}`]),
        ]
      : []),
  ];
}

/** Groups of other accounts may be shared to use and not to read. */
function unreadable(error: unknown): null {
  if (error instanceof AwsRefused) return null;
  throw error;
}

/** A web ACL's name as the name of a site. */
function siteName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 31);
  return plain || 'site';
}
