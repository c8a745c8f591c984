/** Form posts with XML answers: SNS, STS, IAM and CloudFormation (awsQuery), EC2 (ec2Query). */
import { type Protocol, text, type WireRequest } from '#rehearsal/protocols/wire.ts';
import { element, members, type XmlStyle } from '#rehearsal/protocols/xml.ts';

const XML = { 'content-type': 'text/xml' };
const AS_IS: XmlStyle = { item: 'member', rename: (member) => member };
/** Its one map in answers. */
const SNS: XmlStyle = { ...AS_IS, map: 'Attributes' };

export const snsQuery = awsQuery('http://sns.amazonaws.com/doc/2010-03-31/', SNS);
export const stsQuery = awsQuery('https://sts.amazonaws.com/doc/2011-06-15/');
export const cloudformationQuery = awsQuery('http://cloudformation.amazonaws.com/doc/2010-05-15/');
export const balancingQuery = awsQuery('http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/');
export const iamQuery = awsQuery('https://iam.amazonaws.com/doc/2010-05-08/');

function awsQuery(namespace: string, style = AS_IS): Protocol {
  return {
    operation: action,
    input: (request) => fold(tree(request)),
    answer: (operation, output, requestId) => ({
      status: 200,
      headers: XML,
      body: `<${operation}Response xmlns="${namespace}">${element(`${operation}Result`, output, style)}${element('ResponseMetadata', { RequestId: requestId }, AS_IS)}</${operation}Response>`,
    }),
    fault: (fault, requestId) => {
      const error = {
        Type: fault.status < 500 ? 'Sender' : 'Receiver',
        Code: fault.code,
        Message: fault.message,
        ...fault.members,
      };
      return {
        status: fault.status,
        headers: XML,
        body: `<ErrorResponse>${members({ Error: error, RequestId: requestId }, AS_IS, '')}</ErrorResponse>`,
      };
    },
  };
}

/** Lists of a request, by their name on the wire. */
const EC2_INPUT: Record<string, string> = {
  Filter: 'Filters',
  Value: 'Values',
  InstanceId: 'InstanceIds',
  VolumeId: 'VolumeIds',
};
/** Members whose element is not just the name with a small first letter; `Parent.Member` wins over `Member`. */
const EC2_OUTPUT: Record<string, string> = {
  Reservations: 'reservationSet',
  Instances: 'instancesSet',
  Tags: 'tagSet',
  'Instances.State': 'instanceState',
  StateTransitionReason: 'reason',
  PublicDnsName: 'dnsName',
  PublicIpAddress: 'ipAddress',
  SecurityGroups: 'groupSet',
  Groups: 'groupSet',
  NetworkInterfaces: 'networkInterfaceSet',
  BlockDeviceMappings: 'blockDeviceMapping',
  PrivateIpAddresses: 'privateIpAddressesSet',
  ProductCodes: 'productCodes',
  InstanceStatuses: 'instanceStatusSet',
};
const EC2_STYLE: XmlStyle = {
  item: 'item',
  rename: (member, parent) =>
    EC2_OUTPUT[`${parent}.${member}`] ?? EC2_OUTPUT[member] ?? member.charAt(0).toLowerCase() + member.slice(1),
};

export const ec2Query: Protocol = {
  operation: action,
  input: (request) => rename(fold(tree(request)) as Record<string, unknown>),
  answer: (operation, output, requestId) => ({
    status: 200,
    headers: XML,
    body: `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${element('requestId', requestId, EC2_STYLE)}${members(output ?? {}, EC2_STYLE, '')}</${operation}Response>`,
  }),
  fault: (fault, requestId) => {
    const errors = `<Errors><Error>${members({ Code: fault.code, Message: fault.message }, AS_IS, '')}</Error></Errors>`;
    return {
      status: fault.status,
      headers: XML,
      body: `<Response>${errors}<RequestID>${requestId}</RequestID></Response>`,
    };
  },
};

function action(request: WireRequest): string {
  return new URLSearchParams(text(request)).get('Action') ?? 'no Action';
}

type Tree = { [key: string]: Tree | string };

/** `Filter.1.Value.2=x` becomes { Filter: { 1: { Value: { 2: x } } } }. */
function tree(request: WireRequest): Tree {
  const root: Tree = Object.create(null) as Tree;
  for (const [name, value] of new URLSearchParams(text(request))) {
    if (name === 'Action' || name === 'Version') continue;
    const path = name.split('.');
    const last = path.pop() ?? name;
    let at = root;
    for (const part of path) {
      const inner = at[part];
      const next: Tree = typeof inner === 'object' ? inner : (Object.create(null) as Tree);
      at[part] = next;
      at = next;
    }
    at[last] = value;
  }
  return root;
}

/** Numbered members become lists, `member` its list, `entry` a map of its names (or keys) and values. */
function fold(value: Tree | string): unknown {
  if (typeof value === 'string') return value;
  const keys = Object.keys(value);
  const only = keys.length === 1 ? keys[0] : undefined;
  if (only === 'member' && value.member !== undefined) return fold(value.member);
  if (only === 'entry' && value.entry !== undefined) {
    const entries = fold(value.entry) as { Name?: string; key?: string; Value?: unknown; value?: unknown }[];
    return Object.fromEntries(entries.map((one) => [one.Name ?? one.key ?? '', one.Value ?? one.value]));
  }
  if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key))) {
    return keys.sort((a, b) => Number(a) - Number(b)).map((key) => fold(value[key] ?? ''));
  }
  return Object.fromEntries(keys.map((key) => [key, fold(value[key] ?? '')]));
}

function rename(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rename);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [Array.isArray(item) ? (EC2_INPUT[key] ?? key) : key, rename(item)]),
  );
}
