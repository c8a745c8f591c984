import type { Approval } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import { instant } from '#domain/instant.ts';
import type { PatchRecord, Plan, RingRecord } from '#domain/patch/records.ts';
import { plural } from '#domain/plural.ts';
import { type Html, html, numberHead, table, timeTag } from '#views/frame/html.ts';
import { type Wave, wavesOf } from '#views/patch/report/waves.ts';

interface TimelineFacts {
  record: PatchRecord;
  plan: Plan | null;
  rings: readonly RingRecord[];
}

interface Phase {
  from: Instant;
  to: Instant;
  kind: 'prepare' | 'approval' | 'wave' | 'soak';
  words: string;
}

interface Lane {
  label: string;
  phases: Phase[];
  end: { at: Instant; kind: string; words: string } | null;
}

const LABELS = 130;
const WIDTH = 960;
const RIGHT = 24;
const ROW = 36;
const BAR = 20;
const TOP = 8;
const THINNEST = 4;
const TICKS = 8;

/** When each ring waited, was patched, soaked and was judged: a lane per ring, and a table of its waves. */
export function timeline(facts: TimelineFacts): Html {
  const lanes = lanesOf(facts);
  const { openedAt, closedAt } = facts.record;
  const x = scale(openedAt, closedAt);
  const bottom = TOP + lanes.length * ROW;
  const waves = facts.rings.flatMap(wavesOf);
  return html`<figure class="chart"><figcaption>${KEYS.map(
    ([kind, label]) =>
      html`<span class="key"><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true"><rect width="14" height="14" rx="3" class="${kind}"/></svg>${label}</span> `,
  )}</figcaption>
<div class="scroll" role="region" aria-label="Chart of rings and waves over time" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${bottom + 44}" role="img" aria-labelledby="timeline-chart-title">
<title id="timeline-chart-title">Rings and waves from ${openedAt.slice(0, 16)} to ${closedAt.slice(0, 16)} UTC. The table below has all times of the waves.</title>
${ticksOf(openedAt, closedAt).map(
  ({
    at,
    label,
    day,
  }) => html`<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${bottom}" class="tick"/><text x="${x(at)}" y="${bottom + 18}" class="in axis">${label}</text><text x="${x(at)}" y="${bottom + 35}" class="in axis">${day}</text>
`,
)}${lanes.map((lane, place) => drawn(lane, TOP + place * ROW + (ROW - BAR) / 2, x))}</svg></div></figure>
${
  waves.length > 0
    ? table('waves', 'Waves: hosts that were sent their patch at the same time', WAVE_HEADS, waves.map(waveRow))
    : html`<p>No wave was sent.</p>`
}`;
}

const KEYS = [
  ['prepare', 'scan, survey, plan'],
  ['approval', 'waits for approval'],
  ['wave', 'wave at work'],
  ['soak', 'soak and look'],
] as const;

const WAVE_HEADS = [
  'Ring',
  ...['Wave', 'Hosts'].map(numberHead),
  'Sent',
  'Last host back',
  ...['Patched', 'Failed', 'Lost or unknown'].map(numberHead),
];

function waveRow({ ring, wave, hosts, sentAt, endedAt, patched, failed, other }: Wave): Html {
  return html`<tr><th scope="row">${ring}</th><td class="number">${wave}</td><td class="number">${hosts}</td><td>${timeTag(sentAt)}</td><td>${timeTag(endedAt)}</td><td class="number">${patched}</td><td class="number">${failed}</td><td class="number">${other}</td></tr>
`;
}

function lanesOf({ record, plan, rings }: TimelineFacts): Lane[] {
  const preparedAt = plan?.at ?? null;
  const campaign: Lane = {
    label: 'campaign',
    phases: preparedAt ? [{ from: record.openedAt, to: preparedAt, kind: 'prepare', words: 'scan, survey, plan' }] : [],
    end: { at: record.closedAt, kind: 'closed', words: `closed: ${record.outcome}` },
  };
  return [
    campaign,
    ...(plan?.rings ?? []).map(({ ring }) =>
      laneOf(
        ring,
        record,
        rings.find((r) => r.ring === ring),
      ),
    ),
  ];
}

function laneOf(ring: string, { approvals, closedAt }: PatchRecord, done: RingRecord | undefined): Lane {
  const asked = approvals.find((approval) => approval.ring === ring);
  const phases: Phase[] = asked ? [waiting(asked, closedAt)] : [];
  for (const { wave, hosts, sentAt, endedAt } of done ? wavesOf(done) : []) {
    phases.push({
      from: sentAt,
      to: endedAt ?? done?.lastDoneAt ?? sentAt,
      kind: 'wave',
      words: `wave ${wave}: ${plural(hosts, 'host')}`,
    });
  }
  const verdict = done?.verdict;
  if (done?.lastDoneAt && verdict)
    phases.push({ from: done.lastDoneAt, to: verdict.at, kind: 'soak', words: 'soak and look' });
  return {
    label: ring,
    phases,
    end: verdict ? { at: verdict.at, kind: verdict.verdict, words: `verdict: ${verdict.verdict}` } : null,
  };
}

function waiting({ askedAt, expiresAt, decidedAt, decision }: Approval, closedAt: Instant): Phase {
  const to = decidedAt ?? (expiresAt < closedAt ? expiresAt : closedAt);
  return { from: askedAt, to, kind: 'approval', words: `asked for approval: ${decision ?? 'no answer'}` };
}

function drawn({ label, phases, end }: Lane, y: number, x: (at: Instant) => number): Html {
  const middle = y + BAR / 2;
  return html`<text x="${LABELS - 12}" y="${middle + 5}" class="label">${label.slice(0, 20)}</text><line x1="${LABELS}" x2="${WIDTH - RIGHT}" y1="${middle}" y2="${middle}" class="lane"/>
${phases.map(
  ({
    from,
    to,
    kind,
    words,
  }) => html`<rect x="${x(from)}" y="${y}" width="${Math.max(THINNEST, round(x(to) - x(from)))}" height="${BAR}" rx="3" class="${kind}"><title>${label}, ${words}: ${from.slice(0, 19)} to ${to.slice(0, 19)} UTC</title></rect>
`,
)}${
  end
    ? html`<path d="M${x(end.at)} ${y - 2} l9 ${BAR / 2 + 2} l-9 ${BAR / 2 + 2} l-9 ${-(BAR / 2 + 2)} z" class="end ${end.kind}"><title>${label}, ${end.words}, ${end.at.slice(0, 19)} UTC</title></path>
`
    : ''
}`;
}

function scale(from: Instant, to: Instant): (at: Instant) => number {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const width = WIDTH - LABELS - RIGHT;
  return (at) => {
    const part = end > start ? (Date.parse(at) - start) / (end - start) : 0;
    return round(LABELS + width * Math.min(1, Math.max(0, part)));
  };
}

const MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200];

/** At whole steps of UTC, at most eight; the day stands under the first and where it changes. */
function ticksOf(from: Instant, to: Instant): { at: Instant; label: string; day: string }[] {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const step = 60_000 * (MINUTES.find((minutes) => (end - start) / (minutes * 60_000) <= TICKS) ?? 525_600);
  const ticks: { at: Instant; label: string; day: string }[] = [];
  let day = '';
  for (let time = Math.ceil(start / step) * step; time <= end; time += step) {
    const at = instant(time);
    ticks.push({ at, label: at.slice(11, 16), day: at.slice(0, 10) === day ? '' : at.slice(0, 10) });
    day = at.slice(0, 10);
  }
  return ticks;
}

const round = (number: number) => Math.round(number * 10) / 10;
