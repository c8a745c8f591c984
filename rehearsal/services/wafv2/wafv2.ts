/** AWS WAF's control plane as a fake (API reference of 2019-07-29): what is written here reaches requests later, at each point of presence. */
import type { Fake, Operation, Stage } from '#rehearsal/api.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import { CallRates } from '#rehearsal/services/wafv2/call-rates.ts';
import { Entities, type Entity, type Members } from '#rehearsal/services/wafv2/entities.ts';
import { entityOperations, type Parts, viewOf } from '#rehearsal/services/wafv2/entity-operations.ts';
import { Logging } from '#rehearsal/services/wafv2/logging.ts';
import { ManagedGroups } from '#rehearsal/services/wafv2/managed-groups.ts';
import { checkResponse } from '#rehearsal/services/wafv2/response-checks.ts';
import { RuleChecks, type RuleText } from '#rehearsal/services/wafv2/rule-checks.ts';
import { type Sampler, sampledRequests } from '#rehearsal/services/wafv2/sampled.ts';
import { IP_SETS, REGEX_SETS, setOperations } from '#rehearsal/services/wafv2/sets.ts';
import { checkScope, invalid, wafFault } from '#rehearsal/services/wafv2/waf-faults.ts';

const MOST_TAGS = 50;
const MOST_BALANCERS = 100;

