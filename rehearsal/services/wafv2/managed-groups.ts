/** Which managed rule groups there are, in which versions, and what has become of those (WAF developer guide, version life cycle). */
import type { Clock, Operation } from '#rehearsal/api.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import type { Members } from '#rehearsal/services/wafv2/entities.ts';
import { rulesOfVersion, STAND_INS, type StandIn } from '#rehearsal/services/wafv2/stand-ins.ts';
import { checkScope, invalid, wafFault } from '#rehearsal/services/wafv2/waf-faults.ts';

/** `ending`: its expiry is set; who has it may keep it, nobody else can choose it, and it is not listed (trap W15). */
export type VersionState = 'listed' | 'ending' | 'expired';

const TOPIC = 'arn:aws:sns:us-east-1:248400274283:aws-managed-waf-rule-notifications'; // where AWS tells of new versions
const MONTH = 30 * 86_400_000;

export class ManagedGroups {
  readonly #clock: Clock;
  readonly #ends = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on this version has an end, epoch milliseconds. */
  end(name: string, version: string, at: number): void {
    this.#ends.set(`${name} ${version}`, at);
  }

  /** Versions that have an end, with the days until then: what CloudWatch tells as DaysToExpiry. */
  endOf(name: string, version: string): number | null {
    return this.#ends.get(`${name} ${version}`) ?? null;
  }

  /** null: AWS has no such group, or none that is rehearsed. */
  find({ VendorName, Name }: Members): StandIn | null {
    return STAND_INS.find(({ vendor, name }) => vendor === VendorName && name === Name) ?? null;
  }

  stateOf(group: StandIn, version: string): VersionState {
    if (!group.versions.includes(version)) throw wafFault('WAFNonexistentItemException');
    const end = this.endOf(group.name, version);
    if (end === null) return 'listed';
    return end > this.#clock.now() ? 'ending' : 'expired';
  }

  /** The last that is listed. */
  defaultOf(group: StandIn): string | null {
    return group.versions.findLast((version) => this.stateOf(group, version) === 'listed') ?? null;
  }

  /** Throws for a statement that no update may carry; `kept`: the group's versions in the web ACL as it stands. */
  check(statement: Members, kept: readonly unknown[]): StandIn {
    const group = this.find(statement);
    if (!group) throw wafFault('WAFNonexistentItemException');
    const version = statement.Version as string | undefined;
    if (version === undefined) return group;
    if (group.versions.length === 0) throw invalid('MANAGED_RULE_SET_STATEMENT', version, 'INVALID_VALUE');
    const state = this.stateOf(group, version);
    if (state === 'expired') throw wafFault('WAFExpiredManagedRuleGroupVersionException');
    if (state === 'ending' && !kept.includes(version))
      throw invalid('MANAGED_RULE_SET_STATEMENT', version, 'INVALID_REFERENCE');
    return group;
  }

  operations(): Record<string, Operation> {
    return {
      ListAvailableManagedRuleGroups: ({ Scope, Limit, NextMarker }) => {
        checkScope(Scope);
        const rule = { operation: 'ListAvailableManagedRuleGroups', least: 1, most: 100, usual: 100 };
        const { rows, next } = pageOf(STAND_INS, rule, Scope, Limit, NextMarker);
        return {
          ManagedRuleGroups: rows.map(({ vendor, name, versions }) => ({
            VendorName: vendor,
            Name: name,
            VersioningSupported: versions.length > 0,
            Description: 'A stand-in of the rehearsal: names, labels and sizes of AWS, patterns of our own.',
          })),
          NextMarker: next,
        };
      },

      ListAvailableManagedRuleGroupVersions: (input) => {
        checkScope(input.Scope);
        const group = this.#named(input);
        const listed = group.versions.filter((version) => this.stateOf(group, version) === 'listed').reverse();
        const rule = { operation: 'ListAvailableManagedRuleGroupVersions', least: 1, most: 100, usual: 100 };
        const { rows, next } = pageOf(listed, rule, group.name, input.Limit, input.NextMarker);
        return {
          Versions: rows.map((Name) => ({ Name, LastUpdateTimestamp: releasedAt(group, Name) })),
          CurrentDefaultVersion: this.defaultOf(group) ?? undefined,
          NextMarker: next,
        };
      },

      DescribeManagedRuleGroup: (input) => {
        checkScope(input.Scope);
        const group = this.#named(input);
        const version = (input.VersionName as string | undefined) ?? this.defaultOf(group);
        if (input.VersionName !== undefined && this.stateOf(group, input.VersionName) === 'expired')
          throw wafFault('WAFExpiredManagedRuleGroupVersionException');
        const rules = rulesOfVersion(group, version);
        const labels = rules.flatMap(({ RuleLabels }) => RuleLabels ?? []);
        return {
          VersionName: version ?? undefined,
          SnsTopicArn: TOPIC,
          Capacity: group.capacity,
          Rules: rules.map(({ Name, Action }) => ({ Name, Action })),
          LabelNamespace: group.labelNamespace,
          AvailableLabels: labels.map(({ Name }) => ({ Name: `${group.labelNamespace}${Name}` })),
          ConsumedLabels: [],
        };
      },
    };
  }

  #named(input: Members): StandIn {
    const group = this.find(input);
    if (!group) throw wafFault('WAFNonexistentItemException');
    return group;
  }
}

/** One a month; the days are ours. */
function releasedAt(group: StandIn, version: string): Date {
  const back = group.versions.length - group.versions.indexOf(version);
  return new Date(Date.UTC(2024, 5, 1) - back * MONTH);
}
