/** Whether Lambda would keep as many calls for the page of an approval as a deployment asks for. */
import type { Concurrency } from '#aws/concurrency.ts';
import { type Checked, looked } from '../account/checked.ts';

/** Lambda leaves the account this many at a time for functions that keep none (guide: configuration-concurrency), a small account all of its ten. */
const LEFT = 100;

/** `page`: calls at a time; null: nothing is kept, and nothing asked. */
export async function keptCalls(
  page: number | null,
  { stage, region }: { stage: string; region: string },
  concurrency: Concurrency,
): Promise<Checked[]> {
  if (page === null) return [];
  return looked('calls for the page', async () => {
    const { all, unreserved } = await concurrency.account();
    const own = await concurrency.keptFor(`patchwright-${stage}-answerApproval`); // of an earlier deployment
    const least = Math.min(LEFT, all);
    const room = Math.max(0, unreserved + own - least);
    if (page <= room) return [];
    const ask = `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000 --region ${region}`;
    return [
      {
        about: `--param page=${page}`,
        state: 'mend',
        words: `Lambda runs ${all} calls at a time for this account in ${region}, and ${least} of them must stay unreserved: ${room} may be kept`,
        remedy: `${room > 0 ? `--param page=${room}` : 'leave it out'}, or ask for a higher quota (${ask})`,
      },
    ];
  });
}
