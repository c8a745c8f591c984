/** Which role calls, and what its policies say. */
import type { Caller } from '#rehearsal/api.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import type { Statement } from '#rehearsal/services/iam/policies.ts';

export class Roles {
  readonly #statements: Map<string, Statement[]>; // by ARN
  readonly #roleOf: Map<string, string>; // caller → ARN of its role

  constructor({ roles, functions, machines }: Installation) {
    this.#statements = new Map(
      roles.map(({ arn, properties }) => [
        arn,
        ((properties.Policies ?? []) as { PolicyDocument: unknown }[]).flatMap(({ PolicyDocument }) =>
          statementsOf(PolicyDocument),
        ),
      ]),
    );
    this.#roleOf = new Map([
      ...functions.flatMap(({ key, roleArn }) => (roleArn === null ? [] : [[key, roleArn] as const])),
      ...machines.map(({ key, roleArn }) => [`states:${key}`, roleArn] as const),
    ]);
  }

  /** ARN; undefined: a person's, of whom only the account is known. */
  of(by: Caller): string | undefined {
    return by.role ?? this.#roleOf.get(by.name);
  }

  /** null: the installation does not have that role. */
  statements(arn: string): Statement[] | null {
    return this.#statements.get(arn) ?? null;
  }
}

export function statementsOf(document: unknown): Statement[] {
  return ((document as { Statement?: Statement[] } | undefined)?.Statement ?? []).map((one) => one);
}
