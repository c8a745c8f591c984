/** The stack that is installed, as CloudFormation and Parameter Store tell of it. */
import { AwsFault, type Fake } from '#rehearsal/api.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { pageOf } from '#rehearsal/services/paging.ts';

export function stackFakes({ account, region, stack, parameters }: Installation, installedAt: number): Fake[] {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  const CreationTime = new Date(installedAt);
  const id = arn('cloudformation', `stack/${stack}/00000000-0000-4000-8000-000000000000`);
  const DescribeStacks = ({ StackName }: { StackName?: string }) => {
    if (StackName !== undefined && StackName !== stack && StackName !== id)
      throw new AwsFault('ValidationError', `Stack with id ${StackName} does not exist`);
    return { Stacks: [{ StackId: id, StackName: stack, CreationTime, StackStatus: 'CREATE_COMPLETE' }] };
  };
  return [
    { service: 'cloudformation', operations: { DescribeStacks } },
    {
      service: 'ssm',
      operations: {
        GetParametersByPath: ({ Path, Recursive, ParameterFilters, MaxResults, NextToken }) => {
          if (ParameterFilters?.length) throw new AwsFault('InvalidFilterKey', 'not rehearsed: ParameterFilters');
          const folder = Path.endsWith('/') ? Path : `${Path}/`;
          const isBelow = (name: string) =>
            name.startsWith(folder) && (Recursive || !name.slice(folder.length).includes('/'));
          const rule = {
            operation: 'GetParametersByPath',
            least: 1,
            most: 10,
            usual: 10,
            badToken: 'InvalidNextToken',
          };
          const below = parameters.filter(({ name }) => isBelow(name));
          const { rows, next } = pageOf(below, rule, [Path, Recursive], MaxResults, NextToken);
          return { Parameters: rows.map(({ name, properties }) => view(name, properties)), NextToken: next };
        },
      },
    },
  ];

  function view(Name: string, { Type, Value }: Record<string, unknown>) {
    const ARN = arn('ssm', `parameter${Name.startsWith('/') ? '' : '/'}${Name}`);
    return { Name, Type, Value, Version: 1, LastModifiedDate: CreationTime, ARN, DataType: 'text' };
  }
}
