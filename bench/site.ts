/**
 * What a web ACL costs the rehearsal, and a log the command line: `npm run bench:site [LINES]`
 *
 * 1. Requests a second of the evaluator, by CPU time, beside JSON.parse of the same lines, over 35 rules that all look: 12 detections
 *    of three transformations, 20 exceptions, an address set, a country and a size.
 * 2. An overview of LINES log lines (a million) of 300,000 addresses and 50,000 paths: seconds, and the most memory.
 */
import { linesIn } from '#domain/edge/log-lines.ts';
import { evaluate, type WafRule, type WebAcl } from '#rehearsal/services/wafv2/evaluate.ts';
import { standInSqli, standInXss } from '#rehearsal/services/wafv2/stand-ins.ts';
import { overviewOf } from '../cli/site/overview.ts';
import { recordsOf, type Unread } from '../cli/site/records.ts';
import { ADDRESSES, lineOf, PATHS, requestOf } from './site-lines.ts';

const LINES = Number(process.argv[2] ?? 1_000_000);
const REQUESTS = 20_000;
const ROUNDS = 9;
const NAMESPACE = 'awswaf:111122223333:webacl:shop:';
const NONE = [{ Priority: 0, Type: 'NONE' }];
const THREE = ['URL_DECODE_UNI', 'HTML_ENTITY_DECODE', 'LOWERCASE'].map((Type, Priority) => ({ Priority, Type }));
const FIELDS: Record<string, unknown>[] = [
  { AllQueryArguments: {} },
  { Body: { OversizeHandling: 'CONTINUE' } },
  { UriPath: {} },
];
FIELDS.push({ Cookies: { MatchPattern: { All: {} }, MatchScope: 'VALUE', OversizeHandling: 'CONTINUE' } });

evaluation();
await overviewing();

function evaluation(): void {
  const rules = thirtyFive();
  const acl: WebAcl = {
    arn: 'arn:shop',
    rules,
    defaultAction: { Allow: {} },
    labelNamespace: NAMESPACE,
    group: () => null,
  };
  const lines = Array.from({ length: REQUESTS }, (_, at) => lineOf(at));
  const requests = lines.map((line) => requestOf(JSON.parse(line)));
  const asked = {
    ipSet: () => ['198.51.100.0/24', '203.0.113.0/28'],
    regexSet: () => null,
    overRate: () => false,
    sqli: standInSqli,
    xss: standInXss,
  };
  for (const request of requests.slice(0, 2000)) evaluate(acl, request, asked); // until it is compiled
  for (const line of lines.slice(0, 2000)) JSON.parse(line);
  let matched = 0;
  const rounds = Array.from({ length: ROUNDS }, () => {
    matched = 0;
    const parsing = cpuSeconds(() => {
      for (const line of lines) JSON.parse(line);
    });
    const evaluating = cpuSeconds(() => {
      for (const request of requests)
        matched += (evaluate(acl, request, asked).log.nonTerminatingMatchingRules as unknown[]).length;
    });
    return { parsing, evaluating };
  });
  // In turn, and the median of each: a busy machine slows both.
  const parsing = median(rounds.map((round) => round.parsing));
  const evaluating = median(rounds.map((round) => round.evaluating));
  const bytes = lines.reduce((sum, { length }) => sum + length, 0) / lines.length;
  console.log(
    `evaluator: ${rate(REQUESTS, evaluating)} requests/s of CPU over ${rules.length} rules (${matched} matches); JSON.parse of the same lines ` +
      `(${Math.round(bytes)} bytes each): ${rate(REQUESTS, parsing)}/s; ${(evaluating / parsing).toFixed(1)} times parsing`,
  );
}

