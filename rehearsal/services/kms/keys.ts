/**
 * KMS: who may use a key of the stack, by which way. Nothing is really encrypted: a use is allowed, or refused as KMS refuses it. By
 * key policy alone for a service, by key policy and the role's own for whoever has a role; a person's is the account's administrator.
 */
import { channel } from 'node:diagnostics_channel';
import { AwsFault, type Caller } from '#rehearsal/api.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { about, type Statement, verdictOf } from '#rehearsal/services/iam/policies.ts';
import { Roles, statementsOf } from '#rehearsal/services/iam/roles.ts';

export interface Use {
  /** What a resource names: ARN, id or alias. None: encrypted by AWS's own key, which lets the account and its services in. */
  key: unknown;
  actions: string[];
  /** A caller of the gateway, or a service that acts by itself: `events.amazonaws.com`. */
  by: Caller | { service: string; context: Record<string, string> };
  /** The service that uses the key on behalf of who calls it; null: directly. */
  via: string | null;
}

/** Each use of a key of the stack: `{ caller, action, via, allowed }`; `caller` as the gateway names it, or the service. */
const USED = channel('rehearsal:key-used');

export const SEND = ['kms:GenerateDataKey', 'kms:Decrypt'];
export const OPEN = ['kms:Decrypt'];

export class Keys {
  readonly #installed: Installation;
  readonly #policies: Map<string, Statement[]>; // of keys, by ARN
  readonly #roles: Roles;

  constructor(installed: Installation) {
    this.#installed = installed;
    this.#policies = new Map(installed.keys.map(({ arn, properties }) => [arn, statementsOf(properties.KeyPolicy)]));
    this.#roles = new Roles(installed);
    for (const { name, properties } of installed.logGroups) this.#checkLogs(name, properties.KmsKeyId);
  }

  /** Throws AwsFault `AccessDeniedException`, in KMS's words. */
  check({ key, actions, by, via }: Use): void {
    const arn = this.#arnOf(key);
    if (arn === null) return;
    const { account, region } = this.#installed;
    const context = {
      'kms:CallerAccount': account,
      ...(via !== null && { 'kms:ViaService': `${via}.${region}.amazonaws.com` }),
    };
    for (const action of actions) {
      const allowed = 'service' in by ? this.#serviceMay(arn, action, by) : this.#callerMay(arn, action, by, context);
      const caller = 'service' in by ? by.service : by.name;
      if (USED.hasSubscribers) USED.publish({ caller, action, via, allowed });
      if (allowed) continue;
      const who = 'service' in by ? by.service : (this.#roles.of(by) ?? by.name);
      throw new AwsFault(
        'AccessDeniedException',
        `User: ${who} is not authorized to perform: ${action} on resource: ${arn}${via === null ? '' : ` by way of ${via}`}`,
      );
    }
  }

  #serviceMay(
    arn: string,
    action: string,
    { service, context }: { service: string; context: Record<string, string> },
  ): boolean {
    const statements = about(this.#policies.get(arn) ?? [], { service });
    return verdictOf(statements, { action, resource: arn, context }) === 'allow';
  }

  #callerMay(arn: string, action: string, by: Caller, context: Record<string, string>): boolean {
    const root = `arn:aws:iam::${this.#installed.account}:root`;
    const role = this.#roles.of(by);
    const request = { action, resource: arn, context };
    const policy = this.#policies.get(arn) ?? [];
    const named = verdictOf(about(policy, { arns: role === undefined ? [] : [role] }), request);
    const ofAccount = verdictOf(about(policy, { arns: [root] }), request);
    // A role that the installation does not have is somebody's of whom only the account is known.
    const statements = role === undefined ? null : this.#roles.statements(role);
    const own = statements === null ? 'allow' : verdictOf(statements, request);
    if ([named, ofAccount, own].includes('deny')) return false;
    return named === 'allow' || (ofAccount === 'allow' && own === 'allow');
  }

  #arnOf(given: unknown): string | null {
    if (typeof given !== 'string' || given === '') return null;
    const alias = this.#installed.aliases.find(({ properties }) => given.endsWith(String(properties.AliasName)));
    const wanted = alias ? String(alias.properties.TargetKeyId) : given;
    return this.#installed.keys.find(({ arn, name }) => arn === wanted || name === wanted)?.arn ?? null;
  }

  /** As CloudWatch Logs asks when a group gets its key (AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html). */
  #checkLogs(group: string, key: unknown): void {
    const { account, region } = this.#installed;
    const context = { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${account}:log-group:${group}` };
    try {
      const actions = [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKey',
        'kms:DescribeKey',
      ];
      this.check({ key, actions, by: { service: `logs.${region}.amazonaws.com`, context }, via: null });
    } catch (error) {
      throw new Error(
        `log group ${group}: the specified KMS key is not allowed to be used with it: ${(error as Error).message}`,
      );
    }
  }
}
