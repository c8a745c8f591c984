import {
  CheckCapacityCommand,
  DescribeManagedRuleGroupCommand,
  GetIPSetCommand,
  GetLoggingConfigurationCommand,
  GetRegexPatternSetCommand,
  GetRuleGroupCommand,
  GetSampledRequestsCommand,
  GetWebACLCommand,
  GetWebACLForResourceCommand,
  ListAvailableManagedRuleGroupsCommand,
  ListAvailableManagedRuleGroupVersionsCommand,
  ListResourcesForWebACLCommand,
  ListTagsForResourceCommand,
  ListWebACLsCommand,
} from '@aws-sdk/client-wafv2';
import { pages } from '#aws/call.ts';
import { orNull, partsOf, whole } from '#aws/wafv2.ts';
import { writes } from '#aws/web-acl-writes.ts';
import type { LiveWebAcl, Logging, ManagedRules, Members, SampledRequest, WebAcls } from '#domain/edge/ports.ts';
import type { AwsRule, RuleAction } from '#domain/edge/site.ts';
import { instant } from '#domain/instant.ts';

const Scope = 'REGIONAL';
const Limit = 100;

export const webAcls: WebAcls = {
  ...writes,

  async read(name) {
    for await (const { Name, Id } of listed('wafv2:ListWebACLs', ListWebACLsCommand, 'WebACLs')) {
      if (Name !== name) continue;
      const { WebACL, LockToken } = await whole(
        'wafv2:GetWebACL',
        new GetWebACLCommand({ Name, Id: String(Id), Scope }),
      );
      return liveOf(WebACL as Members, String(LockToken));
    }
    return null;
  },

  async tags(ResourceARN) {
    const tags: Record<string, string> = {};
    const all = pages(async (NextMarker) => {
      const answer = await whole(
        'wafv2:ListTagsForResource',
        new ListTagsForResourceCommand({ ResourceARN, Limit, NextMarker }),
      );
      const { TagList } = (answer.TagInfoForResource ?? {}) as { TagList?: { Key: string; Value: string }[] };
      return { items: TagList, next: answer.NextMarker as string | undefined };
    });
    for await (const { Key, Value } of all) tags[Key] = Value;
    return tags;
  },

  async *resources(WebACLArn) {
    const command = new ListResourcesForWebACLCommand({ WebACLArn, ResourceType: 'APPLICATION_LOAD_BALANCER' });
    const { ResourceArns } = await whole('wafv2:ListResourcesForWebACL', command);
    yield* (ResourceArns ?? []) as string[];
  },

  async of(ResourceArn) {
    const command = new GetWebACLForResourceCommand({ ResourceArn });
    const { WebACL } = await whole('wafv2:GetWebACLForResource', command);
    const { Name, ARN } = (WebACL ?? {}) as { Name?: string; ARN?: string };
    return Name && ARN ? { name: Name, arn: ARN } : null;
  },

  async logging(ResourceArn) {
    const answer = await orNull(
      whole('wafv2:GetLoggingConfiguration', new GetLoggingConfigurationCommand({ ResourceArn })),
    );
    return answer?.LoggingConfiguration ? loggingOf(answer.LoggingConfiguration as Members) : null;
  },

  managed: managedOf,

  async capacity(rules) {
    const { Capacity } = await whole('wafv2:CheckCapacity', new CheckCapacityCommand({ Scope, Rules: rules as never }));
    return Number(Capacity);
  },

  async addresses(arn) {
    const { Name, Id } = partsOf(arn);
    const { IPSet } = await whole('wafv2:GetIPSet', new GetIPSetCommand({ Name, Id, Scope }));
    return (IPSet as { Addresses?: string[] }).Addresses ?? [];
  },

  async patterns(arn) {
    const { Name, Id } = partsOf(arn);
    const command = new GetRegexPatternSetCommand({ Name, Id, Scope });
    const { RegexPatternSet } = await whole('wafv2:GetRegexPatternSet', command);
    const { RegularExpressionList = [] } = RegexPatternSet as { RegularExpressionList?: { RegexString: string }[] };
    return RegularExpressionList.map(({ RegexString }) => RegexString);
  },

  async groupRules(ARN) {
    const { RuleGroup } = await whole('wafv2:GetRuleGroup', new GetRuleGroupCommand({ ARN }));
    return ((RuleGroup as Members).Rules ?? []) as AwsRule[];
  },

  async samples(WebAclArn, RuleMetricName, from, to) {
    const TimeWindow = { StartTime: new Date(from), EndTime: new Date(to) };
    const command = new GetSampledRequestsCommand({ WebAclArn, RuleMetricName, Scope, TimeWindow, MaxItems: 500 });
    const answer = await whole('wafv2:GetSampledRequests', command);
    const looked = (answer.TimeWindow ?? {}) as { StartTime?: number; EndTime?: number };
    return {
      requests: ((answer.SampledRequests ?? []) as Members[]).map(sampleOf),
      population: Number(answer.PopulationSize ?? 0),
      from: looked.StartTime ? instant(looked.StartTime * 1000) : from,
      to: looked.EndTime ? instant(looked.EndTime * 1000) : to,
    };
  },
};

