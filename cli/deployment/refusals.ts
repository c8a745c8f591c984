/** Nothing is packaged for an account that would refuse it, or where two stages would patch the same hosts. */
import type { Registrations } from '#aws/registrations.ts';
import type { Policy } from '#domain/policy.ts';
import { plainly } from '#stack/plainly.ts';
import { checkStage, type Place } from '../account/check-stage.ts';

/** What people should know, in lines. Throws with everything that stands in the way, each with its remedy. */
export async function refusals(policy: Policy, place: Place, ports: Registrations): Promise<string[]> {
  const lines = (await checkStage(policy, place, ports)).map((each) => ({
    ...each,
    text: `${each.about}: ${each.words}.${each.remedy ? ` Remedy: ${each.remedy}` : ''}`,
  }));
  const inTheWay = lines.filter(({ state }) => state === 'mend').map(({ text }) => text);
  if (inTheWay.length > 0) throw plainly(new Error([...inTheWay, 'Nothing was packaged or changed.'].join('\n')));
  return lines.map(({ state, text }) => (state === 'unknown' ? `Not looked at: ${text}` : text));
}
