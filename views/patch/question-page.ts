/** What a patch campaign asks, for the page: from the frozen question alone, so it is the same whenever it is opened. */

import type { Instant } from '#domain/instant.ts';
import { minute } from '#domain/instant.ts';
import { commandOf, type Question, type Tally } from '#domain/patch/question.ts';
import { plural } from '#domain/plural.ts';
import { type Counts, SEVERITIES } from '#domain/severity.ts';
import type { AskedPage } from '#views/frame/approval-page/pages.ts';
import { type Html, html } from '#views/frame/html.ts';
import { withWorst } from '#views/frame/text.ts';
import { startedWords, startWords, windowWords } from '#views/frame/window-words.ts';

export function questionPage(question: Question, now: Instant): AskedPage {
  const { campaign, group, ring, scopeHash, askedAt, place } = question;
  const no = 'No further host is changed, and the campaign ends as denied.';
  return {
    title: `Patch ring ${ring} of ${group}?`,
    ...{ campaign, scopeHash, askedAt, place },
    sections: (open) => [
      whatIsDone(question, open, now),
      ringsSoFar(question),
      whatIsFixed(question),
      whatRemains(question),
      whatElse(question),
      whatYourAnswerDoes(question, open),
    ],
    yes: 'The ring is patched as shown above.',
    no,
    told: {
      yes: `Ring ${ring} of ${group} will be patched.`,
      starts: startedWords(question.window, now),
      no,
      unchanged: 'no further host is changed',
    },
    commands: [commandOf('approve', question), commandOf('deny', question)],
  };
}

function whatIsDone(question: Question, open: boolean, now: Instant): Html {
  const { ring, hostCount, waves, atOnce, errors, soakMinutes, alarms, reboot, last } = question;
  const failed = errors === 0 ? 'the first host fails' : `more than ${plural(errors, 'host')} failed`;
  const alarm = alarms.length > 0 ? `, or an alarm rings (${alarms.join(', ')})` : '';
  const then = last ? 'Then the campaign closes.' : 'Then it is judged, and the next ring has its turn.';
  const proof = question.proofUntil ? `The canary's proof holds until ${minute(question.proofUntil)}.` : '';
  return html`<section><h2>${open ? 'What will be done' : 'What was asked'}</h2><dl>
<dt>Where</dt><dd>${plural(hostCount, 'host')} of ring ${ring}: ${tallied(question.oses)}; in ${tallied(question.zones)}</dd>
<dt>Waves</dt><dd>${plural(waves, 'wave')} of at most ${plural(atOnce, 'host')} at a time. No further wave starts when ${failed}${alarm}.</dd>
<dt>When</dt><dd>${open ? startWords(question.window, now) : ''} The policy allows: ${windowWords(question.window)}. ${proof}</dd>
<dt>Reboots</dt><dd>${reboot === 'NoReboot' ? 'None. What needs a reboot waits for one, and its findings remain until then.' : 'A host reboots where its patches need it.'}</dd>
<dt>Afterwards</dt><dd>The ring runs under watch for ${hoursOf(soakMinutes)}, while Inspector looks again. ${then}</dd>
</dl>${hostList(question)}</section>`;
}

function whatYourAnswerDoes({ ring, fixes, expiresAt }: Question, open: boolean): Html {
  return html`<section><h2>What your answer does</h2><dl>
<dt>Yes</dt><dd>Ring ${ring} is patched as shown here, and nothing wider. It should fix ${withWorst(fixes)} ${fixes.total === 1 ? 'finding' : 'findings'}.</dd>
<dt>No</dt><dd>No further host is changed. The campaign ends as denied.</dd>
<dt>Silence</dt><dd>Until ${minute(expiresAt)}: means no${open ? '' : '; the time is over'}.</dd>
</dl></section>`;
}

function whatIsFixed(question: Question): Html {
  const { fixes, exploitedFixes, vulnerabilities, vulnerabilityCount } = question;
  const known = exploitedFixes
    ? html`<p><span class="tag exploited">exploited</span> An exploit is known for ${plural(exploitedFixes, 'finding')} of these.</p>`
    : html`<p class="soft">For none of these is an exploit known.</p>`;
  const rows = vulnerabilities.map(
    ({ id, severity, exploited, hosts }) =>
      html`<tr><th scope="row">${id}${exploited ? html` <span class="tag exploited">exploited</span>` : null}</th><td class="tight">${severity.toLowerCase()}</td><td class="num">${hosts}</td></tr>`,
  );
  const shown = rows.slice(0, FEW);
  const rest = rows.slice(FEW);
  const table = (of: Html[]) =>
    html`<table><thead><tr><th scope="col">Vulnerability</th><th scope="col">Severity</th><th scope="col" class="num">Hosts</th></tr></thead><tbody>${of}</tbody></table>`;
  const cut = vulnerabilityCount - vulnerabilities.length;
  const more = rest.length
    ? html`<details><summary>${plural(rest.length, 'more vulnerability', 'more vulnerabilities')}</summary>${table(rest)}${cut > 0 ? html`<p class="more">… and ${cut} more, in the evidence.</p>` : null}</details>`
    : null;
  return html`<section><h2>What should be fixed</h2>
<p>${plural(fixes.total, 'finding')} of ${plural(vulnerabilityCount, 'vulnerability', 'vulnerabilities')}</p>${severityBars(fixes)}${known}${shown.length ? table(shown) : null}${more}</section>`;
}

