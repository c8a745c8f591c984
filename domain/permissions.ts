/** What somebody at the command line is allowed to do, for which command. */

export interface Wish {
  action: string; // as IAM writes it
  resource: string;
  command: string; // of the command line, that needs it
}

interface Names {
  table: string; // ARN
  bucket: string; // ARN
  machine: string; // ARN
  topics: string[]; // ARNs
  acting: string; // ARN of the parameters in which stages say on which groups they act
}

/** Everything that the commands of the command line ask of AWS. */
export function wishes({ table, bucket, machine, topics, acting }: Names): Wish[] {
  const [execution] = [`${machine.replace(':stateMachine:', ':execution:')}:*`];
  const of = (command: string, resource: string, ...actions: string[]) =>
    actions.map((action) => ({ action, resource, command }));
  return [
    ...of('status', table, 'dynamodb:GetItem', 'dynamodb:Query'),
    ...of('status', execution, 'states:DescribeExecution'),
    ...of('report', bucket, 's3:ListBucket'),
    ...of('report', `${bucket}/*`, 's3:GetObject'),
    ...of('start', machine, 'states:StartExecution'),
    ...of('stop, resume, approve, deny', table, 'dynamodb:PutItem'),
    ...of('approve, deny', machine, 'states:SendTaskSuccess'),
    ...of(
      'plan, check',
      '*',
      'ec2:DescribeInstances',
      'inspector2:BatchGetAccountStatus',
      'inspector2:ListCoverage',
      'inspector2:ListFindings',
      'ssm:DescribeInstanceInformation',
      'ssm:DescribeInstancePatchStates',
      'ssm:DescribeInstancePatches',
      'ssm:GetDefaultPatchBaseline',
      'ssm:GetPatchBaseline',
      'ssm:GetPatchBaselineForPatchGroup',
      'cloudwatch:DescribeAlarms',
      'ssm:GetCalendarState',
    ),
    ...of('plan, check, deploy', '*', 'ssm:DescribePatchGroups', 'ssm:DescribePatchProperties'),
    ...of('plan, check, deploy', acting, 'ssm:GetParametersByPath'),
    ...topics.flatMap((topic) => of('plan, check', topic, 'sns:ListSubscriptionsByTopic')),
    ...of(
      'check',
      '*',
      'ssm:DescribeMaintenanceWindowTargets',
      'ssm:DescribeMaintenanceWindowTasks',
      'ssm:DescribeMaintenanceWindows',
      'ssm:GetMaintenanceWindowTask',
      'ssm:ListAssociations',
    ),
  ];
}
