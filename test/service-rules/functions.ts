/** Lambda. */
import { queueAt } from './messages.ts';
import { each, first, of, type Properties, type Rule, roleMay, roleOf, type Stack } from './rule.ts';

const FUNCTION = 'AWS::Lambda::Function';
const POLLER = 'AWS::Lambda::EventSourceMapping';
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

const functionAt = (stack: Stack, id: unknown): Properties | undefined =>
  of(stack, FUNCTION).find(([, { FunctionName }]) => String(id).split(':').pop() === FunctionName)?.[1];

export const functions: Rule[] = [
  {
    rule: 'Lambda: reserved calls leave the account at least 100 at a time, or what a small account has: nothing can be reserved there',
    source:
      'lambda/latest/dg/configuration-concurrency.html; "below its minimum value of [10]": awslabs/fhir-works-on-aws-deployment#691',
    broken: (stack) => {
      const reserved = of(stack, FUNCTION).reduce((sum, [, one]) => sum + (one.ReservedConcurrentExecutions ?? 0), 0);
      const least = Math.min(100, stack.lambdaQuota);
      return stack.lambdaQuota - reserved < least
        ? [`${reserved} of ${stack.lambdaQuota} reserved, ${least} must be left`]
        : [];
    },
    plant: (stack) => {
      first(stack, FUNCTION).ReservedConcurrentExecutions = 5;
    },
  },
  {
    rule: 'Lambda: a queue hides a message at least as long as its function may take',
    source: 'aws-cloudformation/cfn-lint#3987, philips-labs/terraform-aws-github-runner#465',
    broken: (stack) =>
      each(stack, POLLER, ({ EventSourceArn, FunctionName }) => {
        const hidden = queueAt(stack, EventSourceArn)?.VisibilityTimeout ?? 30;
        const taken = functionAt(stack, FunctionName)?.Timeout ?? 3;
        return hidden < taken && `hidden for ${hidden} s, the function may take ${taken} s`;
      }),
    plant: (stack) => {
      queueAt(stack, first(stack, POLLER).EventSourceArn).VisibilityTimeout = 60;
    },
  },
  {
    rule: 'Lambda: a batch of more than ten messages needs a window of a second or more',
    source: 'lambda/latest/api/API_CreateEventSourceMapping.html (MaximumBatchingWindowInSeconds)',
    broken: (stack) =>
      each(
        stack,
        POLLER,
        ({ BatchSize = 10, MaximumBatchingWindowInSeconds: window = 0 }) => BatchSize > 10 && window < 1,
      ),
    plant: (stack) => {
      first(stack, POLLER).MaximumBatchingWindowInSeconds = 0;
    },
  },
  {
    rule: 'Lambda: a poller is made only for a function whose role may take from the queue',
    source: 'aws/aws-cdk#6770 ("does not have permissions to call ReceiveMessage on SQS")',
    broken: (stack) =>
      each(stack, POLLER, ({ EventSourceArn, FunctionName }) =>
        ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
          .filter((action) => !roleMay(stack, functionAt(stack, FunctionName)?.Role, action, EventSourceArn))
          .join(),
      ),
    plant: (stack) => without(stack, functionAt(stack, first(stack, POLLER).FunctionName).Role, 'sqs:DeleteMessage'),
  },
  {
    rule: 'Lambda: a destination for what failed is taken only for a function whose role may send there',
    source:
      'lambda/latest/dg/invocation-async-retain-records.html; hashicorp/terraform-provider-aws: "does not have permissions to call SendMessage"',
    broken: (stack) =>
      each(stack, 'AWS::Lambda::EventInvokeConfig', ({ FunctionName, DestinationConfig }) => {
        const queue = DestinationConfig?.OnFailure?.Destination;
        return queue && !roleMay(stack, functionAt(stack, FunctionName)?.Role, 'sqs:SendMessage', queue);
      }),
    plant: (stack) => {
      const { FunctionName } = first(stack, 'AWS::Lambda::EventInvokeConfig');
      without(stack, functionAt(stack, FunctionName).Role, 'sqs:SendMessage');
    },
  },
  {
    rule: "Lambda: the environment of a function has at most 4 KB, and none of Lambda's own names",
    source: 'lambda/latest/dg/configuration-envvars.html',
    broken: (stack) =>
      each(stack, FUNCTION, ({ Environment }) => {
        const variables = Object.entries((Environment?.Variables ?? {}) as Record<string, string>);
        const own = variables.map(([name]) => name).filter((name) => RESERVED.test(name));
        const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(variables)));
        return own.join() || (bytes > 4096 && `${bytes} bytes`);
      }),
    plant: (stack) => {
      first(stack, FUNCTION).Environment.Variables.AWS_REGION = 'eu-west-1';
    },
  },
  {
    rule: 'Lambda: a function URL open to the world answers only with both permissions, InvokeFunctionUrl and InvokeFunction by the URL',
    source: 'lambda/latest/dg/urls-auth.html (since October 2025)',
    broken: (stack) =>
      each(stack, 'AWS::Lambda::Url', ({ AuthType, TargetFunctionArn }) => {
        const given = of(stack, 'AWS::Lambda::Permission')
          .filter(([, one]) => one.FunctionName === TargetFunctionArn && one.Principal === '*')
          .map(([, one]) => one.Action);
        const needed = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'];
        return AuthType === 'NONE' && needed.filter((action) => !given.includes(action)).join();
      }),
    plant: (stack) => {
      const [id = ''] = of(stack, 'AWS::Lambda::Permission').find(([, one]) => one.InvokedViaFunctionUrl) ?? [];
      delete stack.template.Resources[id];
    },
  },
];

/** Takes an action away from a role. */
export function without(stack: Stack, role: unknown, action: string): void {
  for (const { PolicyDocument } of stack.template.Resources[roleOf(role)]?.Properties.Policies ?? [])
    for (const statement of PolicyDocument.Statement)
      statement.Action = [statement.Action].flat().map((one) => (one === action ? 'sqs:None' : one));
}
