/** Elastic Load Balancing as a fake, read only: the load balancers of the scenario's sites, and the hosts behind them. */
import { createHash } from 'node:crypto';
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import { pageOf } from '#rehearsal/services/paging.ts';

export interface LoadBalancer {
  name: string;
  arn: string;
  targetGroupArn: string;
  protocolVersion: 'HTTP1' | 'HTTP2' | 'GRPC';
  tags: Record<string, string>;
  /** Whether requests pass when the WAF does not answer. */
  failOpen: boolean;
  /** Whether a body over HTTP/2 is inspected only once enough of it has come (since June 2026). */
  wholeBody: boolean;
  /** Instance ids behind it, now, with their state in EC2. */
  targets(): { id: string; state: string; zone: string }[];
}

export function balancerArns(name: string, { account, region }: Pick<Stage, 'account' | 'region'>) {
  const hex = createHash('sha256').update(name).digest('hex');
  const base = `arn:aws:elasticloadbalancing:${region}:${account}`;
  return {
    arn: `${base}:loadbalancer/app/${name}/${hex.slice(0, 16)}`,
    targetGroupArn: `${base}:targetgroup/${name}/${hex.slice(16, 32)}`,
  };
}

export function balancerOperations(balancers: readonly LoadBalancer[], stage: Stage): Record<string, Operation> {
  const made = new Date(stage.clock.now() - 30 * 86_400_000);
  const page = <T>(operation: string, rows: readonly T[], { PageSize, Marker, ...question }: Paged) => {
    const rule = {
      operation,
      least: 1,
      most: 400,
      usual: 400,
      badToken: 'ValidationError',
      badSize: 'ValidationError',
    };
    return pageOf(rows, rule, question, PageSize, Marker);
  };
  return {
    DescribeLoadBalancers: (input) => {
      checkEither(input, ['LoadBalancerArns', 'Names']);
      const wanted = named(balancers, input.LoadBalancerArns, input.Names, 'LoadBalancerNotFound', 'load balancers');
      const { rows, next } = page('DescribeLoadBalancers', wanted, input);
      return { LoadBalancers: rows.map((one) => balancerView(one, made, stage.region)), NextMarker: next };
    },

    DescribeListeners: (input) => {
      checkEither(input, ['LoadBalancerArn', 'ListenerArns']);
      const arns: string[] | undefined = input.ListenerArns;
      const of = named(balancers, listed(input.LoadBalancerArn), undefined, 'LoadBalancerNotFound', 'load balancers');
      const all = of.map((one) => listenerView(one, stage));
      const wanted = all.filter(({ ListenerArn }) => arns?.includes(ListenerArn) ?? true);
      if (arns && wanted.length < new Set(arns).size) throw notFound('ListenerNotFound', 'listeners');
      const { rows, next } = page('DescribeListeners', wanted, input);
      return { Listeners: rows, NextMarker: next };
    },

    DescribeTargetGroups: (input) => {
      checkEither(input, ['LoadBalancerArn', 'TargetGroupArns', 'Names']);
      const arns: string[] | undefined = input.TargetGroupArns;
      const of = named(
        balancers,
        listed(input.LoadBalancerArn),
        input.Names,
        input.Names ? 'TargetGroupNotFound' : 'LoadBalancerNotFound',
        input.Names ? 'target groups' : 'load balancers',
      );
      const wanted = of.filter(({ targetGroupArn }) => arns?.includes(targetGroupArn) ?? true);
      if (arns && wanted.length < new Set(arns).size) throw notFound('TargetGroupNotFound', 'target groups');
      const { rows, next } = page('DescribeTargetGroups', wanted, input);
      return { TargetGroups: rows.map(targetGroupView), NextMarker: next };
    },

    DescribeLoadBalancerAttributes: ({ LoadBalancerArn }) => {
      const [found] = named(balancers, [LoadBalancerArn], undefined, 'LoadBalancerNotFound', 'load balancers');
      return { Attributes: [{ Key: 'waf.fail_open.enabled', Value: String(found?.failOpen) }, ...USUAL] };
    },

    DescribeTargetGroupAttributes: ({ TargetGroupArn }) => {
      const found = balancers.find(({ targetGroupArn }) => targetGroupArn === TargetGroupArn);
      if (!found) throw notFound('TargetGroupNotFound', 'target groups');
      const Value = found.wholeBody ? 'inspect_after_sufficient_data' : 'inspect_immediately';
      const inspection = { Key: 'waf.http2.traffic_inspection_behavior', Value };
      return { Attributes: [...(found.protocolVersion === 'HTTP2' ? [inspection] : []), ...USUAL_OF_TARGETS] };
    },

    DescribeTargetHealth: ({ TargetGroupArn, Targets }) => {
      const found = balancers.find(({ targetGroupArn }) => targetGroupArn === TargetGroupArn);
      if (!found) throw notFound('TargetGroupNotFound', 'target groups');
      const ids = (Targets as { Id: string }[] | undefined)?.map(({ Id }) => Id);
      const shown = found.targets().filter(({ id }) => ids?.includes(id) ?? true);
      return { TargetHealthDescriptions: shown.map(healthView) };
    },

    DescribeTags: ({ ResourceArns }) => ({
      TagDescriptions: (ResourceArns as string[]).map((ResourceArn) => {
        const found = balancers.find(
          ({ arn, targetGroupArn }) => ResourceArn === arn || ResourceArn === targetGroupArn,
        );
        if (!found) throw notFound('LoadBalancerNotFound', 'load balancers');
        const tags = ResourceArn === found.arn ? found.tags : {};
        return { ResourceArn, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
      }),
    }),
  };
}

const USUAL = [
  { Key: 'idle_timeout.timeout_seconds', Value: '60' },
  { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'false' },
  { Key: 'routing.http.desync_mitigation_mode', Value: 'defensive' },
];
const USUAL_OF_TARGETS = [{ Key: 'deregistration_delay.timeout_seconds', Value: '300' }];

interface Paged {
  PageSize?: number;
  Marker?: string;
}

function listed(arn: string | undefined): string[] | undefined {
  return arn === undefined ? undefined : [arn];
}

function named(
  all: readonly LoadBalancer[],
  arns: string[] | undefined,
  names: string[] | undefined,
  code: string,
  what: string,
): LoadBalancer[] {
  const wanted = all.filter(({ arn, name }) => (arns?.includes(arn) ?? true) && (names?.includes(name) ?? true));
  if (wanted.length < new Set(arns ?? names ?? []).size) throw notFound(code, what);
  return wanted;
}

function checkEither(input: Record<string, unknown>, members: string[]): void {
  const given = members.filter((member) => input[member] !== undefined);
  if (given.length > 1) throw new AwsFault('ValidationError', `${given.join(' and ')} exclude each other`);
}

function notFound(code: string, what: string): AwsFault {
  return new AwsFault(code, `One or more ${what} not found`);
}

function balancerView({ name, arn }: LoadBalancer, CreatedTime: Date, region: string) {
  const id = arn.split('/').pop() ?? '';
  return {
    LoadBalancerArn: arn,
    DNSName: `${name}-${Number.parseInt(id.slice(0, 8), 16)}.${region}.elb.amazonaws.com`,
    CanonicalHostedZoneId: 'Z215JYRZR1TBD5',
    CreatedTime,
    LoadBalancerName: name,
    Scheme: 'internet-facing',
    VpcId: 'vpc-0a1b2c3d4e5f60718',
    State: { Code: 'active' },
    Type: 'application',
    AvailabilityZones: ['a', 'b', 'c'].map((letter) => ({ ZoneName: `${region}${letter}`, LoadBalancerAddresses: [] })),
    SecurityGroups: ['sg-0a1b2c3d4e5f60718'],
    IpAddressType: 'ipv4',
  };
}

function listenerView({ arn, targetGroupArn }: LoadBalancer, { account, region }: Stage) {
  return {
    ListenerArn: `${arn.replace(':loadbalancer/', ':listener/')}/${arn.slice(-8)}00000443`,
    LoadBalancerArn: arn,
    Port: 443,
    Protocol: 'HTTPS',
    Certificates: [{ CertificateArn: `arn:aws:acm:${region}:${account}:certificate/${arn.slice(-8)}` }],
    SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  };
}

function targetGroupView({ name, arn, targetGroupArn, protocolVersion }: LoadBalancer) {
  return {
    TargetGroupArn: targetGroupArn,
    TargetGroupName: name,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: 'vpc-0a1b2c3d4e5f60718',
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: 30,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: 2,
    HealthCheckPath: '/',
    Matcher: { HttpCode: '200' },
    LoadBalancerArns: [arn],
    TargetType: 'instance',
    ProtocolVersion: protocolVersion,
    IpAddressType: 'ipv4',
  };
}

function healthView({ id, state, zone }: { id: string; state: string; zone: string }) {
  const healthy = state === 'running';
  return {
    Target: { Id: id, Port: 80, AvailabilityZone: zone },
    HealthCheckPort: '80',
    TargetHealth: healthy
      ? { State: 'healthy' }
      : { State: 'unused', Reason: 'Target.InvalidState', Description: 'Target is in the stopped state' },
  };
}
