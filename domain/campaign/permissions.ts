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

/** What the commands of the command line ask of AWS, whichever the loop. */
export function wishes({ table, bucket, machine, decision, topics, acting }: Names): Wish[] {
  const [execution] = [`${machine.replace(':stateMachine:', ':execution:')}:*`];
  const by = (context: Record<string, string>, some: Wish[]) => some.map((wish) => ({ ...wish, context }));
  return [
    ...wished('status', table, 'dynamodb:GetItem', 'dynamodb:Query'),
    ...wished('status', execution, 'states:DescribeExecution'),
    ...wished('report', bucket, 's3:ListBucket'),
    ...wished('report', `${bucket}/*`, 's3:GetObject'),
    ...wished('start', machine, 'states:StartExecution'),
    ...by({ 'dynamodb:LeadingKeys': 'switch' }, wished('stop, resume', table, 'dynamodb:PutItem')),
    ...by({ 'lambda:FunctionUrlAuthType': 'AWS_IAM' }, wished('approve, deny', decision, 'lambda:InvokeFunctionUrl')),
    ...by({ 'lambda:InvokedViaFunctionUrl': 'true' }, wished('approve, deny', decision, 'lambda:InvokeFunction')),
    ...wished('plan, check, deploy', acting, 'ssm:GetParametersByPath'),
    ...topics.flatMap((topic) => wished('plan, check', topic, 'sns:ListSubscriptionsByTopic')),
  ];
}

export function wished(command: string, resource: string, ...actions: string[]): Wish[] {
  return actions.map((action) => ({ action, resource, command }));
}
