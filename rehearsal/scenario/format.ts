/** What a scenario file may say. Unknown keys are refused. Durations: `PT3H`, `90m`, `3h`, `2d`; times: ISO with a zone. */
import { z } from 'zod';
import { duration, instant } from '#rehearsal/engine/times.ts';
import { PLATFORMS, type PlatformName } from '#rehearsal/fleet/platforms.ts';
import { engineFaultSchemas, worldFaultSchemas } from '#rehearsal/scenario/fault-format.ts';
import { siteSchema } from '#rehearsal/scenario/site-format.ts';

const baselineSchema = z.strictObject({
  name: z.string(),
  os: z.string(),
  groups: z.array(z.string()).default([]), // patch groups that it is registered for
  default: z.boolean().default(false), // the account's default for its OS
  rules: z
    .array(
      z.strictObject({
        filters: z.record(z.string(), z.array(z.string())).default({}),
        approveAfterDays: z.int().min(0).max(360).nullable().default(null),
        approveUntil: z.iso.date().nullable().default(null),
        enableNonSecurity: z.boolean().default(false),
      }),
    )
    .default([]),
  approved: z.array(z.string()).default([]),
  rejected: z.array(z.string()).default([]),
});

const hostsSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, 'a name of lower-case letters, digits and dashes'),
  count: z.int().min(1).max(5000).default(1),
  id: z
    .string()
    .regex(/^i-[0-9a-f]{17}$/, 'an instance id: i- and 17 hexadecimal digits')
    .optional(),
  platform: z.enum(Object.keys(PLATFORMS) as [PlatformName, ...PlatformName[]]),
  tags: z.record(z.string(), z.string()).default({}),
  zones: z.array(z.string()).min(1).default(['eu-central-1a', 'eu-central-1b']),
  scanMode: z.string().default('EC2_SSM_AGENT_BASED'),
  packages: z.union([z.literal('all'), z.array(z.string())]).default('all'),
  sample: z.int().min(1).optional(), // of `packages`, so many by chance on each host
  patchedThrough: z.union([instant, z.iso.date()]).optional(), // installed: the newest version released by then
  agent: z.enum(['online', 'offline', 'none']).default('online'),
  state: z.enum(['running', 'stopped']).default('running'),
  managedBy: z.string().min(1).optional(), // the service that runs them for the account, such as eks.amazonaws.com: EC2 hides them (trap 32)
  inventory: z.enum(['fresh', 'stale']).default('fresh'),
  pinned: z.array(z.string()).default([]), // sources whose updates the host's repositories do not offer; "*": none at all
  repositoryLagHours: z.number().min(0).default(0),
  language: z
    .array(z.strictObject({ manager: z.string(), name: z.string(), version: z.string(), path: z.string().optional() }))
    .default([]),
});

export const scenarioSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  promises: z.strictObject({
    outcome: z.string(),
    rings: z.record(z.string(), z.string()).default({}),
    reasons: z.array(z.string()).default([]),
  }),
  start: instant,
  group: z.string(),
  trigger: z.enum(['person', 'schedule']).default('person'), // who starts the campaign: somebody at the start, or the group's schedule
  seed: z.int().default(1),
  policy: z.record(z.string(), z.unknown()).default({}),
  advisories: z.array(z.string()).min(1),
  debianNames: z.enum(['source', 'binary', 'mixed']).default('mixed'), // how Inspector calls Debian packages (trap 20)
  findingsPerPage: z.int().min(1).max(100).default(100), // of ListFindings, whatever is asked: which it is AWS does not say
  lambdaQuota: z.int().min(10).default(1000), // calls at a time that Lambda gives the account in the Region
  baselines: z.array(baselineSchema).default([]),
  fleet: z.array(hostsSchema).min(1),
  answers: z
    .array(
      z.strictObject({
        ring: z.string().optional(), // any ring unless said
        answer: z.enum(['yes', 'no', 'never']),
        afterMinutes: z.number().min(0).default(10),
      }),
    )
    .default([]),
  alarms: z
    .array(
      z.strictObject({
        name: z.string(),
        state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).default('OK'),
        unreadable: z.boolean().default(false),
      }),
    )
    .default([]),
  calendars: z
    .array(
      z.strictObject({
        name: z.string(),
        open: z.boolean().default(true),
        changes: z.array(z.strictObject({ after: duration, open: z.boolean() })).default([]),
      }),
    )
    .default([]),
  sites: z.array(siteSchema).default([]),
  documents: z.array(z.string()).default([]), // command documents of our own that start the VM scanner
  faults: z.array(z.discriminatedUnion('do', [...worldFaultSchemas, ...engineFaultSchemas])).default([]),
});

export type ScenarioText = z.output<typeof scenarioSchema>;
export type Hosts = z.output<typeof hostsSchema>;
export type BaselineText = z.output<typeof baselineSchema>;
