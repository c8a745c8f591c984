import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Approval } from '#domain/campaign/records.ts';
import type { Verdict } from '#domain/patch/records.ts';
import { plannedPage } from '#views/patch/report/page.ts';
import { CLOSED, facts, instance, OPENED, plan, record, rendered, row } from './fixture.ts';

const HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&amp;<!--\u202e';

const verdict = (over: Partial<Verdict> = {}): Verdict => ({
  ring: 'canary',
  verdict: 'pass',
  reasons: [{ row: 'proof', words: '1 of 1 patched and looked at' }],
  at: '2024-09-01T04:00:00.000Z',
  planned: 1,
  patched: 1,
  failed: 0,
  looked: 1,
  restsOn: null,
  ...over,
});

const approval = (over: Partial<Approval> = {}): Approval => ({
  campaign: 'web-1',
  group: 'web',
  ring: 'fleet',
  scopeHash: 'scope-hash',
  askedAt: OPENED,
  expiresAt: CLOSED,
  decide: 'link',
  linkHash: null,
  taskToken: null,
  decision: 'yes',
  by: 'somebody',
  decidedAt: OPENED,
  ...over,
});

test('whatever names, tags and words hold, the page has no element or attribute that they made', () => {
  const page = rendered({
    rows: [
      row({
        vulnerabilityId: HOSTILE,
        package: HOSTILE,
        instance: HOSTILE,
        ring: HOSTILE,
        words: HOSTILE,
        waived: HOSTILE,
      }),
    ],
    instances: [
      instance({ id: HOSTILE, name: HOSTILE, platform: HOSTILE, words: HOSTILE, zone: HOSTILE, ring: HOSTILE }),
    ],
    over: {
      record: record({
        group: HOSTILE,
        campaign: HOSTILE,
        why: HOSTILE,
        execution: HOSTILE,
        trigger: { kind: 'person', id: 'x', at: OPENED, by: HOSTILE },
        verdicts: [verdict({ reasons: [{ row: HOSTILE, words: HOSTILE }] })],
        approvals: [approval({ by: HOSTILE })],
      }),
      previous: { campaign: HOSTILE, manifest: HOSTILE },
    },
  });
  const plain = page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
  assert.doesNotMatch(plain, /<img|alert\(\d\)<|<script>/);
  assert.doesNotMatch(plain, /\u202e/);
  assert.equal(page.match(/<script/g)?.length, 3, 'a block of instances, a block of findings, the script');
  assert.equal(page.match(/<\/script>/g)?.length, 3);
});

test('no text can end a data block or an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const hostile = `<${text}></script>"`;
      const page = rendered({
        rows: [row({ words: hostile, reason: null })],
        instances: [instance({ name: hostile })],
      });
      assert.equal(page.match(/<\/script/g)?.length, 3);
      for (const [, json] of page.matchAll(/<script type="application\/json"[^>]*>([^<]*)<\/script>/g))
        assert.doesNotThrow(() => JSON.parse(json ?? ''));
    }),
  );
});

test('nothing is asked for from anywhere, and only this very style and script may run', () => {
  const page = rendered({ rows: [row()], instances: [instance()] });
  const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
  assert.match(policy, /default-src 'none'/);
  for (const [kind, at] of [
    ['style', /<style>([\s\S]*?)<\/style>/],
    ['script', /<script>([\s\S]*?)<\/script>/],
  ] as const) {
    const source = at.exec(page)?.[1] ?? '';
    assert.ok(source.length > 1000);
    const hash = createHash('sha256').update(source).digest('base64');
    assert.ok(policy.includes(`${kind}-src 'sha256-${hash}'`), `${kind} is named by its hash`);
  }
  assert.doesNotMatch(page, /\b(src|srcset|action|background)=|@import|url\((?!#)|https?:\/\//);
  for (const [, href] of page.matchAll(/href="([^"]*)"/g))
    assert.match(href ?? '', /^(#[a-z]+|findings\.csv|instances\.csv)$/);
  assert.doesNotMatch(page, / style="| on\w+="/, 'the policy would refuse them');
});

test('every part is there: delta, why, timeline, verdicts, approvals, commands, hashes', () => {
  const page = rendered({
    rows: [
      row(),
      row({
        arn: 'arn:f2',
        bucket: 'remaining',
        reason: 'no-fix',
        words: 'The vendor has no fix yet.',
        severity: 'CRITICAL',
      }),
    ],
    instances: [instance()],
    over: {
      record: record({ verdicts: [verdict()], approvals: [approval()] }),
      intents: [
        {
          campaign: 'web-1',
          ring: 'canary',
          wave: 1,
          instances: ['i-1'],
          comment: 'c',
          at: OPENED,
          state: 'sent',
          commandId: 'command-1',
          words: '',
        },
      ],
      previous: { campaign: 'web-0', manifest: 'hash-of-web-0' },
    },
  });
  for (const text of [
    'no-fix',
    'The vendor has no fix yet.',
    'data-value="pass">pass',
    '(proof)',
    'somebody',
    'command-1',
    'hash-of-web-0',
  ])
    assert.ok(page.includes(text), text);
  for (const hash of ['policy-hash', 'scope-hash', 'plan-hash', 'hash of DEBIAN']) assert.ok(page.includes(hash), hash);
  for (const id of ['delta', 'timeline', 'verdicts', 'approvals', 'instances', 'findings', 'commands', 'hashes'])
    assert.match(page, new RegExp(`<section id="${id}"[^>]* aria-labelledby="${id}-title"`), id);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length, 'no id twice');
  assert.equal(page.match(/<table/g)?.length, page.match(/<caption/g)?.length, 'every table has a caption');
});

test('a campaign that was lost before it did anything has a page too', () => {
  const over = { record: record({ outcome: 'Lost' }), plan: null, delta: null, rings: [] };
  const page = rendered({ over });
  assert.match(page, /There is none/);
  assert.match(page, /No wave was sent/);
});

test('a campaign that patched nothing shows its plan: each finding with what would become of it', () => {
  const before = { CRITICAL: 0, HIGH: 3, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 0, total: 3 };
  const expected = { ...before, HIGH: 1, total: 1 };
  const page = plannedPage(
    facts([], { delta: null, plan: plan({ before, expected, byFate: { fix: 1, 'no-fix': 2 } }), rings: [] }),
  );
  const planned = (fate: 'fix' | 'no-fix') => ({
    arn: `arn:${fate}`,
    instance: 'i-1',
    vulnerabilityId: 'CVE-2024-1',
    severity: 'HIGH' as const,
    fate,
    words: HOSTILE,
    ring: 'fleet',
  });
  page.instances.part([instance({ patch: 'planned' })]);
  page.findings.part([planned('no-fix'), planned('fix')]);
  const text = [page.head(), page.instances.section().text, page.findings.section().text, page.tail()].join('');
  assert.match(
    text,
    /<th scope="row">HIGH<\/th><td class="number">3<\/td><td class="number">1<\/td><td class="number">2<\/td>/,
  );
  assert.match(text, /data-pick="fate=should be fixed"/);
  assert.match(text, /data-value="should be fixed"/);
  assert.doesNotMatch(text, /<img|data-key="remaining"/);
});

test('the same facts give the same page', () => {
  const once = () => rendered({ rows: [row(), row({ arn: 'arn:f2' })], instances: [instance()] });
  assert.equal(once(), once());
  assert.deepEqual(facts([row()]).delta, facts([row()]).delta);
});
