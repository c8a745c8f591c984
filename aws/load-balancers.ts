import {
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ask, pages } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import type { LoadBalancers } from '#domain/edge/ports.ts';
import { AwsRefused } from '#domain/errors.ts';

const elb = lazily(() => new ElasticLoadBalancingV2Client({}));

/** Attributes as the user guide of Application Load Balancers names them. */
const FAIL_OPEN = 'waf.fail_open.enabled';
const INSPECTION = 'waf.http2.traffic_inspection_behavior';
const WHOLE = 'inspect_after_sufficient_data'; // the default looks at what has arrived

export const loadBalancers: LoadBalancers = {
  async read(arn) {
    const command = new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn });
    const attributes = await orNull(ask('elasticloadbalancing:DescribeLoadBalancerAttributes', elb().send(command)));
    if (attributes === null) return null;
    const failOpen = attributes.Attributes?.some(({ Key, Value }) => Key === FAIL_OPEN && Value === 'true') ?? false;
    const targets: { name: string; protocolVersion: string; wholeBody: boolean }[] = [];
    const groups = pages(async (Marker) => {
      const list = new DescribeTargetGroupsCommand({ LoadBalancerArn: arn, Marker });
      const answer = await ask('elasticloadbalancing:DescribeTargetGroups', elb().send(list));
      return { items: answer.TargetGroups, next: answer.NextMarker };
    });
    for await (const { TargetGroupArn, TargetGroupName = '', ProtocolVersion = 'HTTP1' } of groups) {
      const wholeBody = ProtocolVersion === 'HTTP2' && (await inspectsWhole(TargetGroupArn));
      targets.push({ name: TargetGroupName, protocolVersion: ProtocolVersion, wholeBody });
    }
    return { arn, failOpen, targets };
  },
};

async function inspectsWhole(TargetGroupArn: string | undefined): Promise<boolean> {
  const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn });
  const { Attributes = [] } = await ask('elasticloadbalancing:DescribeTargetGroupAttributes', elb().send(command));
  return Attributes.some(({ Key, Value }) => Key === INSPECTION && Value === WHOLE);
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsRefused && /LoadBalancerNotFound/.test(error.message)) return null;
    throw error;
  }
}
