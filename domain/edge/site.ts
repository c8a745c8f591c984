/**
 * A site as everything behind the policy loader sees it: one web ACL, what it protects, and the rules that people reviewed.
 * Statements are AWS's own, in AWS's spelling (wafv2 API, Statement); sets and groups are named here, not by ARN.
 */

/** What a form of a rule is asked to do. An Allow has no count. */
export type SiteAction = 'count' | 'block' | 'allow';

/** AWS's Statement: one member, its kind. Strings are text; the adapter makes bytes of a SearchString. */
export interface Statement {
  ByteMatchStatement?: ByteMatchStatement;
  SqliMatchStatement?: FieldStatement & { SensitivityLevel?: 'LOW' | 'HIGH' };
  XssMatchStatement?: FieldStatement;
  SizeConstraintStatement?: FieldStatement & { ComparisonOperator: ComparisonOperator; Size: number };
  RegexMatchStatement?: FieldStatement & { RegexString: string };
  /** ARN: the name of a set of the site's `regexSets`, until `rules.ts` puts the ARN in. */
  RegexPatternSetReferenceStatement?: FieldStatement & { ARN: string };
  /** ARN: the name of a set of the site's `ipSets`, likewise. */
  IPSetReferenceStatement?: {
    ARN: string;
    IPSetForwardedIPConfig?: ForwardedIPConfig & { Position: 'FIRST' | 'LAST' | 'ANY' };
  };
  GeoMatchStatement?: { CountryCodes: string[]; ForwardedIPConfig?: ForwardedIPConfig };
  AsnMatchStatement?: { AsnList: number[]; ForwardedIPConfig?: ForwardedIPConfig };
  LabelMatchStatement?: { Scope: 'LABEL' | 'NAMESPACE'; Key: string };
  RateBasedStatement?: RateBasedStatement;
  /** ARN: the name of a group of the site's `ruleGroups`, likewise. */
  RuleGroupReferenceStatement?: {
    ARN: string;
    RuleActionOverrides?: RuleActionOverride[];
    ExcludedRules?: { Name: string }[];
  };
  ManagedRuleGroupStatement?: ManagedRuleGroupStatement;
  AndStatement?: { Statements: Statement[] };
  OrStatement?: { Statements: Statement[] };
  NotStatement?: { Statement: Statement };
}

export type ComparisonOperator = 'EQ' | 'NE' | 'LE' | 'LT' | 'GE' | 'GT';

export interface ForwardedIPConfig {
  HeaderName: string;
  FallbackBehavior: 'MATCH' | 'NO_MATCH';
}

export interface TextTransformation {
  Priority: number;
  Type: string;
}

export interface FieldStatement {
  FieldToMatch: FieldToMatch;
  TextTransformations: TextTransformation[];
}

export interface ByteMatchStatement extends FieldStatement {
  SearchString: string;
  PositionalConstraint: 'EXACTLY' | 'STARTS_WITH' | 'ENDS_WITH' | 'CONTAINS' | 'CONTAINS_WORD';
}

export type Oversize = 'CONTINUE' | 'MATCH' | 'NO_MATCH';
export type MatchScope = 'ALL' | 'KEY' | 'VALUE';

/** AWS's FieldToMatch: one member. */
export interface FieldToMatch {
  UriPath?: Record<string, never>;
  QueryString?: Record<string, never>;
  AllQueryArguments?: Record<string, never>;
  SingleQueryArgument?: { Name: string };
  SingleHeader?: { Name: string };
  Method?: Record<string, never>;
  Body?: { OversizeHandling?: Oversize };
  JsonBody?: {
    MatchPattern: { All?: Record<string, never>; IncludedPaths?: string[] };
    MatchScope: MatchScope;
    InvalidFallbackBehavior?: 'MATCH' | 'NO_MATCH' | 'EVALUATE_AS_STRING';
    OversizeHandling?: Oversize;
  };
  Headers?: {
    MatchPattern: { All?: Record<string, never>; IncludedHeaders?: string[]; ExcludedHeaders?: string[] };
    MatchScope: MatchScope;
    OversizeHandling: Oversize;
  };
  Cookies?: {
    MatchPattern: { All?: Record<string, never>; IncludedCookies?: string[]; ExcludedCookies?: string[] };
    MatchScope: MatchScope;
    OversizeHandling: Oversize;
  };
  HeaderOrder?: { OversizeHandling: Oversize };
  JA3Fingerprint?: { FallbackBehavior: 'MATCH' | 'NO_MATCH' };
  JA4Fingerprint?: { FallbackBehavior: 'MATCH' | 'NO_MATCH' };
  UriFragment?: { FallbackBehavior?: 'MATCH' | 'NO_MATCH' };
}

export interface RateBasedStatement {
  Limit: number; // requests in the window, 10 at least
  EvaluationWindowSec?: 60 | 120 | 300 | 600; // 300 where absent
  AggregateKeyType: 'IP' | 'FORWARDED_IP' | 'CUSTOM_KEYS' | 'CONSTANT';
  CustomKeys?: Record<string, unknown>[];
  ForwardedIPConfig?: ForwardedIPConfig;
  ScopeDownStatement?: Statement;
}

