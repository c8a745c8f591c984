/** Nothing is packaged for an account that would refuse it, or where two stages would patch the same hosts. */
import type { Operator } from '#aws/operator.ts';
import type { Policy } from '#domain/policy.ts';
import { plainly } from '#stack/plainly.ts';
import { checkStage, type StagePlace } from '../account/check-stage.ts';
import { keptCalls } from './kept-calls.ts';

/**
 * What people should know, in lines. Throws with everything that stands in the way, each with its remedy. `page`: how many calls at a time
 * are to be kept for the page of an approval; null: none.
 */
export async function refusals(
  policy: Policy,
  place: StagePlace,
  { registrations, concurrency }: Pick<Operator, 'registrations' | 'concurrency'>,
  page: number | null,
): Promise<string[]> {
  const checked = [...(await checkStage(policy, place, registrations)), ...(await keptCalls(page, place, concurrency))];
  const lines = checked.map((each) => ({
    ...each,
    text: `${each.about}: ${each.words}.${each.remedy ? ` Remedy: ${each.remedy}` : ''}`,
  }));
  const inTheWay = lines.filter(({ state }) => state === 'mend').map(({ text }) => text);
  if (inTheWay.length > 0) throw plainly(new Error([...inTheWay, 'Nothing was packaged or changed.'].join('\n')));
  return lines.map(({ state, text }) => (state === 'unknown' ? `Not looked at: ${text}` : text));
}
