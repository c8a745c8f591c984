import type { Approval } from '#domain/campaign/records.ts';
import type { Delta } from '#domain/patch/delta/records.ts';
import type { Intent, PatchRecord, Plan, RingRecord, ScanRecord, Verdict } from '#domain/patch/records.ts';
import { SEVERITIES } from '#domain/severity.ts';
import { grouped, type Html, html, numberHead, table, timeTag } from '#views/frame/html.ts';
import { deltaChart } from '#views/patch/report/delta-chart.ts';

const BUCKETS = [
  ['before', 'Before', ''],
  ['fixed', 'Fixed', 'fixed'],
  ['closedOtherwise', 'Closed otherwise', 'closedOtherwise'],
  ['remaining', 'Remaining', 'remaining'],
  ['unverified', 'Unverified', 'unverified'],
  ['gone', 'Gone', 'gone'],
  ['new', 'New', 'new'],
  ['after', 'Not proven fixed', ''],
] as const;

export function deltaSection(delta: Delta): Html {
  const present = SEVERITIES.filter((severity) => delta.before[severity] + delta.new[severity] > 0);
  const rows = [...present, 'total' as const].map(
    (
      severity,
    ) => html`<tr${severity === 'total' ? html` class="sum"` : ''}><th scope="row">${severity}</th>${BUCKETS.map(
      ([bucket, , fate]) => html`<td class="number">${picked(delta[bucket][severity], severity, fate)}</td>`,
    )}</tr>
`,
  );
  return html`${deltaChart(delta)}
${table('by-severity', 'Findings by severity. Not proven fixed = remaining + unverified + new.', ['Severity', ...BUCKETS.map(([, label]) => numberHead(label))], rows)}
${whyTable(delta)}${unverifiedTable(delta)}`;
}

/** A number that shows its findings when it is chosen. */
function picked(findings: number, severity: string, fate: string): Html {
  if (findings === 0) return html`<span class="none">0</span>`;
  if (!fate) return html`${grouped(findings)}`;
  const query = severity === 'total' ? `fate=${fate}` : `severity=${severity}&fate=${fate}`;
  return html`<a href="#findings" data-pick="${query}">${grouped(findings)}</a>`;
}

function whyTable({ why, remainingWaived, rescored }: Delta): Html {
  if (why.length === 0) return html``;
  const rows = why.map(
    ({
      reason,
      findings,
      worst,
      words,
    }) => html`<tr><th scope="row"><a href="#findings" data-pick="fate=remaining&reason=${reason}">${reason}</a></th><td class="number">${grouped(findings)}</td><td><span class="badge" data-value="${worst}">${worst}</span></td><td>${words}</td></tr>
`,
  );
  return html`${table('why', 'Why what remains remains', ['Reason', numberHead('Findings'), 'Worst', 'For example'], rows)}
<p>${grouped(remainingWaived)} of what remains is waived; ${grouped(rescored)} changed severity meanwhile.</p>
`;
}

function unverifiedTable({ unverifiedHosts }: Delta): Html {
  if (unverifiedHosts.length === 0) return html``;
  const rows = unverifiedHosts.map(
    ({
      id,
      ring,
      findings,
      words,
    }) => html`<tr><th scope="row">${id}</th><td>${ring ?? 'no ring'}</td><td class="number">${grouped(findings)}</td><td>${words}</td></tr>
`,
  );
  return table(
    'nobody-verified',
    'Instances that nobody verified',
    ['Instance', 'Ring', numberHead('Findings'), 'Why'],
    rows,
  );
}

export function verdictSection(verdicts: readonly Verdict[], rings: readonly RingRecord[]): Html {
  if (verdicts.length === 0) return html`<p>No ring was judged.</p>`;
  const rows = verdicts.map((verdict) => {
    const alarms = rings.find(({ ring }) => ring === verdict.ring)?.alarms ?? [];
    return html`<tr><th scope="row">${verdict.ring}</th><td><span class="badge" data-value="${verdict.verdict}">${verdict.verdict}</span></td><td><ul>${verdict.reasons.map(({ row, words }) => html`<li>${words} <small>(${row})</small></li>`)}</ul></td><td class="number">${verdict.planned}</td><td class="number">${verdict.patched}</td><td class="number">${verdict.failed}</td><td class="number">${verdict.looked}</td><td>${alarms.map(({ name, state }) => `${name} ${state}`).join(', ') || 'none'}</td><td>${timeTag(verdict.at)}</td></tr>
`;
  });
  const heads = [
    'Ring',
    'Verdict',
    'Reasons',
    ...['Planned', 'Patched', 'Failed', 'Looked at'].map(numberHead),
    'Alarms',
    'At',
  ];
  return table('verdict-table', 'What the gate said of each ring', heads, rows);
}

