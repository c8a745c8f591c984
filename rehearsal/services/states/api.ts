/** The operations of Step Functions that functions and operators call. */
import { AwsFault, type ExecutionView, type Fake, type Operation } from '#rehearsal/api.ts';
import { MAX_PAYLOAD } from '#rehearsal/services/states/asl/run.ts';
import { eventView } from '#rehearsal/services/states/history.ts';
import { machineOperations } from '#rehearsal/services/states/machines-api.ts';
import { notRedrivable, parse, refresh, type States } from '#rehearsal/services/states/states.ts';

export function statesApi(states: States): Fake {
  const operations: Record<string, Operation> = {
    ...machineOperations(states.machines, page, (arn) => states.get(arn).installed),
    StartExecution: ({ stateMachineArn, name, input }) => {
      const { view } = states.start(stateMachineArn, name, input ?? '{}');
      return { executionArn: view.arn, startDate: new Date(view.startedAt) };
    },
    DescribeExecution: ({ executionArn }) => {
      const execution = states.get(executionArn);
      const { view, machine, input, redrives } = execution;
      const why = notRedrivable(execution, states.now());
      const last = redrives.at(-1);
      return {
        ...listed(view, machine.arn),
        input,
        inputDetails: { included: true },
        ...(view.status === 'SUCCEEDED' && { output: JSON.stringify(view.output), outputDetails: { included: true } }),
        error: view.error,
        cause: view.cause,
        redriveCount: redrives.length,
        ...(last !== undefined && { redriveDate: new Date(last) }),
        redriveStatus: why ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
        ...(why && { redriveStatusReason: why }),
      };
    },
    RedriveExecution: ({ executionArn }) => ({ redriveDate: new Date(states.redrive(executionArn)) }),
    StopExecution: async ({ executionArn, error, cause }) => {
      const execution = states.get(executionArn);
      states.stop(executionArn, error ?? null, cause ?? null);
      await execution.over;
      return { stopDate: new Date(execution.view.stoppedAt ?? 0) };
    },
    ListExecutions: ({ stateMachineArn, statusFilter, maxResults, nextToken }) => {
      const all = [...states.executions.values()].filter(
        ({ machine, view }) => machine.arn === stateMachineArn && (!statusFilter || view.status === statusFilter),
      );
      const rows = all.reverse().map(({ view }) => listed(view, stateMachineArn));
      return page(rows, 'executions', maxResults || 100, nextToken);
    },
    GetExecutionHistory: ({ executionArn, maxResults, nextToken, reverseOrder, includeExecutionData }, { region }) => {
      const events = states
        .history(executionArn)
        .map((event) => eventView(event, region, includeExecutionData !== false));
      return page(reverseOrder ? events.reverse() : events, 'events', maxResults || 100, nextToken);
    },
    SendTaskSuccess: ({ taskToken, output }) => {
      const holder = states.tokens.holder(taskToken);
      const value = parse(String(output), 'InvalidOutput', 'Invalid Output');
      if (Buffer.byteLength(String(output)) > MAX_PAYLOAD)
        throw new AwsFault('ValidationException', `Value at 'output' has more than ${MAX_PAYLOAD} bytes`);
      holder.succeed(value);
      return {};
    },
    SendTaskFailure: ({ taskToken, error, cause }) => {
      states.tokens.holder(taskToken).fail(error ?? '', cause ?? '');
      return {};
    },
    SendTaskHeartbeat: ({ taskToken }) => {
      states.tokens.holder(taskToken).beat();
      return {};
    },
  };
  return { service: 'states', operations };
}

export function views(states: States): ExecutionView[] {
  return [...states.executions.values()].map(refresh);
}

function listed(view: ExecutionView, stateMachineArn: string) {
  return {
    executionArn: view.arn,
    stateMachineArn,
    name: view.name,
    status: view.status,
    startDate: new Date(view.startedAt),
    ...(view.stoppedAt !== null && { stopDate: new Date(view.stoppedAt) }),
  };
}

/** A token is good for the list that gave it, and for no other. */
function page(rows: object[], member: string, size: number, token: string | undefined): Record<string, unknown> {
  if (!Number.isInteger(size) || size < 1 || size > 1000)
    throw new AwsFault('ValidationException', `Value '${size}' at 'maxResults' must be from 0 to 1000`);
  const told = token === undefined ? `${member} 0` : Buffer.from(token, 'base64url').toString();
  const [, list, from] = /^([a-zA-Z]+) (\d+)$/.exec(told) ?? [];
  if (list !== member) throw new AwsFault('InvalidToken', `Invalid Token: '${token}'`);
  const end = Number(from) + size;
  const next = Buffer.from(`${member} ${end}`).toString('base64url');
  return { [member]: rows.slice(Number(from), end), ...(end < rows.length && { nextToken: next }) };
}
