/** What the command documents do on a host. */

import type { PatchRuns } from '#rehearsal/fleet/patch-runs.ts';
import type { Looks } from '#rehearsal/services/inspector2/looks.ts';
import { type Association, collectorOf } from '#rehearsal/services/ssm/associations.ts';
import type { Commands, DocumentWork } from '#rehearsal/services/ssm/commands.ts';

export function addDocuments(commands: Commands, runs: PatchRuns, looks: Looks, associations: Association[]): void {
  commands.documents.set('AWS-RunPatchBaseline', (command, host, done) => {
    const [operation, reboot, snapshotId] = [
      command.parameters.Operation?.[0],
      command.parameters.RebootOption?.[0] ?? 'RebootIfNeeded',
      command.parameters.SnapshotId?.[0] ?? null,
    ];
    const order = { commandId: command.id, reboot, snapshotId };
    runs.begin(host, { ...order, operation: operation === 'Install' ? 'Install' : 'Scan' }, done);
  });
  commands.documents.set('AWS-RefreshAssociation', (command, host, done) => {
    const asked = command.parameters.associationIds ?? [];
    const needed = collectorOf(host, associations);
    // It answers before the association ran (source of the agent); ids that the host does not have are left out in silence.
    looks.later(host, 5, 20, () => {
      const isAsked = needed && asked.some((ids) => ids.split(',').includes(needed.id));
      if (isAsked) looks.later(host, 20, 180, () => looks.rescan(host));
      done({ exit: 0, output: `Refreshed ${asked.length} associations` });
    });
  });
}

/** A document of our own: it starts the VM Scanner. */
export function vmScan(looks: Looks): DocumentWork {
  return (_command, host, done) => {
    looks.later(host, 20, 90, () => {
      if (host.scanMode !== 'EC2_INSPECTOR_AGENT_BASED') {
        done({ exit: 5, output: 'Unit inspector-vm-scanner.service not found.' });
        return;
      }
      // What it saw is sent before it exits: Inspector may have looked by then.
      looks.rescan(host);
      looks.later(host, 5, 300, () => done({ exit: 0, output: 'sbom sent' }));
    });
  };
}
