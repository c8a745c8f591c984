import type { Delta } from '#domain/patch/delta/records.ts';
import { SEVERITIES, type Severity } from '#domain/severity.ts';
import { grouped, type Html, html } from '#views/frame/html.ts';

const BARS = [
  ['fixed', 'fixed'],
  ['closedOtherwise', 'closed otherwise'],
  ['gone', 'gone'],
  ['remaining', 'remaining'],
  ['unverified', 'unverified'],
  ['new', 'new'],
] as const;

const LABELS = 130;
const WIDTH = 960;
const TOTALS = 70;
const ROW = 34;
const BAR = 24;
const GAP = 2; // between parts of a bar
const DIGIT = 8;

/** A bar per severity: what was closed from the left, what is not proven fixed after it. The table under it says the same. */
export function deltaChart(delta: Delta): Html {
  const present = SEVERITIES.filter((severity) => delta.before[severity] + delta.new[severity] > 0);
  const most = Math.max(1, ...present.map((severity) => delta.before[severity] + delta.new[severity]));
  const height = present.length * ROW + 6;
  return html`<figure class="chart"><figcaption>${BARS.map(
    ([bucket, label]) =>
      html`<span class="key"><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true"><rect width="14" height="14" rx="3" class="${bucket}"/></svg>${label}</span> `,
  )}</figcaption>
<div class="scroll" role="region" aria-label="Chart of findings by severity" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="delta-chart-title">
<title id="delta-chart-title">Findings by severity: ${summary(delta)}. The table below has all numbers.</title>
<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" class="hatch-ground"/><rect width="3" height="7" class="hatch-line"/></pattern></defs>
${present.map((severity, place) => bar(delta, severity, place * ROW + 4, (WIDTH - LABELS - TOTALS) / most))}</svg></div></figure>
`;
}

function bar(delta: Delta, severity: Severity, y: number, perFinding: number): Html {
  let x = LABELS;
  const parts: Html[] = [];
  for (const [bucket, label] of BARS) {
    const findings = delta[bucket][severity];
    if (findings === 0) continue;
    const width = Math.max(2, findings * perFinding - GAP);
    const middle = y + BAR / 2 + 5;
    const roomy = width > String(findings).length * DIGIT + 8;
    parts.push(html`<g><title>${severity} ${label}: ${grouped(findings)}</title><rect x="${round(x)}" y="${y}" width="${round(width)}" height="${BAR}" rx="3" class="${bucket}"/>${
      roomy
        ? html`<text x="${round(x + width / 2)}" y="${middle}" class="in ${bucket}-text">${grouped(findings)}</text>`
        : ''
    }</g>
`);
    x += width + GAP;
  }
  const middle = y + BAR / 2 + 5;
  const all = delta.before[severity] + delta.new[severity];
  return html`<text x="${LABELS - 12}" y="${middle}" class="label">${severity}</text>${parts}<text x="${round(x + 6)}" y="${middle}" class="total">${grouped(all)}</text>
`;
}

function summary(delta: Delta): string {
  return BARS.map(([bucket, label]) => `${grouped(delta[bucket].total)} ${label}`).join(', ');
}

const round = (number: number) => Math.round(number * 10) / 10;
