import { GetRoleCommand, IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { ask, pages } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import type { Wish } from '#domain/campaign/permissions.ts';

const iam = lazily(() => new IAMClient({}));

/**
 * Those of the wishes that IAM would refuse to the caller, by its policies alone: of an organisation's policies, a boundary of a
 * session or a bucket's policy the simulation knows nothing. null: who the caller is cannot be simulated (a federated user).
 */
export async function denied(caller: string, wishes: readonly Wish[]): Promise<Wish[] | null> {
  const [, , service, , account, principal = ''] = caller.split(':');
  if (principal === 'root') return [];
  const [kind, name = ''] = principal.split('/');
  if (service === 'iam' && kind === 'user') return refused(caller);
  if (service !== 'sts' || kind !== 'assumed-role' || !account) return null;
  // The session's ARN leaves the role's path out, which a role of IAM Identity Center has.
  const { Role } = await ask('iam:GetRole', iam().send(new GetRoleCommand({ RoleName: name })));
  return Role?.Arn ? refused(Role.Arn) : null;

  async function refused(PolicySourceArn: string): Promise<Wish[]> {
    const found: Wish[] = [];
    for (const some of asked(wishes)) {
      const { resource = '*', context = {} } = some[0] ?? {};
      const results = pages(async (Marker) => {
        const command = new SimulatePrincipalPolicyCommand({
          PolicySourceArn,
          ActionNames: some.map(({ action }) => action),
          ResourceArns: [resource],
          ContextEntries: Object.entries(context).map(([ContextKeyName, value]) => ({
            ContextKeyName,
            ContextKeyValues: [value],
            ContextKeyType: TYPES[ContextKeyName] ?? 'string',
          })),
          Marker,
        });
        const answer = await ask('iam:SimulatePrincipalPolicy', iam().send(command));
        return { items: answer.EvaluationResults, next: answer.IsTruncated ? answer.Marker : undefined };
      });
      for await (const { EvalActionName, EvalDecision } of results) {
        const wish = some.find(({ action }) => action === EvalActionName);
        if (wish && EvalDecision !== 'allowed') found.push(wish);
      }
    }
    return found;
  }
}

/** Keys of conditions that are no plain text. */
const TYPES: Record<string, 'boolean' | 'stringList'> = {
  'dynamodb:LeadingKeys': 'stringList',
  'lambda:InvokedViaFunctionUrl': 'boolean',
};

/** What one simulation can be asked: wishes on the same resource, in the same context. */
function asked(wishes: readonly Wish[]): Wish[][] {
  const map = new Map<string, Wish[]>();
  for (const wish of wishes) {
    const key = JSON.stringify([wish.resource, wish.context]);
    map.set(key, [...(map.get(key) ?? []), wish]);
  }
  return [...map.values()];
}
