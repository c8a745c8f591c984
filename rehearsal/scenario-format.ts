/** What a scenario file may say. Unknown keys are refused. Durations: `PT3H`, `90m`, `3h`, `2d`; times: ISO with a zone. */
import { z } from 'zod';
import { PLATFORMS, type PlatformName } from '#rehearsal/world/platforms.ts';

const MINUTES: Record<string, number> = { s: 1 / 60, m: 1, h: 60, d: 1440 };

const duration = z
  .string()
  .regex(/^(P(\d+D)?T?(\d+H)?(\d+M)?(\d+S)?|\d+(\.\d+)?[smhd])$/, 'a duration such as 3h, 90m or PT3H30M')
  .describe('duration');
const instant = z.iso.datetime({ offset: true, error: 'a time such as 2024-09-01T03:00:00Z' });
const tags = z.record(z.string(), z.string());

export const advisorySchema = z.strictObject({
  vulnerabilityId: z.string(),
  source: z.string(),
  manager: z.string().optional(),
  fixedInVersion: z.string().nullable(),
  released: instant.nullable(),
  published: instant.nullable().optional(),
  severity: z.enum(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNTRIAGED']),
  score: z.number().nullable().optional(),
  exploitation: z.string().nullable().optional(),
  vendorSeverity: z.string().nullable().optional(),
  classification: z.string().optional(),
  distribution: z.string().optional(),
  title: z.string().optional(),
  cves: z.array(z.string()).optional(),
  supersedes: z.boolean().optional(),
});

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
  tags: tags.default({}),
  zones: z.array(z.string()).min(1).default(['eu-central-1a', 'eu-central-1b']),
  scanMode: z.string().default('EC2_SSM_AGENT_BASED'),
  packages: z.union([z.literal('all'), z.array(z.string())]).default('all'),
  sample: z.int().min(1).optional(), // of `packages`, so many by chance on each host
  patchedThrough: z.union([instant, z.iso.date()]).optional(), // installed: the newest version released by then
  agent: z.enum(['online', 'offline', 'none']).default('online'),
  state: z.enum(['running', 'stopped']).default('running'),
  inventory: z.enum(['fresh', 'stale']).default('fresh'),
  pinned: z.array(z.string()).default([]), // sources whose updates the host's repositories do not offer; "*": none at all
  repositoryLagHours: z.number().min(0).default(0),
  language: z
    .array(z.strictObject({ manager: z.string(), name: z.string(), version: z.string(), path: z.string().optional() }))
    .default([]),
});

const timing = { at: instant.optional(), after: duration.optional() };
/** The nth time that a state of this name is entered. `execution`: the machine's key in serverless.yml. */
const on = z
  .strictObject({ state: z.string(), execution: z.string().optional(), nth: z.int().min(1).optional() })
  .optional();
const when = { ...timing, on };

export const worldFaultSchemas = [
  z.strictObject({
    do: z.literal('agent-lost'),
    hosts: z.array(z.string()),
    during: z.enum(['install', 'reboot']).optional(),
    back: duration.optional(),
    ...when,
  }),
  z.strictObject({ do: z.literal('install-fails'), hosts: z.array(z.string()), exit: z.int().default(1), ...when }),
  z.strictObject({ do: z.literal('suppress'), vulnerabilityId: z.string(), ...when }),
  z.strictObject({
    do: z.literal('rescore'),
    vulnerabilityId: z.string(),
    severity: advisorySchema.shape.severity,
    score: z.number().optional(),
    ...when,
  }),
  z.strictObject({ do: z.literal('withdraw'), vulnerabilityId: z.string(), ...when }),
  z.strictObject({ do: z.literal('release'), platform: z.string(), advisory: advisorySchema, ...when }),
  z.strictObject({ do: z.literal('inspector-off'), ...when }),
  z.strictObject({ do: z.literal('rescan-never'), hosts: z.array(z.string()).optional(), ...when }),
  z.strictObject({ do: z.enum(['terminate', 'stop', 'start']), hosts: z.array(z.string()), ...when }),
  z.strictObject({ do: z.literal('retag'), hosts: z.array(z.string()), tags, ...when }),
  z.strictObject({ do: z.literal('foreign-scan'), every: duration.optional(), ...when }),
  z.strictObject({
    do: z.literal('alarm'),
    name: z.string(),
    state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
    ...when,
  }),
] as const;

/** Faults of the engine; all others are the world's. */
export const ENGINE_FAULTS = [
  'abort-execution',
  'throttle',
  'lose-response',
  'fail-call',
  'crash',
  'hang',
  'lose-events',
  'double-events',
  'double-mail',
  'duplicate-start',
] as const;

const engineFaultSchema = z.strictObject({
  do: z.enum(ENGINE_FAULTS),
  operation: z.string().optional(), // service.operation, or service.* for all of them
  function: z.string().optional(),
  execution: z.string().optional(),
  error: z.string().optional(),
  times: z.int().min(1).optional(),
  lasts: duration.optional(), // as long as that it strikes, however often
  ...when,
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
  documents: z.array(z.string()).default([]), // command documents of our own that start the VM scanner
  faults: z.array(z.discriminatedUnion('do', [...worldFaultSchemas, engineFaultSchema])).default([]),
});

export type ScenarioText = z.output<typeof scenarioSchema>;
export type Hosts = z.output<typeof hostsSchema>;
export type BaselineText = z.output<typeof baselineSchema>;
export type WorldFault = z.output<(typeof worldFaultSchemas)[number]>;
export type EngineFault = z.output<typeof engineFaultSchema>;

/** Milliseconds of a duration that the schema took. */
export function milliseconds(text: string): number {
  const short = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (short) return Number(short[1]) * (MINUTES[short[2] ?? 'm'] ?? 1) * 60_000;
  const [, days, hours, minutes, seconds] = /^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text) ?? [];
  const total = Number(days ?? 0) * 1440 + Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60;
  return total * 60_000;
}
