import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, GOOD } from './policy-file.ts';

/** What two settings say about each other: both lines are named. */
const rows: [name: string, changes: Record<number, string>, expected: string[]][] = [
  [
    'two rings of one name',
    { 9: GOOD[8]?.replace('fleet', 'canary') ?? '', 10: '' },
    ['9:17 groups.web.rings[1].name: the same name as rings[0].name (line 8); give each ring a name of its own'],
  ],
  [
    'two rings of one tag',
    { 9: GOOD[8]?.replace('Ring: fleet', 'Ring: canary') ?? '' },
    [
      '9:29 groups.web.rings[1].tag: the same tag as rings[0].tag (line 8); give each ring a tag value of its own, or its hosts are in two rings and none is patched',
    ],
  ],
  [
    'an approval before no ring',
    { 10: '    approvals: { before: [fleeet] }' },
    ['10:27 groups.web.approvals.before[0]: no ring of rings (line 7) is called fleeet; did you mean fleet?'],
  ],
  [
    'a wish for another operating system',
    { 10: '    baseline: { SUSE: { severities: [Critical], approvedWithinDays: 7 } }' },
    ['10:23 groups.web.baseline.SUSE: SUSE is not among os (line 6); add SUSE to os, or remove this wish'],
  ],
  [
    'two waivers of one id',
    { 19: `${GOOD[18]}\n${GOOD[18]}` },
    [
      '20:15 groups.web.waivers[1].id: the same id as waivers[0].id (line 19); give each waiver an id of its own: reports name it by that',
    ],
  ],
  [
    'a cutoff as long as the window',
    { 15: '      cutoffMinutes: 360' },
    [
      '15:22 groups.web.window.cutoffMinutes: a cutoff of 360 minutes leaves nothing of a window of 360 minutes up to window.to (line 14); write less than 360, or a longer window',
    ],
  ],
  [
    'a soak that outlives the proof',
    { 8: GOOD[7]?.replace('240', '2760') ?? '' },
    [
      '8:72 groups.web.rings[0].soakMinutes: soaking for 2760 minutes and a re-scan of 1560 (EC2_AGENTLESS) do not fit proofDays (line 3), which is 4320 minutes; shorten the soak or rescanMinutes.EC2_AGENTLESS',
    ],
  ],
  [
    'a re-scan that outlives the proof',
    { 3: '  proofDays: 1' },
    [
      '8:72 groups.web.rings[0].soakMinutes: soaking for 240 minutes and a re-scan of 1560 (EC2_AGENTLESS) do not fit proofDays (line 3), which is 1440 minutes; shorten the soak or rescanMinutes.EC2_AGENTLESS, or raise proofDays (3 at most)',
    ],
  ],
  [
    'a soak past the last window within the proof',
    { 8: GOOD[7]?.replace('240', '400') ?? '', 12: '      days: [sat]' },
    [
      "8:72 groups.web.rings[0].soakMinutes: after this soak window (line 11) opens only when the canary's proof is older than 3 days; shorten the soak, lengthen the window, or let it open on more days",
    ],
  ],
  [
    'a next window just as the proof ends',
    { 8: GOOD[7]?.replace('240', '400') ?? '', 12: '      days: [tue, sat]' },
    [
      "8:72 groups.web.rings[0].soakMinutes: after this soak window (line 11) opens only when the canary's proof is older than 3 days; shorten the soak, lengthen the window, or let it open on more days",
    ],
  ],
  [
    'a re-scan past the last window within the proof',
    {
      3: '  rescanMinutes: { EC2_SSM_AGENT_BASED: 400, EC2_INSPECTOR_AGENT_BASED: 400 }',
      12: '      days: [sat]',
    },
    [
      "8:72 groups.web.rings[0].soakMinutes: after this soak window (line 11) opens only when the canary's proof is older than 3 days; shorten the soak, lengthen the window, or let it open on more days",
    ],
  ],
];

for (const [name, changes, expected] of rows) {
  test(`checks: ${name}`, () => {
    const text = GOOD.map((line, i) => changes[i + 1] ?? line).join('\n');
    assert.deepEqual(faultsOf(text).split('\n'), expected);
  });
}

const fitting: [name: string, changes: Record<number, string>][] = [
  [
    'a soak just short of the proof',
    { 8: GOOD[7]?.replace('240', '2759') ?? '', 11: '    window: null', ...blank(12, 16) },
  ],
  ['a soak that ends in the same night', { 12: '      days: [sat]' }],
  ['a soak into the next night', { 8: GOOD[7]?.replace('240', '400') ?? '' }],
  ['a long soak of the last ring', { 9: GOOD[8]?.replace('60', '10000') ?? '' }],
  [
    'a single ring, whatever it soaks',
    { 3: '  proofDays: 1', 8: GOOD[7]?.replace('240', '5000') ?? '', 9: '', 10: '' },
  ],
];

for (const [name, changes] of fitting) {
  test(`checks: no fault in ${name}`, () => {
    assert.equal(faultsOf(GOOD.map((line, i) => changes[i + 1] ?? line).join('\n')), '');
  });
}

function blank(from: number, to: number): Record<number, string> {
  return Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [from + i, '']));
}
