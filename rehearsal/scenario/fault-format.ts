/** What may go wrong in a scenario, each kind with the members that it knows. */
import { z } from 'zod';
import { duration, instant } from '#rehearsal/engine/times.ts';
import { ENDPOINTS } from '#rehearsal/scenario/site-format.ts';

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

/** The nth time that a state of this name is entered. `execution`: the machine's key in serverless.yml. */
const on = z
  .strictObject({ state: z.string(), execution: z.string().optional(), nth: z.int().min(1).optional() })
  .optional();
const when = { at: instant.optional(), after: duration.optional(), on };
const hosts = z.array(z.string()).min(1, 'name a host or more');

export const worldFaultSchemas = [
  z.strictObject({
    do: z.literal('agent-lost'),
    hosts,
    during: z.enum(['install', 'reboot']).optional(),
    back: duration.optional(),
    ...when,
  }),
  z.strictObject({
    do: z.literal('install-fails'),
    hosts,
    exit: z
      .int()
      .refine((code) => code !== 0, 'the exit code of a failure is not 0')
      .default(1),
    ...when,
  }),
  // a stranger cancels the commands that are at work, on these hosts or on all: what runs there goes on
  z.strictObject({ do: z.literal('cancelled'), hosts: hosts.optional(), ...when }),
  z.strictObject({ do: z.literal('suppress'), vulnerabilityId: z.string(), ...when }),
  z.strictObject({
    do: z.literal('rescore'),
    vulnerabilityId: z.string(),
    severity: advisorySchema.shape.severity,
    score: z.number().min(0).max(10).optional(),
    ...when,
  }),
  z.strictObject({ do: z.literal('withdraw'), vulnerabilityId: z.string(), ...when }),
  z.strictObject({ do: z.literal('release'), platform: z.string(), advisory: advisorySchema, ...when }),
  z.strictObject({ do: z.literal('inspector-off'), ...when }),
  z.strictObject({ do: z.literal('rescan-never'), hosts: hosts.optional(), ...when }),
  z.strictObject({ do: z.enum(['terminate', 'stop', 'start']), hosts, ...when }),
  z.strictObject({ do: z.literal('retag'), hosts, tags: z.record(z.string(), z.string()), ...when }),
  z.strictObject({ do: z.literal('foreign-scan'), every: duration.optional(), ...when }),
  z.strictObject({
    do: z.literal('alarm'),
    name: z.string(),
    state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
    ...when,
  }),
  // somebody at the console sets what a rule of the site's web ACL does; `rule/inner`: one inside the group that it refers to
  z.strictObject({
    do: z.literal('rule-edited'),
    site: z.string(),
    rule: z.string(),
    action: z.enum(['count', 'block', 'allow']),
    ...when,
  }),
  z.strictObject({ do: z.literal('endpoint'), site: z.string(), endpoint: z.enum(ENDPOINTS), ...when }),
] as const;

/** How often it strikes, and for how long. */
const often = { times: z.int().min(1).optional(), lasts: duration.optional() };
const call = {
  operation: z
    .string()
    .regex(/^[a-z0-9]+\.(\*|[A-Z][A-Za-z0-9]+)$/, 'a call such as ssm.SendCommand, or s3.* for all of a service')
    .optional(),
  function: z.string().optional(), // strikes only this caller
};

export const engineFaultSchemas = [
  z.strictObject({ do: z.enum(['abort-execution', 'duplicate-start']), execution: z.string().optional(), ...when }),
  z.strictObject({ do: z.enum(['throttle', 'lose-response']), ...call, ...often, ...when }),
  z.strictObject({ do: z.literal('fail-call'), ...call, error: z.string().min(1).optional(), ...often, ...when }),
  z.strictObject({ do: z.enum(['crash', 'hang', 'lose-answer']), function: z.string().optional(), ...often, ...when }),
  z.strictObject({
    do: z.enum(['lose-events', 'double-events']),
    operation: z.string().optional(), // the events' source
    ...often,
    ...when,
  }),
  z.strictObject({ do: z.literal('double-mail'), ...often, ...when }),
  // the last word of the topic's name, such as notices; all topics, if absent
  z.strictObject({ do: z.literal('unsubscribe'), topic: z.string().optional(), ...when }),
] as const;

export type WorldFault = z.output<(typeof worldFaultSchemas)[number]>;
export type EngineFaultText = z.output<(typeof engineFaultSchemas)[number]>;

/** Faults of the engine; all others are the world's. */
export const ENGINE_FAULTS: readonly string[] = [
  'abort-execution',
  'throttle',
  'lose-response',
  'fail-call',
  'crash',
  'hang',
  'lose-answer',
  'lose-events',
  'double-events',
  'double-mail',
  'duplicate-start',
  'unsubscribe',
] satisfies EngineFaultText['do'][];
