import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decidedBy,
  decisionWords,
  mayApprove,
  mayDecide,
  type Refusal,
  readSaid,
  type Said,
  undecided,
  yesFor,
} from '#domain/campaign/approval.ts';
import type { Trigger } from '#domain/campaign/records.ts';
import { ASKED, anApproval, LATE, SCOPE, SOON } from '../approval-fixture.ts';

const sts = (rest: string, account = '123456789012') => `arn:aws:sts::${account}:${rest}`;
const iam = (rest: string, account = '123456789012') => `arn:aws:iam::${account}:${rest}`;
const trigger = (by: string, kind: Trigger['kind'] = 'person'): Trigger => ({ kind, id: 'x', at: ASKED, by });

test('who started a campaign by hand approves it by no other name either: starter, caller, whether they may', () => {
  const sso = 'assumed-role/AWSReservedSSO_Admin_0123456789abcdef';
  const table: [string, string, boolean, string][] = [
    [iam('user/ann'), iam('user/ann'), false, 'the same user'],
    [iam('user/ann'), iam('user/bob'), true, 'another user'],
    [iam('user/ops/ann'), iam('user/ops/bob'), true, 'users of one path'],
    [iam('user/ann'), iam('user/ann', '210987654321'), true, 'a namesake in another account'],
    [sts('assumed-role/admin/ann'), sts('assumed-role/admin/ann'), false, 'the same session'],
    [sts('assumed-role/admin/ann'), sts('assumed-role/admin/bob'), false, 'a session is named by whoever opens it'],
    [sts('assumed-role/admin/ann'), sts('assumed-role/auditor/ann'), true, 'another role'],
    [sts('assumed-role/admin/ann'), sts('assumed-role/admin/ann', '210987654321'), true, 'a role of another account'],
    [sts('assumed-role/admin/ann'), iam('role/ops/admin'), false, 'the role itself, with its path'],
    [sts('assumed-role/admin/ann'), iam('user/admin'), true, 'a user called like the role'],
    [sts(`${sso}/ann@example.com`), sts(`${sso}/bob@example.com`), true, 'Identity Center names its sessions itself'],
    [sts(`${sso}/ann@example.com`), sts(`${sso}/ann@example.com`), false, 'the same person of Identity Center'],
    [sts('federated-user/ann'), sts('federated-user/bob'), false, 'named by whoever asks for the token'],
    [sts('federated-user/ann'), iam('user/ann'), true, 'a federated user is no user'],
    [iam('root'), iam('root'), false, 'root'],
    [iam('root'), iam('user/ann'), true, 'root and a user'],
    [iam('root'), iam('root', '210987654321'), true, 'another root'],
    ['operator', 'operator', false, 'what is no ARN is compared as it is'],
  ];
  for (const [starter, caller, may, what] of table) {
    assert.equal(mayApprove(caller, trigger(starter)), may, what);
    assert.equal(mayApprove(starter, trigger(caller)), may, `${what}, the other way round`);
  }
});

test('a start by hand that had to wait is its starter’s still; nobody started what a schedule or an event did', () => {
  assert.equal(mayApprove(iam('user/ann'), trigger(iam('user/ann'), 'successor')), false);
  const schedule = 'arn:aws:scheduler:eu-central-1:123456789012:schedule/default/patchwright-dev-web';
  for (const kind of ['schedule', 'event', 'successor'] as const)
    assert.equal(mayApprove(iam('user/ann'), trigger(schedule, kind)), true);
});

const yes: Said = { decision: 'yes', by: iam('user/bob'), way: 'iam', askedAt: ASKED, scopeHash: SCOPE };
const no: Said = { ...yes, decision: 'no' };

