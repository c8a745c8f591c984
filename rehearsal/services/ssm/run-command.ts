/** SSM's Run Command: sending, and what became of it. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import {
  type Command,
  type Commands,
  type Invocation,
  isTerminal,
  statusOf,
} from '#rehearsal/services/ssm/commands.ts';

const PLUGINS = ['PatchWindows', 'PatchLinux', 'PatchMacOS'];

export function commandOperations(stage: Stage, commands: Commands): Record<string, Operation> {
  const now = () => stage.clock.now();
  const listed = () => commands.sent.filter((command) => command.visibleAt <= now());
  return {
    SendCommand: (input) => ({ Command: commandView(commands.send(input)) }),

    ListCommands: (input) => {
      const fits = compile(input.Filters ?? [], COMMAND_STATUSES);
      const wanted = listed().filter(
        (command) =>
          (input.CommandId === undefined || command.id === input.CommandId) &&
          (input.InstanceId === undefined || command.invocations.has(input.InstanceId)) &&
          fits({ command, ...statusOf(command), isOver: [...command.invocations.values()].every(isTerminal) }),
      );
      const { MaxResults, NextToken, ...question } = input;
      const newestFirst = wanted.reverse();
      const rule = { operation: 'ListCommands', least: 1, most: 50, usual: 50, badToken: 'InvalidNextToken' };
      const { rows, next } = pageOf(newestFirst, rule, question, MaxResults, NextToken);
      return { Commands: rows.map(commandView), NextToken: next };
    },

    ListCommandInvocations: (input) => {
      const { MaxResults, NextToken, ...question } = input;
      const fits = compile(input.Filters ?? [], INVOCATION_STATUSES);
      const all = listed()
        .filter((command) => input.CommandId === undefined || command.id === input.CommandId)
        .flatMap((command) => [...command.invocations.values()].map((invocation) => ({ command, invocation })))
        .filter(({ invocation }) => input.InstanceId === undefined || invocation.host.id === input.InstanceId)
        .filter(({ command, invocation }) => fits({ command, ...invocation, isOver: isTerminal(invocation) }));
      const rule = { operation: 'ListCommandInvocations', least: 1, most: 50, usual: 50, badToken: 'InvalidNextToken' };
      const { rows, next } = pageOf(all, rule, question, MaxResults, NextToken);
      const details = input.Details === true;
      return {
        CommandInvocations: rows.map((row) => invocationView(row.command, row.invocation, details)),
        NextToken: next,
      };
    },

    GetCommandInvocation: (input) => {
      const command = listed().find(({ id }) => id === input.CommandId);
      const invocation = command?.invocations.get(input.InstanceId);
      if (!command || !invocation) throw new AwsFault('InvocationDoesNotExist', 'no such invocation (yet)');
      const steps = stepsOf(command, invocation);
      if (input.PluginName === undefined && steps.length > 1) {
        throw new AwsFault('InvalidPluginName', 'the document has several steps: PluginName is needed');
      }
      const step = input.PluginName === undefined ? steps[0] : steps.find(({ Name }) => Name === input.PluginName);
      if (!step) throw new AwsFault('InvalidPluginName', `no step ${input.PluginName}`);
      return {
        CommandId: command.id,
        InstanceId: invocation.host.id,
        Comment: command.comment,
        DocumentName: command.document,
        PluginName: step.Name,
        ResponseCode: step.ResponseCode,
        ExecutionStartDateTime: isoOf(invocation.startedAt),
        ExecutionEndDateTime: isoOf(invocation.finishedAt),
        Status: step.Status,
        StatusDetails: step.StatusDetails,
        StandardOutputContent: step.Output,
        StandardErrorContent: '',
      };
    },
  };
}

function commandView(command: Command): Record<string, unknown> {
  const { status, details } = statusOf(command);
  const all = [...command.invocations.values()];
  const count = (...wanted: string[]) => all.filter((each) => wanted.includes(each.details)).length;
  return {
    CommandId: command.id,
    DocumentName: command.document,
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: command.asked.InstanceIds ?? [],
    Targets: command.asked.Targets ?? [],
    DocumentVersion: command.asked.DocumentVersion ?? '$DEFAULT',
    MaxConcurrency: command.asked.MaxConcurrency ?? '50',
    MaxErrors: command.asked.MaxErrors ?? '0',
    RequestedDateTime: new Date(command.requestedAt),
    ExpiresAfter: new Date(command.expiresAt),
    TimeoutSeconds: command.deliverySeconds,
    Status: status,
    StatusDetails: details,
    TargetCount: all.length,
    CompletedCount: count('Success', 'Failed', 'DeliveryTimedOut', 'Terminated'),
    ErrorCount: count('Failed'),
    DeliveryTimedOutCount: count('DeliveryTimedOut'),
  };
}

interface Judged {
  command: Command;
  status: string;
  details: string;
  isOver: boolean;
}

const STATUSES = 'Pending InProgress Success Cancelled Failed TimedOut AccessDenied DeliveryTimedOut ExecutionTimedOut';
const COMMAND_STATUSES = `${STATUSES} Incomplete NoInstancesInTag LimitExceeded`.split(' ');
const INVOCATION_STATUSES = `${STATUSES} Delayed Undeliverable InvalidPlatform Terminated`.split(' ');

/** All keys of CommandFilter (SSM API Reference); there is none for Comment. ExecutionStage is ListCommands' alone. */
function compile(
  filters: readonly { key: string; value: string }[],
  statuses: readonly string[],
): (one: Judged) => boolean {
  const compiled = filters.map(({ key, value }) => {
    if (key === 'DocumentName') return ({ command }: Judged) => command.document === value;
    if (key === 'Status' && statuses.includes(value))
      return ({ status, details }: Judged) => status === value || details === value;
    if (key === 'ExecutionStage' && statuses === INVOCATION_STATUSES)
      throw new AwsFault('InvalidFilterKey', 'ListCommandInvocations has no filter ExecutionStage');
    if (key === 'ExecutionStage' && (value === 'Executing' || value === 'Complete'))
      return ({ isOver }: Judged) => isOver === (value === 'Complete');
    const at = key.startsWith('Invoked') ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(at)) throw new AwsFault('ValidationException', `the filter ${key} cannot be ${value}`);
    if (key === 'InvokedAfter') return ({ command }: Judged) => command.requestedAt >= at;
    return ({ command }: Judged) => command.requestedAt < at;
  });
  return (one) => compiled.every((fits) => fits(one));
}

