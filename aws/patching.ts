import {
  type Command,
  type CommandFilter,
  DescribeInstanceInformationCommand,
  DescribeInstancePatchesCommand,
  DescribeInstancePatchStatesCommand,
  GetCalendarStateCommand,
  type InstanceInformation,
  type InstancePatchState,
  ListAssociationsCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
} from '@aws-sdk/client-ssm';
import { ask, isNamed, pages } from '#aws/call.ts';
import { toCommand, toInvocation } from '#aws/command.ts';
import { groupsOf, inFlight } from '#aws/in-flight.ts';
import { collectionsOn, collectsInventory } from '#aws/inventory.ts';
import { systemOf } from '#aws/os.ts';
import { toPatch, toPatchState } from '#aws/patch.ts';
import { send } from '#aws/send.ts';
import { ssm } from '#aws/ssm.ts';
import { AwsRefused } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { instant } from '#domain/instant.ts';
import type { InstanceId, Managed, Patch, PatchStatus } from '#domain/patch/model.ts';
import type { Patching } from '#domain/patch/ports.ts';

/** Instance ids that one request takes, and rows of one page (SSM API model). */
const IDS = 50;

/** Patch lists in flight: the only read that takes one instance a request. */
const WIDTH = 8;

export const patching: Patching = {
  async *managed(ids) {
    for (const group of groupsOf(ids, IDS)) for (const node of await rowsOf(group, nodes)) yield* toManaged(node);
  },

  async *states(ids) {
    for (const group of groupsOf(ids, IDS)) for (const state of await rowsOf(group, states)) yield* toPatchState(state);
  },

  async *patches(ids, statuses) {
    const read = async (id: InstanceId) => ({ id, patches: await patchesOf(id, statuses) });
    yield* inFlight(new Set(ids), WIDTH, read);
  },

  send,

  async *commandsByComment(comment, since) {
    // A second earlier: whether the bound is inclusive is not documented, and it has no milliseconds.
    const value = wholeSeconds(instant(Date.parse(since) - 1000));
    for await (const command of commands({ Filters: [{ key: 'InvokedAfter', value }] }))
      if (command.Comment === comment) yield* toCommand(command);
  },

  async command(id) {
    for await (const command of lagging(commands({ CommandId: id }))) for (const one of toCommand(command)) return one;
    return null;
  },

  async *invocations(CommandId) {
    const rows = pages(async (NextToken) => {
      const command = new ListCommandInvocationsCommand({ CommandId, Details: true, MaxResults: 50, NextToken });
      const answer = await ask('ssm:ListCommandInvocations', ssm().send(command));
      return { items: answer.CommandInvocations, next: answer.NextToken };
    });
    for await (const row of lagging(rows)) yield* toInvocation(row);
  },

  async *inventoryAssociations() {
    const associations = pages(async (NextToken) => {
      const command = new ListAssociationsCommand({ MaxResults: 50, NextToken });
      const answer = await ask('ssm:ListAssociations', ssm().send(command));
      return { items: answer.Associations, next: answer.NextToken };
    });
    for await (const association of associations)
      if (association.AssociationId && collectsInventory(association)) yield association.AssociationId;
  },

  async missingCalendars(names) {
    const missing: string[] = [];
    for (const name of names) {
      try {
        const command = new GetCalendarStateCommand({ CalendarNames: [name] });
        await ask('ssm:GetCalendarState', ssm().send(command));
      } catch (error) {
        if (!(error instanceof AwsRefused && isNamed(error.cause, ...NO_CALENDAR))) throw error;
        missing.push(name);
      }
    }
    return missing;
  },

  async *collections(ids) {
    for await (const rows of inFlight(new Set(ids), WIDTH, collectionsOn)) yield* rows;
  },

  async calendars(names, at) {
    if (names.length === 0) return { open: true, nextChange: null };
    const command = new GetCalendarStateCommand({ CalendarNames: names, AtTime: wholeSeconds(at) });
    const { State, NextTransitionTime } = await ask('ssm:GetCalendarState', ssm().send(command));
    return { open: State === 'OPEN', nextChange: NextTransitionTime ? instant(NextTransitionTime) : null };
  },
};

