import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { loadPolicy } from '#policy/load-policy.ts';
import { policyJson } from '#policy/policy-json.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { readFunctions } from '#stack/functions-file.ts';
import { addedBy } from '../../cli/rehearse/added-by-policy.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';

const functions = Object.keys(readFunctions('stack/functions.yml'));
/** A key of each partition of the table. */
const PARTITIONS = ['lease', 'trigger#1', 'campaign#web-1', 'approval#web-1', 'switch'];
type Partition = 'lease' | 'trigger' | 'campaign' | 'approval' | 'switch';

/** Which partitions a function may write; all others, and functions that are not here: none. */
const WRITES: Record<string, Partition[]> = {
  openCampaign: ['lease', 'trigger'],
  askApproval: ['approval'],
  recordApproval: ['approval'],
  answerApproval: ['approval'],
  decideApproval: ['approval'],
  sendWave: ['campaign'],
  closeCampaign: ['lease'],
  sweepLeases: ['lease', 'campaign'],
  startCampaigns: ['lease'],
};
const EXPIRES: Record<string, Partition[]> = {
  closeCampaign: ['campaign', 'approval'],
  sweepLeases: ['campaign', 'approval'],
};

let rehearsal: Awaited<ReturnType<typeof openRehearsal>>;
before(async () => {
  const policy = loadPolicy('policy.yml');
  const policyFile = join(mkdtempSync(join(tmpdir(), 'patchwright-partitions-')), 'policy.json');
  writeFileSync(policyFile, policyJson(policy));
  const scenario = scenarioOf('approver-silent');
  const startAt = Date.parse(scenario.start);
  const world = (stage: Parameters<typeof openWorld>[1]) => openWorld(scenario, stage);
  rehearsal = await openRehearsal({ startAt, policyFile, world, added: addedBy(policy, 'off') });
});
after(() => rehearsal.close());

type Make = (key: { TableName: string; pk: string }) => Promise<unknown>;

const client = () => new DynamoDBClient({});

/** Whether the function's role lets it; every other error is one. */
async function may(caller: string, make: Make, pk = ''): Promise<boolean> {
  const TableName = rehearsal.env.TABLE_NAME ?? '';
  try {
    await rehearsal.act(caller, () => make({ TableName, pk }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return true;
    assert.equal((error as Error).name, 'AccessDeniedException', String(error));
    return false;
  }
}

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
const put: Make = ({ TableName, pk }) => client().send(new PutItemCommand({ TableName, Item: key(pk) }));
const get: Make = ({ TableName, pk }) => client().send(new GetItemCommand({ TableName, Key: key(pk) }));
const update =
  (UpdateExpression: string): Make =>
  ({ TableName, pk }) =>
    client().send(
      new UpdateItemCommand({
        TableName,
        Key: key(pk),
        UpdateExpression,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':it': { N: '1' } },
      }),
    );
const query: Make = ({ TableName, pk }) =>
  client().send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
    }),
  );

async function allowed(caller: string, make: Make): Promise<string[]> {
  const found: string[] = [];
  for (const pk of PARTITIONS) if (await may(caller, make, pk)) found.push(pk.split('#')[0] ?? '');
  return found;
}

test('each role writes its own partitions, and a write outside is refused; nobody writes the kill switch', async (t) => {
  let refused = 0;
  for (const caller of functions) {
    const writes = await allowed(caller, put);
    assert.deepEqual(writes, WRITES[caller] ?? [], `${caller} puts`);
    assert.deepEqual(await allowed(caller, update('SET expires = :it')), EXPIRES[caller] ?? [], `${caller} expires`);
    assert.deepEqual(await allowed(caller, update('SET decision = :it')), [], `${caller} changes by an update`);
    assert.deepEqual(
      await allowed(caller, update('SET expires = :it, decision = :it')),
      [],
      `${caller} changes beside`,
    );
    refused += PARTITIONS.length - writes.length;
    t.diagnostic(`${caller}: writes ${writes.join(', ') || 'nothing'}; ${PARTITIONS.length - writes.length} refused`);
  }
  t.diagnostic(`${functions.length} roles, ${PARTITIONS.length} partitions, ${refused} writes refused`);
});

test('what faces the world reads approvals alone; only a send reads the kill switch; nobody reads the whole table', async () => {
  assert.deepEqual(await allowed('answerApproval', get), ['approval']);
  assert.deepEqual(await allowed('decideApproval', get), ['approval']);
  const scan: Make = ({ TableName }) => client().send(new ScanCommand({ TableName }));
  const reading: string[] = [];
  for (const caller of functions) {
    assert.equal(await may(caller, scan), false, `${caller} scans`);
    if (await may(caller, get, 'switch')) reading.push(caller);
  }
  assert.deepEqual(reading, ['sendWave']);
  assert.deepEqual(await allowed('closeCampaign', query), ['campaign', 'approval']);
  assert.deepEqual(await allowed('sweepLeases', query), ['lease', 'campaign', 'approval']);
  assert.deepEqual(await allowed('checkWave', query), ['campaign']);
});

test('the command line is a person, whose own policies decide', async () => {
  assert.deepEqual(await allowed('operator', put), ['lease', 'trigger', 'campaign', 'approval', 'switch']);
});
