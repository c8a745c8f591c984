import {
  DescribeAssociationCommand,
  DescribeMaintenanceWindowsCommand,
  DescribeMaintenanceWindowTargetsCommand,
  DescribeMaintenanceWindowTasksCommand,
  GetMaintenanceWindowTaskCommand,
  ListAssociationsCommand,
  type Target,
} from '@aws-sdk/client-ssm';
import { ask, pages } from '#aws/call.ts';
import { ssm } from '#aws/ssm.ts';

/** Something of the account, besides us, that patches or scans hosts. `operation` null: it cannot be told. */
export interface OtherPatching {
  kind: 'association' | 'maintenance window';
  id: string;
  name: string;
  document: string;
  operation: 'Scan' | 'Install' | null;
  targets: string; // in words
}

/** Associations and the tasks of enabled maintenance windows that run one of AWS's patch documents, whoever they aim at. */
export async function* otherPatching(): AsyncGenerator<OtherPatching> {
  yield* associations();
  yield* maintenanceWindows();
}

const PATCHES =
  /RunPatchBaseline|ApplyPatchBaseline|PatchInstanceWithRollback|PatchAsgInstance|InstallWindowsUpdates|PatchPolicy/;

async function* associations(): AsyncGenerator<OtherPatching> {
  const listed = pages(async (NextToken) => {
    const answer = await ask(
      'ssm:ListAssociations',
      ssm().send(new ListAssociationsCommand({ MaxResults: 50, NextToken })),
    );
    return { items: answer.Associations, next: answer.NextToken };
  });
  for await (const { AssociationId, AssociationName, Name, Targets } of listed) {
    if (!AssociationId || !Name || !PATCHES.test(Name)) continue;
    const call = ssm().send(new DescribeAssociationCommand({ AssociationId })); // the list has no parameters
    const { AssociationDescription } = await ask('ssm:DescribeAssociation', call);
    yield {
      kind: 'association',
      id: AssociationId,
      name: AssociationName ?? '',
      document: Name,
      operation: operationOf(AssociationDescription?.Parameters?.Operation),
      targets: words(Targets),
    };
  }
}

async function* maintenanceWindows(): AsyncGenerator<OtherPatching> {
  const windows = pages(async (NextToken) => {
    const Filters = [{ Key: 'Enabled', Values: ['true'] }];
    const command = new DescribeMaintenanceWindowsCommand({ Filters, MaxResults: 50, NextToken });
    const answer = await ask('ssm:DescribeMaintenanceWindows', ssm().send(command));
    return { items: answer.WindowIdentities, next: answer.NextToken };
  });
  for await (const { WindowId, Name = '' } of windows) {
    const tasks = pages(async (NextToken) => {
      const command = new DescribeMaintenanceWindowTasksCommand({ WindowId, MaxResults: 50, NextToken });
      const answer = await ask('ssm:DescribeMaintenanceWindowTasks', ssm().send(command));
      return { items: answer.Tasks, next: answer.NextToken };
    });
    let registered: Map<string, Target[]> | null = null;
    for await (const { TaskArn = '', WindowTaskId, Targets = [] } of tasks) {
      if (!WindowId || !PATCHES.test(TaskArn)) continue;
      const operation = await operationOfTask(WindowId, WindowTaskId);
      const document = TaskArn.slice(TaskArn.lastIndexOf('/') + 1);
      if (Targets.some(isOfWindow)) registered ??= await targetsOf(WindowId);
      const targets = Targets.flatMap((target) => (isOfWindow(target) ? found(target, registered) : [target]));
      yield { kind: 'maintenance window', id: WindowId, name: Name, document, operation, targets: words(targets) };
    }
  }
}

/** By the task itself: the list's `TaskParameters` are deprecated, and empty for a task of today (trap 40). */
async function operationOfTask(
  WindowId: string,
  WindowTaskId: string | undefined,
): Promise<OtherPatching['operation']> {
  const call = ssm().send(new GetMaintenanceWindowTaskCommand({ WindowId, WindowTaskId }));
  const { TaskInvocationParameters: of, TaskParameters } = await ask('ssm:GetMaintenanceWindowTask', call);
  const { Operation } = of?.RunCommand?.Parameters ?? of?.Automation?.Parameters ?? {};
  return operationOf(Operation ?? TaskParameters?.Operation?.Values);
}

/** A task may aim at targets that are registered with its window, by their ids. */
async function targetsOf(WindowId: string): Promise<Map<string, Target[]>> {
  const listed = pages(async (NextToken) => {
    const command = new DescribeMaintenanceWindowTargetsCommand({ WindowId, MaxResults: 50, NextToken });
    const answer = await ask('ssm:DescribeMaintenanceWindowTargets', ssm().send(command));
    return { items: answer.Targets, next: answer.NextToken };
  });
  const byId = new Map<string, Target[]>();
  for await (const { WindowTargetId = '', Targets = [] } of listed) byId.set(WindowTargetId, Targets);
  return byId;
}

const isOfWindow = ({ Key }: Target) => Key === 'WindowTargetIds';

function found({ Key, Values = [] }: Target, registered: Map<string, Target[]> | null): Target[] {
  return Values.flatMap((id) => registered?.get(id) ?? [{ Key, Values: [id] }]);
}

function operationOf(values: string[] | undefined): OtherPatching['operation'] {
  const [value] = values ?? [];
  return value === 'Scan' || value === 'Install' ? value : null;
}

function words(targets: Target[] | undefined): string {
  const each = (targets ?? []).map(({ Key = '', Values = [] }) =>
    Key === 'InstanceIds' && Values.includes('*') ? 'all instances' : `${Key} ${Values.join(', ')}`,
  );
  return each.join(' and ') || 'targets of its own';
}
