import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayApprove } from '#domain/approval.ts';
import type { Trigger } from '#domain/records.ts';
import { ASKED } from './approval-fixture.ts';

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
