/** A rule that an AWS service enforces by itself, when a resource is made or used: no linter and no emulator knows it. */
import { allowing, type Statement } from '../permissions/evaluate.ts';
import { ACCOUNT, statementsOf, type Template } from '../permissions/packaged.ts';

export interface Rule {
  /** What holds, as a sentence. */
  rule: string;
  /** Where AWS says so, or where people met it. */
  source: string;
  /** What of the stack breaks it, in words; empty: it holds. */
  broken: (stack: Stack) => string[];
  /** Plants a fault into a copy of the stack, that `broken` must tell. */
  plant: (stack: Stack) => void;
}

export interface Stack {
  template: Template;
  /** Calls at a time that Lambda gives the account, of all functions together. */
  lambdaQuota: number;
}

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation
export type Properties = any;

/** A document of a resource policy or of a role. */
export interface Policy {
  Statement: (Statement & { Principal?: '*' | { Service?: string | string[]; AWS?: string | string[] } })[];
}

/** Logical id and properties of each resource of a type. */
export function of({ template }: Stack, type: string): [id: string, properties: Properties][] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) =>
    Type === type ? [[id, Properties] as [string, Properties]] : [],
  );
}

/** The properties of one resource, to plant a fault in. Throws where there is none of the type. */
export function first(stack: Stack, type: string): Properties {
  const [found] = of(stack, type);
  if (!found) throw new Error(`the template has no ${type} to plant a fault in`);
  return found[1];
}

export function each(stack: Stack, type: string, fault: (properties: Properties, id: string) => unknown): string[] {
  return of(stack, type).flatMap(([id, properties]) => {
    const said = fault(properties, id);
    if (!said) return [];
    return [said === true ? id : `${id}: ${said}`];
  });
}

/** The name that the packaged template gives a role, from its ARN. */
export function roleOf(arn: unknown): string {
  return String(arn).split('/').pop() ?? '';
}

/** Whether a role may do it, by its own policies alone. */
export function roleMay({ template }: Stack, arn: unknown, action: string, resource: string, context = {}): boolean {
  return allowing(statementsOf(template, roleOf(arn)), { action, resource, context }).length > 0;
}

export function services({ Principal }: Policy['Statement'][number]): string[] {
  return typeof Principal === 'object' ? [Principal.Service ?? []].flat() : [];
}

/** Whether a service may do it by a resource's own policy: identity policies say nothing of services. */
export function serviceMay(
  document: Policy | undefined,
  service: string,
  action: string,
  context: Record<string, string>,
): boolean {
  const statements = (document?.Statement ?? [])
    .filter((statement) => statement.Principal === '*' || services(statement).includes(service))
    .map((statement) => ({ ...statement, Resource: '*' }))
    .filter(({ Condition }) => !Condition?.Bool); // our statements on TLS: AWS's services come by it
  return allowing(statements, { action, resource: '*', context }).length > 0;
}

/** Whether a role may use a key: the key leaves it to the account's policies, and the role's own say so. */
export function roleMayUse(stack: Stack, arn: unknown, key: string, action: string, via: string | null): boolean {
  const policy: Policy | undefined = keyAt(stack, key)?.KeyPolicy;
  const leaves = policy?.Statement.some(
    ({ Effect, Principal, Action }) =>
      Effect === 'Allow' &&
      typeof Principal === 'object' &&
      [Principal.AWS ?? []].flat().some((one) => one.endsWith(`:${ACCOUNT}:root`)) &&
      [Action].flat().includes('kms:*'),
  );
  return Boolean(leaves) && roleMay(stack, arn, action, key, via === null ? {} : { 'kms:ViaService': via });
}

/** The key behind an ARN, or behind the reference that the packaged template resolves to its logical id. */
export function keyAt(stack: Stack, given: unknown): Properties | undefined {
  const id = String(given).split('/').pop();
  return of(stack, 'AWS::KMS::Key').find(([name]) => name === id)?.[1];
}
