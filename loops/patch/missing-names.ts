/** Names of the policy that are not there. Told as the campaign opens: the gate would find an alarm missing hours later, a wave a calendar after seven days. */

import type { CampaignRef } from '#domain/campaign/ports.ts';
import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import { type Missing, missingNotice } from '#views/patch/missing-notice.ts';

type NamePorts = Pick<PatchPorts, 'alarms' | 'patching'>;

/** Throws where AWS does not say: what cannot be read is not missing. */
export async function missingNames({ gate, window }: GroupPolicy, { alarms, patching }: NamePorts): Promise<Missing> {
  return {
    alarms: gate.alarms.length ? await alarms.missing(gate.alarms) : [],
    calendars: window?.calendars.length ? await patching.missingCalendars(window.calendars) : [],
  };
}

/** Never in the way of a campaign: who cannot be asked or told now is told of the same by the gate and the close. */
export async function tellMissing(
  ref: CampaignRef,
  group: GroupPolicy,
  { evidence, notices, ...ports }: NamePorts & Pick<PatchPorts, 'evidence' | 'notices'>,
  now: Instant,
): Promise<void> {
  try {
    const missing = await missingNames(group, ports);
    if (missing.alarms.length + missing.calendars.length === 0) return;
    await notices.publish(
      missingNotice({ ...ref, at: now, missing, looks: group.gate.looks, place: evidence.place(ref) }),
    );
  } catch (error) {
    if (!(error instanceof AwsRefused || error instanceof AwsUnavailable)) throw error;
  }
}