function thirtyFive(): WafRule[] {
  const detection = (at: number) => {
    const FieldToMatch = FIELDS[at % FIELDS.length];
    const of = { FieldToMatch, TextTransformations: THREE };
    if (at < 4) return { SqliMatchStatement: { SensitivityLevel: 'LOW', ...of } };
    return at < 8
      ? { XssMatchStatement: of }
      : { RegexMatchStatement: { RegexString: '\\.\\.[/\\\\]|/etc/passwd|php://', ...of } };
  };
  const counted = (Name: string, Priority: number, Statement: object, label?: string): WafRule => ({
    Name,
    Priority,
    Statement: Statement as WafRule['Statement'],
    Action: { Count: {} },
    ...(label ? { RuleLabels: [{ Name: label }] } : {}),
  });
  const text = (FieldToMatch: object, SearchString: string, Type = 'NONE') => ({
    ByteMatchStatement: {
      FieldToMatch,
      SearchString: Buffer.from(SearchString).toString('base64'),
      PositionalConstraint: 'EXACTLY',
      TextTransformations: [{ Priority: 0, Type }],
    },
  });
  const scope = (at: number) => ({
    AndStatement: {
      Statements: [
        text({ SingleHeader: { Name: 'host' } }, 'shop.example.com', 'LOWERCASE'),
        text({ Method: {} }, 'GET'),
        text({ UriPath: {} }, `/path/${at}`),
        {
          RegexMatchStatement: {
            RegexString: '^q=[\\w-]{1,40}$',
            FieldToMatch: { QueryString: {} },
            TextTransformations: NONE,
          },
        },
      ],
    },
  });
  return [
    counted('office', 0, { IPSetReferenceStatement: { ARN: 'office' } }),
    counted('countries', 1, { GeoMatchStatement: { CountryCodes: ['KP', 'XK'] } }),
    counted('size', 2, {
      SizeConstraintStatement: {
        ComparisonOperator: 'GT',
        Size: 8192,
        FieldToMatch: { Body: {} },
        TextTransformations: NONE,
      },
    }),
    ...Array.from({ length: 12 }, (_, at) => counted(`detection-${at}`, 10 + at, detection(at), `detection-${at}`)),
    ...Array.from({ length: 20 }, (_, at) =>
      counted(`exception-${at}`, 100 + at, {
        AndStatement: {
          Statements: [
            { LabelMatchStatement: { Scope: 'LABEL', Key: `detection-${at % 12}` } },
            { NotStatement: { Statement: { OrStatement: { Statements: [scope(at), scope(at + 100)] } } } },
          ],
        },
      }),
    ),
  ];
}

async function overviewing(): Promise<void> {
  const unread: Unread[] = [];
  const source = { name: 'made', lines: () => linesIn(chunks()) };
  let most = 0;
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 50);
  const started = performance.now();
  const { document } = await overviewOf(recordsOf([source], unread), unread, {});
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watching);
  const { requests, byRule } = (document as { overview: { requests: number; byRule: object } }).overview;
  console.log(
    `overview: ${requests} lines of ${ADDRESSES} addresses and ${PATHS} paths in ${seconds.toFixed(1)} s, making them included; ` +
      `${Object.keys(byRule).length} rules; at most ${Math.round(most / 2 ** 20)} MiB`,
  );
  if (requests !== LINES || unread.length > 0) throw new Error(`${requests} of ${LINES} lines were read`);
}

/** Bytes as a file gives them, some lines a chunk, none of it kept. */
async function* chunks(): AsyncGenerator<Uint8Array> {
  const each = 50;
  for (let at = 0; at < LINES; at += each) {
    const some = Array.from({ length: Math.min(each, LINES - at) }, (_, place) => lineOf(at + place));
    yield Buffer.from(`${some.join('\n')}\n`);
    if (at % 5000 === 0) await new Promise((turn) => setImmediate(turn));
  }
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function median(of: number[]): number {
  return [...of].sort((a, b) => a - b)[of.length >> 1] ?? 0;
}

function rate(many: number, seconds: number): string {
  return Math.round(many / seconds).toLocaleString('en');
}