function whatRemains({ remains, exploitedRemains }: Question): Html {
  const rows = remains.map(
    ({ reason, findings, words }) =>
      html`<li><p class="row"><strong>${reason}</strong><span>${withWorst(findings)}</span></p><p class="soft">${words}</p></li>`,
  );
  const known = exploitedRemains
    ? html`<p><span class="tag exploited">exploited</span> An exploit is known for ${plural(exploitedRemains, 'finding')} of these.</p>`
    : null;
  return html`<section><h2>What will remain on these hosts, and why</h2>${
    rows.length
      ? html`${known}<p class="soft">By reason, with an example of the worst:</p><ul class="rows">${rows}</ul>`
      : html`<p>Nothing that Inspector knows of.</p>`
  }</section>`;
}

/** The canary's result, when the fleet is asked for. */
function ringsSoFar({ before }: Question): Html {
  if (before.length === 0)
    return html`<section><h2>Rings before</h2><p>None: this ring goes first, and proves the patches for the others.</p></section>`;
  const rings = before.map(({ verdict, installed, pendingReboot }) => {
    const { ring, planned, patched, failed, looked, reasons, at } = verdict;
    const waiting = pendingReboot > 0 ? `; ${plural(pendingReboot, 'host')} still wait for a reboot` : '';
    return html`<h2>Ring ${ring} <span class="tag ${verdict.verdict}">${verdict.verdict}</span></h2>
<p>${patched} of ${plural(planned, 'host')} patched with ${plural(installed, 'patch', 'patches')}, ${failed} failed, ${looked} looked at again by Inspector${waiting}. Judged ${minute(at)}.</p>
<ul>${reasons.map(({ words }) => html`<li>${words}</li>`)}</ul>`;
  });
  return html`<section>${rings}</section>`;
}

/** Hosts that are left out, and what else people should know. */
function whatElse({ left, leftCount, warnings }: Question): Html {
  const hosts = left.map(({ id, why, words }) => html`<li><code>${id}</code> (${why}): ${words}</li>`);
  const cut = leftCount - left.length;
  return html`${
    leftCount > 0
      ? html`<section><h2>Hosts that are not patched</h2><details><summary>${plural(leftCount, 'host')}, and why</summary><ul>${hosts}</ul>${cut > 0 ? html`<p class="more">… and ${cut} more, in the evidence.</p>` : null}</details></section>`
      : null
  }${
    warnings.length > 0
      ? html`<section><h2>Good to know</h2><ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul></section>`
      : null
  }`;
}

const FEW = 10;

function hostList({ hosts, hostCount }: Question): Html {
  const rows = hosts.map(
    ({ id, os, zone, wave, expected }) =>
      html`<tr><th scope="row"><code>${id}</code><br><span class="soft">${os}, ${zone}</span></th><td class="num">${wave}</td><td class="num">${expected}</td></tr>`,
  );
  const cut = hostCount - hosts.length;
  return html`<details><summary>The hosts, by wave</summary><table><thead><tr><th scope="col">Host</th><th scope="col" class="num">Wave</th><th scope="col" class="num">To fix</th></tr></thead><tbody>${rows}</tbody></table>${cut > 0 ? html`<p class="more">… and ${cut} more, in the evidence.</p>` : null}</details>`;
}

/** One bar for each severity that is there, as long as its share of the most frequent one. */
function severityBars(counts: Counts): Html {
  const most = Math.max(1, ...SEVERITIES.map((severity) => counts[severity]));
  const rows = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) => {
    const share = Math.max(1, Math.round((counts[severity] / most) * 100));
    return html`<li><span>${severity.toLowerCase()}</span><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="4"/><rect width="${share}" height="4"/></svg><span class="num">${counts[severity]}</span></li>`;
  });
  return html`<ul class="bars">${rows}</ul>`;
}

const tallied = (all: readonly Tally[]) => all.map(({ name, hosts }) => `${hosts} × ${name}`).join(', ');

const hoursOf = (minutes: number) =>
  minutes % 60 === 0 && minutes > 60 ? `${minutes / 60} hours` : plural(minutes, 'minute');
