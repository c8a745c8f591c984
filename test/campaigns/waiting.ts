/** A rehearsed campaign that waits for a person: run until the mail with the link has come. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { campaigns } from '#aws/campaigns.ts';
import type { Approval } from '#domain/campaign/records.ts';
import { policyJson } from '#policy/policy-json.ts';
import type { Rehearsal, UrlResponse } from '#rehearsal/api.ts';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { addedBy } from '../../cli/rehearse/added-by-policy.ts';
import { policyFor } from '../../cli/rehearse/policy-for.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';

export const CAMPAIGN = 'web-1';
export const STARTER = 'arn:aws:iam::123456789012:user/starter';

export interface Waiting {
  rehearsal: Rehearsal;
  link: string; // as the mail has it
  page: string; // the same, where the gateway serves it
  word: string;
  get(link?: string): Promise<UrlResponse>;
  post(
    fields: Record<string, string>,
    more?: { link?: string; headers?: Record<string, string> },
  ): Promise<UrlResponse>;
  approval(): Promise<Approval>;
  /** `patchwright approve` or `deny` by these credentials. */
  byArn(arn: string, decision: 'yes' | 'no', change?: object): Promise<{ status: number; what: string }>;
  /** Everything that a visit must not change. */
  state(): Promise<string>;
  toTheEnd(): Promise<string>;
}

interface Change {
  decide?: 'link' | 'iam';
  scenario?: string;
  faults?: EngineFault[];
}

export async function waiting(change: Change, work: (waiting: Waiting) => Promise<void>): Promise<void> {
  const scenario = scenarioOf(change.scenario ?? 'approver-silent');
  const overrides = { approvals: { before: ['fleet'], decide: change.decide ?? 'link' } };
  const policyFile = join(mkdtempSync(join(tmpdir(), 'patchwright-waiting-')), 'policy.json');
  const policy = policyFor('policy.yml', 'web', overrides, 'the test');
  writeFileSync(policyFile, policyJson(policy));
  const startAt = Date.parse(scenario.start);
  const rehearsal = await openRehearsal({
    startAt,
    policyFile,
    added: addedBy(policy, 'off'), // with a role for each function, whose permissions count
    seed: scenario.seed,
    faults: change.faults,
    world: (stage) => openWorld(scenario, stage),
  });
  try {
    const at = new Date(startAt).toISOString();
    await rehearsal.act('operator', () => campaigns.setKillSwitch('go', 'the test', at));
    const trigger = { kind: 'person', id: 'test', at, by: STARTER };
    rehearsal.start('campaign', CAMPAIGN, { contract: 1, group: 'web', trigger });
    await rehearsal.run(() => rehearsal.inbox.some(({ attributes }) => attributes.kind === 'approval'));
    await work(await waitingOf(rehearsal));
  } finally {
    await rehearsal.close();
  }
}

async function waitingOf(rehearsal: Rehearsal): Promise<Waiting> {
  const mail = rehearsal.inbox.find(({ attributes }) => attributes.kind === 'approval');
  const [link = ''] = /https:\/\/\S+/.exec(mail?.body ?? '') ?? [];
  assert.notEqual(link, '', 'the mail has a link');
  const approval = () =>
    rehearsal.act('operator', async () => {
      const stored = await campaigns.approval(CAMPAIGN, 'fleet');
      assert.ok(stored);
      return stored;
    });
  const running = () => rehearsal.executions().filter(({ status }) => status === 'RUNNING').length;
  return {
    rehearsal,
    link,
    page: link.replace(/^https:\/\/([^.]+)[^/]*/, `${rehearsal.endpoint}/_lambda-url/$1`),
    word: (await approval()).scopeHash.slice(0, 6),
    get: (url = link) => rehearsal.visit({ method: 'GET', url }),
    post: (fields, more = {}) =>
      rehearsal.visit({
        method: 'POST',
        url: more.link ?? link,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...more.headers },
        body: new URLSearchParams(fields).toString(),
      }),
    approval,
    async byArn(arn, decision, change = {}) {
      const { askedAt, scopeHash, decideAt = '' } = await approval();
      const body = JSON.stringify({ campaign: CAMPAIGN, ring: 'fleet', decision, askedAt, scopeHash, ...change });
      const headers = { 'content-type': 'application/json' };
      const answer = await rehearsal.visit({ method: 'POST', url: decideAt, headers, body, as: arn });
      return { status: answer.status, what: JSON.parse(answer.body).what };
    },
    state: async () =>
      JSON.stringify([await approval(), running(), rehearsal.calls.get('states.SendTaskSuccess') ?? 0]),
    async toTheEnd() {
      await rehearsal.run(() => running() === 0);
      const { outcome } = JSON.parse(
        Buffer.from(rehearsal.evidence().get(`web/${CAMPAIGN}/campaign.json`) ?? []).toString(),
      );
      return outcome;
    },
  };
}