export function approvalSection(approvals: readonly Approval[]): Html {
  if (approvals.length === 0) return html`<p>No approval was asked for.</p>`;
  const rows = approvals.map(
    ({
      ring,
      decision,
      by,
      askedAt,
      decidedAt,
      expiresAt,
      scopeHash,
    }) => html`<tr><th scope="row">${ring}</th><td><span class="badge" data-value="${decision ?? 'silence'}">${decision ?? 'no answer'}</span></td><td>${by ?? '–'}</td><td>${timeTag(askedAt)}</td><td>${timeTag(decidedAt)}</td><td>${timeTag(expiresAt)}</td><td><code>${scopeHash}</code></td></tr>
`,
  );
  const heads = ['Ring', 'Answer', 'By', 'Asked', 'Answered', 'Expires', 'Bound to the scope'];
  return table('approval-table', 'Approvals', heads, rows);
}

export interface CommandFacts {
  intents: readonly Intent[];
  scan: ScanRecord | null; // of the first survey
  rings: readonly RingRecord[];
}

export function commandSection({ intents, scan, rings }: CommandFacts): Html {
  const rows = [
    ...(scan?.commands ?? []).map(({ id, instances }) =>
      commandRow('patch scan', '', id, instances.length, scan?.sentAt, ''),
    ),
    ...intents.map(({ ring, wave, commandId, instances, at, state, words }) =>
      commandRow(
        `install, wave ${wave}`,
        ring,
        commandId,
        instances.length,
        at,
        [state, words].filter(Boolean).join(': '),
      ),
    ),
    ...rings.flatMap(({ ring, hosts, rescanAt }) =>
      [...countRescans(hosts)].map(([id, many]) => commandRow('re-scan', ring, id, many, rescanAt, '')),
    ),
    ...rings.flatMap(({ ring, scan: after }) =>
      (after?.commands ?? []).map(({ id, instances }) =>
        commandRow('patch scan', ring, id, instances.length, after?.sentAt, ''),
      ),
    ),
  ];
  if (rows.length === 0) return html`<p>No command was sent.</p>`;
  return table(
    'command-table',
    'Commands of Systems Manager',
    ['What', 'Ring', 'Command', numberHead('Hosts'), 'Sent', 'Notes'],
    rows,
  );
}

function commandRow(
  what: string,
  ring: string,
  id: string | null,
  hosts: number,
  at: string | null | undefined,
  notes: string,
): Html {
  return html`<tr><th scope="row">${what}</th><td>${ring || 'all'}</td><td><code>${id ?? 'none'}</code></td><td class="number">${hosts}</td><td>${timeTag(at)}</td><td>${notes}</td></tr>
`;
}

function countRescans(hosts: RingRecord['hosts']): Map<string, number> {
  const commands = new Map<string, number>();
  for (const { rescanCommand: id } of hosts) if (id) commands.set(id, (commands.get(id) ?? 0) + 1);
  return commands;
}

interface HashFacts {
  record: PatchRecord;
  plan: Plan | null;
  previous: { campaign: string; manifest: string } | null;
}

export function hashSection({ record, plan, previous }: HashFacts): Html {
  const row = (what: string, of: string, hash: string) =>
    html`<tr><th scope="row">${what}</th><td>${of}</td><td><code>${hash}</code></td></tr>
`;
  const rows = [
    ...(plan
      ? [
          row('policy', `group ${record.group}`, plan.policyHash),
          row('scope', 'what was to be done', plan.scopeHash),
          row('plan', 'all of it', plan.planHash),
        ]
      : []),
    ...(plan?.baselines ?? []).map(({ id, name, os, contentHash }) =>
      row('patch baseline', `${name} (${id}), ${os}`, contentHash),
    ),
    previous
      ? row('manifest', `of the campaign before, ${previous.campaign}`, previous.manifest)
      : row('manifest', 'of the campaign before', 'none: this is the first in its chain'),
  ];
  return html`${table('hash-table', 'Hashes (sha256)', ['Of', 'Which', 'Hash'], rows)}
<p>manifest.json beside this page has the hash of every file of the campaign, this page among them. <code>patchwright verify DIR</code> recomputes them all, and the delta from the two surveys.</p>
`;
}
