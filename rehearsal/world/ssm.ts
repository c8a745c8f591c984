/** SSM as a fake: Run Command, managed nodes, associations, calendars. Patch states and baselines are in ssm-patch.ts. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import { milliseconds, type Scenario } from '#rehearsal/scenario.ts';
import { type Command, type Commands, type Invocation, pingOf, statusOf } from '#rehearsal/world/commands.ts';
import type { Fleet, Host } from '#rehearsal/world/fleet.ts';
import { pageOf, timeOf } from '#rehearsal/world/paging.ts';

const PLUGINS = ['PatchWindows', 'PatchLinux', 'PatchMacOS'];

export interface Association {
  id: string;
  name: string;
  document: string;
  rate: string;
}

export function ssmOperations(
  stage: Stage,
  scenario: Scenario,
  fleet: Fleet,
  commands: Commands,
  associations: Association[],
): Record<string, Operation> {
  const now = () => stage.clock.now();
  const listed = () => commands.sent.filter((command) => command.visibleAt <= now());
  return {
    SendCommand: (input) => ({ Command: commandView(commands.send(input)) }),

    ListCommands: (input) => {
      const wanted = listed().filter((command) => commandMatches(command, input));
      const { MaxResults, NextToken, ...question } = input;
      const newestFirst = wanted.reverse();
      const rule = { operation: 'ListCommands', least: 1, most: 50, usual: 50, badToken: 'InvalidNextToken' };
      const { rows, next } = pageOf(newestFirst, rule, question, MaxResults, NextToken);
      return { Commands: rows.map(commandView), NextToken: next };
    },

    ListCommandInvocations: (input) => {
      const { MaxResults, NextToken, ...question } = input;
      const all = listed()
        .filter((command) => input.CommandId === undefined || command.id === input.CommandId)
        .flatMap((command) => [...command.invocations.values()].map((invocation) => ({ command, invocation })))
        .filter(({ invocation }) => input.InstanceId === undefined || invocation.host.id === input.InstanceId);
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

    DescribeInstanceInformation: (input) => {
      const { MaxResults, NextToken, ...question } = input;
      const filters: { Key: string; Values: string[] }[] = input.Filters ?? [];
      const nodes = fleet.hosts.filter(
        (host) => pingOf(host, now()) !== null && filters.every((filter) => nodeMatches(host, filter, now())),
      );
      const rule = {
        operation: 'DescribeInstanceInformation',
        least: 5,
        most: 50,
        usual: 10,
        badToken: 'InvalidNextToken',
      };
      const { rows, next } = pageOf(nodes, rule, question, MaxResults, NextToken);
      return { InstanceInformationList: rows.map((host) => nodeView(host, now())), NextToken: next };
    },

    // No window of the account's own: what patches these hosts is the product alone.
    DescribeMaintenanceWindows: () => ({ WindowIdentities: [] }),

    ListAssociations: (input) => {
      const filters: { key: string; value: string }[] = input.AssociationFilterList ?? [];
      const wanted = associations.filter((association) =>
        filters.every((filter) => associationMatches(association, filter)),
      );
      const rule = { operation: 'ListAssociations', least: 1, most: 50, usual: 50, badToken: 'InvalidNextToken' };
      const { rows, next } = pageOf(wanted, rule, filters, input.MaxResults, input.NextToken);
      return { Associations: rows.map(associationView), NextToken: next };
    },

    GetCalendarState: (input) => {
      const at = timeOf(input.AtTime) ?? now();
      const states = (input.CalendarNames as string[]).map((name) => calendarAt(scenario, name, at));
      const changes = states.map(({ next }) => next).filter((next) => next !== null);
      return {
        State: states.every(({ open }) => open) ? 'OPEN' : 'CLOSED',
        AtTime: new Date(at).toISOString(),
        ...(changes.length > 0 ? { NextTransitionTime: new Date(Math.min(...changes)).toISOString() } : {}),
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
    InstanceIds: [...command.invocations.keys()],
    Targets: [],
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

/** Filters: InvokedAfter, InvokedBefore, Status, DocumentName. There is none for Comment. */
function commandMatches(
  command: Command,
  input: { CommandId?: string; InstanceId?: string; Filters?: { key: string; value: string }[] },
): boolean {
  if (input.CommandId !== undefined && command.id !== input.CommandId) return false;
  if (input.InstanceId !== undefined && !command.invocations.has(input.InstanceId)) return false;
  return (input.Filters ?? []).every(({ key, value }) => {
    if (key === 'InvokedAfter') return command.requestedAt > Date.parse(value);
    if (key === 'InvokedBefore') return command.requestedAt < Date.parse(value);
    if (key === 'Status') return statusOf(command).status === value;
    if (key === 'DocumentName') return command.document === value;
    throw new AwsFault('InvalidFilterKey', `ListCommands has no filter ${key}`);
  });
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
  return {
    Name: name,
    Status: skipped ? 'Success' : invocation.status,
    StatusDetails: skipped ? 'Success' : invocation.details,
    ResponseCode: skipped ? 0 : invocation.exit,
    ResponseStartDateTime: dateOf(invocation.startedAt),
    ResponseFinishDateTime: dateOf(skipped ? invocation.startedAt : invocation.finishedAt),
    Output: skipped ? 'Step execution skipped due to unsupported platform' : invocation.output,
  };
}

