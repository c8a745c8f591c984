import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { identity } from '#aws/account.ts';
import { otherPatching } from '#aws/other-patching.ts';
import { denied } from '#aws/permissions.ts';
import { AwsRefused } from '#domain/errors.ts';
import { all, error, wire } from './wire.ts';

const aws = await wire();
const ACCOUNT = '123456789012';
const XML = { 'content-type': 'text/xml' };

const xml = (operation: string, result: string) => ({
  headers: XML,
  body: `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`,
});

describe('who calls', () => {
  it('is told with account, partition and Region', async () => {
    const arn = `arn:aws-cn:sts::${ACCOUNT}:assumed-role/admin/ann`;
    aws.plays(() => xml('GetCallerIdentity', `<Arn>${arn}</Arn><Account>${ACCOUNT}</Account><UserId>x</UserId>`));
    const { aheadMs: _, ...who } = await identity();
    assert.deepEqual(who, { arn, account: ACCOUNT, partition: 'aws-cn', region: 'eu-central-1' });
  });

  it('is told by a clock that is ahead: deadlines are judged by that one', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const answer = xml('GetCallerIdentity', `<Arn>arn:aws:iam::${ACCOUNT}:user/ann</Arn><Account>${ACCOUNT}</Account>`);
    aws.plays(() => ({ ...answer, headers: { ...XML, date } }));
    const { aheadMs } = await identity();
    assert.ok(Math.abs(aheadMs - 3_600_000) < 60_000, `${aheadMs}`);
  });

  it('is refused in the words of AWS', async () => {
    aws.plays(() => ({
      status: 403,
      headers: XML,
      body: '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>old</Message></Error></ErrorResponse>',
    }));
    await assert.rejects(identity(), (thrown) => thrown instanceof AwsRefused && /ExpiredToken/.test(thrown.message));
  });
});

