import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { ExecutionView, Rehearsal } from '#rehearsal/api.ts';
import { exitOf } from '../../../cli/exit.ts';
import { collect } from '../../../cli/rehearse/collect.ts';
import { RehearsedSchema } from '../../../cli/rehearse/document.ts';
import { CAMPAIGN, happy } from '../fixture.ts';

const ARN = `arn:aws:states:eu-central-1:123456789012:execution:campaign:${CAMPAIGN}`;

const ENDED = {
  campaign: CAMPAIGN,
  group: 'web',
  execution: ARN,
  scenario: 'default',
  startedAt: Date.parse('2024-08-31T20:00:00Z'),
  realSeconds: 1.5,
  seed: 1,
  evidence: 'out/x',
  asides: [],
};

function rehearsalWith(evidence: Record<string, unknown>, over: Partial<Rehearsal> = {}): Rehearsal {
  const bytes = Object.entries(evidence).map(([path, value]) => [`web/${CAMPAIGN}/${path}`, encode(value)] as const);
  return {
    inbox: [],
    timeline: [],
    callsByCaller: new Map([
      ['sendWave|ssm.SendCommand', 5],
      ['scanPatches|ssm.SendCommand', 4],
      ['surveyBefore|ec2.DescribeInstances', 2],
      ['operator|dynamodb.GetItem', 3],
    ]),
    clock: { now: () => Date.parse('2024-08-31T21:00:00Z') },
    evidence: () => new Map(bytes),
    executions: () => [],
    ...over,
  } as unknown as Rehearsal;
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function happyEvidence() {
  const { record, plan, rings, delta } = happy();
  const [canary, fleet] = rings;
  return {
    [files.campaign]: record,
    [files.plan]: plan,
    [patchFiles.delta]: delta,
    [patchFiles.ring('canary')]: canary,
    [patchFiles.ring('fleet')]: fleet,
  };
}

describe('the document of a campaign', () => {
  it('comes from its evidence and is as the schema says', () => {
    const { run } = collect(rehearsalWith(happyEvidence()), ENDED);
    assert.deepEqual(RehearsedSchema.parse(run), run);
    assert.equal(run.campaign.outcome, 'Completed');
    assert.equal(run.campaign.plannedInstances, 19);
    assert.equal(run.virtualSeconds, 3600);
    assert.deepEqual(run.rings[0], {
      name: 'canary',
      verdict: 'pass',
      reasons: ['every signal is good'],
      planned: 3,
      patched: 3,
      failed: 0,
      looked: 3,
      waves: 2,
    });
    assert.deepEqual(run.calls, { 'ec2.DescribeInstances': 2, 'ssm.SendCommand': 9 }, 'those of the operator are ours');
    assert.equal(run.delta?.before.total, 731);
  });

  it('calls a ring not reached that has no record, or no verdict', () => {
    const evidence: Record<string, unknown> = happyEvidence();
    evidence[patchFiles.ring('canary')] = { ...happy().rings[0], verdict: null };
    delete evidence[patchFiles.ring('fleet')];
    const { run } = collect(rehearsalWith(evidence), ENDED);
    assert.deepEqual(
      run.rings.map(({ name, verdict, planned, patched }) => [name, verdict, planned, patched]),
      [
        ['canary', 'not-reached', 3, 3],
        ['fleet', 'not-reached', 16, 0],
      ],
    );
  });

  it('counts lost hosts among the failed', () => {
    const evidence: Record<string, unknown> = happyEvidence();
    const canary = happy().rings[0];
    assert.ok(canary?.hosts[0] && canary.hosts[1]);
    canary.hosts[0].status = 'lost';
    canary.hosts[1].status = 'failed';
    evidence[patchFiles.ring('canary')] = canary;
    assert.equal(collect(rehearsalWith(evidence), ENDED).run.rings[0]?.failed, 2);
  });

  it('takes the outcome of the execution where no record was written', () => {
    const execution = { arn: ARN, output: { outcome: 'Coalesced' } } as ExecutionView;
    const { run } = collect(rehearsalWith({}, { executions: () => [execution] }), ENDED);
    assert.deepEqual([run.campaign.outcome, run.delta, run.rings], ['Coalesced', null, []]);
    assert.ok(RehearsedSchema.safeParse(run).success);
  });

  it('calls a campaign lost that left neither', () => {
    const execution = { arn: ARN, output: null, status: 'ABORTED' } as ExecutionView;
    assert.equal(collect(rehearsalWith({}, { executions: () => [execution] }), ENDED).run.campaign.outcome, 'Lost');
  });

  it('lists notices as they came, by the id that repeats share', () => {
    const mail = {
      at: 0,
      topic: 'notices',
      messageId: 'm-1',
      subject: 's',
      body: '',
      attributes: { kind: 'delta', id: 'n-1' },
    };
    const inbox = [mail, { ...mail, messageId: 'm-2' }, { ...mail, attributes: { kind: 'delta' } }];
    const { run } = collect(rehearsalWith({}, { inbox }), ENDED);
    assert.deepEqual(
      run.notices.map(({ id }) => id),
      ['n-1', 'n-1', 'm-1'],
    );
  });
});

it('exit codes are those of the outcomes; what is none of them is lost', () => {
  const rows: [string, number][] = [
    ['Completed', 0],
    ['Nothing', 0],
    ['Observed', 0],
    ['Coalesced', 0],
    ['Stuck', 3],
    ['Blind', 3],
    ['Halted', 3],
    ['Expired', 3],
    ['Denied', 4],
    ['Lost', 5],
    ['', 5],
    ['toString', 5],
  ];
  for (const [outcome, code] of rows) assert.equal(exitOf(outcome), code, outcome);
});
