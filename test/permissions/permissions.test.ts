import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { readFunctions } from '#stack/functions-file.ts';
import { standingSection, written } from '../../bench/standing.ts';
import { everyScenario } from '../campaigns/every-scenario.ts';
import { document } from './document.ts';
import { allowing, type Request, type Statement } from './evaluate.ts';
import { ACCOUNT, packaged, REGION, statementsOf, type Template } from './packaged.ts';
import { type ByService, prove } from './proof.ts';
import { playMore, recording } from './recorded.ts';
import { type KeyUse, requestOf, requestsOf } from './requests.ts';

const at = (path: string) => new URL(path, import.meta.url).pathname;
const byService: ByService[] = JSON.parse(readFileSync(at('by-service.json'), 'utf8'));
const functions = readFunctions(at('../../stack/functions.yml'));
/** The callers that machines are, and their roles. What AWS calls by itself counts for a machine only where it is named. */
const MACHINES: Record<string, string> = {
  'states:campaign': 'CampaignMachineRole',
  'states:patchRing': 'PatchRingMachineRole',
};
const ofMachine = (name: string) => byService.filter(({ functions }) => functions?.includes(name));
/** Services that use the key by themselves, by its policy. */
const LET_IN = ['cloudwatch.amazonaws.com', 'events.amazonaws.com', `logs.${REGION}.amazonaws.com`];
const roleOf = (key: string) => `${key.charAt(0).toUpperCase()}${key.slice(1)}Role`;

// The scenarios are played here, once for both: each ends as it promises, and what its functions call is recorded.
const recorded = recording();
everyScenario();

