/**
 * What `rehearse --json` prints, version 1. Fields may be added, none changes its meaning. The JSON schema in
 * docs/rehearsed.schema.json is written from here by `node cli/rehearse/write-schema.ts`.
 */
import { z } from 'zod';

const whole = z.number().int().nonnegative();

const Counts = z.object({
  CRITICAL: whole,
  HIGH: whole,
  MEDIUM: whole,
  LOW: whole,
  INFORMATIONAL: whole,
  UNTRIAGED: whole,
  total: whole,
});

const Ring = z.object({
  name: z.string(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'not-reached']),
  reasons: z.array(z.string()),
  planned: whole,
  patched: whole,
  failed: whole,
  looked: whole,
  waves: whole,
});

const DeltaCounts = z.object({
  before: Counts,
  fixed: Counts,
  closedOtherwise: Counts,
  remaining: Counts,
  unverified: Counts,
  gone: Counts,
  new: Counts,
  after: Counts.describe('remaining + unverified + new: not proven fixed'),
  remainingByReason: z.record(z.string(), whole),
  rescored: whole,
});

const Campaign = z.object({
  version: z.literal(1),
  campaign: z.object({
    id: z.string(),
    group: z.string(),
    outcome: z.string(),
    scopeHash: z.string().describe('empty where no plan was made'),
    plannedInstances: whole,
    expectedFixed: Counts,
  }),
  rings: z.array(Ring),
  delta: DeltaCounts.nullable(),
  notices: z.array(z.object({ topic: z.string(), kind: z.string(), subject: z.string(), id: z.string() })),
  calls: z.record(z.string(), whole).describe("AWS calls, by 'service.operation'"),
  states: z.array(z.string()).describe('names of the states entered, of both machines, in the order of virtual time'),
  evidence: z.string().describe('the directory that holds a copy, else its place in the rehearsed bucket'),
  virtualSeconds: z.number().nonnegative(),
  realSeconds: z.number().nonnegative(),
  seed: z.number().int(),
  asides: z
    .array(z.string())
    .describe('what was done with the input that people should know: entries skipped, hosts placed'),
});

export const RehearsedSchema = Campaign.extend({
  campaigns: z
    .array(Campaign)
    .optional()
    .describe('where a run had several: all of them, in their order; above stands the one with the worst outcome'),
});

export type RehearsedCampaign = z.infer<typeof Campaign>;
export type Rehearsed = z.infer<typeof RehearsedSchema>;

export function rehearsedJsonSchema(): Record<string, unknown> {
  // 'input' leaves the objects open, as the promise to add fields needs; the default would forbid further properties.
  const schema = z.toJSONSchema(RehearsedSchema, { io: 'input' });
  return { ...schema, title: 'What patchwright rehearse --json prints', $id: 'rehearsed.schema.json' };
}