export interface RuleActionOverride {
  Name: string;
  ActionToUse: RuleAction;
}

export interface ManagedRuleGroupStatement {
  VendorName: string;
  Name: string;
  Version?: string;
  ScopeDownStatement?: Statement;
  RuleActionOverrides?: RuleActionOverride[];
  ExcludedRules?: { Name: string }[];
  ManagedRuleGroupConfigs?: unknown[];
}

/** AWS's RuleAction: one member. */
export interface RuleAction {
  Allow?: Record<string, unknown>;
  Block?: { CustomResponse?: CustomResponse };
  Count?: Record<string, unknown>;
  Captcha?: Record<string, unknown>;
  Challenge?: Record<string, unknown>;
}

export interface CustomResponse {
  ResponseCode: number;
  CustomResponseBodyKey?: string;
  ResponseHeaders?: { Name: string; Value: string }[];
}

/** AWS's Rule, as it stands in a web ACL. Unknown members are carried: what was read goes back. */
export interface AwsRule {
  Name: string;
  Priority: number;
  Statement: Statement;
  Action?: RuleAction;
  OverrideAction?: { Count?: Record<string, unknown>; None?: Record<string, unknown> };
  RuleLabels?: { Name: string }[];
  VisibilityConfig: { SampledRequestsEnabled: boolean; CloudWatchMetricsEnabled: boolean; MetricName: string };
  [member: string]: unknown;
}

/** A rule of the reviewed file, in order. `statement` or `managed` or `ruleGroup`, one of them. */
export interface SiteRule {
  name: string;
  action: SiteAction; // what is wanted of it; of a group, of its rules
  statement?: Statement;
  managed?: { vendor: string; name: string; version: string | null; scopeDown?: Statement };
  ruleGroup?: string; // of the site's `ruleGroups`
  labels: string[]; // the rule's own, without prefix
  /** Rules inside the group that keep this action for good, whatever the group wants. */
  keep: Record<string, 'count'>;
  atOnce: string | null; // why it does not count first
  deliberately: string | null; // why it stands where the order checks would refuse it
}

export type SiteSet = { of: string[] } | { external: string }; // ARN of a set that others keep: read, never written

/** A request that must pass: the only proof of a false positive. */
export interface BenignRequest {
  id: string;
  method: string;
  target: string; // path and query, as written
  headers: [string, string][];
  body:
    | { kind: 'form'; of: Record<string, string> }
    | { kind: 'json'; of: unknown }
    | { kind: 'text'; of: string }
    | { kind: 'multipart'; of: Record<string, string> }
    | null;
  owner: string;
  deliberately: string | null;
}

export interface VirtualPatch {
  vulnerability: string;
  rules: string[]; // of the file, `known-bad/Log4JRCE_HEADER`
  fields: ('query' | 'form' | 'json' | 'cookie' | 'header' | 'path')[];
  attacks: string[]; // ids of attacks.json
}

/** In this order: a wider one excepts more. */
export const RUNGS = ['exact', 'shape', 'path', 'site', 'rule', 'allow'] as const;
export type Rung = (typeof RUNGS)[number];

export interface SitePolicy {
  name: string;
  mode: 'observe' | 'act';
  webAcl: string;
  protects: string[]; // load balancer ARNs
  endpoints: string[]; // https://host, probes go there and nowhere else
  group: string | null; // whose findings it may compensate
  logs: { bucket: string; prefix: string } | null; // null: the stack's own bucket
  clientAddress: string | null; // header whose last address is the client's; null: the connection's
  probes: { path: string; perSecond: number; subnets: string[]; securityGroups: string[] };
  ipSets: Record<string, SiteSet>;
  regexSets: Record<string, SiteSet>;
  ruleGroups: Record<string, SiteRule[]>;
  rules: SiteRule[];
  benign: BenignRequest[];
  promote: {
    days: number;
    visits: number;
    falsePositives: number; // a share: 0.001
    everyDays: number;
    byName: { rule: string; reason: string; owner: string; on: string }[];
  };
  after: string | null; // another site: a form is promoted here only if the same form blocks there
  watchMinutes: number;
  alarms: string[];
  exceptions: { expireDays: number; widest: Rung };
  virtualPatches: VirtualPatch[];
  approvals: { expiresHours: number; decide: 'link' | 'iam' };
  triggers: { schedule: string | null; timeZone: string; deployed: boolean; minHours: number };
}

/** The probe header: a request that carries it is answered by our last rule, and never reaches the application. */
export const PROBE_HEADER = 'x-patchwright-probe';
/** Our last rule's name. */
export const PROBE_RULE = 'patchwright-probe';
/** Its answer says whose it is and which revision is live. */
export const SITE_HEADER = 'x-patchwright-site';
export const REVISION_HEADER = 'x-patchwright-revision';
/** The tag of a web ACL that we may write: its value is the site's name. */
export const SITE_TAG = 'patchwright:site';
