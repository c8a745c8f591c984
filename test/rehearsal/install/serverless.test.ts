import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readServerless } from '#rehearsal/install/serverless.ts';

const account = '123456789012';

function read(text: string, files: Record<string, string> = {}, more: { stage?: string; region?: string } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'serverless-'));
  for (const [name, content] of Object.entries({ 'serverless.yml': text, ...files }))
    writeFileSync(join(root, name), content);
  return readServerless({ root, account, ...more });
}

const SERVICE = 'service: s\nprovider: { name: aws, region: eu-west-1 }\n';

test('the sample: names, ARNs, environment, substitutions', () => {
  const installed = readServerless({
    root: fileURLToPath(new URL('../fixture', import.meta.url)),
    account,
    stage: 'prod',
    region: 'us-east-1',
  });
  const [lookAround, , sweep] = installed.functions;
  assert.equal(lookAround?.arn, 'arn:aws:lambda:us-east-1:123456789012:function:sample-prod-lookAround');
  assert.deepEqual(sweep?.environment, {
    TABLE_NAME: 'sample-prod',
    EVIDENCE_BUCKET: 'sample-prod-Evidence',
    TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:sample-prod-notices',
    MACHINE_ARN: 'arn:aws:states:us-east-1:123456789012:stateMachine:sample-prod-loop',
    SWEEPS: 'yes',
  });
  assert.deepEqual(
    [lookAround?.timeoutSeconds, sweep?.timeoutSeconds, sweep?.events.map(({ kind }) => kind)],
    [20, 30, ['schedule', 'pattern']],
  );
  const loop = installed.machines[0];
  assert.deepEqual([loop?.key, installed.machines[1]?.key], ['loop', 'child']);
  const { States } = (loop?.definition ?? {}) as {
    States: Record<string, { Arguments?: { FunctionName?: string; StateMachineArn?: string } }>;
  };
  assert.equal(States.LookAround?.Arguments?.FunctionName, lookAround?.arn);
  assert.equal(
    States.Child?.Arguments?.StateMachineArn,
    'arn:aws:states:us-east-1:123456789012:stateMachine:sample-prod-child',
  );
});

test("the product's own serverless.yml can be rehearsed", () => {
  const installed = readServerless({ root: fileURLToPath(new URL('../../..', import.meta.url)), account });
  assert.deepEqual(installed.machines.map(({ key }) => key).sort(), ['campaign', 'patchRing']);
});

test('variables: fallbacks, files and their keys, params, own values, Fn::Join, Fn::Sub', () => {
  const text = `${SERVICE}
custom: { colour: green }
params: { default: { size: 3 }, prod: { size: 5 } }
functions:
  a_b-c:
    handler: x.handler
    environment:
      COLOUR: \${self:custom.colour}
      SIZE: size \${param:size}
      STAGE: \${opt:stage, 'dev'}
      KEY: \${file(more.yml):deep.key}
      OTHER: \${self:custom.nope, 'other'}
      JOINED: !Join ['-', [a, !Ref 'AWS::Region']]
      SUBBED: !Sub ['\${x}/\${AWS::AccountId}/\${!literal}', { x: !GetAtt AUnderscorebDashcLambdaFunction.Arn }]
`;
  const [made] = read(text, { 'more.yml': 'deep: { key: from a file }' }, { stage: 'prod' }).functions;
  assert.deepEqual(made?.environment, {
    COLOUR: 'green',
    SIZE: 'size 5',
    STAGE: 'prod',
    KEY: 'from a file',
    OTHER: 'other',
    JOINED: 'a-eu-west-1',
    SUBBED: `arn:aws:lambda:eu-west-1:${account}:function:s-prod-a_b-c/${account}/\${literal}`,
  });
});

const refused: [string, string, RegExp][] = [
  [
    'a variable of another source',
    `provider: { name: aws, environment: { A: "\${ssm:/x}" } }`,
    /provider\.environment\.A: not rehearsed: \$\{ssm:\/x\}/,
  ],
  [
    'a variable that gives nothing',
    `provider: { name: aws, environment: { A: "\${self:custom.x}" } }`,
    /provider\.environment\.A: \$\{self:custom\.x\} gives nothing/,
  ],
  [
    'an intrinsic',
    'provider: { name: aws, environment: { A: !ImportValue x } }',
    /provider\.environment\.A: not rehearsed: Fn::ImportValue/,
  ],
  [
    'a resource type',
    'provider: { name: aws }\nresources: { Resources: { Q: { Type: AWS::Kinesis::Stream } } }',
    /resources\.Resources\.Q: not rehearsed: AWS::Kinesis::Stream/,
  ],
  [
    'an event',
    'provider: { name: aws }\nfunctions: { f: { handler: x.y, events: [{ httpApi: "*" }] } }',
    /functions\.f\.events\[0\]: not rehearsed: httpApi/,
  ],
  [
    'a reference to nobody',
    'provider: { name: aws, environment: { A: !Ref Nobody } }',
    /provider\.environment\.A: there is no resource Nobody/,
  ],
];

for (const [name, text, expected] of refused) {
  test(`refused by name and place: ${name}`, () => assert.throws(() => read(`service: s\n${text}\n`), expected));
}
