import {
  AssociateWebACLCommand,
  CreateIPSetCommand,
  CreateRegexPatternSetCommand,
  CreateRuleGroupCommand,
  CreateWebACLCommand,
  DeleteIPSetCommand,
  DeleteRegexPatternSetCommand,
  DeleteRuleGroupCommand,
  DisassociateWebACLCommand,
  GetIPSetCommand,
  GetRegexPatternSetCommand,
  GetRuleGroupCommand,
  PutLoggingConfigurationCommand,
  UpdateWebACLCommand,
} from '@aws-sdk/client-wafv2';
import { isThrottling, translated } from '#aws/call.ts';
import { orNull, partsOf, settled, whole, written } from '#aws/wafv2.ts';
import type { NewSet, WebAcls } from '#domain/edge/ports.ts';

const Scope = 'REGIONAL';

type Writes = Pick<
  WebAcls,
  'create' | 'update' | 'createSet' | 'deleteSet' | 'startLogging' | 'associate' | 'disassociate'
>;

/** Each is sent once. AWS takes one write a second: who is throttled waits, reads again and compares before another try. */
export const writes: Writes = {
  create(name, content, tags) {
    const command = new CreateWebACLCommand({ ...content, Name: name, Scope, Tags: tagList(tags) } as never);
    return made('wafv2:CreateWebACL', written('wafv2:CreateWebACL', command));
  },

  update({ name, id, lockToken }, content) {
    const command = new UpdateWebACLCommand({ ...content, Name: name, Id: id, LockToken: lockToken, Scope } as never);
    return settled('wafv2:UpdateWebACL', written('wafv2:UpdateWebACL', command));
  },

  createSet(name, set, tags) {
    const what = {
      ipSet: 'wafv2:CreateIPSet',
      regexSet: 'wafv2:CreateRegexPatternSet',
      ruleGroup: 'wafv2:CreateRuleGroup',
    };
    return made(what[set.kind], written(what[set.kind], creation(name, set, tags)));
  },

  async deleteSet(arn) {
    const { kind, Name, Id } = partsOf(arn);
    const calls = DELETIONS[kind];
    if (!calls) throw new RangeError(`${arn}: ${kind} is no set and no group`);
    const read = await orNull(whole(calls.read, new calls.Get({ Name, Id, Scope } as never)));
    if (read === null) return 'written';
    const command = new calls.Delete({ Name, Id, Scope, LockToken: String(read.LockToken) } as never);
    return settled(calls.delete, written(calls.delete, command));
  },

  async startLogging(ResourceArn, bucket) {
    const LoggingConfiguration = { ResourceArn, LogDestinationConfigs: [bucket] };
    await plainly('wafv2:PutLoggingConfiguration', new PutLoggingConfigurationCommand({ LoggingConfiguration }));
  },

  associate: (WebACLArn, ResourceArn) =>
    plainly('wafv2:AssociateWebACL', new AssociateWebACLCommand({ WebACLArn, ResourceArn })),

  disassociate: (ResourceArn) => plainly('wafv2:DisassociateWebACL', new DisassociateWebACLCommand({ ResourceArn })),
};

type Make = new (input: never) => Parameters<typeof written>[1];

const DELETIONS: Record<string, { read: string; Get: Make; delete: string; Delete: Make }> = {
  ipset: { read: 'wafv2:GetIPSet', Get: GetIPSetCommand, delete: 'wafv2:DeleteIPSet', Delete: DeleteIPSetCommand },
  regexpatternset: {
    read: 'wafv2:GetRegexPatternSet',
    Get: GetRegexPatternSetCommand,
    delete: 'wafv2:DeleteRegexPatternSet',
    Delete: DeleteRegexPatternSetCommand,
  },
  rulegroup: {
    read: 'wafv2:GetRuleGroup',
    Get: GetRuleGroupCommand,
    delete: 'wafv2:DeleteRuleGroup',
    Delete: DeleteRuleGroupCommand,
  },
};

function creation(Name: string, set: NewSet, tags: Record<string, string>) {
  const Tags = tagList(tags);
  switch (set.kind) {
    case 'ipSet': {
      const IPAddressVersion = set.addresses.some((each) => each.includes(':')) ? 'IPV6' : 'IPV4';
      return new CreateIPSetCommand({ Name, Scope, IPAddressVersion, Addresses: set.addresses, Tags });
    }
    case 'regexSet': {
      const RegularExpressionList = set.patterns.map((RegexString) => ({ RegexString }));
      return new CreateRegexPatternSetCommand({ Name, Scope, RegularExpressionList, Tags });
    }
    case 'ruleGroup': {
      const VisibilityConfig = {
        SampledRequestsEnabled: true,
        CloudWatchMetricsEnabled: true,
        MetricName: set.metricName,
      };
      const { capacity: Capacity, rules } = set;
      return new CreateRuleGroupCommand({ Name, Scope, Capacity, Rules: rules as never, VisibilityConfig, Tags });
    }
  }
}

/** The ARN of what was made. */
async function made(what: string, creating: Promise<{ Summary?: { ARN?: string } }>): Promise<string | null> {
  try {
    return (await creating).Summary?.ARN ?? null;
  } catch (error) {
    if (isThrottling(error)) return null;
    throw translated(what, error);
  }
}

async function plainly(what: string, command: Parameters<typeof written>[1]): Promise<void> {
  try {
    await written(what, command);
  } catch (error) {
    throw translated(what, error);
  }
}

function tagList(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
