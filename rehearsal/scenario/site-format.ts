/** What a scenario file may say of a site: a load balancer, what answers behind it, and the web ACL before it. */
import { z } from 'zod';
import { duration } from '#rehearsal/engine/times.ts';

const json = z.record(z.string(), z.unknown());
const share = z.number().min(0).max(1);

/** As GetWebACL reads it, but SearchString is text, sets go by their names, and a rule's metric is called as the rule unless said. */
const webAclSchema = z.strictObject({
  name: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
  firewallManager: z.boolean().default(false), // it belongs to a policy of Firewall Manager
  defaultAction: z.enum(['allow', 'block']).default('allow'),
  ipSets: z.record(z.string(), z.array(z.string())).default({}),
  regexSets: z.record(z.string(), z.array(z.string())).default({}),
  rules: z.array(json).default([]),
});

/** A bucket with its configuration as PutLoggingConfiguration has it, or another destination by its ARN. */
const logsSchema = z.union([
  z.strictObject({
    bucket: z.string().regex(/^aws-waf-logs-[a-z0-9.-]+$/, 'a bucket whose name begins with aws-waf-logs-'),
    prefix: z.string().default(''),
    filter: json.optional(),
    redacted: z.array(json).default([]),
  }),
  z.strictObject({ destination: z.string().startsWith('arn:') }),
]);

export const ENDPOINTS = ['plain', 'redirect', 'forbidden', 'silent', 'behind-waf', 'elsewhere'] as const;

export const siteSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'a name of lower-case letters, digits and dashes'),
  hosts: z.array(z.string()).min(1), // names by which clients ask for it
  port: z.int().min(0).max(65_535).default(0), // where it answers on loopback, http and https alike; 0: any that is free
  probeHeader: z.string().toLowerCase().default('x-patchwright-probe'), // counted apart where it reaches the application
  group: z.string().optional(), // whose hosts stand behind it
  targets: z.enum(['HTTP1', 'HTTP2', 'GRPC']).default('HTTP1'), // the target group's protocol version
  wholeBody: z.boolean().default(false), // over HTTP/2: inspected once enough of the body has come
  failOpen: z.boolean().default(false),
  tags: z.record(z.string(), z.string()).default({}), // of the load balancer
  /**
   * plain: 200; redirect: 301 to https; forbidden: the application says 403 to everything; silent: it never answers; behind-waf:
   * somebody else's WAF stands before the load balancer; elsewhere: the names lead to another server, past our load balancer.
   */
  endpoint: z.enum(ENDPOINTS).default('plain'),
  certificate: z.enum(['own', 'other']).default('own'), // other: of another name, and trusted by nobody
  webAcl: webAclSchema.optional(), // absent: it has none
  associated: z.boolean().default(true),
  logs: logsSchema.optional(), // of a site without a web ACL: the bucket alone
  propagation: z
    .strictObject({
      from: duration.default('5s'),
      to: duration.default('180s'),
      stale: z.strictObject({ share, lasts: duration }).optional(), // so many answers are still old, for so long after
    })
    .default({ from: '5s', to: '180s' }),
  visits: z
    .strictObject({
      perDay: z.number().min(0).default(0), // client addresses
      crawlers: share.default(0.05),
      scanners: share.default(0.01),
      attackers: share.default(0.005),
      suspects: share.default(0), // benign visits that a stand-in takes for an attack
      quiet: z.strictObject({ from: z.int().min(0).max(23), to: z.int().min(1).max(24) }).optional(), // hours of the day, UTC
    })
    .default({ perDay: 0, crawlers: 0.05, scanners: 0.01, attackers: 0.005, suspects: 0 }),
  traffic: z.strictObject({ benign: z.string().optional(), attacks: z.string().optional() }).default({}), // files, one request a line
  lateMinutes: z.strictObject({ from: z.number().min(0), to: z.number().min(0) }).default({ from: 1, to: 9 }), // of log files
  versionEnds: z.array(z.strictObject({ group: z.string(), version: z.string(), after: duration })).default([]),
});

export type SiteText = z.output<typeof siteSchema>;
