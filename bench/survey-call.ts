/** One call of the function that takes the first survey, in a process of its own: what bench/survey.ts starts, and kills. */
import { handler } from '../functions/patch/survey-before.ts';

const [campaign, group] = process.argv.slice(2);
const { decision } = await handler({ contract: 1, campaign, group });
process.send?.({ decision, peakKib: process.resourceUsage().maxRSS });