test('always 5: who may decide: the way allowed, this ask, in time, this scope', () => {
  const table: [string, Refusal | null, Said, 'link' | 'iam', string?, string?][] = [
    ['by credentials, whatever the policy says', null, yes, 'iam'],
    ['by credentials, where a link would do', null, yes, 'link'],
    ['by a link', null, { ...yes, way: 'link' }, 'link'],
    ['by a link, where credentials are asked for', 'way', { ...yes, way: 'link' }, 'iam'],
    ['a no by a link, where credentials are asked for', 'way', { ...no, way: 'link' }, 'iam'],
    ['of an ask that was replaced', 'replaced', { ...yes, askedAt: SOON }, 'link'],
    ['a no of an ask that was replaced', 'replaced', { ...no, askedAt: SOON }, 'link'],
    ['at the last moment', null, yes, 'link', anApproval().expiresAt],
    ['too late', 'late', yes, 'link', LATE],
    ['a no too late', 'late', no, 'link', LATE],
    ['to another scope', 'widened', { ...yes, scopeHash: 'x' }, 'link'],
    ['to a plan that changed', 'widened', yes, 'link', SOON, 'wider'],
    ['a no to a plan that changed', null, no, 'link', SOON, 'wider'],
  ];
  for (const [what, refusal, said, decide, now = SOON, scope = SCOPE] of table)
    assert.equal(mayDecide(anApproval({ decide }), said, scope, now), refusal, what);
});

test('always 5: only a yes that stands, by the way allowed, in time, on this scope, lets a ring go', () => {
  const asked = anApproval({ decide: 'iam' });
  const stands = decidedBy(asked, yes, SOON);
  assert.equal(yesFor(stands, SCOPE), null);
  assert.equal(yesFor(null, SCOPE), 'none');
  assert.equal(yesFor(asked, SCOPE), 'none');
  assert.equal(yesFor(decidedBy(asked, no, SOON), SCOPE), 'none');
  assert.equal(yesFor(stands, 'wider'), 'widened');
  assert.equal(yesFor({ ...stands, way: 'link' }, SCOPE), 'way');
  const { way: _, ...without } = stands;
  assert.equal(yesFor(without, SCOPE), 'way', 'nobody knows how it was decided');
  assert.equal(yesFor({ ...without, decide: 'link' }, SCOPE), null);
  assert.equal(yesFor({ ...stands, decidedAt: LATE }, SCOPE), 'late');
});

test('trap 47, always 5: a machine that was woken without a decision gets none, whatever it was woken with', () => {
  const words = [{ decision: 'yes', scopeHash: SCOPE, by: 'ann' }, { decision: 'no' }, {}, null, 'yes', [], 7];
  for (const woke of words) {
    const { decision, by, way } = undecided(anApproval(), woke, SOON);
    assert.deepEqual([decision, way], ['no', undefined], JSON.stringify(woke));
    assert.match(by ?? '', /^nobody: the campaign was woken, and no decision stood in the table/);
  }
  const silence = undecided(anApproval(), { decision: 'silence' }, LATE);
  assert.deepEqual([silence.decision, silence.by], ['silence', null]);
  assert.match(decisionWords(silence), /nobody answered the approval of fleet by/);
  assert.equal(decisionWords(decidedBy(anApproval(), no, SOON)), `fleet was denied by ${no.by}`);
});

test('what is no decision of the command line is none', () => {
  const { by: _by, way: _way, ...signed } = { ...yes, campaign: 'web-1', ring: 'fleet' };
  assert.deepEqual(readSaid(JSON.stringify({ ...signed, by: 'mallory', way: 'iam' })), signed, 'who it is, AWS says');
  const bad = ['', 'yes', 'null', '[]', '{}', JSON.stringify({ ...signed, decision: 'maybe' })];
  for (const key of ['campaign', 'ring', 'decision', 'askedAt', 'scopeHash'])
    for (const value of [undefined, null, 1, ['yes'], 'x'.repeat(257)])
      bad.push(JSON.stringify({ ...signed, [key]: value }));
  for (const body of bad) assert.equal(readSaid(body), null, body);
});
