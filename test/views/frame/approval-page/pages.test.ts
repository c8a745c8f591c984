import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Question } from '#domain/patch/question.ts';
import { noCounts } from '#domain/severity.ts';
import { readForm } from '#views/frame/approval-page/form.ts';
import * as pages from '#views/frame/approval-page/pages.ts';
import { questionPage } from '#views/patch/question-page.ts';
import { answerLines, questionLines } from '#views/patch/question-text.ts';
import { anApproval, aQuestion, LATE, SCOPE, SOON } from '../../../domain/approval-fixture.ts';

const { refused } = pages;
const asking = (question: Question, approval: Parameters<typeof pages.asking>[1], now: string) =>
  pages.asking(questionPage(question, now), approval, now);
const deciding = (question: Question, decided: Parameters<typeof pages.deciding>[1], said: 'yes' | 'no', now: string) =>
  pages.deciding(questionPage(question, now), decided, said, now);
const open = (question = aQuestion()) => asking(question, anApproval({ decide: question.decide }), SOON);

test('an open question: all that an approver has to know, exploited ones first, and a form that nothing has filled in', () => {
  const { status, body } = open(aQuestion({ window: WINDOW, proofUntil: '2024-09-03T20:02:00.000Z' }));
  assert.equal(status, 200);
  for (const words of [
    /Patch ring fleet of web\?/,
    /1 host of ring fleet: 1 × DEBIAN; in 1 × eu-central-1a/,
    /1 wave of at most 4 hosts/,
    /more than 2 hosts failed, or an alarm rings \(web-5xx\)/,
    /When the window opens, 2024-09-01 20:00 UTC/,
    /every day, 22:00 to 06:00 Europe\/Berlin; no wave starts in its last 45 minutes/,
    /proof holds until 2024-09-03 20:02 UTC/,
    /A host reboots where its patches need it/,
    /An exploit is known for 1 finding/,
    /CVE-2024-2 <span class="tag exploited">.*CVE-2024-1/s,
    /no-fix.*3 \(3 low\).*No fixed version of curl/s,
    /Ring canary.*pass.*27 patches.*3 of 3 patched and looked at/s,
    /i-9.*stopped/s,
    /A waiver expired/,
    /No further host is changed. The campaign ends as denied/,
    /Silence.*Until 2024-09-02 00:24 UTC: means no/s,
    /Type <code>dea84c<\/code>/,
    /by 2024-09-02 00:24 UTC, in 16 hours/,
  ])
    assert.match(body, words);
  assert.doesNotMatch(body.replace(/<style>.*<\/style>/s, ''), / checked|<script|value="dea84c"|type="hidden"/);
  assert.equal(body.match(/<input /g)?.length, 3);
});

const WINDOW: Question['window'] = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  nth: [],
  from: '22:00',
  to: '06:00',
  cutoffMinutes: 45,
  timeZone: 'Europe/Berlin',
  calendars: [],
};

test('a form only where it may be decided here and now', () => {
  const form = (change: Parameters<typeof anApproval>[0], at = SOON) =>
    /<form/.test(asking(aQuestion(), anApproval(change), at).body);
  assert.ok(form({}));
  assert.ok(!form({ decide: 'iam' }));
  assert.ok(!form({ decision: 'yes', by: 'ann' }));
  assert.ok(!form({ decision: 'silence' }));
  assert.ok(!form({}, LATE));
  assert.match(asking(aQuestion(), anApproval(), LATE).body, /Nobody answered until 2024-09-02 00:24 UTC/);
  assert.match(asking(aQuestion(), anApproval({ decide: 'iam' }), SOON).body, /patchwright approve web-1 fleet/);
});

