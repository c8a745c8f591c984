import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkHash, linkTo, opens as mayOpen, readLink, wordOf } from '#domain/campaign/approval-link.ts';
import type { Approval } from '#domain/campaign/records.ts';
import { anApproval, SCOPE, SECRET } from '../approval-fixture.ts';

const query = (link: string) => Object.fromEntries(new URL(link).searchParams);

test('what a link names is read back, also from groups with dots', () => {
  const secret = fc.stringMatching(/^[\w-]{43}$/);
  const campaign = fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,31}-\d{8}T\d{6}Z$/);
  fc.assert(
    fc.property(campaign, fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/), secret, (campaign, ring, secret) => {
      const link = linkTo('https://page.example/', { campaign, ring, secret });
      assert.deepEqual(readLink(query(link)), { campaign, ring, secret });
    }),
  );
});

test('what is no link of ours is not looked up', () => {
  const good = { a: 'web-1.fleet', s: SECRET };
  assert.ok(readLink(good));
  for (const bad of [
    {},
    { a: 'web-1.fleet' },
    { s: SECRET },
    { ...good, s: SECRET.slice(1) },
    { ...good, s: `${SECRET}A` },
    { ...good, s: `${SECRET},${SECRET}` },
    { ...good, s: `${SECRET.slice(1)}=` },
    { ...good, a: 'web-1' },
    { ...good, a: 'web#1.fleet' },
    { ...good, a: `${'w'.repeat(81)}.fleet` },
    { ...good, a: 'web-1.Fleet' },
    { ...good, a: 'web-1.fleet\n' },
  ] as Record<string, string>[])
    assert.equal(readLink(bad), null, JSON.stringify(bad));
});

test('a link opens what it was made for, and nothing that differs in what it is bound to', () => {
  const approval = anApproval();
  const opens = (approval: Approval | null, secret: string): boolean => mayOpen(approval, secret);
  assert.ok(opens(approval, SECRET));
  assert.ok(opens({ ...approval, decision: 'yes', taskToken: null }, SECRET), 'also once it is decided');
  assert.ok(!opens(null, SECRET));
  assert.ok(!opens(approval, `B${SECRET.slice(1)}`));
  assert.ok(!opens({ ...approval, linkHash: null }, SECRET), 'as it lies in evidence');
  assert.ok(!opens({ ...approval, linkHash: 'short' }, SECRET));
  const other: Partial<Approval>[] = [
    { campaign: 'web-2' },
    { group: 'batch' },
    { ring: 'canary' },
    { scopeHash: SCOPE.replace('d', 'e') },
    { askedAt: '2024-09-01T00:25:00.000Z' },
    { expiresAt: '2024-09-03T00:24:00.000Z' },
  ];
  for (const change of other) assert.ok(!opens({ ...approval, ...change }, SECRET), JSON.stringify(change));
});

test('neither secret nor hash gives the other away in the table', () => {
  assert.match(linkHash(anApproval(), SECRET), /^[0-9a-f]{64}$/);
  assert.doesNotMatch(JSON.stringify(anApproval()), /AAAA/);
  assert.equal(wordOf(SCOPE), 'dea84c');
});
