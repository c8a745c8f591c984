/**
 * Events of hosts and commands, as EventBridge has them. Facts: "Amazon EventBridge event examples for Systems Manager" (Systems
 * Manager User Guide), "Instance state change events" (EC2 User Guide). What is cancelled is spelled with one l here (trap 7).
 */
import type { Stage } from '#rehearsal/api.ts';
import type { Fleet, HostNews } from '#rehearsal/fleet/fleet.ts';
import { type Commands, statusOf } from '#rehearsal/services/ssm/commands.ts';

/** States on the way are passed at once. */
const STATES: Partial<Record<HostNews, string[]>> = {
  stopped: ['stopping', 'stopped'],
  started: ['pending', 'running'],
  terminated: ['shutting-down', 'terminated'],
};

export function announce(stage: Stage, fleet: Fleet, commands: Commands): void {
  const arnOf = (id: string) => `arn:aws:ec2:${stage.region}:${stage.account}:instance/${id}`;
  fleet.watch((host, news) => {
    for (const state of STATES[news] ?? [])
      stage.emit({
        source: 'aws.ec2',
        'detail-type': 'EC2 Instance State-change Notification',
        resources: [arnOf(host.id)],
        detail: { 'instance-id': host.id, state },
      });
  });
  const told = new Map<string, string>(); // by command, the status of which its last event spoke
  commands.onChange = (command, { host, status }) => {
    const detail = {
      'command-id': command.id,
      'document-name': command.document,
      'requested-date-time': new Date(command.requestedAt).toISOString(),
    };
    const source = 'aws.ssm';
    stage.emit({
      source,
      'detail-type': 'EC2 Command Invocation Status-change Notification',
      resources: [arnOf(host.id)],
      detail: { ...detail, 'instance-id': host.id, status: spelled(status) },
    });
    const whole = statusOf(command).status;
    if (told.get(command.id) === whole) return;
    told.set(command.id, whole);
    const expires = new Date(command.expiresAt).toISOString();
    stage.emit({
      source,
      'detail-type': 'EC2 Command Status-change Notification',
      resources: [...command.invocations.keys()].map(arnOf),
      detail: { ...detail, 'expire-after': expires, parameters: command.parameters, status: spelled(whole) },
    });
  };
}

function spelled(status: string): string {
  return status.replace(/^Cancell/, 'Cancel');
}
