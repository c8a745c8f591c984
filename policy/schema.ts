/**
 * How people spell policy.yml. Each schema turns the spelling into the type of domain/policy.ts; policy.schema.json, for editors,
 * is made from this side of it.
 */
import { z } from 'zod';
import { PATCH_GROUP } from '#domain/campaign/short-name.ts';
import type { Weekday } from '#domain/campaign/window.ts';
import { NO_RING, type Os } from '#domain/patch/model.ts';
import { SEVERITIES } from '#domain/severity.ts';
import { siteName, siteSchema } from '#policy/site-schema.ts';
import { amount, list, nth, schedule, shaped, tag, timeOfDay, timeZone, wholeNumber, word } from '#policy/spelling.ts';
import { waiver } from '#policy/waiver-schema.ts';

export const OSES = [
  'WINDOWS',
  'AMAZON_LINUX_2',
  'AMAZON_LINUX_2023',
  'UBUNTU',
  'DEBIAN',
  'REDHAT_ENTERPRISE_LINUX',
  'SUSE',
  'CENTOS',
  'ORACLE_LINUX',
  'ROCKY_LINUX',
  'ALMA_LINUX',
] as const satisfies Os[];
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies Weekday[];

const MINUTES = 7 * 1440;

export const groupKey = shaped(
  PATCH_GROUP,
  'a group name: the value of the tag PatchGroup, 1 to 256 of letters, digits, blanks and _ . : / = + - @',
  'web',
);

const ring = z
  .strictObject(
    {
      name: shaped(
        /^[a-z][a-z0-9-]{0,30}$/,
        'a ring name: a small letter, then at most 30 of small letters, digits and "-"',
        'canary',
      )
        .refine(
          (name) => name !== NO_RING,
          `a ring name: ${NO_RING} is the list of hosts in no ring; write for example canary`,
        )
        .describe('Name of the ring in plans, verdicts and notices'),
      tag,
      atOnce: amount(
        1,
        'Hosts of the ring that may be at work at the same time: a number, or a percentage of the planned hosts',
        '5 or 25%',
      ),
      errors: amount(0, 'Failed or lost hosts tolerated before no further wave starts', '2 or 5%').default({
        count: 0,
      }),
      soakMinutes: wholeNumber('minutes', 0, MINUTES, 240).describe(
        'How long the patched ring runs under watch before it is judged',
      ),
    },
    'a ring; write name, tag, atOnce and soakMinutes',
  )
  .describe('A part of the group. The first ring is the canary');

const wish = z.strictObject(
  {
    classifications: list(word('a classification', 'Security'), 'classifications', '[Security]').default(['Security']),
    severities: list(word('a severity of the distribution', 'Critical'), 'severities', '[Critical, Important]').min(
      1,
      'a list of severities; write for example [Critical, Important]',
    ),
    approvedWithinDays: wholeNumber('days', 0, 360, 7),
  },
  'a baseline wish; write severities and approvedWithinDays',
);

const gate = z
  .strictObject(
    {
      minSample: wholeNumber('instances', 1, 1000, 2).describe(
        'Instances of each OS that must be patched and looked at before a verdict can be pass',
      ),
      failures: wholeNumber('hosts', 0, 1000, 0).describe('Hosts of a ring that may fail or not come back'),
      alarms: list(word('the name of a CloudWatch alarm', 'web-5xx'), 'CloudWatch alarm names', '[web-5xx]').describe(
        'CloudWatch alarms that must be quiet from the first wave to the verdict',
      ),
      introduced: wholeNumber('findings', 0, 1000, 0).describe('Findings that the patch itself may bring'),
      coveragePercent: wholeNumber('percent', 1, 100, 80).describe(
        'Running hosts that Inspector must see, or the campaign ends Blind',
      ),
      looks: wholeNumber('looks', 1, 20, 3).describe(
        'How often an inconclusive ring is looked at again before the campaign halts',
      ),
    },
    'a map of gate settings; write for example { minSample: 2 }',
  )
  .partial()
  .describe('What a ring must show before the next one starts');

const window = z
  .strictObject(
    {
      days: list(z.enum(WEEKDAYS), 'weekdays', '[sat, sun]').default([]).describe('Weekdays on which the window opens'),
      nth: list(nth, 'nth weekdays', '["2nd tue"]')
        .default([])
        .describe('Nth weekdays of the month on which it opens too'),
      from: timeOfDay.describe('Local time at which it opens'),
      to: timeOfDay.describe('Local time at which it closes; not later than `from` means the next day'),
      cutoffMinutes: wholeNumber('minutes', 0, 1440, 45).describe('No wave starts in the last minutes'),
      timeZone: timeZone.describe('IANA time zone of from and to'),
      calendars: list(word('the name of a Change Calendar', 'freeze'), 'Change Calendar names', '[freeze]')
        .default([])
        .describe('SSM Change Calendars, all of which must be open'),
    },
    'a window; write days or nth, from, to, cutoffMinutes and timeZone',
  )
  .refine((it) => it.days.length + it.nth.length > 0, 'a window that ever opens; add days: [sat] or nth: ["2nd tue"]')
  .nullable()
  .describe('When hosts may be disturbed; null: at any time');