export class Waf implements Fake {
  readonly service = 'wafv2';
  readonly operations: Record<string, Operation>;
  readonly entities: Entities;
  readonly managed: ManagedGroups;
  readonly logging: Logging;
  /** Resource → web ACL, by their ARNs. */
  readonly associations = new Map<string, string>();
  /** ARNs of web ACLs that belong to a policy of Firewall Manager. */
  readonly firewallManaged = new Set<string>();
  /** Load balancers that there are. */
  readonly resources = new Set<string>();
  sampler: Sampler = { recent: () => [] };
  readonly #stage: Stage;
  readonly #checks: RuleChecks;
  readonly #listeners: ((resource: string) => void)[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
    this.entities = new Entities(stage);
    this.managed = new ManagedGroups(stage.clock);
    this.logging = new Logging(this.entities);
    this.#checks = new RuleChecks(this.entities, this.managed);
    const rates = new CallRates(stage.clock);
    this.operations = Object.fromEntries(
      Object.entries(this.#unlimited()).map(([name, play]): [string, Operation] => [
        name,
        (input, caller) => {
          rates.check(name);
          return play(input, caller);
        },
      ]),
    );
  }

  /** Told the ARN of a resource whose association changed, afterwards. */
  watchAssociations(listener: (resource: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes the resource from the web ACL that it has, without a word (trap W33); null: it has none from now on. */
  associate(resource: string, acl: string | null): void {
    if (acl === null) this.associations.delete(resource);
    else this.associations.set(resource, acl);
    for (const listener of this.#listeners) listener(resource);
  }

  /** A web ACL, a group or a set that stood before the rehearsal began, checked as any other. `input`: of its Create operation. */
  seed(kind: Entity['kind'], input: Members): Entity {
    const parts = { webacl: this.#webAcls, rulegroup: this.#groups, ipset: IP_SETS, regexpatternset: REGEX_SETS }[kind];
    const tags = (input.Tags ?? []) as { Key: string; Value: string }[];
    return this.entities.add(kind, String(input.Name), parts.content(input, null), tags, true);
  }

  readonly #webAcls: Parts = {
    kind: 'webacl',
    name: 'WebACL',
    content: (input, before) => {
      const { Name, Id, Scope, LockToken, Tags, Rules = [], CustomResponseBodies, ...more } = input;
      const bodies = new Set(Object.keys(CustomResponseBodies ?? {}));
      checkResponse(more.DefaultAction as Members, 'DEFAULT_ACTION', bodies);
      const rules = Rules as RuleText[];
      const place = { kind: 'webacl' as const, bodies, before: (before?.Rules ?? []) as RuleText[] };
      const Capacity = this.#checks.check(rules, place);
      return { ...more, ...(CustomResponseBodies ? { CustomResponseBodies } : {}), Rules: rules, Capacity };
    },
    more: ({ name, arn }) => ({
      ManagedByFirewallManager: this.firewallManaged.has(arn),
      RetrofittedByFirewallManager: false,
      LabelNamespace: `awswaf:${this.#stage.account}:webacl:${name}:`,
    }),
    mayGo: ({ arn }) => ![...this.associations.values()].includes(arn),
  };

  readonly #groups: Parts = {
    kind: 'rulegroup',
    name: 'RuleGroup',
    content: (input, before) => {
      const { Name, Id, Scope, LockToken, Tags, Rules = [], CustomResponseBodies, ...more } = input;
      const bodies = new Set(Object.keys(CustomResponseBodies ?? {}));
      const rules = Rules as RuleText[];
      const needed = this.#checks.check(rules, { kind: 'rulegroup', bodies, before: [] });
      const Capacity = Number(before?.Capacity ?? input.Capacity); // cannot be changed
      if (needed > Capacity) throw invalid('RULE_GROUP', `Capacity ${Capacity}`, 'BELOW_MINIMUM');
      return { ...more, ...(CustomResponseBodies ? { CustomResponseBodies } : {}), Rules: rules, Capacity };
    },
    more: ({ name, content }) => {
      const LabelNamespace = `awswaf:${this.#stage.account}:rulegroup:${name}:`;
      const labels = (content.Rules as { RuleLabels?: { Name: string }[] }[]).flatMap(
        ({ RuleLabels = [] }) => RuleLabels,
      );
      return { LabelNamespace, AvailableLabels: labels.map(({ Name }) => ({ Name: `${LabelNamespace}${Name}` })) };
    },
  };

  #unlimited(): Record<string, Operation> {
    return {
      ...setOperations(this.entities),
      ...entityOperations(this.entities, this.#groups),
      ...entityOperations(this.entities, this.#webAcls),
      ...this.managed.operations(),
      ...this.logging.operations(),
      ...this.#associating(),
      ...this.#tagging(),
      CheckCapacity: ({ Scope, Rules }) => {
        checkScope(Scope);
        return { Capacity: this.#checks.check(Rules, { kind: 'webacl', bodies: new Set(), before: Rules }) };
      },
      GetSampledRequests: (input) => {
        checkScope(input.Scope);
        const { content } = this.#entity(input.WebAclArn);
        return sampledRequests(input, content, this.sampler.recent(input.WebAclArn), this.#stage);
      },
    };
  }

  #associating(): Record<string, Operation> {
    return {
      AssociateWebACL: ({ WebACLArn, ResourceArn }) => {
        this.entities.referred(WebACLArn, 'webacl');
        this.#checkResource(ResourceArn);
        const others = [...this.associations].filter(
          ([resource, acl]) => acl === WebACLArn && resource !== ResourceArn,
        );
        if (others.length >= MOST_BALANCERS) throw wafFault('WAFLimitsExceededException');
        this.associate(ResourceArn, WebACLArn);
        return {};
      },

      DisassociateWebACL: ({ ResourceArn }) => {
        this.#checkResource(ResourceArn);
        this.associate(ResourceArn, null);
        return {};
      },

      GetWebACLForResource: ({ ResourceArn }) => {
        this.#checkResource(ResourceArn);
        const found = this.entities.get(this.associations.get(ResourceArn) ?? '');
        return found ? { WebACL: viewOf(found, this.#webAcls) } : {};
      },

      ListResourcesForWebACL: ({ WebACLArn, ResourceType = 'APPLICATION_LOAD_BALANCER' }) => {
        this.#entity(WebACLArn);
        const all = [...this.associations].filter(([, acl]) => acl === WebACLArn).map(([resource]) => resource);
        return { ResourceArns: ResourceType === 'APPLICATION_LOAD_BALANCER' ? all.sort() : [] };
      },
    };
  }

  #tagging(): Record<string, Operation> {
    return {
      TagResource: ({ ResourceARN, Tags }) => {
        const { tags } = this.#entity(ResourceARN);
        const after = new Map([
          ...tags,
          ...(Tags as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value] as const),
        ]);
        if (after.size > MOST_TAGS) throw wafFault('WAFLimitsExceededException');
        for (const [key, value] of after) tags.set(key, value);
        return {};
      },

      UntagResource: ({ ResourceARN, TagKeys }) => {
        const { tags } = this.#entity(ResourceARN);
        for (const key of TagKeys) tags.delete(key);
        return {};
      },

      ListTagsForResource: ({ ResourceARN, Limit, NextMarker }) => {
        const all = [...this.#entity(ResourceARN).tags].map(([Key, Value]) => ({ Key, Value }));
        const rule = { operation: 'ListTagsForResource', least: 1, most: 100, usual: 100 };
        const { rows, next } = pageOf(all, rule, ResourceARN, Limit, NextMarker);
        return { TagInfoForResource: { ResourceARN, TagList: rows }, NextMarker: next };
      },
    };
  }

  #entity(arn: string): Entity {
    const found = this.entities.get(arn);
    if (!found) throw wafFault('WAFNonexistentItemException');
    return found;
  }

  #checkResource(arn: string): void {
    if (!this.resources.has(arn)) throw wafFault('WAFNonexistentItemException');
  }
}
