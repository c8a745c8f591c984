/** Where AWS itself does not keep to its model: there the service wins. */
import type { ServiceName } from '#rehearsal/api.ts';
import type { FaultKind, ShapeFault } from '#rehearsal/models/judge.ts';

export interface Exception {
  service: ServiceName;
  operation: string;
  side: 'input' | 'output';
  /** Member names down to the place, without the numbers of items. */
  at: string;
  kind: FaultKind;
  /** These and no others; absent: whatever it is. */
  values?: readonly unknown[];
  why: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    service: 'inspector2',
    operation: 'ListFindings',
    side: 'output',
    at: 'findings',
    kind: 'length',
    why: 'The model has lists of 25 at most, its own maxResults goes to 100, and the service gives what maxResults asks for.',
  },
  {
    service: 'ssm',
    operation: 'DescribeInstancePatchStatesForPatchGroup',
    side: 'output',
    at: 'InstancePatchStates',
    kind: 'length',
    why: 'The model has lists of one to five, its own MaxResults goes from ten to a hundred, and a group may have no state at all.',
  },
  {
    service: 'ec2',
    operation: 'DescribeInstances',
    side: 'output',
    at: 'Reservations.Instances.Platform',
    kind: 'enum',
    values: ['windows'],
    why: 'The model has Windows, the service has always said windows; the documentation of the member tells of both.',
  },
  {
    service: 'ssm',
    operation: 'GetCommandInvocation',
    side: 'output',
    at: 'ExecutionStartDateTime',
    kind: 'pattern',
    why: 'The pattern takes one digit of a second, the documented answers have three.',
  },
  {
    service: 'ssm',
    operation: 'GetCommandInvocation',
    side: 'output',
    at: 'ExecutionEndDateTime',
    kind: 'pattern',
    why: 'The pattern takes one digit of a second, the documented answers have three.',
  },
  {
    service: 'wafv2',
    operation: 'GetSampledRequests',
    side: 'output',
    at: 'SampledRequests.RuleNameWithinRuleGroup',
    kind: 'pattern',
    why: 'The pattern knows no #, and the documentation of the member has one or two: vendor#group#rule.',
  },
  {
    service: 'wafv2',
    operation: 'ListTagsForResource',
    side: 'output',
    at: 'TagInfoForResource.TagList',
    kind: 'length',
    why: 'The model has one tag at least in a list that is also the one of a request; a resource without tags has none.',
  },
  {
    service: 'elasticloadbalancing',
    operation: 'DescribeTags',
    side: 'output',
    at: 'TagDescriptions.Tags',
    kind: 'length',
    why: 'The model has one tag at least in a list that is also the one of a request; a resource without tags has none.',
  },
];

export function isExcepted(
  service: ServiceName,
  operation: string,
  side: Exception['side'],
  { path, kind, value }: ShapeFault,
): boolean {
  const at = path.replaceAll(/\.\d+(?=\.|$)/g, '');
  return EXCEPTIONS.some(
    (one) =>
      one.service === service &&
      one.operation === operation &&
      one.side === side &&
      one.kind === kind &&
      one.at === at &&
      (one.values === undefined || one.values.includes(value)),
  );
}
