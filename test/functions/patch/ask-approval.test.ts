import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opens, readLink } from '#domain/campaign/approval-link.ts';
import type { Engine } from '#domain/campaign/ports.ts';
import type { Question } from '#domain/patch/question.ts';
import { noCounts } from '#domain/severity.ts';
import { askApproval } from '../../../functions/patch/ask-approval.ts';
import { ASKED, LATE, SCOPE, SOON } from '../../domain/approval-fixture.ts';
import { groupPolicy } from '../../domain/fleet.ts';
import { campaignsInMemory, evidenceInMemory, noticesInMemory } from '../in-memory.ts';

const task = { contract: 1, campaign: 'web-1', group: 'web', ring: 'fleet' };

async function campaign() {
  const campaigns = campaignsInMemory();
  const evidence = evidenceInMemory();
  const notices = noticesInMemory();
  const counts = noCounts();
  const ringPlan = { ring: 'fleet', atOnce: 1, errors: 0, soakMinutes: 60, hosts: [], last: true, expected: counts };
  const plan = {
    ...{ campaign: 'web-1', group: 'web', scopeHash: SCOPE, planHash: 'p', at: ASKED, mode: 'act' },
    ...{ rings: [], left: [], warnings: [], byFate: {}, before: counts, expected: counts },
    ...{ baselines: [], reboot: 'RebootIfNeeded', fits: { ok: true, words: 'It fits.' } },
  };
  await evidence.write(task, 'plan.json', plan);
  await evidence.write(task, 'plan/fleet.json', ringPlan);
  await evidence.write(task, 'policy.json', { hash: 'h', frozenAt: ASKED, group: groupPolicy() });
  await evidence.writeLines(task, 'plan/fleet.findings.jsonl.gz', []);
  let secrets = 0;
  const answers: [string, unknown][] = [];
  const ports = {
    campaigns,
    evidence,
    notices,
    engine: {
      async answer(token: string, output: unknown) {
        answers.push([token, output]);
        return true;
      },
    } as Engine,
    approvalUrl: {
      decision: () => 'https://decide.example/',
      approval: () => 'https://page.example/',
      flags: () => '--stage prod --region eu-west-1',
    },
    secrets: { random: () => String.fromCharCode(65 + secrets++).repeat(43) },
  };
  const ask = (taskToken: string, at = ASKED) => askApproval({ ...task, taskToken, expiresSeconds: 86_400 }, ports, at);
  const stored = () => campaigns.approval('web-1', 'fleet');
  return { campaigns, evidence, notices, ask, stored, answers };
}

test('the notice has a link that opens the ask; table, evidence and the notice for machines have no secret', async () => {
  const { ask, stored, notices, evidence } = await campaign();
  await ask('token-1');
  const [notice] = notices.published;
  const [url = ''] = /https:\/\/page\.example\/\S+/.exec(notice?.body ?? '') ?? [];
  const link = readLink(Object.fromEntries(new URL(url).searchParams));
  assert.equal(link?.secret, 'A'.repeat(43));
  const approval = await stored();
  assert.ok(opens(approval, link?.secret ?? ''));
  assert.doesNotMatch(JSON.stringify([approval, [...evidence.files], notice?.data, notice?.subject]), /AAAA/);
  assert.doesNotMatch(JSON.stringify([[...evidence.files], notice]), /token-1/);
  const question = await evidence.read<Question>(task, 'approvals/fleet.json');
  assert.deepEqual([question.scopeHash, question.expiresAt], [SCOPE, '2024-09-02T00:24:00.000Z']);
});

test('asked anew by a retry: the newer link opens, the older one no more', async () => {
  const { ask, stored } = await campaign();
  await ask('token-1');
  await ask('token-2', SOON);
  const approval = await stored();
  assert.equal(approval?.taskToken, 'token-2');
  assert.ok(opens(approval, 'B'.repeat(43)));
  assert.equal(opens(await stored(), 'A'.repeat(43)), false);
});

test('a retry after somebody decided keeps the decision, wakes the machine by the new token, and asks nobody again', async () => {
  for (const decision of ['yes', 'no'] as const) {
    const { ask, stored, campaigns, notices, evidence, answers } = await campaign();
    await ask('token-1');
    const asked = await stored();
    assert.ok(asked && (await campaigns.decide({ ...asked, decision, by: 'ann', decidedAt: SOON })));
    const before = JSON.stringify([await stored(), [...evidence.files]]);
    await ask('token-2', LATE);
    assert.equal(JSON.stringify([await stored(), [...evidence.files]]), before);
    assert.deepEqual(answers, [['token-2', { decision, scopeHash: SCOPE, by: 'ann', at: SOON }]]);
    assert.equal(notices.published.length, 1);
  }
});

test('a run that hung and comes after its own retry takes nothing back', async () => {
  const { ask, stored, notices, answers } = await campaign();
  await ask('token-2', SOON);
  await ask('token-1');
  assert.equal((await stored())?.taskToken, 'token-2');
  assert.deepEqual([notices.published.length, answers], [1, []]);
});

test('the command in the mail names the deployment', async () => {
  const { ask, notices } = await campaign();
  await ask('token-1');
  assert.match(
    notices.published[0]?.body ?? '',
    /^ {2}patchwright approve web-1 fleet --stage prod --region eu-west-1$/m,
  );
});
