/**
 * Stand-ins for AWS's managed rule groups: AWS's names, labels, actions and sizes (WAF developer guide), our own patterns. Nobody
 * outside AWS knows the real ones, so whatever shows a figure from here says "stand-in".
 */
import type { WafRule } from '#rehearsal/services/wafv2/evaluate.ts';

export interface StandIn {
  vendor: 'AWS';
  name: string;
  capacity: number;
  versions: string[]; // newest last; empty: the group has none
  labelNamespace: string;
  /** Of the newest version, and `gone`: what versions no longer have, each from this one on. */
  rules: WafRule[];
  gone: Record<string, string>; // rule → version
}

/** Names do vanish (trap W1). null: the default version, the newest. */
export function rulesOfVersion({ versions, rules, gone }: StandIn, version: string | null): WafRule[] {
  const at = version === null ? versions.length : versions.indexOf(version);
  return rules.filter(({ Name }) => gone[Name] === undefined || at < versions.indexOf(gone[Name]));
}

type Members = Record<string, unknown>;

const FIELDS: Record<string, { field: Members; decode: string[] }> = {
  QUERYARGUMENTS: { field: { AllQueryArguments: {} }, decode: ['URL_DECODE_UNI', 'HTML_ENTITY_DECODE', 'LOWERCASE'] },
  QUERYSTRING: { field: { QueryString: {} }, decode: ['URL_DECODE_UNI', 'HTML_ENTITY_DECODE', 'LOWERCASE'] },
  BODY: {
    field: { Body: { OversizeHandling: 'CONTINUE' } },
    decode: ['URL_DECODE_UNI', 'HTML_ENTITY_DECODE', 'LOWERCASE'],
  },
  COOKIE: {
    field: { Cookies: { MatchPattern: { All: {} }, MatchScope: 'VALUE', OversizeHandling: 'CONTINUE' } },
    decode: ['URL_DECODE_UNI', 'LOWERCASE'],
  },
  URIPATH: { field: { UriPath: {} }, decode: ['URL_DECODE_UNI', 'LOWERCASE'] },
  HEADER: {
    field: { Headers: { MatchPattern: { All: {} }, MatchScope: 'ALL', OversizeHandling: 'CONTINUE' } },
    decode: ['URL_DECODE_UNI', 'LOWERCASE'],
  },
};

/** One rule per field, named and labelled as AWS does: `CrossSiteScripting_BODY` → `CrossSiteScripting_Body` (trap W2). */
function family(
  name: string,
  fields: Record<string, string>,
  statement: (at: { FieldToMatch: Members; TextTransformations: Members[] }) => Members,
): [string, string, Members][] {
  return Object.entries(fields).map(([field, label]) => {
    const { field: FieldToMatch, decode } = FIELDS[field] ?? { field: {}, decode: [] };
    return [
      `${name}_${field}`,
      `${name}_${label}`,
      statement({ FieldToMatch, TextTransformations: decode.map((Type, Priority) => ({ Priority, Type })) }),
    ];
  });
}

const regex =
  (RegexString: string) =>
  (at: { FieldToMatch: Members; TextTransformations: Members[] }): Members => ({
    RegexMatchStatement: { RegexString, ...at },
  });
const xss = (at: object): Members => ({ XssMatchStatement: at });
const sqli = (at: object): Members => ({ SqliMatchStatement: { SensitivityLevel: 'LOW', ...at } });
const NONE = [{ Priority: 0, Type: 'NONE' }];
const over = (Size: number, FieldToMatch: Members): Members => ({
  SizeConstraintStatement: { ComparisonOperator: 'GT', Size, FieldToMatch, TextTransformations: NONE },
});
const agent = { SingleHeader: { Name: 'user-agent' } };
const ALL = { COOKIE: 'Cookie', QUERYARGUMENTS: 'QueryArguments', BODY: 'Body', URIPATH: 'URIPath' };

