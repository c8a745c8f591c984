/**
 * boto3 as a witness: after `patchwright approve` against a rehearsal the execution goes on, and the evidence names the caller.
 * `node test/interop/approve.ts`, with boto3 in the python3 on the path.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { promisify } from 'node:util';
import { CAMPAIGN, waiting } from '../campaigns/waiting.ts';

const run = promisify(execFile);
const WITNESS = `
import boto3, json, sys
endpoint, region, arn, bucket = sys.argv[1:]
client = lambda name: boto3.client(name, endpoint_url=endpoint, region_name=region)
status = client('stepfunctions').describe_execution(executionArn=arn)['status']
key = {'pk': {'S': 'campaign#${CAMPAIGN}'}, 'sk': {'S': 'approval#fleet'}}
item = client('dynamodb').get_item(TableName='patchwright-dev', Key=key)['Item']
approval = json.loads(item['data']['S'])
found = client('s3').list_objects_v2(Bucket=bucket, Prefix='web/${CAMPAIGN}/campaign.json').get('Contents', [])
bodies = [client('s3').get_object(Bucket=bucket, Key=each['Key'])['Body'].read() for each in found]
evidence = [each['by'] for body in bodies for each in json.loads(body)['approvals']]
print(json.dumps([status, approval['decision'], approval['by'], evidence]))
`;

await waiting({ decide: 'iam' }, async ({ rehearsal, toTheEnd }) => {
  const keys = { AWS_ACCESS_KEY_ID: 'approver', AWS_SECRET_ACCESS_KEY: 'x' };
  const env = { ...process.env, ...keys, AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
  const { endpoint, region } = rehearsal;
  const arn = rehearsal.executions().find(({ machine }) => machine === 'campaign')?.arn ?? '';
  const witness = async () => {
    const args = ['-c', WITNESS, endpoint, region, arn, rehearsal.env.EVIDENCE_BUCKET ?? ''];
    return JSON.parse((await run('python3', args, { env })).stdout);
  };
  assert.deepEqual(await witness(), ['RUNNING', null, null, []]);
  const clock = `data:text/javascript,Date.now = () => ${rehearsal.clock.now()}`;
  const main = new URL('../../cli/main.ts', import.meta.url).pathname;
  const place = ['--region', region, '--endpoint-url', endpoint, '--json'];
  const { stdout } = await run(process.execPath, ['--import', clock, main, 'approve', CAMPAIGN, 'fleet', ...place], {
    env,
  });
  const { by } = JSON.parse(stdout);
  await toTheEnd();
  assert.deepEqual(await witness(), ['SUCCEEDED', 'yes', by, [by]]);
  process.stdout.write(`boto3 saw the execution go on, and the evidence name ${by}\n`);
});
