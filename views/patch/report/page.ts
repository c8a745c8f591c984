/**
 * A campaign as one page that asks for nothing: readable from a file, on paper, without script, and years later. It comes in
 * parts, so that no more than a part of its rows is in memory: the head, the instances, the findings, the end.
 */

import { VERSION } from '#domain/campaign/version.ts';
import { sha256Source } from '#domain/hash.ts';
import type { InstanceRow } from '#domain/patch/delta/instance-rows.ts';
import type { Delta, DeltaRow } from '#domain/patch/delta/records.ts';
import type { PatchRecord, Plan, RingRecord } from '#domain/patch/records.ts';
import { grouped, Html, html, timeTag } from '#views/frame/html.ts';
import {
  FINDING_COLUMNS,
  findingRank,
  INSTANCE_COLUMNS,
  instanceRank,
  PLANNED_FINDING_COLUMNS,
  PLANNED_INSTANCE_COLUMNS,
  type PlannedFinding,
  plannedRank,
} from '#views/patch/report/columns.ts';
import { Grid } from '#views/patch/report/grid.ts';
import { planSection } from '#views/patch/report/plan-section.ts';
import { SCRIPT } from '#views/patch/report/script.ts';
import {
  approvalSection,
  type CommandFacts,
  commandSection,
  deltaSection,
  hashSection,
  verdictSection,
} from '#views/patch/report/sections.ts';
import { REPORT_STYLE } from '#views/patch/report/style.ts';
import { timeline } from '#views/patch/report/timeline.ts';

export interface ReportFacts extends CommandFacts {
  record: PatchRecord;
  plan: Plan | null;
  delta: Delta | null; // null: the campaign ended before there were two surveys
  rings: readonly RingRecord[];
  previous: { campaign: string; manifest: string } | null;
  files: { findings: string; instances: string }; // the CSVs beside it
}

/** Everything but the rows: they go between `head` and `tail`, in the order instances, findings. */
export function reportPage(facts: ReportFacts) {
  const { instances, findings } = facts.files;
  return {
    ...framed(facts),
    instances: new Grid<InstanceRow>({
      ...INSTANCES,
      caption: 'What became of each instance. Its name shows its findings.',
      csv: instances,
      columns: INSTANCE_COLUMNS,
      rank: instanceRank,
    }),
    findings: new Grid<DeltaRow>({
      ...FINDINGS,
      caption: 'Each finding of the first survey with its fate, and each new one.',
      csv: findings,
      columns: FINDING_COLUMNS,
      rank: findingRank,
    }),
  };
}

/** The same of a campaign that patched nothing and took no second survey: what it would have done. */
export function plannedPage(facts: ReportFacts) {
  const { instances, findings } = facts.files;
  return {
    ...framed(facts),
    instances: new Grid<InstanceRow>({
      ...INSTANCES,
      caption: 'Each instance of the group. Its name shows its findings.',
      csv: instances,
      columns: PLANNED_INSTANCE_COLUMNS,
      rank: instanceRank,
    }),
    findings: new Grid<PlannedFinding>({
      ...FINDINGS,
      caption: 'Each finding of the survey, and what the plan says of it.',
      csv: findings,
      columns: PLANNED_FINDING_COLUMNS,
      rank: plannedRank,
    }),
  };
}

const framed = (facts: ReportFacts) => ({ head: () => head(facts).text, tail: () => tail(facts).text });

const INSTANCES = { name: 'instances', title: 'Instances' };
const FINDINGS = { name: 'findings', title: 'Findings' };

/** Only this very script and style run, and nothing is loaded from anywhere. */
const CONTENT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${sha256Source(REPORT_STYLE)}'`,
  `script-src 'sha256-${sha256Source(SCRIPT)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const PARTS = [
  ['delta', 'Delta'],
  ['timeline', 'Timeline'],
  ['verdicts', 'Verdicts'],
  ['approvals', 'Approvals'],
  ['instances', 'Instances'],
  ['findings', 'Findings'],
  ['commands', 'Commands'],
  ['hashes', 'Hashes'],
] as const;

function head(facts: ReportFacts): Html {
  const { record, plan, delta, rings } = facts;
  const { campaign, group, outcome, why, trigger, openedAt, closedAt } = record;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(CONTENT_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${campaign}: ${outcome}</title>
<style>${new Html(REPORT_STYLE)}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<header>
<h1>${group}: ${outcome}</h1>
<p>${why}</p>
<dl><dt>Campaign</dt><dd>${campaign}</dd><dt>Opened</dt><dd>${timeTag(openedAt)} UTC, as all times here</dd><dt>Closed</dt><dd>${timeTag(closedAt)}</dd><dt>Started by</dt><dd>${trigger.kind}: ${trigger.by}</dd><dt>Execution</dt><dd>${record.execution}</dd></dl>
${delta ? tiles(delta) : ''}
<nav aria-label="Parts of the report"><ul>${PARTS.map(([id, label]) => html`<li><a href="#${id}">${label}</a></li>`)}</ul></nav>
</header>
<main>
${section('delta', delta ? deltaSection(delta) : plan ? planSection(plan) : html`<p>There is none: the campaign ended before there was a plan.</p>`)}
${plan?.remedies ? html`<p>What to do:</p><ul>${plan.remedies.map((remedy) => html`<li>${remedy}</li>`)}</ul>` : ''}
${plan && plan.warnings.length > 0 ? html`<p>Warnings of the plan:</p><ul>${plan.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>` : ''}
${section('timeline', timeline({ record, plan, rings }))}
${section('verdicts', verdictSection(record.verdicts, rings))}
${section('approvals', approvalSection(record.approvals))}
`;
}

function tiles({ fixed, remaining, unverified, new: fresh, after }: Delta): Html {
  const tile = (kind: string, label: string, of: Delta['fixed']) =>
    html`<li class="${kind}"><b>${grouped(of.total)}</b>${label}<small>${of.CRITICAL ? `${grouped(of.CRITICAL)} critical` : ''}</small></li>`;
  return html`<ul class="tiles">${tile('fixed', 'fixed', fixed)}${tile('remaining', 'remain', remaining)}${tile('unverified', 'unverified', unverified)}${tile('new', 'new', fresh)}${tile('after', 'not proven fixed', after)}</ul>`;
}

function tail(facts: ReportFacts): Html {
  return html`<p class="printed">Printed are the rows on the screen; ${facts.files.findings} and ${facts.files.instances} beside this page have all of them.</p>
${section('commands', commandSection(facts))}
${section('hashes', hashSection(facts))}
</main>
<footer><p>Written by patchwright ${VERSION} when the campaign closed, from its evidence alone.</p></footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
}

function section(id: (typeof PARTS)[number][0], content: Html): Html {
  const title = PARTS.find(([part]) => part === id)?.[1] ?? id;
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}</section>`;
}