const CORE: [string, string, Members][] = [
  ['NoUserAgent_HEADER', 'NoUserAgent_Header', { NotStatement: { Statement: over(0, agent) } }],
  [
    'UserAgent_BadBots_HEADER',
    'BadBots_Header',
    {
      RegexMatchStatement: {
        RegexString: 'nessus|nmap|nikto|sqlmap|masscan',
        FieldToMatch: agent,
        TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }],
      },
    },
  ],
  ['SizeRestrictions_QUERYSTRING', 'SizeRestrictions_QueryString', over(2048, { QueryString: {} })],
  [
    'SizeRestrictions_Cookie_HEADER',
    'SizeRestrictions_Cookie_Header',
    over(10_240, { SingleHeader: { Name: 'cookie' } }),
  ],
  ['SizeRestrictions_BODY', 'SizeRestrictions_Body', over(8192, { Body: { OversizeHandling: 'MATCH' } })],
  ['SizeRestrictions_URIPATH', 'SizeRestrictions_URIPath', over(1024, { UriPath: {} })],
  ...family('EC2MetaDataSSRF', ALL, regex('169\\.254\\.169\\.254|fd00:ec2::254')),
  ...family(
    'GenericLFI',
    { QUERYARGUMENTS: 'QueryArguments', URIPATH: 'URIPath', BODY: 'Body' },
    regex('\\.\\.[/\\\\]|/etc/passwd|/proc/self|php://|file:///'),
  ),
  ...family(
    'RestrictedExtensions',
    { URIPATH: 'URIPath', QUERYARGUMENTS: 'QueryArguments' },
    regex('\\.(?:log|ini|env|bak|cfg|conf)$|/\\.(?:git|svn|env)'),
  ),
  ...family(
    'GenericRFI',
    { QUERYARGUMENTS: 'QueryArguments', BODY: 'Body', URIPATH: 'URIPath' },
    regex('(?:https?|ftps?|file)://(?:\\d{1,3}\\.){3}\\d{1,3}'),
  ),
  ...family('CrossSiteScripting', ALL, xss),
];
const LOG4J = regex('\\$\\{[^}]{0,40}(?:jndi|\\$\\{)');
const JAVA = regex('java\\.lang\\.runtime|ro0ab|class\\.module\\.classloader');
const FOUR = { HEADER: 'Header', BODY: 'Body', URIPATH: 'URIPath', QUERYSTRING: 'QueryString' };
const KNOWN_BAD: [string, string, Members][] = [
  ...family('JavaDeserializationRCE', FOUR, JAVA),
  [
    'Host_Localhost_HEADER',
    'Host_Localhost_Header',
    {
      RegexMatchStatement: {
        RegexString: '^(?:localhost|127\\.)',
        FieldToMatch: { SingleHeader: { Name: 'host' } },
        TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }],
      },
    },
  ],
  [
    'PROPFIND_METHOD',
    'Propfind_Method',
    {
      ByteMatchStatement: {
        SearchString: 'PROPFIND',
        PositionalConstraint: 'EXACTLY',
        FieldToMatch: { Method: {} },
        TextTransformations: NONE,
      },
    },
  ],
  [
    'ExploitablePaths_URIPATH',
    'ExploitablePaths_URIPath',
    {
      RegexMatchStatement: {
        RegexString: '^/(?:web-inf|\\.ds_store|server-status)',
        FieldToMatch: { UriPath: {} },
        TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }],
      },
    },
  ],
  ...family('Log4JRCE', { QUERYSTRING: 'QueryString', BODY: 'Body', URIPATH: 'URIPath', HEADER: 'Header' }, LOG4J),
];
const SQLI: [string, string, Members][] = [
  ...family('SQLi', { QUERYARGUMENTS: 'QueryArguments', BODY: 'Body', COOKIE: 'Cookie', URIPATH: 'URIPath' }, sqli),
  ...family(
    'SQLiExtendedPatterns',
    { QUERYARGUMENTS: 'QueryArguments', BODY: 'Body' },
    regex('information_schema|/\\*.{0,20}\\*/ ?select|char\\(\\d'),
  ),
];
const LINUX: [string, string, Members][] = family(
  'LFI',
  { URIPATH: 'URIPath', QUERYSTRING: 'QueryString', HEADER: 'Header' },
  regex('/etc/(?:passwd|shadow|hosts)|/proc/self/environ'),
);
const UNIX: [string, string, Members][] = family(
  'UNIXShellCommandsVariables',
  { QUERYSTRING: 'QueryString', BODY: 'Body', HEADER: 'Header' },
  regex('[;|`&] *(?:cat|id|uname|whoami|ls)|\\$\\(uname|\\(\\) *\\{ *:;'),
);

