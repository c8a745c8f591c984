import { type Item, putIf, query } from '#aws/table.ts';
import { BrokenRecord } from '#domain/errors.ts';
import type { Intents } from '#domain/patch/ports.ts';
import type { Intent } from '#domain/patch/records.ts';

export const intents: Intents = {
  of: (campaign, ring) => query<Intent>(`campaign#${campaign}`, ring === undefined ? 'intent#' : `intent#${ring}#`),

  add: (intent) => putIf(intentItem(intent), { if: 'attribute_not_exists(pk)' }),

  async update(intent) {
    const there = await putIf(intentItem(intent), { if: 'attribute_exists(pk)' });
    if (!there) throw new BrokenRecord(`no intent of ${intent.campaign} for wave ${intent.wave} of ${intent.ring}`);
  },
};

function intentItem(intent: Intent): Item {
  const wave = String(intent.wave).padStart(6, '0'); // text order is wave order, also beyond 999
  return { pk: `campaign#${intent.campaign}`, sk: `intent#${intent.ring}#${wave}`, data: intent };
}