/** One instance that ended since its id was read refuses the whole list: its half is asked for, and of itself nothing is told. */
async function rowsOf<T>(ids: InstanceId[], read: (ids: InstanceId[]) => AsyncIterable<T>): Promise<T[]> {
  try {
    return await Array.fromAsync(read(ids));
  } catch (error) {
    if (!(error instanceof Error) || !isNamed(error.cause, 'InvalidInstanceId')) throw error;
    if (ids.length <= 1) return [];
    const half = Math.ceil(ids.length / 2);
    return [...(await rowsOf(ids.slice(0, half), read)), ...(await rowsOf(ids.slice(half), read))];
  }
}

function nodes(Values: InstanceId[]): AsyncGenerator<InstanceInformation> {
  const Filters = [{ Key: 'InstanceIds', Values }];
  return pages(async (NextToken) => {
    const command = new DescribeInstanceInformationCommand({ Filters, MaxResults: 50, NextToken });
    const answer = await ask('ssm:DescribeInstanceInformation', ssm().send(command));
    return { items: answer.InstanceInformationList, next: answer.NextToken };
  });
}

function states(InstanceIds: InstanceId[]): AsyncGenerator<InstancePatchState> {
  return pages(async (NextToken) => {
    const command = new DescribeInstancePatchStatesCommand({ InstanceIds, MaxResults: 100, NextToken });
    const answer = await ask('ssm:DescribeInstancePatchStates', ssm().send(command));
    return { items: answer.InstancePatchStates, next: answer.NextToken };
  });
}

/** Nothing of that name, a document of another kind, or a calendar of a kind that SSM does not read. */
const NO_CALENDAR = ['InvalidDocument', 'InvalidDocumentType', 'UnsupportedCalendarException'];

function* toManaged(node: InstanceInformation): Generator<Managed> {
  if (!node.InstanceId) return;
  const { PlatformName: name = '', PlatformVersion: version = '' } = node;
  yield {
    id: node.InstanceId,
    ping: node.PingStatus ?? 'Inactive',
    ...systemOf(node.PlatformType ?? '', name, version),
    platform: `${name} ${version}`.trim(),
    lastPingAt: node.LastPingDateTime ? instant(node.LastPingDateTime) : null,
  };
}

/** One request per status: that a filter takes several of them is not documented. */
async function patchesOf(InstanceId: InstanceId, statuses: PatchStatus[]): Promise<Patch[]> {
  const found: Patch[] = [];
  for (const status of statuses) {
    const Filters = [{ Key: 'State', Values: [status] }];
    const read = () =>
      pages(async (NextToken) => {
        const command = new DescribeInstancePatchesCommand({ InstanceId, Filters, MaxResults: 100, NextToken });
        const answer = await ask('ssm:DescribeInstancePatches', ssm().send(command));
        return { items: answer.Patches, next: answer.NextToken };
      });
    for (const row of await rowsOf([InstanceId], read)) found.push(toPatch(row, status));
  }
  return found;
}

function commands(which: { CommandId: string } | { Filters: CommandFilter[] }): AsyncGenerator<Command> {
  return pages(async (NextToken) => {
    const command = new ListCommandsCommand({ ...which, MaxResults: 50, NextToken });
    const answer = await ask('ssm:ListCommands', ssm().send(command));
    return { items: answer.Commands, next: answer.NextToken };
  });
}

/** A list of a command that is not to be seen yet is empty: right after the send its id may be refused as invalid. */
async function* lagging<T>(list: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* list;
  } catch (error) {
    if (error instanceof Error && isNamed(error.cause, 'InvalidCommandId')) return;
    throw error;
  }
}

function wholeSeconds(at: Instant): string {
  return at.replace(/\.\d+Z$/, 'Z');
}
