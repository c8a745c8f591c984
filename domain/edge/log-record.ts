/**
 * One line of AWS WAF's log as the matches in it. "Counted" is written down in four ways (WAF developer guide, log fields and log
 * examples), and a CAPTCHA or Challenge with a valid token is a fifth that ends nothing; whoever reads only `terminatingRule`
 * takes a group on Count for one that blocks. Members come and go by year, so only what is needed is looked at.
 */

export const LOG_ACTIONS = ['ALLOW', 'BLOCK', 'CAPTCHA', 'CHALLENGE'] as const;
/** `unclear`: a word that this version does not know. It never counts as allowed, and never as blocked. */
export type LogAction = (typeof LOG_ACTIONS)[number] | 'unclear';

/** A rule that said yes to a request, whatever came of it. */
export interface LogMatch {
  /** null: a rule of the web ACL itself. Else the group: `AWS#AWSManagedRulesCommonRuleSet` or the ARN of an own one. */
  group: string | null;
  version: string | null; // `Version_1.2`, only where the web ACL pins one
  rule: string; // the rule's name, not its label (they differ in case)
  action: 'COUNT' | LogAction; // what it did to this request
  /** What the rule would do of itself, where an override or a group on Count kept it from that. null: nothing did, or not said. */
  would: LogAction | null;
  ends: boolean; // it decided the request
  rate: boolean; // a rate rule: its block is no detection
}

export interface LogRecord {
  at: number; // ms since 1970
  webAcl: string; // ARN, or whatever stands there
  action: LogAction;
  /** The web ACL's own name for what decided: a rule, the name under which a group stands, or null for the default action. */
  decidedBy: string | null;
  matches: LogMatch[];
  /** Groups that looked at the request, in order: present also where nothing in them matched. */
  groups: string[];
  labels: string[];
  source: string; // load balancer, `app/shop/75f9…`
  client: string; // address of the connection
  country: string; // `-` where AWS does not know
  method: string;
  host: string; // in small letters, '' where absent
  path: string; // as written
  args: string; // the raw query
  requestId: string | null; // null where AWS writes none or the word "null"
  headers: [name: string, value: string][]; // as logged; names in any case, and twice
  oversize: string[];
  status: number | null; // of a custom response
}

/** Why a line is no record. */
export type LogFault = 'not-json' | 'not-waf' | 'no-time';

/** Times before 1973 in milliseconds are seconds that some shipper wrote. */
const SECONDS_BELOW = 1e11;

/** Reads one line. Never throws: what is no line of AWS WAF is a fault, unknown members are passed over. */
export function readLogLine(line: string): LogRecord | LogFault {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not-json';
  }
  return readLogValue(value);
}

export function readLogValue(value: unknown): LogRecord | LogFault {
  if (!isObject(value) || !isObject(value.httpRequest) || typeof value.terminatingRuleId !== 'string') return 'not-waf';
  const http = value.httpRequest;
  const at = Number(value.timestamp);
  if (!Number.isFinite(at) || at <= 0) return 'no-time';
  const action = actionOf(value.action);
  const headers = headersOf(http.headers);
  const groups = list(value.ruleGroupList);
  return {
    at: at < SECONDS_BELOW ? at * 1000 : at,
    webAcl: text(value.webaclId),
    action,
    decidedBy: value.terminatingRuleId === DEFAULT ? null : value.terminatingRuleId,
    matches: matchesOf(value, groups, action),
    groups: groups.map((group) => groupOf(group).group),
    labels: list(value.labels).map(({ name }) => text(name)),
    source: text(value.httpSourceId),
    client: text(http.clientIp),
    country: text(http.country) || '-',
    method: text(http.httpMethod),
    host: (text(http.host) || headerOf(headers, 'host') || '').toLowerCase(),
    path: text(http.uri),
    args: text(http.args),
    requestId: idOf(http.requestId),
    headers,
    oversize: Array.isArray(value.oversizeFields) ? value.oversizeFields.map(text) : [],
    status: typeof value.responseCodeSent === 'number' ? value.responseCodeSent : null,
  };
}

/** The first value of a header, by its name in any case; null where the line has none. */
export function headerOf(headers: LogRecord['headers'], name: string): string | null {
  const wanted = name.toLowerCase();
  return headers.find(([each]) => each.toLowerCase() === wanted)?.[1] ?? null;
}

const DEFAULT = 'Default_Action';

function matchesOf(line: Fields, groups: Fields[], action: LogAction): LogMatch[] {
  const byGroup = /GROUP$/.test(text(line.terminatingRuleType)) && line.terminatingRuleId !== DEFAULT;
  // Groups stand in the order in which they looked: of several that stopped, all but the last were on Count.
  const last = byGroup ? groups.findLastIndex(({ terminatingRule }) => isObject(terminatingRule)) : -1;
  const matches = groups.flatMap((group, place) => groupMatches(group, place === last));
  for (const rule of list(line.nonTerminatingMatchingRules)) matches.push(passing(null, null, rule));
  if (line.terminatingRuleId !== DEFAULT && last === -1) {
    matches.push({
      group: null,
      version: null,
      rule: text(line.terminatingRuleId),
      action,
      would: null,
      ends: true,
      rate: line.terminatingRuleType === 'RATE_BASED',
    });
  }
  return matches;
}

function groupMatches(entry: Fields, decided: boolean): LogMatch[] {
  const { group, version } = groupOf(entry);
  const matches: LogMatch[] = list(entry.nonTerminatingMatchingRules).map((rule) => passing(group, version, rule));
  for (const { ruleId } of list(entry.excludedRules))
    matches.push({ group, version, rule: text(ruleId), action: 'COUNT', would: null, ends: false, rate: false });
  if (isObject(entry.terminatingRule)) {
    const own = actionOf(entry.terminatingRule.action);
    matches.push({
      group,
      version,
      rule: text(entry.terminatingRule.ruleId),
      // It ended its group. Only the group that ended the request was not on Count.
      action: decided ? own : 'COUNT',
      would: decided ? overridden(entry.terminatingRule) : own,
      ends: decided,
      rate: false,
    });
  }
  return matches;
}

function passing(group: string | null, version: string | null, rule: Fields): LogMatch {
  const action = rule.action === 'COUNT' ? 'COUNT' : actionOf(rule.action);
  return { group, version, rule: text(rule.ruleId), action, would: overridden(rule), ends: false, rate: false };
}

function overridden({ overriddenAction }: Fields): LogAction | null {
  return overriddenAction === undefined || overriddenAction === null ? null : actionOf(overriddenAction);
}

/** `AWS#AWSManagedRulesCommonRuleSet#Version_1.2`: the tail stands only where the web ACL pins a version. */
function groupOf({ ruleGroupId }: Fields): { group: string; version: string | null } {
  const id = text(ruleGroupId);
  const second = id.indexOf('#', id.indexOf('#') + 1);
  return second > 0 ? { group: id.slice(0, second), version: id.slice(second + 1) } : { group: id, version: null };
}

function actionOf(value: unknown): LogAction {
  return LOG_ACTIONS.find((known) => known === value) ?? 'unclear';
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value !== 'null' ? value : null;
}

function headersOf(value: unknown): [string, string][] {
  return list(value).map(({ name, value: content }) => [text(name), text(content)]);
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
