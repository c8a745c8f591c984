import { RESULTS } from '#domain/edge/probe-result.ts';
import { FAMILIES } from '#domain/edge/probes.ts';
import type { Answer } from '../account/answer.ts';
import { type Paint, printable, type Style, several, wrapAt } from '../screen/text.ts';
import type { SiteScan } from './scan.ts';

/** The probe rule did not answer, or something behind the rules did: what was not sent is not known. */
const NOT_WHOLE = 3;

/** The document for machines, the table for people. The exit is 3 where an endpoint's scan ended before its last probe. */
export function scanAnswer(scan: SiteScan): Answer {
  const broken = scan.endpoints.some(({ ended }) => ended !== null);
  return {
    document: { version: 1, ...scan },
    lines: (paint, columns) => scanLines(scan, paint, columns),
    exit: broken ? NOT_WHOLE : 0,
  };
}

const STYLES: Record<(typeof RESULTS)[number], Style> = {
  blocked: 'green',
  counted: 'cyan',
  passed: 'yellow',
  unclear: 'red',
};

function scanLines({ site, perSecond, pacedBy, endpoints, log }: SiteScan, paint: Paint, columns: number): string[] {
  const pace = `${Number(perSecond.toPrecision(3))} a second${pacedBy ? `, half of what ${pacedBy} lets through` : ''}`;
  const lines = endpoints.flatMap((scan) => [
    paint('bold', printable(`${site} at ${scan.endpoint}`)),
    ...wrapAt(`${several(scan.results.length, 'probe')}, ${pace}. ${applicationWords(scan.application)}`, columns, ''),
    ...(scan.revisions.length ? [`Revision: ${printable(scan.revisions.join(', then '))}`] : []),
    ...table(scan.results, paint, columns),
    ...summary(scan.results),
    ...(scan.ended
      ? ['', ...wrapAt(`Ended: ${scan.ended}`, columns, '       '), ...remedyOf(scan.ended, site, columns)]
      : []),
    '',
  ]);
  lines.push(...wrapAt(logWords(log), columns, ''), ...log.notes.flatMap((note) => wrapAt(note, columns, '')));
  const results = endpoints.flatMap((scan) => scan.results);
  if (results.some(({ family }) => family === 'csrf')) lines.push('', ...wrapAt(CSRF, columns, ''));
  return lines;
}

const CSRF =
  'Cross-site requests (csrf): a WAF sees the headers Origin, Referer and Sec-Fetch-Site and whether a token is there, so a rule on them ' +
  'can stop a request that names another site. It cannot see whether the visitor meant it, nor whether the token is that of the session: ' +
  'only the application can.';

function applicationWords(answers: SiteScan['endpoints'][number]['application']): string {
  const words = answers.map(({ status, site, why }) =>
    site !== null ? 'the probe rule, though our header was not there' : status === null ? why : String(status),
  );
  if (words.length === 0) return '';
  return `Without our header it answers ${words.length > 1 ? `${words[0]} before and ${words[1]} after` : words[0]}`;
}

function table(results: SiteScan['endpoints'][number]['results'], paint: Paint, columns: number): string[] {
  if (results.length === 0) return [];
  const width = Math.min(34, Math.max(...results.map(({ id }) => id.length)));
  const head = `  ${'probe'.padEnd(width)}  answer  ${'result'.padEnd(7)}  rule`;
  return [
    '',
    paint('dim', head),
    ...results.flatMap(({ id, status, result, rules, why }) => {
      const start = `  ${id.padEnd(width)}  ${String(status ?? '-').padEnd(6)}  `;
      const named = result === 'unclear' ? why : rules.join(', ') || (result === 'blocked' ? 'not known' : '');
      const [first = '', ...rest] = wrapAt(named, Math.max(20, columns - start.length - 9), '');
      const indent = ' '.repeat(start.length + 9);
      return [
        `${start}${paint(STYLES[result], result.padEnd(7))}  ${first}`.trimEnd(),
        ...rest.map((line) => `${indent}${line}`),
      ];
    }),
  ];
}

/** Of each family how many came to which result. */
function summary(results: SiteScan['endpoints'][number]['results']): string[] {
  if (results.length < 5) return [];
  const families = FAMILIES.filter((family) => results.some((each) => each.family === family));
  const cell = (text: string) => text.padStart(8);
  return [
    '',
    `  ${'family'.padEnd(10)}${RESULTS.map(cell).join('')}`,
    ...families.map((family) => {
      const counts = RESULTS.map((result) =>
        results.filter((each) => each.family === family && each.result === result),
      );
      return `  ${family.padEnd(10)}${counts.map(({ length }) => cell(length ? String(length) : '·')).join('')}`;
    }),
  ];
}

function logWords({ lines, late, why }: SiteScan['log']): string {
  if (why !== null)
    return `The log was not read: ${why}. So nobody knows which rule blocked or counted a probe, and a 403 rests on the controls around it.`;
  if (late === 0) return `The log has a line of every probe.`;
  return `The log has lines of ${several(lines, 'probe')}; those of ${late} are late (AWS writes a file every five minutes, and some come later). --wait 15 waits for them.`;
}

function remedyOf(ended: string, site: string, columns: number): string[] {
  const remedy = /another site answered/.test(ended)
    ? 'let the endpoints of each site be its own: two sites of the policy reach the same load balancer'
    : /certificate|resolve|refuses|closed|timed out/.test(ended)
      ? 'look at the endpoints of the site, or say where to connect by CONNECT_TO'
      : /a rule may have allowed/.test(ended)
        ? 'look which Allow stands above the probe rule (patchwright check)'
        : /403/.test(ended)
          ? 'look whether a reputation list, the network or another WAF stops this address'
          : /redirect/.test(ended)
            ? 'name the host that answers itself as the endpoint'
            : `paste the rule of patchwright waf show ${site} --probe-rule last into the web ACL, and let it protect this endpoint`;
  return wrapAt(`Remedy: ${remedy}`, columns, '        ');
}
