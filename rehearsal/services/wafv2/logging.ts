/** Where a web ACL logs to: one destination, whose name begins with aws-waf-logs- (trap W28). */
import type { Operation } from '#rehearsal/api.ts';
import type { Entities, Members } from '#rehearsal/services/wafv2/entities.ts';
import { exactlyOne, invalid, wafFault } from '#rehearsal/services/wafv2/waf-faults.ts';

const DESTINATION =
  /^arn:aws:(?:s3:::|firehose:[\w-]+:\d{12}:deliverystream\/|logs:[\w-]+:\d{12}:log-group:)(?<name>.+)$/;
/** Components that may be redacted (PutLoggingConfiguration, API reference). */
const REDACTABLE = ['UriPath', 'QueryString', 'SingleHeader', 'Method'];

export class Logging {
  readonly #entities: Entities;
  readonly #byAcl = new Map<string, Members>();
  /** Whether a bucket is there. */
  bucketExists: (name: string) => boolean = () => false;
  changed: () => void = () => undefined;

  constructor(entities: Entities) {
    this.#entities = entities;
  }

  /** null: it logs nowhere. */
  of(acl: string): Members | null {
    return this.#byAcl.get(acl) ?? null;
  }

  /** As a scenario has it, whatever AWS would say. */
  set(acl: string, configuration: Members): void {
    this.#byAcl.set(acl, { ...configuration, ResourceArn: acl, ManagedByFirewallManager: false });
  }

  forget(acl: string): void {
    this.#byAcl.delete(acl);
  }

  operations(): Record<string, Operation> {
    return {
      PutLoggingConfiguration: ({ LoggingConfiguration: wanted }) => {
        this.#acl(wanted.ResourceArn);
        if ((wanted.LogScope ?? 'CUSTOMER') !== 'CUSTOMER')
          throw invalid('LOG_DESTINATION', wanted.LogScope, 'INVALID_VALUE');
        this.#checkDestination(wanted.LogDestinationConfigs);
        for (const field of (wanted.RedactedFields ?? []) as Members[])
          if (!REDACTABLE.includes(exactlyOne(field, 'FIELD_TO_MATCH', 'FieldToMatch')))
            throw invalid('FIELD_TO_MATCH', Object.keys(field).join(), 'INVALID_VALUE');
        for (const { Conditions } of (wanted.LoggingFilter?.Filters ?? []) as { Conditions: Members[] }[])
          for (const condition of Conditions) exactlyOne(condition, 'FILTER_CONDITION', 'Condition');
        this.changed();
        const kept = { LogType: 'WAF_LOGS', LogScope: 'CUSTOMER', ...wanted, ManagedByFirewallManager: false };
        this.#byAcl.set(wanted.ResourceArn, kept);
        return { LoggingConfiguration: kept };
      },

      GetLoggingConfiguration: ({ ResourceArn }) => {
        this.#acl(ResourceArn);
        const kept = this.#byAcl.get(ResourceArn);
        if (!kept) throw wafFault('WAFNonexistentItemException');
        return { LoggingConfiguration: kept };
      },

      DeleteLoggingConfiguration: ({ ResourceArn }) => {
        this.#acl(ResourceArn);
        if (!this.#byAcl.has(ResourceArn)) throw wafFault('WAFNonexistentItemException');
        this.changed();
        this.#byAcl.delete(ResourceArn);
        return {};
      },
    };
  }

  #acl(arn: string): void {
    if (this.#entities.get(arn)?.kind !== 'webacl') throw wafFault('WAFNonexistentItemException');
  }

  #checkDestination(destinations: string[]): void {
    const [destination = '', ...more] = destinations;
    if (more.length > 0) throw invalid('LOG_DESTINATION', 'LogDestinationConfigs', 'TOO_MANY');
    const name = DESTINATION.exec(destination)?.groups?.name;
    if (!name?.startsWith('aws-waf-logs-')) throw invalid('LOG_DESTINATION', destination, 'INVALID_ARN');
    const bucket = bucketOf(destination);
    if (bucket && !this.bucketExists(bucket.name)) throw wafFault('WAFLogDestinationPermissionIssueException');
  }
}

/** null: another destination than S3. `prefix` ends in a slash, or is empty. */
export function bucketOf(destination: string): { name: string; prefix: string } | null {
  const [, name, prefix] = /^arn:aws:s3:::([^/]+)(?:\/(.*))?$/.exec(destination) ?? [];
  if (name === undefined) return null;
  return { name, prefix: prefix ? `${prefix.replace(/\/$/, '')}/` : '' };
}