test('the headers of every page forbid all but its own look and its own form', () => {
  const said = { approval: anApproval(), delivered: true };
  const all = [
    open(),
    refused('method'),
    refused('wrong-link'),
    deciding(aQuestion(), { what: 'late', ...said }, 'yes', SOON),
  ];
  for (const { headers, body } of all) {
    const style = /<style>(.*?)<\/style>/s.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    assert.equal(
      headers['content-security-policy'],
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.match(headers['x-robots-tag'] ?? '', /noindex/);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.doesNotMatch(body.replace(style, ''), /style=|<script|javascript:| on\w+=|src=/);
  }
});

test('what is told after a decision, with its status', () => {
  const table = [
    ['recorded', true, 200, /Your yes is recorded.*will be patched. The first wave starts in a minute or two/s],
    ['recorded', false, 202, /tried again every 15 minutes/],
    ['repeated', true, 200, /It was recorded before; nothing more was done/],
    ['opposite', true, 409, /This was denied by ann.*cannot be changed here/s],
    ['late', true, 410, /came too late/],
    ['widened', true, 409, /this yes is not taken/],
    ['replaced', true, 409, /A later mail has a newer link/],
  ] as const;
  for (const [what, delivered, status, words] of table) {
    const approval = anApproval(what === 'opposite' ? { decision: 'no', by: 'ann' } : {});
    const told = deciding(aQuestion(), { what, approval, delivered }, 'yes', SOON);
    assert.equal(told.status, status, what);
    assert.match(told.body, words);
    assert.doesNotMatch(told.body, /<form/);
  }
});

test('a refusal tells a stranger nothing of campaigns', () => {
  assert.equal(refused('wrong-link').status, 403);
  assert.equal(refused('no-link').status, 404);
  assert.equal(refused('too-long').status, 413);
  assert.equal(refused('no-form').status, 415);
  assert.deepEqual([refused('method').status, refused('method').headers.allow], [405, 'GET, HEAD, POST']);
  assert.doesNotMatch(refused('wrong-link').body, /web-1|fleet/);
});

test('only one decision with the word is a decision', () => {
  const read = (body: string) => {
    const form = readForm(body, SCOPE);
    return form.decision ?? form.fault;
  };
  assert.equal(read('decision=yes&word=dea84c'), 'yes');
  assert.equal(read('decision=no&word=+DEA84C+'), 'no');
  assert.equal(read('decision=yes&word='), 'no-word');
  assert.equal(read('decision=yes'), 'no-word');
  assert.equal(read('decision=yes&word=dea84'), 'wrong-word');
  assert.equal(read(`decision=yes&word=${SCOPE}`), 'wrong-word');
  assert.equal(read('decision=yes&decision=no&word=dea84c'), 'no-decision');
  assert.equal(read('decision=YES&word=dea84c'), 'no-decision');
  assert.equal(read('word=dea84c'), 'no-decision');
  assert.equal(read('{"decision":"yes","word":"dea84c"}'), 'no-decision');
  fc.assert(fc.property(fc.string(), (body) => readForm(body, SCOPE).decision === null));
});

const NASTY = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; DROP TABLE approvals; --",
  '</title></style><form action=//evil.example>',
  '&lt;b&gt;',
  '\u202etxt.exe\u0000\u001b[31m',
  '👩‍💻 Überraschung ہندسہ',
  'x'.repeat(256),
];

/** A question with the text wherever something from outside may stand. */
function hostile(text: string): Question {
  const counts = { ...noCounts(), HIGH: 1, total: 1 };
  const base = aQuestion();
  const [before] = base.before;
  return aQuestion({
    campaign: text,
    group: text,
    ring: text,
    place: text,
    scopeHash: text,
    hosts: [{ id: text, os: text as 'DEBIAN', zone: text, wave: 1, expected: 1 }],
    oses: [{ name: text, hosts: 1 }],
    zones: [{ name: text, hosts: 1 }],
    alarms: [text],
    vulnerabilities: [{ id: text, severity: 'HIGH', exploited: true, hosts: 1 }],
    remains: [{ reason: text as 'no-fix', findings: counts, words: text }],
    left: [{ id: text, ring: text, why: text as 'stopped', words: text }],
    before: before
      ? [{ ...before, verdict: { ...before.verdict, ring: text, reasons: [{ row: 'x', words: text }] } }]
      : [],
    warnings: [text],
    window: WINDOW && { ...WINDOW, calendars: [text] },
  });
}

test('names and tags with HTML, quotes, emoji, 256 characters make no element and no attribute of their own', () => {
  const shape = (body: string) => body.replace(/>[^<]*/g, '>').replace(/="[^"]*"/g, '=""');
  const plain = shape(open(hostile('plain')).body);
  const check = (text: string) => {
    for (const approval of [
      anApproval(),
      anApproval({ decision: 'no', by: text }),
      anApproval({ decide: 'iam', campaign: text, ring: text }),
    ]) {
      const { body } = asking(hostile(text), approval, SOON);
      if (approval.decision === null && approval.decide === 'link') assert.equal(shape(body), plain);
      assert.doesNotMatch(body.replaceAll('\n', ''), /\p{Cc}|\p{Bidi_Control}/u);
      assert.doesNotMatch(body, /<(script|img|b)\b|evil\.example>/);
    }
    for (const line of [...questionLines(hostile(text)), ...answerLines(hostile(text), 'https://page.example/?a=b')])
      assert.doesNotMatch(line, /\p{Cc}|\p{Bidi_Control}/u);
  };
  for (const text of NASTY) check(text);
  fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }), check), { numRuns: 50 });
});
