import type { Plan } from '#domain/patch/records.ts';
import { SEVERITIES } from '#domain/severity.ts';
import { grouped, type Html, html, numberHead, table } from '#views/frame/html.ts';

/** What a campaign that patched nothing would have done: it is all that there is to tell. */
export function planSection(plan: Plan): Html {
  const { before, expected, byFate, rings, fits } = plan;
  const severities = [...SEVERITIES.filter((severity) => before[severity] > 0), 'total' as const];
  const bySeverity = severities.map(
    (severity) => html`<tr${severity === 'total' ? html` class="sum"` : ''}><th scope="row">${severity}</th>${[
      before[severity],
      expected[severity],
      before[severity] - expected[severity],
    ].map((findings) => html`<td class="number">${grouped(findings)}</td>`)}</tr>
`,
  );
  const fates = Object.entries(byFate)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(
      ([
        fate,
        findings,
      ]) => html`<tr><th scope="row"><a href="#findings" data-pick="fate=${fateLabel(fate)}">${fateLabel(fate)}</a></th><td class="number">${grouped(findings)}</td></tr>
`,
    );
  const ringRows = rings.map(
    ({ ring, hosts, waves, atOnce, soakMinutes, expected: fixed, approval }) => html`<tr><th scope="row">${ring}</th>${[
      hosts,
      waves,
      atOnce,
      soakMinutes,
      fixed.total,
    ].map(
      (number) => html`<td class="number">${grouped(number)}</td>`,
    )}<td>${approval ? 'asks for approval' : ''}</td></tr>
`,
  );
  return html`<p>No ring was begun, so there is no delta. This is the plan. ${fits.words}</p>
${table('by-severity', 'Findings of the survey by severity', ['Severity', ...['Found', 'Should be fixed', 'Would stay'].map(numberHead)], bySeverity)}
${table('by-fate', 'What would become of them', ['Fate', numberHead('Findings')], fates)}
${table('planned-rings', 'Rings', ['Ring', ...['Hosts', 'Waves', 'At once', 'Soak, minutes', 'Should fix'].map(numberHead), 'Approval'], ringRows)}`;
}

export function fateLabel(fate: string): string {
  return fate === 'fix' ? 'should be fixed' : fate;
}
