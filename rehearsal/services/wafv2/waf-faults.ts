/** AWS WAF's errors, with its words (API reference, and what users of its clients have published). */
import { AwsFault } from '#rehearsal/api.ts';

/** Reasons as the message has them, and as the member `Reason` has them in words. */
const REASONS = {
  EXACTLY_ONE_CONDITION_REQUIRED: 'You have used none or multiple values for a field that requires exactly one value.',
  BELOW_MINIMUM:
    "You haven't met a minimum requirement for a threshold setting. Examples include a rule group capacity setting that's too low and an OR statement with only one nested statement.",
  INVALID_REFERENCE: 'A reference in your rule statement is not valid.',
  INVALID_FORMAT: 'The parameter contains formatting that is not valid.',
  INVALID_NESTING: 'Your statement has nested statements that are not valid.',
  INVALID_ARN:
    "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes.",
  DUPLICATE: 'Your request has the same value twice where it must be unique.',
  TOO_MANY: 'You have more values than the field may have.',
  INVALID_VALUE: 'The value is not one that the field may have.',
} as const;

/** `field`: of the model's ParameterExceptionField. `parameter`: what of it is wrong. */
export function invalid(field: string, parameter: string, reason: keyof typeof REASONS): AwsFault {
  const words = `Error reason: ${reason}, field: ${field}, parameter: ${parameter}`;
  return new AwsFault('WAFInvalidParameterException', words, 400, {
    Field: field,
    Parameter: parameter.slice(0, 2000),
    Reason: REASONS[reason],
  });
}

const WORDS = {
  WAFNonexistentItemException: 'AWS WAF couldn’t perform the operation because your resource doesn’t exist.',
  WAFDuplicateItemException:
    'AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.',
  WAFAssociatedItemException:
    'AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s associated with another resource.',
  WAFOptimisticLockException:
    'AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.',
  WAFLimitsExceededException: 'AWS WAF couldn’t perform the operation because you exceeded your resource limit.',
  WAFUnavailableEntityException: 'AWS WAF couldn’t retrieve the resource that you requested. Retry your request.',
  WAFExpiredManagedRuleGroupVersionException:
    'The operation failed because the specified version for the managed rule group has expired. You can retrieve the available versions for the managed rule group by calling ListAvailableManagedRuleGroupVersions.',
  WAFLogDestinationPermissionIssueException:
    "The operation failed because you don't have the permissions that your logging configuration requires.",
  ThrottlingException: 'Rate exceeded',
} as const;

export function wafFault(code: keyof typeof WORDS): AwsFault {
  return new AwsFault(code, WORDS[code]);
}

/** Web ACLs of CloudFront live in another Region's address, and are not rehearsed: AWS says the same anywhere but in us-east-1. */
export function checkScope(scope: unknown): void {
  if (scope !== 'REGIONAL') throw invalid('SCOPE_VALUE', String(scope), 'INVALID_VALUE');
}

/** Throws unless exactly one member is given; returns its name. */
export function exactlyOne(value: Record<string, unknown>, field: string, parameter: string): string {
  const given = Object.keys(value).filter((key) => value[key] !== undefined && value[key] !== null);
  if (given.length !== 1) throw invalid(field, parameter, 'EXACTLY_ONE_CONDITION_REQUIRED');
  return given[0] ?? '';
}