const WINDOWS: [string, string, Members][] = [
  ...family(
    'WindowsShellCommands',
    { COOKIE: 'Cookie', QUERYARGUMENTS: 'QueryArguments', BODY: 'Body' },
    regex('cmd(?:\\.exe)? */c|%comspec%|\\bwhoami *&'),
  ),
  ...family(
    'PowerShellCommands',
    { COOKIE: 'Cookie', QUERYARGUMENTS: 'QueryArguments', BODY: 'Body' },
    regex('invoke-expression|powershell(?:\\.exe)? *-|iex *\\('),
  ),
];

/** Addresses that a stand-in for AWS's reputation lists takes for bad, by what a rule names as its set. */
export const STAND_IN_SETS: Record<string, string[]> = {
  'stand-in:reputation': ['203.0.113.0/25'],
  'stand-in:reconnaissance': ['203.0.113.128/26'],
  'stand-in:ddos': ['203.0.113.192/26'],
};
const listed = (ARN: string): Members => ({ IPSetReferenceStatement: { ARN } });
const REPUTATION: [string, string, Members][] = [
  ['AWSManagedIPReputationList', 'AWSManagedIPReputationList', listed('stand-in:reputation')],
  ['AWSManagedReconnaissanceList', 'AWSManagedReconnaissanceList', listed('stand-in:reconnaissance')],
  ['AWSManagedIPDDoSList', 'AWSManagedIPDDoSList', listed('stand-in:ddos')],
];

export const STAND_INS: readonly StandIn[] = [
  made('AWSManagedRulesCommonRuleSet', 'core-rule-set', 700, ['Version_1.21', 'Version_1.22', 'Version_1.23'], CORE),
  made('AWSManagedRulesKnownBadInputsRuleSet', 'known-bad-inputs', 200, ['Version_1.25', 'Version_1.26'], KNOWN_BAD),
  made('AWSManagedRulesSQLiRuleSet', 'sql-database', 200, ['Version_2.4', 'Version_2.5'], SQLI),
  made('AWSManagedRulesLinuxRuleSet', 'linux-os', 200, ['Version_2.6'], LINUX),
  made('AWSManagedRulesUnixRuleSet', 'posix-os', 100, ['Version_3.2'], UNIX),
  made('AWSManagedRulesWindowsRuleSet', 'windows-os', 200, ['Version_2.3', 'Version_2.4', 'Version_2.5'], WINDOWS, {
    gone: { WindowsShellCommands_COOKIE: 'Version_2.4', WindowsShellCommands_QUERYARGUMENTS: 'Version_2.5' },
  }),
  made('AWSManagedRulesAmazonIpReputationList', 'amazon-ip-list', 25, [], REPUTATION, {
    counting: ['AWSManagedIPDDoSList'],
  }),
];

function made(
  name: string,
  label: string,
  capacity: number,
  versions: string[],
  rules: [string, string, Members][],
  { gone = {}, counting = [] }: { gone?: Record<string, string>; counting?: string[] } = {},
): StandIn {
  return {
    vendor: 'AWS',
    name,
    capacity,
    versions,
    labelNamespace: `awswaf:managed:aws:${label}:`,
    gone,
    rules: rules.map(([Name, Label, Statement], Priority) => ({
      Name,
      Priority,
      Statement,
      Action: counting.includes(Name) ? { Count: {} } : { Block: {} },
      RuleLabels: [{ Name: Label }],
    })),
  };
}

/** A stand-in for AWS's detection of SQL injection, on decoded text in small letters. */
export function standInSqli(text: string): boolean {
  const low = text.toLowerCase();
  return /\bunion\b[\s\S]{0,20}\bselect\b|\bor\b\s+['"(]?\w+['")]?\s*=\s*['"(]?\w+|\band\b\s+(?:\(select|\w+\s*=\s*\w+|char\()|order by \d+\s*--|'\s*(?:--|;|\|\|)|information_schema/.test(
    low,
  );
}

/** A stand-in for AWS's detection of scripts; `style=` is the false positive that its guide tells of. */
export function standInXss(text: string): boolean {
  return /<\/?(?:script|img|svg|iframe|body|object|embed)\b|\bon[a-z]{3,20}\s*=|javascript:|\bstyle\s*=/i.test(text);
}