function nodeMatches(host: Host, { Key, Values }: { Key: string; Values: string[] }, now: number): boolean {
  if (Key === 'InstanceIds') return Values.includes(host.id);
  if (Key === 'PingStatus') return Values.includes(pingOf(host, now) ?? '');
  if (Key === 'PlatformTypes') return Values.includes(host.platform.type);
  if (Key === 'ResourceType') return Values.includes('EC2Instance');
  if (Key.startsWith('tag:')) return Values.includes(host.tags[Key.slice(4)] ?? '');
  throw new AwsFault('InvalidInstanceInformationFilterValue', `DescribeInstanceInformation has no filter ${Key} here`);
}

function nodeView(host: Host, now: number): Record<string, unknown> {
  // The agent pings every five minutes, each at its own time.
  const beat = host.chance.of('ping').int(300_000);
  const until = host.agent === 'online' ? now : host.agentSince;
  return {
    InstanceId: host.id,
    PingStatus: pingOf(host, now),
    LastPingDateTime: new Date(Math.max(until - ((until - beat) % 300_000), Math.min(host.agentSince, until))),
    AgentVersion: '3.3.551.0',
    IsLatestVersion: true,
    PlatformType: host.platform.type,
    PlatformName: host.platform.ssmName,
    PlatformVersion: host.platform.ssmVersion,
    ResourceType: 'EC2Instance',
    ComputerName: host.name,
    IPAddress: '10.0.0.10',
  };
}

function associationMatches(association: Association, { key, value }: { key: string; value: string }): boolean {
  if (key === 'AssociationName') return association.name === value;
  if (key === 'AssociationId') return association.id === value;
  if (key === 'Name') return association.document === value;
  throw new AwsFault('InvalidFilter', `ListAssociations has no filter ${key} here`);
}

function associationView({ id, name, document, rate }: Association): Record<string, unknown> {
  const targets = [{ Key: 'InstanceIds', Values: ['*'] }];
  return { AssociationId: id, AssociationName: name, Name: document, Targets: targets, ScheduleExpression: rate };
}

function calendarAt(scenario: Scenario, name: string, at: number): { open: boolean; next: number | null } {
  const calendar = scenario.calendars.find((each) => each.name === name || name.endsWith(`:document/${each.name}`));
  if (!calendar) throw new AwsFault('InvalidDocument', `calendar ${name} does not exist`);
  const start = Date.parse(scenario.start);
  const changes = calendar.changes.map(({ after, open }) => ({ at: start + milliseconds(after), open }));
  const last = changes.findLast((change) => change.at <= at);
  return { open: last?.open ?? calendar.open, next: changes.find((change) => change.at > at)?.at ?? null };
}

function dateOf(at: number | null): Date | undefined {
  return at === null ? undefined : new Date(at);
}

function isoOf(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString();
}
