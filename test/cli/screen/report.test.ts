import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reportLines } from '../../../cli/screen/report.ts';
import { lengthText, plain, printable } from '../../../cli/screen/text.ts';
import { happy } from '../fixture.ts';

const GOLDEN = `
web-20240831T200000Z scenario default, seed 1: 11 h 41 min in 7.9 s
31 Aug 20:00  opened by rehearsal
31 Aug 20:11  plan: fix 610 of 731 findings; canary 3, fleet 16; 2 left out
01 Sep 02:05  canary: pass; 3 of 3 patched in 2 waves, 3 looked at
01 Sep 02:40  approval for fleet: yes from approver@example.org
01 Sep 07:40  fleet: pass; 16 of 16 patched in 4 waves, 16 looked at
01 Sep 07:41  Completed: all rings passed

                                closed                                not proven
severity       before  fixed otherwise remaining unverified gone  new      fixed
CRITICAL           44     39         ·         4          1    ·    ·          5
HIGH              352    296         1        49          6    ·    2         57
MEDIUM            251    199         ·        47          5    ·    1         53
LOW                14     10         ·         4          ·    ·    ·          4
UNTRIAGED          70     59         ·        10          1    ·    ·         11
total             731    603         1       114         13    ·    3        130

Why 114 remain (2 of them waived)
  suppressed         1  MEDIUM    a suppression rule hides it since 31 Aug
  not-os-package     1  HIGH      urllib3 is a PIP package, Patch Manager knows…
  no-fix            17  HIGH      Debian has no fixed version of libxml2 as of …
  not-in-ring       31  CRITICAL  i-0000000000000000c has no Ring tag
  stopped           20  CRITICAL  i-0000000000000000a is stopped
  unmanaged         20  CRITICAL  SSM does not know i-0000000000000000b
  not-offered       14  HIGH      released 2 Sep, the repositories of the host …
  reboot-pending    10  HIGH      linux-image needs the reboot that has not hap…
Unverified i-0000000000000001f (13): the agent has not been seen since the patch
Mail 01 Sep 02:10 patchwright: approval wanted for web, ring fleet, 16 hosts
Mail 01 Sep 07:41 patchwright: web Completed, 603 of 731 findings fixed
Evidence: out/web-20240831T200000Z
`;

describe('the report of a happy run', () => {
  it('reads so', () => assert.equal(`\n${reportLines(happy(), plain).join('\n')}\n`, GOLDEN));

  it('fits 80 columns and 30 lines', () => {
    const lines = reportLines(happy(), plain);
    assert.ok(lines.length <= 30, `${lines.length} lines`);
    for (const line of lines) assert.ok(line.length <= 80, line);
  });

  it('names in one line the reasons that find no room', () => {
    const shown = happy();
    shown.delta?.why.push({ reason: 'unexplained', findings: 3, worst: 'LOW', words: 'nobody knows' });
    const lines = reportLines(shown, plain);
    assert.equal(lines.length, 30);
    assert.ok(lines.includes('  also reboot-pending 10, unexplained 3'), lines.join('\n'));
  });
});

describe('the report of a run that ended otherwise', () => {
  it('tells why it ended, whole and once', () => {
    const shown = happy();
    const why = 'canary fail: 2 of 3 hosts failed, none is tolerated, and the alarm web-5xx rang while the ring soaked';
    shown.run.campaign.outcome = 'Halted';
    Object.assign(shown.record ?? {}, { outcome: 'Halted', why });
    const reasons = ['2 of 3 hosts failed, none is tolerated', 'the alarm web-5xx rang while the ring soaked'];
    Object.assign(shown.run.rings[0] ?? {}, { verdict: 'fail', reasons });
    const text = reportLines(shown, plain).join('\n');
    assert.match(text.replace(/\s+/g, ' '), new RegExp(`01 Sep 07:41 Halted: ${why}`));
    assert.equal(text.match(/alarm\s+web-5xx/g)?.length, 1);
  });

  it('gives the reasons of every ring that did not pass', () => {
    const shown = happy();
    const [canary] = shown.run.rings;
    assert.ok(canary);
    Object.assign(canary, {
      verdict: 'fail',
      reasons: ['2 of 3 hosts failed', `alarm ${'web-errors '.repeat(12)}rang`],
    });
    const lines = reportLines(shown, plain);
    assert.ok(lines.includes('  canary fail: 2 of 3 hosts failed'));
    assert.ok(lines.every((line) => line.length <= 80));
    assert.match(lines.join(' '), /rang/);
  });

  it('names as many unverified hosts as it has room for', () => {
    const shown = happy();
    const host = { ring: 'fleet', findings: 1, words: 'no look' };
    if (shown.delta) shown.delta.unverifiedHosts = Array.from({ length: 20 }, (_, n) => ({ ...host, id: `i-${n}` }));
    const lines = reportLines(shown, plain).filter((line) => line.startsWith('Unverified'));
    assert.equal(lines.length, 8);
    assert.match(lines.at(-1) ?? '', /^Unverified, too: 13 hosts: i-7, i-8, i-9, /);
  });

  it('needs neither plan nor delta nor record', () => {
    const shown = { ...happy(), plan: null, delta: null, record: null, rings: [], mails: [] };
    shown.run = { ...shown.run, delta: null, rings: [] };
    const lines = reportLines(shown, plain);
    assert.deepEqual(lines.at(-1), 'Evidence: out/web-20240831T200000Z');
  });

  it('tells that a ring was stopped before it was judged', () => {
    const shown = happy();
    const fleet = shown.rings[1];
    assert.ok(fleet);
    fleet.verdict = null;
    fleet.stopped = { why: 'kill-switch', words: 'the kill switch is on', at: '2024-09-01T04:00:00.000Z' };
    assert.match(reportLines(shown, plain).join('\n'), /fleet: not judged: the kill switch is on; 16 of 16 patched/);
  });

  it('lets no control character of the outside onto the terminal', () => {
    const shown = happy();
    const [first] = shown.delta?.why ?? [];
    assert.ok(first);
    first.words = 'a\u001b[2Jb\r\nc\u0007\u202e';
    const text = reportLines(shown, plain).join('\n');
    assert.match(text, /suppressed +1 +MEDIUM +ab c/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

it('lengths of time read as people say them', () => {
  const rows: [number, string][] = [
    [8.14, '8.1 s'],
    [61, '1 min'],
    [42_060, '11 h 41 min'],
    [7200, '2 h'],
    [259_200, '3 d'],
    [266_400, '3 d 2 h'],
  ];
  for (const [seconds, text] of rows) assert.equal(lengthText(seconds), text);
  assert.equal(printable(' a\n\tb '), 'a b');
});