describe('what the caller may not do', () => {
  const table = {
    action: 'dynamodb:PutItem',
    resource: `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/t`,
    command: 'stop',
  };
  const machine = {
    action: 'states:StartExecution',
    resource: `arn:aws:states:eu-central-1:${ACCOUNT}:stateMachine:m`,
    command: 'start',
  };

  it('is asked of the role behind a session, whatever its path, resource by resource', async () => {
    aws.plays(({ operation, body }) => {
      if (operation === 'GetRole') {
        assert.equal(body.RoleName, 'Admin_1');
        return xml('GetRole', `<Role><Arn>arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso/Admin_1</Arn></Role>`);
      }
      assert.equal(body.PolicySourceArn, `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso/Admin_1`);
      const action = body['ActionNames.member.1'];
      const decision = action === table.action ? 'implicitDeny' : 'allowed';
      assert.equal(body['ResourceArns.member.1'], action === table.action ? table.resource : machine.resource);
      return xml(
        'SimulatePrincipalPolicy',
        `<IsTruncated>false</IsTruncated><EvaluationResults><member><EvalActionName>${action}</EvalActionName><EvalDecision>${decision}</EvalDecision></member></EvaluationResults>`,
      );
    });
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/Admin_1/ann@example.org`;
    assert.deepEqual(await denied(session, [table, machine]), [table]);
  });

  it('is nothing for the root user, and not known for a federated one', async () => {
    aws.plays(() => error(500, 'NotAsked'));
    assert.deepEqual(await denied(`arn:aws:iam::${ACCOUNT}:root`, [table]), []);
    assert.equal(await denied(`arn:aws:sts::${ACCOUNT}:federated-user/ann`, [table]), null);
    assert.deepEqual(aws.calls, []);
  });
});

describe('what else patches', () => {
  it('is found among associations and the tasks of maintenance windows, on all pages', async () => {
    aws.plays(({ operation, body }) => {
      switch (operation) {
        case 'ListAssociations':
          return body.NextToken
            ? {
                body: {
                  Associations: [
                    {
                      AssociationId: 'a-2',
                      AssociationName: 'nightly',
                      Name: 'AWS-RunPatchBaseline',
                      Targets: [{ Key: 'InstanceIds', Values: ['*'] }],
                    },
                  ],
                },
              }
            : {
                body: { Associations: [{ AssociationId: 'a-1', Name: 'AWS-GatherSoftwareInventory' }], NextToken: 'n' },
              };
        case 'DescribeAssociation':
          return { body: { AssociationDescription: { Parameters: { Operation: ['Scan'] } } } };
        case 'DescribeMaintenanceWindows':
          assert.deepEqual(body.Filters, [{ Key: 'Enabled', Values: ['true'] }]);
          return { body: { WindowIdentities: [{ WindowId: 'mw-1', Name: 'sundays' }] } };
        case 'GetMaintenanceWindowTask':
          assert.deepEqual(body, { WindowId: 'mw-1', WindowTaskId: 't-2' });
          return { body: { TaskParameters: { Operation: { Values: ['Install'] } } } };
        default:
          return {
            body: {
              Tasks: [
                { TaskArn: 'AWS-RunShellScript' },
                {
                  WindowTaskId: 't-2',
                  TaskArn: 'arn:aws:ssm:eu-central-1::document/AWS-RunPatchBaseline',
                  Targets: [{ Key: 'tag:Env', Values: ['prod'] }],
                },
              ],
            },
          };
      }
    });
    assert.deepEqual(await all(otherPatching()), [
      {
        kind: 'association',
        id: 'a-2',
        name: 'nightly',
        document: 'AWS-RunPatchBaseline',
        operation: 'Scan',
        targets: 'all instances',
      },
      {
        kind: 'maintenance window',
        id: 'mw-1',
        name: 'sundays',
        document: 'AWS-RunPatchBaseline',
        operation: 'Install',
        targets: 'tag:Env prod',
      },
    ]);
  });

  /** Shapes of AWS's own CLI example for GetMaintenanceWindowTask and of today's Terraform modules. */
  const TASK_OF_TODAY: Record<string, object> = {
    DescribeMaintenanceWindows: { WindowIdentities: [{ WindowId: 'mw-0123456789abcdef0', Name: 'scan-only' }] },
    DescribeMaintenanceWindowTasks: {
      Tasks: [
        {
          WindowId: 'mw-0123456789abcdef0',
          WindowTaskId: '11111111-1111-4111-8111-111111111111',
          TaskArn: 'AWS-RunPatchBaseline',
          Type: 'RUN_COMMAND',
          TaskParameters: {},
          Targets: [{ Key: 'WindowTargetIds', Values: ['22222222-2222-4222-8222-222222222222', 'gone'] }],
        },
      ],
    },
    GetMaintenanceWindowTask: {
      WindowTaskId: '11111111-1111-4111-8111-111111111111',
      TaskParameters: {},
      TaskInvocationParameters: { RunCommand: { Parameters: { Operation: ['Scan'] } } },
    },
    DescribeMaintenanceWindowTargets: {
      Targets: [
        {
          WindowTargetId: '22222222-2222-4222-8222-222222222222',
          Targets: [{ Key: 'tag:Patch Group', Values: ['web'] }],
        },
      ],
    },
    ListAssociations: { Associations: [] },
  };

  it('of a window task its operation is read from the task itself (trap 40), its targets from the window', async () => {
    aws.plays(({ operation }) => ({ body: TASK_OF_TODAY[operation] ?? {} }));
    assert.deepEqual(await all(otherPatching()), [
      {
        kind: 'maintenance window',
        id: 'mw-0123456789abcdef0',
        name: 'scan-only',
        document: 'AWS-RunPatchBaseline',
        operation: 'Scan',
        targets: 'tag:Patch Group web and WindowTargetIds gone',
      },
    ]);
  });

  it('an automation of a window has its parameters too', async () => {
    const TaskInvocationParameters = { Automation: { Parameters: { Operation: ['Install'] } } };
    aws.plays(({ operation }) => ({
      body: operation === 'GetMaintenanceWindowTask' ? { TaskInvocationParameters } : (TASK_OF_TODAY[operation] ?? {}),
    }));
    assert.equal((await all(otherPatching()))[0]?.operation, 'Install');
  });
});
