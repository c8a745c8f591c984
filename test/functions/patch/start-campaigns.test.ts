import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CampaignInput } from '#domain/campaign/ports.ts';
import { AwsUnavailable } from '#domain/errors.ts';
import type { Policy } from '#domain/policy.ts';
import { startCampaigns } from '../../../functions/patch/start-campaigns.ts';
import { campaignsInMemory } from '../in-memory.ts';

const now = '2024-09-04T17:05:00.000Z';
const sample = readFileSync(new URL('../../../events/finding.sample.json', import.meta.url), 'utf8');
const policy = {
  groups: { web: { name: 'web', triggers: { severities: ['CRITICAL'], exploitAvailable: false, minHours: 24 } } },
} as unknown as Policy;

function ports() {
  const started: { name: string; input: CampaignInput }[] = [];
  const buried: [string, string][] = [];
  const broken = { start: false, bury: false };
  return {
    started,
    buried,
    broken,
    campaigns: campaignsInMemory(),
    policies: { current: async () => policy },
    deadLetters: {
      async bury(body: string, reason: string) {
        if (broken.bury) throw new AwsUnavailable('sqs');
        buried.push([body, reason]);
      },
    },
    engine: {
      account: () => '123456789012',
      arn: (name: string) => `arn:${name}`,
      status: async () => 'unknown' as const,
      answer: async () => true,
      childArn: (name: string) => `arn:${name}`,
      stop: async () => undefined,
      async start(name: string, input: CampaignInput) {
        if (broken.start) throw new AwsUnavailable('states');
        if (!started.some((one) => one.name === name)) started.push({ name, input });
        return `arn:${name}`;
      },
    },
  };
}

const batch = (...bodies: string[]) => ({ Records: bodies.map((body, at) => ({ messageId: `m${at}`, body })) });

test('one start for a batch, in the name of the group and the instant, with the contract', async () => {
  const given = ports();
  const { batchItemFailures } = await startCampaigns(batch(sample, sample, sample), given, now);
  assert.deepEqual(batchItemFailures, []);
  assert.deepEqual(
    given.started.map(({ name }) => name),
    ['web-20240904T170500Z'],
  );
  assert.deepEqual([given.started[0]?.input.contract, given.started[0]?.input.trigger.kind], [1, 'event']);
});

test('a replay, also by another batch, starts nothing', async () => {
  const given = ports();
  await startCampaigns(batch(sample), given, now);
  await startCampaigns(batch(sample), given, '2024-09-04T17:06:00.000Z');
  assert.equal(given.started.length, 1);
});

test('poison is buried with its reason and counts as done; where it cannot be buried it comes again', async () => {
  const given = ports();
  assert.deepEqual((await startCampaigns(batch('{'), given, now)).batchItemFailures, []);
  assert.deepEqual(given.buried, [['{', 'the message is no JSON object']]);
  given.broken.bury = true;
  assert.deepEqual((await startCampaigns(batch(sample, '{'), given, now)).batchItemFailures, [
    { itemIdentifier: 'm1' },
  ]);
  assert.equal(given.started.length, 1);
});

test('a start that fails has its messages come again, and the promise on the lease is kept then', async () => {
  const given = ports();
  given.broken.start = true;
  const { batchItemFailures, started } = await startCampaigns(batch(sample, sample), given, now);
  assert.deepEqual(
    batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    ['m0', 'm1'],
  );
  assert.match(started.web ?? '', /^failed/);
  given.broken.start = false;
  await startCampaigns(batch(sample), given, '2024-09-04T17:25:00.000Z');
  assert.deepEqual(
    given.started.map(({ name }) => name),
    ['web-20240904T170500Z'],
    'the one that was promised',
  );
});