describe('permissions of the packaged template', { timeout: 600_000 }, () => {
  let template: Template;
  let requests: Map<string, Request[]>;
  let uses: KeyUse[];
  let count = 0;
  const place = { account: ACCOUNT, region: REGION, table: 'patchwright-dev' };

  before(async () => {
    template = packaged().template;
    await playMore();
    const { calls, uses: keyUses, count: all } = recorded();
    count = all;
    requests = new Map([...Object.keys(functions), ...Object.keys(MACHINES), 'scheduler'].map((key) => [key, []]));
    for (const call of calls) requests.get(call.caller)?.push(...requestsOf(call, place));
    uses = keyUses;
    for (const use of uses) requests.get(use.caller)?.push(requestOf(use, place));
  });

  test('each rehearsed call is allowed, and nothing is allowed that no rehearsal used', (t) => {
    const whole = { missing: [] as string[], superfluous: [] as string[] };
    let actions = 0;
    for (const key of Object.keys(functions)) {
      const statements = statementsOf(template, roleOf(key));
      actions += statements.flatMap(({ Action }) => Action).length;
      const { missing, superfluous } = prove(key, statements, requests.get(key) ?? [], byService);
      whole.missing.push(...missing);
      whole.superfluous.push(...superfluous);
    }
    const distinct = Object.keys(functions).flatMap((key) => requests.get(key) ?? []).length;
    t.diagnostic(
      `${count} calls recorded, ${distinct} requests that differ; ${actions} actions allowed to ${Object.keys(functions).length} functions`,
    );
    t.diagnostic(`${byService.length} actions that AWS calls by itself; unused: ${whole.superfluous.length}`);
    assert.deepEqual(whole, { missing: [], superfluous: [] });
  });

  test('docs/cost.md: a month without a campaign is what the packaged template costs', () => {
    assert.equal(written(), standingSection(template.Resources));
  });

  test('whoever uses the key is a role by way of a service, or a service that the key lets in; nobody uses it directly', (t) => {
    const services = uses.filter(({ caller }) => caller.endsWith('.amazonaws.com'));
    t.diagnostic(`${uses.length} uses of the key that differ, ${services.length} by services`);
    assert.deepEqual(new Set(services.map(({ caller }) => caller)), new Set(LET_IN));
    const direct = uses.filter(({ via, caller }) => via === null && !caller.endsWith('.amazonaws.com'));
    assert.deepEqual(direct, []);
    const { Statement = [] }: { Statement?: { Principal: { Service?: string } }[] } =
      template.Resources.Key?.Properties.KeyPolicy ?? {};
    const letIn = Statement.flatMap(({ Principal }) => Principal.Service ?? []);
    assert.deepEqual(letIn.sort(), [...LET_IN].sort(), 'and the key lets in no other');
  });

  test('a role that may not use the key by way of a service is found, and so is one that may use it by another way', () => {
    const statements = statementsOf(template, 'SendWaveRole');
    const found = (these: Statement[]) => prove('sendWave', these, requests.get('sendWave') ?? [], byService);
    const less = statements.filter(({ Action }) => ![Action].flat().some((action) => action.startsWith('kms:')));
    assert.match(found(less).missing.join(), /sendWave calls kms:Decrypt on arn:aws:kms/);
    const elsewhere = { StringEquals: { 'kms:ViaService': `sns.${REGION}.amazonaws.com` } };
    const more: Statement = {
      Sid: 'Planted',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: elsewhere,
    };
    assert.deepEqual(found([...statements, more]).superfluous, [
      'sendWave may kms:Decrypt by Planted, and no rehearsal used it',
    ]);
  });

  test('the schedules may start campaigns, and did; they may do nothing else', () => {
    const asked = requests.get('scheduler') ?? [];
    assert.deepEqual([...new Set(asked.map(({ action }) => action))], ['states:StartExecution']);
    const statements = statementsOf(template, 'ScheduleRole');
    assert.deepEqual(prove('schedules', statements, asked, byService), { missing: [], superfluous: [] });
  });

  test('each call of a machine is allowed to its role, and nothing is allowed that none of them made', (t) => {
    for (const [machine, role] of Object.entries(MACHINES)) {
      const asked = requests.get(machine) ?? [];
      assert.ok(
        asked.some(({ action }) => action === 'lambda:InvokeFunction'),
        machine,
      );
      t.diagnostic(`${machine}: ${asked.length} requests that differ`);
      const found = prove(machine, statementsOf(template, role), asked, ofMachine(machine));
      assert.deepEqual(found, { missing: [], superfluous: [] });
    }
  });

  test('a planted missing permission of a machine, and a planted superfluous one, are each found', () => {
    for (const [machine, role] of Object.entries(MACHINES)) {
      const statements = statementsOf(template, role);
      const found = (these: Statement[]) => prove(machine, these, requests.get(machine) ?? [], ofMachine(machine));
      for (const { resource } of requests.get(machine) ?? []) {
        const less = statements.map((one) => ({
          ...one,
          Resource: [one.Resource]
            .flat()
            .filter((text) => text !== resource && !resource.startsWith(text.slice(0, -1))),
        }));
        assert.ok(
          found(less).missing.some((text) => text.endsWith(` on ${resource}`)),
          resource,
        );
      }
      for (const action of ['states:ListExecutions', 'kms:Decrypt', 'sqs:SendMessage']) {
        const planted: Statement = { Sid: 'Planted', Effect: 'Allow', Action: action, Resource: '*' };
        const line = `${machine} may ${action} by Planted, and no rehearsal used it`;
        assert.deepEqual(found([...statements, planted]).superfluous, [line]);
      }
    }
  });

  test('a planted missing permission, and a planted superfluous one, are each found', () => {
    const statements = statementsOf(template, 'SendWaveRole');
    const less = statements.filter(({ Action }) => ![Action].flat().includes('dynamodb:Query'));
    assert.match(prove('sendWave', less, requests.get('sendWave') ?? [], byService).missing.join(), /dynamodb:Query/);
    const cancel: Statement = { Sid: 'Planted', Effect: 'Allow', Action: 'ssm:CancelCommand', Resource: '*' };
    const { superfluous } = prove('sendWave', [...statements, cancel], requests.get('sendWave') ?? [], byService);
    assert.deepEqual(superfluous, ['sendWave may ssm:CancelCommand by Planted, and no rehearsal used it']);
  });

  test('a command reaches no host without the tag of a group of the policy, and takes no other document', () => {
    const statements = statementsOf(template, 'SendWaveRole');
    const instance = `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/i-1`;
    const rows: [string, Record<string, string>, boolean][] = [
      [instance, { 'aws:ResourceTag/PatchGroup': 'web' }, true],
      [instance, { 'aws:ResourceTag/Patch Group': 'web' }, true],
      [instance, { 'aws:ResourceTag/PatchGroup': 'others' }, false],
      [instance, {}, false],
      [`arn:aws:ssm:${REGION}::document/AWS-RunPatchBaseline`, {}, true],
      [`arn:aws:ssm:${REGION}::document/AWS-RunShellScript`, {}, false],
      [`arn:aws:ssm:${REGION}:${ACCOUNT}:document/AWS-RunPatchBaseline`, {}, false],
    ];
    for (const [resource, context, may] of rows)
      assert.equal(allowing(statements, { action: 'ssm:SendCommand', resource, context }).length > 0, may, resource);
  });

  test('every role trusts a service of this account alone', () => {
    const roles = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
    for (const [id, { Properties }] of roles)
      for (const { Principal, Condition } of Properties.AssumeRolePolicyDocument.Statement) {
        assert.deepEqual(Object.keys(Principal), ['Service'], id);
        assert.deepEqual(Condition?.StringEquals, { 'aws:SourceAccount': ACCOUNT }, id);
      }
  });

  test('every function has a role of its own, and every permission a reason and its page', () => {
    const roles = Object.keys(functions).map((key) => {
      const id = `${key.charAt(0).toUpperCase()}${key.slice(1)}LambdaFunction`;
      return String(template.Resources[id]?.Properties.Role);
    });
    assert.equal(new Set(roles).size, Object.keys(functions).length);
    for (const [key, { may }] of Object.entries(functions))
      for (const { why, do: actions } of may) assert.ok(why.length > 10 && actions.length > 0, `${key} ${actions}`);
    for (const { action, page, why } of byService) assert.ok(page.endsWith('.html') && why, action);
    assert.ok(!('IamRoleLambdaExecution' in template.Resources));
  });

  test('a machine invokes the functions of its definition and no others', () => {
    for (const machine of ['Campaign', 'PatchRing']) {
      const { Definition, DefinitionSubstitutions } = template.Resources[`${machine}Machine`]?.Properties ?? {};
      const names = new Set(JSON.stringify(Definition).match(/(?<=\$\{)\w+FunctionArn(?=\})/g));
      const invoked = [...names].map((name) => DefinitionSubstitutions[name]).sort();
      const allowed = statementsOf(template, `${machine}MachineRole`)
        .filter(({ Action }) => [Action].flat().includes('lambda:InvokeFunction'))
        .flatMap(({ Resource }) => Resource);
      assert.deepEqual([...allowed].sort(), invoked);
    }
  });

  test('nothing of a machine is written to its log but errors, and without data', () => {
    for (const machine of ['CampaignMachine', 'PatchRingMachine']) {
      const { LoggingConfiguration } = template.Resources[machine]?.Properties ?? {};
      assert.deepEqual([LoggingConfiguration?.Level, LoggingConfiguration?.IncludeExecutionData], ['ERROR', false]);
    }
    assert.match(String(template.Resources.MachinesLogGroup?.Properties.LogGroupName), /^\/aws\/vendedlogs\/states\//);
  });

  test('trap 12: the page of an approval has both permissions that a function URL needs', () => {
    const permissions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Permission');
    const open = permissions.filter(({ Properties }) => Properties.Principal === '*');
    assert.deepEqual(
      open.map(({ Properties: p }) => [p.Action, p.FunctionUrlAuthType, p.InvokedViaFunctionUrl]),
      [
        ['lambda:InvokeFunctionUrl', 'NONE', undefined],
        ['lambda:InvokeFunction', undefined, true],
      ],
    );
    const { APPROVAL_URL } = template.Resources.AskApprovalLambdaFunction?.Properties.Environment.Variables ?? {};
    assert.equal(APPROVAL_URL, 'AnswerApprovalLambdaFunctionUrl.FunctionUrl');
  });

  test('traps 26 to 28: the queue outwaits its function, EventBridge may use the key for our rules, a schedule has dead letters', () => {
    const { Resources } = template;
    const poller = Object.values(Resources).find(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')?.Properties;
    const timeout = Number(Resources.StartCampaignsLambdaFunction?.Properties.Timeout);
    const visibility = Number(Resources.FindingsQueue?.Properties.VisibilityTimeout);
    assert.ok(visibility >= 6 * timeout + poller.MaximumBatchingWindowInSeconds);
    assert.deepEqual(
      [poller.BatchSize, poller.MaximumBatchingWindowInSeconds, poller.ScalingConfig, poller.FunctionResponseTypes],
      [1000, 300, { MaximumConcurrency: 2 }, ['ReportBatchItemFailures']],
    );
    const key = Resources.Key?.Properties.KeyPolicy.Statement as (Statement & { Principal: { Service?: string } })[];
    const events = key.find(({ Principal }) => Principal.Service === 'events.amazonaws.com');
    const ours = `arn:aws:events:${REGION}:${ACCOUNT}:rule/patchwright-dev-*`;
    const condition = { ArnLike: { 'aws:SourceArn': ours } };
    assert.deepEqual([events?.Action, events?.Condition], [['kms:Decrypt', 'kms:GenerateDataKey*'], condition]);
    const rules = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Events::Rule');
    // One without a name gets the stack's name before it, which is the same.
    for (const { Properties } of rules)
      assert.match(String(Properties.Name ?? 'patchwright-dev-'), /^patchwright-dev-/, 'the key knows it');
    const schedules = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Scheduler::Schedule');
    assert.equal(schedules.length, 2, 'one for each group with a schedule');
    for (const { Properties } of schedules) {
      assert.ok(Properties.Target.DeadLetterConfig.Arn);
      assert.equal(Properties.FlexibleTimeWindow.Mode, 'FLEXIBLE');
      const call = JSON.parse(Properties.Target.Input);
      assert.equal(JSON.parse(call.Input).trigger.id, '<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time>');
    }
  });

  test('always 5: the function that takes decisions by credentials is open to whom IAM allows it, and to nobody else', () => {
    const { DecideApprovalLambdaFunctionUrl: url, AskApprovalLambdaFunction: asks } = template.Resources;
    assert.equal(url?.Properties.AuthType, 'AWS_IAM');
    const open = Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Permission')
      .filter(({ Properties }) => JSON.stringify(Properties.FunctionName).includes('decideApproval'));
    assert.deepEqual(open, []);
    const { DECISION_URL } = asks?.Properties.Environment.Variables ?? {};
    assert.equal(DECISION_URL, 'DecideApprovalLambdaFunctionUrl.FunctionUrl');
  });

  test('trap 12: the page of an approval is open by both permissions, its function by way of the page alone', () => {
    const open = Object.values(template.Resources)
      .filter(({ Type, Properties }) => Type === 'AWS::Lambda::Permission' && Properties.Principal === '*')
      .map(({ Properties }) => [Properties.Action, Properties.FunctionUrlAuthType ?? Properties.InvokedViaFunctionUrl]);
    assert.deepEqual(open.sort(), [
      ['lambda:InvokeFunction', true],
      ['lambda:InvokeFunctionUrl', 'NONE'],
    ]);
  });

  test('trap 14: nothing of the stack asks Inspector Classic, neither a schedule nor a role', () => {
    const found = (of: unknown) =>
      JSON.stringify(of)
        .match(/"[^"]*"/g)
        ?.filter((text) => /(^"|:)inspector:/i.test(text));
    assert.deepEqual(found(template), []);
    const planted = (Target: object) => ({ Type: 'AWS::Scheduler::Schedule', Properties: { Target } });
    for (const Arn of [
      'arn:aws:scheduler:::inspector:startAssessmentRun',
      'arn:aws:scheduler:::aws-sdk:inspector:startAssessmentRun',
      'arn:aws:inspector:eu-central-1:123456789012:target/0-abc/template/0-def',
    ])
      assert.deepEqual(found({ ...template.Resources, Planted: planted({ Arn }) }), [`"${Arn}"`]);
    const schedules = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Scheduler::Schedule');
    const targets = new Set(schedules.map(({ Properties }) => Properties.Target.Arn));
    assert.deepEqual([...targets], ['arn:aws:scheduler:::aws-sdk:sfn:startExecution']);
  });

  test('what must outlive the stack does', () => {
    const kept = Object.entries(template.Resources).filter(
      ([, { DeletionPolicy }]) => DeletionPolicy === 'RetainExceptOnCreate',
    );
    assert.deepEqual(kept.map(([id]) => id).sort(), ['Evidence', 'Key', 'Table']);
  });

  test('docs/permissions.md says the same (UPDATE=1 writes it)', () => {
    const file = at('../../docs/permissions.md');
    const text = document(functions, byService);
    if (process.env.UPDATE) writeFileSync(file, text);
    assert.equal(readFileSync(file, 'utf8'), text);
  });
});
