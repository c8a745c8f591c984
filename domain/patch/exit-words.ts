/**
 * Exit codes of the patch payload, in words. Source: the constants of a public copy of the payload (tekumara, 2021). 194 to 196 ask the agent
 * for a reboot and are followed by another run, so a host seldom ends in them.
 */
const EXITS: Record<number, string> = {
  0: 'it succeeded',
  1: 'the package manager failed',
  2: 'a dependency could not be resolved',
  3: 'rebooted four times and still failing',
  135: 'the host may not read the patch baseline (GetPatchBaseline denied)',
  148: 'the instance has no metadata',
  149: 'the host could not report its result (PutInventory)',
  151: 'the snapshot is damaged (checksum differs)',
  167: 'baseline override and install override list were both given',
  194: 'it asked for a reboot',
  195: 'it asked for a reboot after a failure',
  196: 'it asked for a reboot after a dependency failure',
  3010: 'it asked for a reboot',
};

const RANGES: { from: number; to: number; words: string }[] = [
  { from: 143, to: 147, words: 'the snapshot of the patch baseline could not be had' },
  { from: 130, to: 153, words: 'a call to the patch service failed' },
  { from: 154, to: 156, words: 'the patch payload could not be fetched or run' },
  { from: 160, to: 167, words: 'the baseline override could not be used' },
];

/** StatusDetails of an invocation that ended otherwise than by the payload's own exit. */
const STATUSES: Record<string, string> = {
  DeliveryTimedOut: 'it did not begin in time, or its agent was lost at work',
  ExecutionTimedOut: 'it ran longer than the document allows',
  Undeliverable: 'it could not be delivered',
  Cancelled: 'somebody cancelled it',
  Canceled: 'somebody cancelled it',
  Terminated: 'SSM ended it with its command',
  InvalidPlatform: 'the document does not run on this platform',
  AccessDenied: 'the role may not send to this instance',
};

/**
 * How a command ended on a host: `exit 2: a dependency could not be resolved`, or what its StatusDetails (without spaces) mean.
 * `exit` null: none is known, as with a host that did not come back; `status` null: only the exit is.
 */
export function exitWords(status: string | null, exit: number | null): string {
  const ended = status === null ? undefined : STATUSES[status];
  if (ended) return ended;
  if (exit === null) return status === null || status === 'Failed' ? 'no exit known' : status;
  const words = EXITS[exit] ?? RANGES.find(({ from, to }) => exit >= from && exit <= to)?.words;
  return words ? `exit ${exit}: ${words}` : `exit ${exit}, which is not documented`;
}
