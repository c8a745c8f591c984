/** How people spell a site of policy.yml. Statements are AWS's own and judged by its model, in shape-faults.ts. */
import { z } from 'zod';
import { RUNGS } from '#domain/edge/site.ts';
import { address, arn, because, benign, name, rule, setOf } from '#policy/site-rule-schema.ts';
import { list, schedule, shaped, timeZone, wholeNumber, word } from '#policy/spelling.ts';

/** It becomes a part of AWS's names of sets and groups, of execution names and of evidence paths. */
export const siteName = shaped(
  /^[a-z][a-z0-9-]{0,30}$/,
  'a site name: a small letter, then at most 30 of small letters, digits and "-"',
  'shop',
);

const day = z.iso.date('a date that exists, YYYY-MM-DD; write for example 2027-06-30');
const share = z
  .union(
    [
      z
        .string()
        .regex(/^\d{1,2}(\.\d{1,4})?%$/)
        .transform((text) => Number.parseFloat(text) / 100),
      z.number(),
    ],
    'a share; write for example 0.1%',
  )
  .refine((part) => part > 0 && part <= 0.1, 'a share over 0 and up to 10%; write for example 0.1%');

const FIELDS = ['query', 'form', 'json', 'cookie', 'header', 'path'] as const;

export const siteSchema = z
  .strictObject(
    {
      mode: z
        .enum(['observe', 'act'], 'observe or act; write observe or act')
        .default('observe')
        .describe('observe: surveys, scans and plans, writes nothing'),
      webAcl: shaped(/^[\w-]{1,128}$/, 'the name of a web ACL', 'shop').describe(
        'Made by the first approved campaign, or adopted by its tag patchwright:site',
      ),
      protects: list(
        arn(
          /^arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:loadbalancer\/app\/[\w-]+\/[0-9a-f]+$/,
          'the ARN of an application load balancer',
          'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/75f9',
        ),
        'load balancers',
        '[arn:aws:…]',
      )
        .min(1, 'a list of at least one load balancer; write its ARN')
        .describe('Application load balancers behind the web ACL'),
      endpoints: list(
        z.url('a URL; write for example https://shop.example.com'),
        'endpoints',
        '[https://shop.example.com]',
      )
        .min(1, 'a list of at least one endpoint; write for example [https://shop.example.com]')
        .describe('Probes go there and nowhere else: one at least for each load balancer and host'),
      group: word('the name of a group', 'web').optional().describe('The group whose findings the site may compensate'),
      logs: z
        .strictObject(
          {
            bucket: shaped(
              /^aws-waf-logs-[a-z0-9.-]{1,50}$/,
              'a bucket for logs of AWS WAF, whose name begins with aws-waf-logs-',
              'aws-waf-logs-shop',
            ),
            prefix: z.string('text; put it in quotes').default(''),
          },
          'a map; write { bucket: aws-waf-logs-shop }',
        )
        .optional()
        .describe('Absent: the stack’s own bucket, for a web ACL that logs nowhere'),
      clientAddress: shaped(/^[a-z0-9-]{1,64}$/, 'the name of a header in small letters', 'x-forwarded-for')
        .optional()
        .describe('Header whose last address is the client’s; absent: the connection’s'),
      probes: z
        .strictObject(
          {
            path: shaped(/^\/[\x21-\x7e]*$/, 'a path', '/')
              .default('/')
              .describe('The page that controls and attacks ask'),
            perSecond: z
              .number('a number; write for example 2')
              .gt(0)
              .max(20)
              .default(2)
              .describe('Probes a second at most'),
            subnets: list(
              shaped(/^subnet-[0-9a-f]+$/, 'a subnet id', 'subnet-0123456789abcdef0'),
              'subnets',
              '[]',
            ).default([]),
            securityGroups: list(
              shaped(/^sg-[0-9a-f]+$/, 'a security group id', 'sg-0123456789abcdef0'),
              'security groups',
              '[]',
            ).default([]),
          },
          'a map of probe settings; write for example { path: / }',
        )
        .prefault({})
        .describe('In a VPC where the load balancer is internal'),
      ipSets: z
        .record(name('the name of a set', 'office'), setOf(address, 'address ranges', '[198.51.100.0/24]'))
        .default({})
        .describe('Sets by name: a list of ranges, or { external: ARN } of one that others keep'),
      regexSets: z
        .record(
          name('the name of a set', 'admin'),
          setOf(z.string('a pattern; put it in quotes'), 'patterns', "['^/admin(?:/|$)']"),
        )
        .default({})
        .describe('Sets by name: at most 10 patterns of at most 200 characters, or { external: ARN }'),
      ruleGroups: z
        .record(
          name('the name of a group', 'own'),
          list(rule, 'rules', '- name: no-debug').min(1, 'a list of at least one rule; write one'),
        )
        .default({})
        .describe('Own groups by name, each a list of rules'),
      rules: list(rule, 'rules', '- name: core')
        .min(1, 'a list of at least one rule; write one')
        .describe('In this order'),
      benign: list(benign, 'benign requests', '- id: style-search')
        .default([])
        .describe(
          'Requests that must pass: id, request (method, path and query as sent), headers, one of form, json, text, multipart, and owner',
        ),
      promote: z
        .strictObject(
          {
            days: wholeNumber('days', 1, 90, 7)
              .default(7)
              .describe('Whole days, not necessarily in a row, that a form counts'),
            visits: wholeNumber('visits', 1, 10_000_000, 3000)
              .default(3000)
              .describe('Visits that it must have judged'),
            falsePositives: share
              .prefault('0.1%')
              .describe('The most that may be blocked wrongly: the upper 95% bound'),
            everyDays: wholeNumber('days', 1, 90, 7)
              .default(7)
              .describe('Promotions are asked together, at most so often'),
            byName: list(
              z.strictObject(
                {
                  rule: word('a rule', 'core/GenericRFI_BODY'),
                  reason: because('why it may block'),
                  owner: word('who answers for it', 'web-team'),
                  on: day,
                },
                'a promotion by name; write rule, reason, owner and on',
              ),
              'promotions by name',
              '- rule: core/GenericRFI_BODY',
            )
              .default([])
              .describe('Rules that may block though nothing proves it: rule, reason, owner, on'),
          },
          'a map of promotion settings; write for example { days: 7 }',
        )
        .prefault({})
        .describe('When a form that counts may block'),
      after: word('the name of another site', 'shop-staging')
        .optional()
        .describe('A form is promoted here only if the same form blocks there'),
      watchMinutes: wholeNumber('minutes', 5, 1440, 60)
        .default(60)
        .describe('How long a change that promoted anything is watched'),
      alarms: list(word('the name of a CloudWatch alarm', 'shop-5xx'), 'CloudWatch alarm names', '[shop-5xx]')
        .default([])
        .describe('CloudWatch alarms that must stay quiet while a change is watched'),
      exceptions: z
        .strictObject(
          {
            expireDays: wholeNumber('days', 1, 365, 90).default(90).describe('How long an exception holds'),
            widest: z
              .enum(RUNGS, `one of ${RUNGS.join(', ')}; write for example site`)
              .default('site')
              .describe('The widest scope that an exception may have'),
          },
          'a map; write for example { expireDays: 90 }',
        )
        .prefault({}),
      virtualPatches: list(
        z.strictObject(
          {
            vulnerability: shaped(
              /^(CVE-\d{4}-\d{4,}|[A-Z][A-Z0-9:-]*\d+)$/,
              'a vulnerability id as Inspector shows it',
              'CVE-2021-44228',
            ),
            rules: list(word('a rule', 'known-bad/Log4JRCE_HEADER'), 'rules', '[known-bad/Log4JRCE_HEADER]').min(
              1,
              'a list of at least one rule; write one',
            ),
            fields: list(
              z.enum(FIELDS, `one of ${FIELDS.join(', ')}; write for example header`),
              'fields',
              '[header]',
            ).min(1, 'a list of at least one field; write one'),
            attacks: list(word('an attack of the scan', 'log4shell'), 'attacks', '[log4shell]').min(
              1,
              'a list of at least one attack; write one',
            ),
          },
          'a virtual patch; write vulnerability, rules, fields and attacks',
        ),
        'virtual patches',
        '- vulnerability: CVE-2021-44228',
      )
        .default([])
        .describe('Rules that stand for a missing patch: vulnerability, rules, fields and the attacks that prove it'),
      approvals: z
        .strictObject(
          {
            expiresHours: wholeNumber('hours', 1, 168, 24).default(24).describe('Silence for so long means no'),
            decide: z
              .enum(['link', 'iam'], 'link or iam; write link or iam')
              .default('link')
              .describe('link: on the page that the mail links to; iam: only with AWS credentials'),
          },
          'a map of approvals; write for example { expiresHours: 24 }',
        )
        .prefault({}),
      triggers: z
        .strictObject(
          {
            schedule: schedule.nullable().default(null).describe('cron(…) or rate(1 day); null: none'),
            timeZone: timeZone.default('UTC').describe('IANA time zone of the schedule'),
            deployed: z
              .boolean('true or false; write true or false')
              .default(false)
              .describe('Also when the application says that it changed'),
            minHours: wholeNumber('hours', 1, 720, 6).default(6).describe('Hours between campaigns that events start'),
          },
          'a map of triggers; write for example { schedule: rate(1 day) }',
        )
        .prefault({}),
    },
    'a site; write webAcl, protects, endpoints and rules',
  )
  .describe('One web ACL and what it protects');

export type SiteSpelling = z.output<typeof siteSchema>;
