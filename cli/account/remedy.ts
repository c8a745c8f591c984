import { AwsRefused, AwsUnavailable, BadRequest, BrokenRecord, NotConfigured } from '#domain/errors.ts';
import type { DeployedStage } from './open.ts';

/** null: none of AWS's, nor of what AWS keeps: a defect, which may show its stack. */
export function remedyWords(error: unknown): string[] | null {
  const known = [AwsRefused, AwsUnavailable, BadRequest, BrokenRecord, NotConfigured];
  if (!(error instanceof Error) || !known.some((one) => error instanceof one)) return null;
  const why = error.message === 'no Region is set' ? error.message : error.message.replace(/\s+/g, ' ');
  return [why, `Remedy: ${remedyOf(error)}`];
}

/** What AWS says where nothing is deployed, with the place that was looked at; every other error as it is. */
export function placed(
  error: unknown,
  { stage, account, region }: Pick<DeployedStage, 'stage' | 'account' | 'region'>,
): unknown {
  const isMissing =
    /^dynamodb:\w+: ResourceNotFoundException|^states:\w+: StateMachineDoesNotExist|^s3:\w+: NoSuchBucket|^sns:\w+: NotFoundException/;
  if (!(error instanceof AwsRefused && isMissing.test(error.message))) return error;
  return new AwsRefused(`no deployment of stage ${stage} in ${account} ${region}: ${error.message}`, { cause: error });
}

const ROWS: [RegExp, string][] = [
  [/no Region is set/, 'give --region, or a profile that has one'],
  [/CredentialsProviderError|Could not load credentials/, 'sign in (aws sso login), or name a profile by --profile'],
  [
    /ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient/,
    'sign in anew: the credentials are not valid here; a Region that is off by default has to be switched on for the account',
  ],
  [
    /ResourceNotFoundException|StateMachineDoesNotExist|NoSuchBucket|sns:\w+: NotFoundException/,
    'give the --stage and --region that were deployed, or deploy first (docs/getting-started.md); a table that is gone comes back by docs/operations.md',
  ],
  [
    /KMS\.?(Disabled|InvalidState|NotFound)|KMSInvalidState/,
    'enable the key of the stack (docs/operations.md, The key is disabled)',
  ],
  [
    /AccessDenied|AuthorizationError|UnauthorizedOperation|NotAuthorized|Forbidden/,
    'allow the caller this action; patchwright check lists all',
  ],
  [
    /ENOTFOUND|EAI_AGAIN/,
    'look at the name of the Region, whether AWS offers this service there, and whether the network is up',
  ],
  [/ECONN|TimeoutError/, 'look whether the endpoint or the network is up'],
];

export function remedyOf(error: Error): string {
  const text = `${error.name} ${error.message}`;
  for (const [pattern, remedy] of ROWS) if (pattern.test(text)) return remedy;
  if (error instanceof AwsUnavailable) return 'try again in a minute';
  return 'see what AWS said; patchwright check looks at the rest';
}
