/** The question as plain mail: what the page shows, shorter. */
import { minute } from '#domain/instant.ts';
import { commandOf, type Question, type Vulnerability } from '#domain/patch/question.ts';
import { plural } from '#domain/plural.ts';
import { clean, cutList, withWorst, wrap } from '#views/frame/text.ts';
import { startWords, windowWords } from '#views/frame/window-words.ts';

const MOST = 10;

export function questionLines(question: Question): string[] {
  const { vulnerabilities, vulnerabilityCount, remains, left, leftCount, exploitedFixes, fixes } = question;
  const known = exploitedFixes > 0 ? `; for ${exploitedFixes} of them an exploit is known` : '';
  return [
    '',
    'When',
    ...wrap(
      `${startWords(question.window, question.askedAt)} The policy allows: ${windowWords(question.window)}.`,
      '  ',
    ),
    ...(question.proofUntil ? wrap(`The canary's proof holds until ${minute(question.proofUntil)}.`, '  ') : []),
    '',
    'Where',
    ...wrap(`${tallied(question.oses)}; ${tallied(question.zones)}`, '  '),
    '',
    'What should be fixed',
    ...wrap(
      `${withWorst(fixes)} ${fixes.total === 1 ? 'finding' : 'findings'} of ${plural(vulnerabilityCount, 'vulnerability', 'vulnerabilities')}${known}.`,
      '  ',
    ),
    ...cutList(vulnerabilities, MOST, vulnerabilityLines, vulnerabilityCount),
    ...(remains.length > 0 ? ['', 'What will remain on these hosts, and why'] : []),
    ...remains.flatMap(({ reason, findings, words }) => [
      ...wrap(`${withWorst(findings)} ${reason}`, '  - ', '    '),
      ...wrap(`e.g. ${words}`, '    '),
    ]),
    ...(leftCount > 0 ? ['', 'Hosts that are not patched'] : []),
    ...cutList(left, MOST, (host) => wrap(`${host.id}, ${host.why}: ${host.words}`, '  - ', '    '), leftCount),
  ];
}

function vulnerabilityLines({ id, severity, exploited, hosts }: Vulnerability): string[] {
  const words = [id, severity.toLowerCase(), ...(exploited ? ['EXPLOITED'] : []), plural(hosts, 'host')];
  return wrap(words.join(', '), '  - ', '    ');
}

/** Opening the page decides nothing; the link itself is a line of its own, whole. */
export function answerLines(question: Question, link: string): string[] {
  const command = clean(commandOf('approve', question));
  if (question.decide === 'iam') {
    return [
      ...wrap('Decide with your AWS credentials (approve, or deny):', '  '),
      `  ${command}`,
      ...wrap('Look at the whole question here; the page decides nothing:', '  '),
      `  ${clean(link)}`,
    ];
  }
  return [
    ...wrap('Look at the whole question and decide on this page. Opening it decides nothing.', '  '),
    `  ${clean(link)}`,
    ...wrap('Keep this mail to yourself: who has the link can decide. Or with your AWS credentials:', '  '),
    `  ${command}`,
  ];
}

const tallied = (all: Question['oses']) => all.map(({ name, hosts }) => `${hosts} × ${name}`).join(', ');