function invocationView(command: Command, invocation: Invocation, details: boolean): Record<string, unknown> {
  return {
    CommandId: command.id,
    InstanceId: invocation.host.id,
    InstanceName: invocation.host.name,
    Comment: command.comment,
    DocumentName: command.document,
    RequestedDateTime: new Date(command.requestedAt),
    Status: invocation.status,
    StatusDetails: invocation.details,
    CommandPlugins: details ? stepsOf(command, invocation) : [],
  };
}

/** A step for each platform of the patch document; other platforms' are skipped. An old kind of document calls its step by the plugin. */
function stepsOf(command: Command, invocation: Invocation) {
  const only = command.document === 'AWS-RefreshAssociation' ? 'aws:refreshAssociation' : 'runShellScript';
  if (command.document !== 'AWS-RunPatchBaseline') return [stepView(only, invocation, true)];
  return PLUGINS.map((name) => stepView(name, invocation, name === invocation.host.platform.plugin));
}

function stepView(name: string, invocation: Invocation, ran: boolean) {
  const skipped = !ran && invocation.startedAt !== null;
  const cancelling = invocation.status === 'Cancelling'; // of an invocation only: a step has no such status (SSM API model)
  const { status, details } = cancelling ? { status: 'InProgress', details: 'InProgress' } : invocation;
  return {
    Name: name,
    Status: skipped ? 'Success' : status,
    StatusDetails: skipped ? 'Success' : details,
    ResponseCode: skipped ? 0 : invocation.exit,
    ResponseStartDateTime: dateOf(invocation.startedAt),
    ResponseFinishDateTime: dateOf(skipped ? invocation.startedAt : invocation.finishedAt),
    Output: skipped ? 'Step execution skipped due to unsupported platform' : invocation.output,
  };
}

function dateOf(at: number | null): Date | undefined {
  return at === null ? undefined : new Date(at);
}

function isoOf(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString();
}
