import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadBalancers } from '#aws/load-balancers.ts';
import { AwsRefused } from '#domain/errors.ts';
import { type Answer, wire } from './wire.ts';

const aws = await wire();
const xml = (operation: string, body: string): Answer => ({
  headers: { 'content-type': 'text/xml' },
  body: `<${operation}Response><${operation}Result>${body}</${operation}Result></${operation}Response>`,
});
const attributes = (operation: string, of: Record<string, string>) =>
  xml(
    operation,
    `<Attributes>${Object.entries(of)
      .map(([key, value]) => `<member><Key>${key}</Key><Value>${value}</Value></member>`)
      .join('')}</Attributes>`,
  );
const group = (name: string, version: string) =>
  `<member><TargetGroupArn>arn:${name}</TargetGroupArn><TargetGroupName>${name}</TargetGroupName><ProtocolVersion>${version}</ProtocolVersion></member>`;

function plays(failOpen: string) {
  aws.plays(({ operation, body }) => {
    if (operation === 'DescribeLoadBalancerAttributes')
      return attributes(operation, { 'idle_timeout.timeout_seconds': '60', 'waf.fail_open.enabled': failOpen });
    if (operation === 'DescribeTargetGroups') {
      return body.Marker
        ? xml(operation, `<TargetGroups>${group('h2', 'HTTP2')}${group('h2-whole', 'HTTP2')}</TargetGroups>`)
        : xml(operation, `<TargetGroups>${group('web', 'HTTP1')}</TargetGroups><NextMarker>m</NextMarker>`);
    }
    const behaviour = body.TargetGroupArn === 'arn:h2-whole' ? 'inspect_after_sufficient_data' : 'inspect_immediately';
    return attributes(operation, { 'waf.http2.traffic_inspection_behavior': behaviour });
  });
}

test('whether it fails open, and what of HTTP/2 bodies is inspected, over all pages of target groups', async () => {
  plays('true');
  assert.deepEqual(await loadBalancers.read('arn:lb'), {
    arn: 'arn:lb',
    failOpen: true,
    targets: [
      { name: 'web', protocolVersion: 'HTTP1', wholeBody: false },
      { name: 'h2', protocolVersion: 'HTTP2', wholeBody: false },
      { name: 'h2-whole', protocolVersion: 'HTTP2', wholeBody: true },
    ],
  });
  plays('false');
  assert.equal((await loadBalancers.read('arn:lb'))?.failOpen, false);
});

test('a load balancer that is gone is null, a refusal is thrown', async () => {
  const refused = (Code: string): Answer => ({
    status: 400,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse><Error><Code>${Code}</Code><Message>no</Message></Error></ErrorResponse>`,
  });
  aws.plays(() => refused('LoadBalancerNotFound'));
  assert.equal(await loadBalancers.read('arn:lb'), null);
  aws.plays(() => refused('AccessDenied'));
  await assert.rejects(loadBalancers.read('arn:lb'), AwsRefused);
});