const triggers = z
  .strictObject(
    {
      schedule: schedule
        .nullable()
        .describe('cron(minutes hours day-of-month month day-of-week year), or rate(7 days); null: none'),
      timeZone: timeZone.describe('IANA time zone of the schedule'),
      severities: list(z.enum(SEVERITIES), 'severities', '[CRITICAL]').describe(
        'New findings of these severities start a campaign',
      ),
      exploitAvailable: z
        .boolean('true or false; write true or false')
        .describe('Only new findings with a known exploit do'),
      minHours: wholeNumber('hours', 1, 720, 24).describe('Hours between campaigns that findings start'),
    },
    'a map of triggers; write for example { schedule: cron(0 20 ? * SAT *) }',
  )
  .partial()
  .describe('What starts a campaign besides the command line');

const approvals = z
  .strictObject(
    {
      before: list(word('a ring name', 'fleet'), 'ring names', '[fleet]').describe(
        'Rings that start only after a person said yes',
      ),
      expiresHours: wholeNumber('hours', 1, 168, 24).describe('Silence for so long means no'),
      decide: z
        .enum(['link', 'iam'], 'link or iam; write link or iam')
        .describe('link: on the page that the mail links to; iam: only with AWS credentials, and the page shows'),
    },
    'a map of approvals; write for example { before: [fleet] }',
  )
  .partial()
  .describe('Where a person has to say yes');

const rescan = wholeNumber('minutes', 5, MINUTES, 60);
const rescanMinutes = z
  .strictObject(
    { EC2_SSM_AGENT_BASED: rescan, EC2_INSPECTOR_AGENT_BASED: rescan, EC2_AGENTLESS: rescan },
    'a map by scan mode; write for example { EC2_SSM_AGENT_BASED: 60 }',
  )
  .partial()
  .describe('Minutes within which Inspector must have looked again, by scan mode');

const settings = z
  .strictObject(
    {
      mode: z
        .enum(['observe', 'act'], 'observe or act; write observe or act')
        .describe('observe: everything but what changes hosts'),
      os: list(z.enum(OSES), 'operating systems', '[DEBIAN]')
        .min(1, 'a list of at least one operating system; write for example [DEBIAN]')
        .describe('Operating systems of the group, as SSM names them'),
      rings: list(ring, 'rings', '- name: canary')
        .min(1, 'a list of at least one ring; write the canary first')
        .describe('In order; the first is the canary'),
      reboot: z
        .enum(['RebootIfNeeded', 'NoReboot'])
        .describe('NoReboot leaves kernel findings active until somebody reboots'),
      replaced: z
        .enum(['list', 'patch'], 'list or patch; write list or patch')
        .describe(
          'Hosts of scaling groups and clusters: list them with what to do, or patch them in place (a failed health check replaces them by the old image)',
        ),
      baseline: z
        .partialRecord(z.enum(OSES), wish, 'a map by operating system; write for example { AMAZON_LINUX_2023: … }')
        .describe('What the patch baseline of an operating system should approve'),
      gate,
      approvals,
      window,
      proofDays: wholeNumber('days', 1, 3, 3).describe(
        'How long the proof of the canary holds: at most 3, the life of a snapshot',
      ),
      rescanMinutes,
      triggers,
    },
    'a map of settings; write for example mode: observe',
  )
  .partial();

export const defaultsSchema = settings.describe('Settings of every group that does not say otherwise');
export const groupSchema = settings
  .extend({ waivers: list(waiver, 'waivers', '- id: openssl-sessions').describe('Accepted findings').optional() })
  .describe('One patch group: all instances whose tag PatchGroup has its name');
const version = z.literal(1, 'the version of this format; write version: 1');

/** The file without a look into its groups: each is read for itself, so that a fault in one hides none in another. */
export const shellSchema = z.strictObject(
  {
    version,
    defaults: z.unknown().optional(),
    groups: z.record(z.string(), z.unknown(), 'a map of groups; write groups: and below it a group by its name'),
    sites: z.record(z.string(), z.unknown(), 'a map of sites; write sites: and below it a site by its name').optional(),
  },
  'a policy; write version: 1 and groups:',
);
export const policySchema = z
  .strictObject({
    version,
    defaults: defaultsSchema.optional(),
    groups: z.record(groupKey, groupSchema),
    sites: z.record(siteName, siteSchema).optional(),
  })
  .meta({ title: 'patchwright policy' });

export type Defaults = z.output<typeof defaultsSchema>;
export type Group = z.output<typeof groupSchema>;
