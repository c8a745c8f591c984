/** STS and IAM, as far as an operator at the command line asks: everybody is one role, which may do everything. */
import { AwsFault, type Fake } from '#rehearsal/api.ts';

const ROLE = 'rehearsal';

/** ARN of everybody who calls, as one session or another of one role. */
export function sessionOf(account: string, name: string): string {
  return `arn:aws:sts::${account}:assumed-role/${ROLE}/${name}`;
}

export function identityFakes(account: string): Fake[] {
  const arn = `arn:aws:iam::${account}:role/${ROLE}`;
  return [
    {
      service: 'sts',
      operations: {
        GetCallerIdentity: (_input, caller) => ({
          Account: account,
          Arn: sessionOf(account, caller.name),
          UserId: `AROAREHEARSAL0000000:${caller.name}`,
        }),
      },
    },
    {
      service: 'iam',
      operations: {
        GetRole: ({ RoleName }) => {
          if (RoleName !== ROLE)
            throw new AwsFault('NoSuchEntity', `The role with name ${RoleName} cannot be found.`, 404);
          return { Role: { RoleName, Arn: arn, Path: '/', RoleId: 'AROAREHEARSAL0000000', CreateDate: new Date(0) } };
        },
        SimulatePrincipalPolicy: ({ ActionNames, ResourceArns }) => ({
          IsTruncated: false,
          EvaluationResults: (ActionNames ?? []).map((EvalActionName: string) => ({
            EvalActionName,
            EvalResourceName: ResourceArns?.[0] ?? '*',
            EvalDecision: 'allowed',
          })),
        }),
      },
    },
  ];
}
