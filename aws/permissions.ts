import { GetRoleCommand, IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { ask, pages } from '#aws/ask.ts';
import { lazily } from '#aws/lazily.ts';
import type { Wish } from '#domain/permissions.ts';

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
    for (const [resource, some] of byResource(wishes)) {
      const results = pages(async (Marker) => {
        const command = new SimulatePrincipalPolicyCommand({
          PolicySourceArn,
          ActionNames: some.map(({ action }) => action),
          ResourceArns: [resource],
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

function byResource(wishes: readonly Wish[]): Map<string, Wish[]> {
  const map = new Map<string, Wish[]>();
  for (const wish of wishes) map.set(wish.resource, [...(map.get(wish.resource) ?? []), wish]);
  return map;
}
