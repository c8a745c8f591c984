/** What somebody at the command line is allowed to do, for which command. */

export interface Wish {
  action: string; // as IAM writes it
  resource: string;
  command: string; // of the command line, that needs it
  context?: Record<string, string>; // what AWS says of such a call, for policies with conditions
}

interface Names {
  table: string; // ARN
  bucket: string; // ARN
  machine: string; // ARN
  decision: string; // ARN of the function that takes one
  topics: string[]; // ARNs
  acting: string; // ARN of the parameters in which stages say on which groups they act
}

/** Everything that the commands of the command line ask of AWS. */
export function wishes({ table, bucket, machine, decision, topics, acting }: Names): Wish[] {
  const [execution] = [`${machine.replace(':stateMachine:', ':execution:')}:*`];
  const of = (command: string, resource: string, ...actions: string[]): Wish[] =>
    actions.map((action) => ({ action, resource, command }));
  const by = (context: Record<string, string>, some: Wish[]) => some.map((wish) => ({ ...wish, context }));
  return [
    ...of('status', table, 'dynamodb:GetItem', 'dynamodb:Query'),
    ...of('status', execution, 'states:DescribeExecution'),
    ...of('report', bucket, 's3:ListBucket'),
    ...of('report', `${bucket}/*`, 's3:GetObject'),
    ...of('start', machine, 'states:StartExecution'),
    ...by({ 'dynamodb:LeadingKeys': 'switch' }, of('stop, resume', table, 'dynamodb:PutItem')),
    ...by({ 'lambda:FunctionUrlAuthType': 'AWS_IAM' }, of('approve, deny', decision, 'lambda:InvokeFunctionUrl')),
    ...by({ 'lambda:InvokedViaFunctionUrl': 'true' }, of('approve, deny', decision, 'lambda:InvokeFunction')),
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
