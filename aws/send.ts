import { SendCommandCommand } from '@aws-sdk/client-ssm';
import { ask, isThrottling, statusOf } from '#aws/call.ts';
import { setting } from '#aws/setting.ts';
import { ssmOnce } from '#aws/ssm.ts';
import { SendRefused } from '#domain/errors.ts';
import type { SendRequest } from '#domain/patch/ports.ts';

/**
 * Sends once; returns the command's id. `SendRefused`: AWS answered that it took nothing. Any other error leaves open whether
 * hosts are at work: the caller looks for the command by its Comment and never sends again.
 */
export async function send(request: SendRequest): Promise<string> {
  // One id too many or in vain fails the whole call (trap 22); more would be refused anyway.
  if (request.instances.length < 1 || request.instances.length > 50)
    throw new SendRefused(`a command takes 1 to 50 instances, not ${request.instances.length}`, false);
  const command = new SendCommandCommand({
    ...document(request),
    InstanceIds: request.instances,
    Comment: request.comment,
    TimeoutSeconds: request.deliverySeconds,
    // Nothing shall queue inside SSM: the wave is the budget, and stopping means not to send the next one.
    MaxConcurrency: '100%',
    MaxErrors: '100%',
  });
  const call = ssmOnce().send(command).catch(refused);
  const answer = await ask('ssm:SendCommand', call);
  if (!answer.Command?.CommandId) throw new Error('ssm:SendCommand: an answer without a command id');
  return answer.Command.CommandId;
}

function document(request: SendRequest): { DocumentName: string; Parameters: Record<string, string[]> } {
  if (request.document === 'rescan-vm') return { DocumentName: setting('RESCAN_DOCUMENT_NAME'), Parameters: {} };
  if (request.document === 'refresh-association')
    return { DocumentName: 'AWS-RefreshAssociation', Parameters: { associationIds: request.associations ?? [] } };
  const Parameters: Record<string, string[]> = { Operation: [request.operation ?? 'Scan'] };
  if (request.snapshotId) Parameters.SnapshotId = [request.snapshotId];
  if (request.reboot) Parameters.RebootOption = [request.reboot];
  if (request.stepSeconds) Parameters.StepTimeoutSeconds = [String(request.stepSeconds)];
  return { DocumentName: 'AWS-RunPatchBaseline', Parameters };
}

/** An answer of 4xx is a refusal: nothing was taken. 408 is not one: it speaks of the connection. */
function refused(error: unknown): never {
  const status = statusOf(error);
  if (status === undefined || status < 400 || status >= 500 || status === 408 || !(error instanceof Error)) throw error;
  throw new SendRefused(`ssm:SendCommand: ${error.name}: ${error.message}`, isThrottling(error));
}
