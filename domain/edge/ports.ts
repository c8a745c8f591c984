/**
 * What the edge loop needs from AWS and of the network, by need and not by service. As for any port: no method returns a page or a
 * token, lists are async iterables, and every method may throw `AwsUnavailable` (try later) or `AwsRefused` (do not).
 */
import type { ManagedGroup } from '#domain/edge/order/facts.ts';
import type { ProbeAnswer } from '#domain/edge/probe-result.ts';
import type { Probe } from '#domain/edge/probes.ts';
import type { AwsRule } from '#domain/edge/site.ts';
import type { Instant } from '#domain/instant.ts';

/** Members as AWS writes them, also those that this version does not know: what was read goes back. */
export type Members = Record<string, unknown>;

/** A web ACL as it stands. Strings are text, where AWS has bytes. */
export interface LiveWebAcl {
  name: string;
  id: string;
  arn: string;
  /** Belongs to this read: a write that carries it writes over nothing else, or not at all. */
  lockToken: string;
  rules: AwsRule[];
  capacity: number;
  labelNamespace: string; // stands before the labels of its own rules
  metricName: string; // by which CloudWatch knows it
  managedByFirewallManager: boolean;
  /** All that an update takes, rules included: read-only members are out. */
  content: Members;
}

export interface Logging {
  destinations: string[]; // ARNs
  filtered: boolean; // a filter drops some lines
  redacted: string[]; // UriPath, QueryString, Method, or a header's name in small letters
}

/** A managed rule group of one version, with what its versions are. */
export interface ManagedRules extends Omit<ManagedGroup, 'daysToExpiry'> {
  labelNamespace: string;
  capacity: number | null;
  defaultVersion: string | null;
  versions: string[]; // that may be chosen now
}

export interface SampledRequest {
  at: number; // ms
  client: string;
  country: string;
  method: string;
  uri: string; // the path: neither arguments nor body are sampled
  host: string;
  headers: [name: string, value: string][];
  action: string; // as AWS says it: ALLOW, BLOCK, COUNT …
  weight: number; // how many requests it stands for
  rule: string | null; // inside the group that was asked for
  overridden: string | null; // what the rule would have done of itself
}

export interface Samples {
  requests: SampledRequest[];
  population: number; // from how many they were drawn
  from: Instant; // AWS moves it, to three hours ago at most, and behind the first 5,000 requests
  to: Instant;
}

/** `moved`: somebody wrote since the read whose lock token was given. `throttled`: nothing was written, it may be tried again. */
export type Written = 'written' | 'moved' | 'throttled';

/** What a set holds; of the rules of a group its capacity is fixed when it is made. */
export type NewSet =
  | { kind: 'ipSet'; addresses: string[] }
  | { kind: 'regexSet'; patterns: string[] }
  | { kind: 'ruleGroup'; rules: AwsRule[]; capacity: number; metricName: string };

export interface WebAcls {
  /** null: this Region has none of that name. */
  read(name: string): Promise<LiveWebAcl | null>;
  tags(arn: string): Promise<Record<string, string>>;
  /** Load balancers that it protects: ARNs. */
  resources(arn: string): AsyncIterable<string>;
  /** Name and ARN of the web ACL of a load balancer; null: it has none. */
  of(loadBalancer: string): Promise<{ name: string; arn: string } | null>;
  /** null: it logs nowhere. */
  logging(arn: string): Promise<Logging | null>;
  /** null: AWS offers no such group here. Of a version that is not offered `rules` is null. */
  managed(vendor: string, name: string, version: string | null): Promise<ManagedRules | null>;
  /** Units that these rules need together. */
  capacity(rules: readonly AwsRule[]): Promise<number>;
  addresses(ipSet: string): Promise<string[]>; // by ARN, as the next two
  patterns(regexSet: string): Promise<string[]>;
  groupRules(ruleGroup: string): Promise<AwsRule[]>;
  /** Of a rule, by its metric's name. AWS looks back three hours at most. */
  samples(webAcl: string, metric: string, from: Instant, to: Instant): Promise<Samples>;
  /** Makes a web ACL with these tags. Its ARN; null: AWS throttled, nothing was made. */
  create(name: string, content: Members, tags: Record<string, string>): Promise<string | null>;
  /** Replaces all of it, once: there is no try that the caller does not know of. What ends unclear throws `AwsUnavailable`. */
  update(live: Pick<LiveWebAcl, 'name' | 'id' | 'lockToken'>, content: Members): Promise<Written>;
  /** The ARN of what was made; null: AWS throttled, nothing was made. */
  createSet(name: string, set: NewSet, tags: Record<string, string>): Promise<string | null>;
  /** Deletes a set or group. Not there: nothing to delete. `moved` where something refers to it. */
  deleteSet(arn: string): Promise<Written>;
  /** Lets a web ACL that logs nowhere log to a bucket, by its ARN. */
  startLogging(webAcl: string, bucket: string): Promise<void>;
  associate(webAcl: string, loadBalancer: string): Promise<void>;
  disassociate(loadBalancer: string): Promise<void>;
}

export interface LoadBalancer {
  arn: string;
  failOpen: boolean; // what the WAF does not answer passes
  targets: { name: string; protocolVersion: string; wholeBody: boolean }[]; // wholeBody: of HTTP/2
}

export interface LoadBalancers {
  /** null: there is no such load balancer. */
  read(arn: string): Promise<LoadBalancer | null>;
}

/** Where a web ACL's log files lie: [prefix/]AWSLogs/<account>/WAFLogs/<region>/<web acl>/… */
export interface LogPlace {
  bucket: string;
  prefix: string; // without a slash at its end; '' for none
  account: string;
  region: string;
  webAcl: string; // name
}

export interface LogFile {
  bucket: string;
  key: string;
  at: Instant; // the beginning of its five minutes
  bytes: number;
}

export interface TrafficLog {
  /** Files of the five minutes that touch from..to, in the order of their names, which is that of time. */
  files(place: LogPlace, from: Instant, to: Instant): AsyncIterable<LogFile>;
  /**
   * Lines of one file, unpacked as they come: no file is in memory whole. null stands for a line too long to be one. Throws
   * `BrokenRecord` where the file is no whole gzip file: what came before it was good.
   */
  lines(file: LogFile): AsyncIterable<string | null>;
}

export interface SiteMetrics {
  /** Requests of a web ACL by whole hour: allowed and blocked. An hour without a datapoint had none. */
  requests(webAcl: string, from: Instant, to: Instant): Promise<Map<Instant, { allowed: number; blocked: number }>>;
  /** Days until a managed version expires; null: no datapoint says that it does, which only groups that see traffic have. */
  daysToExpiry(group: { vendor: string; name: string; version: string }, now: Instant): Promise<number | null>;
}

export interface Web {
  /**
   * Sends one request as it is written, on a connection of its own, and never follows a redirect. `endpoint`: https://host of the
   * reviewed file. Waits before it until `gapMs` have passed since the last one began. Never throws: what came instead of an answer
   * stands in `why`.
   */
  send(probe: Probe, endpoint: string, gapMs: number): Promise<ProbeAnswer>;
}