/** Members that GetWebACL returns and UpdateWebACL does not take (trap W6); name and id go beside the content. */
const READ_ONLY = [
  'ARN',
  'Capacity',
  'Id',
  'LabelNamespace',
  'ManagedByFirewallManager',
  'Name',
  'PostProcessFirewallManagerRuleGroups',
  'PreProcessFirewallManagerRuleGroups',
  'RetrofittedByFirewallManager',
];

function liveOf(acl: Members, lockToken: string): LiveWebAcl {
  const { MetricName } = (acl.VisibilityConfig ?? {}) as { MetricName?: string };
  return {
    name: String(acl.Name),
    id: String(acl.Id),
    arn: String(acl.ARN),
    lockToken,
    rules: (acl.Rules ?? []) as AwsRule[],
    capacity: Number(acl.Capacity ?? 0),
    labelNamespace: String(acl.LabelNamespace ?? ''),
    metricName: MetricName ?? String(acl.Name),
    managedByFirewallManager: acl.ManagedByFirewallManager === true || acl.RetrofittedByFirewallManager === true,
    content: Object.fromEntries(Object.entries(acl).filter(([member]) => !READ_ONLY.includes(member))),
  };
}

function loggingOf(configuration: Members): Logging {
  const redacted = ((configuration.RedactedFields ?? []) as Members[]).flatMap((field) =>
    Object.entries(field).map(([kind, of]) =>
      kind === 'SingleHeader' ? String((of as Members).Name).toLowerCase() : kind,
    ),
  );
  return {
    destinations: (configuration.LogDestinationConfigs ?? []) as string[],
    filtered: Boolean(configuration.LoggingFilter),
    redacted,
  };
}

/** ListAvailableManagedRuleGroups says whether a group has versions at all: of one that has none a list of them is refused. */
async function managedOf(vendor: string, name: string, version: string | null): Promise<ManagedRules | null> {
  let versioned: boolean | null = null;
  const groups = listed(
    'wafv2:ListAvailableManagedRuleGroups',
    ListAvailableManagedRuleGroupsCommand,
    'ManagedRuleGroups',
  );
  for await (const { VendorName, Name, VersioningSupported } of groups)
    if (VendorName === vendor && Name === name) versioned = VersioningSupported === true;
  if (versioned === null) return null;
  const of = { VendorName: vendor, Name: name, Scope } as const;
  const [versions, defaultVersion] = versioned ? await versionsOf(of) : [[], null];
  const described = await orNull(
    whole(
      'wafv2:DescribeManagedRuleGroup',
      new DescribeManagedRuleGroupCommand({ ...of, ...(version === null ? {} : { VersionName: version }) }),
    ),
  );
  // A version that is scheduled to expire is listed no more, though it runs and is still described (trap W15).
  const rules = described && ((described.Rules ?? []) as { Name: string; Action?: RuleAction }[]);
  return {
    vendor,
    name,
    version,
    versioned,
    rules: rules?.map(({ Name, Action }) => ({ name: Name, action: actionWord(Action) })) ?? null,
    labels: ((described?.AvailableLabels ?? []) as { Name: string }[]).map(({ Name }) => Name),
    labelNamespace: String(described?.LabelNamespace ?? ''),
    capacity: typeof described?.Capacity === 'number' ? described.Capacity : null,
    defaultVersion,
    versions,
  };
}

async function versionsOf(of: {
  VendorName: string;
  Name: string;
  Scope: 'REGIONAL';
}): Promise<[string[], string | null]> {
  let byDefault: string | null = null;
  const names: string[] = [];
  const all = pages(async (NextMarker) => {
    const command = new ListAvailableManagedRuleGroupVersionsCommand({ ...of, Limit, NextMarker });
    const answer = await whole('wafv2:ListAvailableManagedRuleGroupVersions', command);
    byDefault = (answer.CurrentDefaultVersion as string | undefined) ?? byDefault;
    return { items: answer.Versions as { Name: string }[] | undefined, next: answer.NextMarker as string | undefined };
  });
  for await (const { Name } of all) names.push(Name);
  return [names, byDefault];
}

function actionWord(action: RuleAction | undefined): 'allow' | 'block' | 'count' | 'captcha' | 'challenge' {
  const [word = 'block'] = Object.keys(action ?? {});
  return word.toLowerCase() as 'block';
}

function sampleOf(sample: Members): SampledRequest {
  const request = (sample.Request ?? {}) as Members;
  const headers = ((request.Headers ?? []) as { Name: string; Value: string }[]).map(
    ({ Name, Value }): [string, string] => [Name, Value],
  );
  return {
    at: Number(sample.Timestamp) * 1000,
    client: String(request.ClientIP ?? ''),
    country: String(request.Country ?? '-'),
    method: String(request.Method ?? ''),
    uri: String(request.URI ?? ''),
    host: headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '',
    headers,
    action: String(sample.Action ?? ''),
    weight: Number(sample.Weight ?? 1),
    rule: (sample.RuleNameWithinRuleGroup as string | undefined) ?? null,
    overridden: (sample.OverriddenAction as string | undefined) ?? null,
  };
}

type Lister = typeof ListWebACLsCommand | typeof ListAvailableManagedRuleGroupsCommand;

function listed(what: string, Command: Lister, member: string): AsyncGenerator<Members> {
  return pages(async (NextMarker) => {
    const answer = await whole(what, new Command({ Scope, Limit, NextMarker }));
    return { items: answer[member] as Members[] | undefined, next: answer.NextMarker as string | undefined };
  });
}
