import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Installation } from '#rehearsal/install/serverless.ts';
import type { Statement } from '#rehearsal/services/iam/policies.ts';
import { Keys, type Use } from '#rehearsal/services/kms/keys.ts';

const ACCOUNT = '123456789012';
const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/k`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/r`;
const ROOT: Statement = {
  Effect: 'Allow',
  Action: 'kms:*',
  Resource: '*',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
};

function keys(policy: Statement[], ofRole: Statement[], logGroups: string[] = []): Keys {
  const PolicyDocument = { Statement: ofRole };
  return new Keys({
    account: ACCOUNT,
    region: 'eu-central-1',
    keys: [{ name: 'k', arn: KEY, properties: { KeyPolicy: { Statement: policy } } }],
    aliases: [{ id: 'Alias', properties: { AliasName: 'alias/ours', TargetKeyId: 'k' } }],
    roles: [{ name: 'r', arn: ROLE, properties: { Policies: [{ PolicyDocument }] } }],
    functions: [{ key: 'task', roleArn: ROLE }],
    machines: [],
    logGroups: logGroups.map((name) => ({ name, properties: { KmsKeyId: KEY } })),
  } as unknown as Installation);
}

function may(all: Keys, use: Partial<Use>): boolean {
  const task = { name: 'task', account: ACCOUNT, region: 'eu-central-1' };
  try {
    all.check({ key: KEY, actions: ['kms:Decrypt'], by: task, via: 's3', ...use });
    return true;
  } catch (error) {
    assert.match((error as Error).message, /is not authorized to perform: kms:\w+ on resource: arn:aws:kms/);
    return false;
  }
}

const allow = (more: Partial<Statement> = {}): Statement => ({
  Effect: 'Allow',
  Action: 'kms:Decrypt',
  Resource: KEY,
  ...more,
});
const byWayOf = (service: string) => ({ StringEquals: { 'kms:ViaService': `${service}.eu-central-1.amazonaws.com` } });

test('trap 44: a role that may use the key by way of a service may not use it directly', () => {
  const all = keys([ROOT], [allow({ Condition: byWayOf('sqs') })]);
  assert.deepEqual([may(all, { via: 'sqs' }), may(all, { via: 's3' }), may(all, { via: null })], [true, false, false]);
  assert.equal(may(keys([ROOT], [allow()]), { via: null }), true);
});

test('a role needs both: its own policy, and a key that leaves it to the account or names it', () => {
  const rows: [Statement[], Statement[], boolean][] = [
    [[ROOT], [allow()], true],
    [[ROOT], [], false],
    [[], [allow()], false],
    [[allow({ Principal: { AWS: ROLE } })], [], true],
    [[ROOT, { ...ROOT, Effect: 'Deny' }], [allow()], false],
    [[ROOT], [allow(), allow({ Effect: 'Deny' })], false],
    [[ROOT], [allow({ Resource: `${KEY}-other` })], false],
    [[ROOT], [allow({ Action: 'kms:GenerateDataKey' })], false],
  ];
  for (const [policy, ofRole, allowed] of rows)
    assert.equal(may(keys(policy, ofRole), {}), allowed, JSON.stringify([policy, ofRole]));
});

test('a service is let in by the key alone, where what it says of the source comes true', () => {
  const rule = { 'aws:SourceArn': 'arn:aws:events:eu-central-1:1:rule/ours-1' };
  const service = (context: Record<string, string>) => ({
    by: { service: 'events.amazonaws.com', context },
    via: null,
  });
  const letIn = (Condition?: Statement['Condition']) =>
    allow({ Principal: { Service: 'events.amazonaws.com' }, Resource: '*', ...(Condition && { Condition }) });
  const rows: [Statement[], Record<string, string>, boolean][] = [
    [[ROOT], rule, false],
    [[letIn()], {}, true],
    [[letIn({ ArnLike: { 'aws:SourceArn': 'arn:aws:events:eu-central-1:1:rule/ours-*' } })], rule, true],
    [[letIn({ ArnLike: { 'aws:SourceArn': 'arn:aws:events:eu-central-1:1:rule/theirs-*' } })], rule, false],
    [[letIn({ StringEquals: { 'aws:SourceAccount': '1' } })], rule, false], // it does not come along
  ];
  for (const [policy, context, allowed] of rows)
    assert.equal(may(keys(policy, [allow()]), service(context)), allowed, JSON.stringify(policy));
  assert.throws(
    () => may(keys([letIn({ IpAddress: { 'aws:SourceIp': '::' } })], []), service(rule)),
    /not rehearsed: the condition/,
  );
});

test('a key is known by ARN, id and alias; what is encrypted by no key of the stack is open to all', () => {
  const shut = keys([], []);
  for (const key of [KEY, 'k', 'alias/ours']) assert.equal(may(shut, { key }), false, key);
  for (const key of [undefined, 'alias/aws/sqs', `arn:aws:kms:eu-central-1:${ACCOUNT}:key/other`])
    assert.equal(may(shut, { key }), true, String(key));
});

test('trap 27: a log group is not made under a key that does not let the logs in for it', () => {
  const logs = allow({
    Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
    Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
    Resource: '*',
    Condition: {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:eu-central-1:${ACCOUNT}:log-group:/aws/ours-*` },
    },
  });
  keys([logs], [], ['/aws/ours-1']);
  assert.throws(
    () => keys([logs], [], ['/aws/theirs']),
    /log group \/aws\/theirs: the specified KMS key is not allowed/,
  );
  assert.throws(() => keys([ROOT], [], ['/aws/ours-1']), /log group/);
});
