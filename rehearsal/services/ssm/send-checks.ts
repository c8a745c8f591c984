/** What SendCommand takes, and what of it is not rehearsed: refused by name, never left out in silence. */
import { AwsFault } from '#rehearsal/api.ts';

export interface SendInput {
  DocumentName?: string;
  DocumentVersion?: string;
  InstanceIds?: string[];
  Targets?: { Key: string; Values: string[] }[];
  Parameters?: Record<string, string[]>;
  Comment?: string;
  TimeoutSeconds?: number;
  MaxConcurrency?: string;
  MaxErrors?: string;
  CloudWatchOutputConfig?: { CloudWatchOutputEnabled?: boolean };
}

/** Output to S3, to logs and to topics, and what stops a command by an alarm. */
const NOT_REHEARSED = [
  'DocumentHash',
  'DocumentHashType',
  'OutputS3Region',
  'OutputS3BucketName',
  'OutputS3KeyPrefix',
  'ServiceRoleArn',
  'NotificationConfig',
  'AlarmConfiguration',
];

export function checkSend(input: SendInput, document: string): void {
  const given = input as Record<string, unknown>;
  const strange = NOT_REHEARSED.find((member) => given[member] !== undefined && given[member] !== '');
  if (strange) throw notRehearsed(strange);
  if (input.CloudWatchOutputConfig?.CloudWatchOutputEnabled) throw notRehearsed('CloudWatchOutputConfig');
  const version = input.DocumentVersion ?? '$DEFAULT';
  if (!['$DEFAULT', '$LATEST', '1', ''].includes(version))
    throw new AwsFault('InvalidDocumentVersion', `document ${document} has no version ${version}`);
  if ((input.InstanceIds?.length ?? 0) > 0 && (input.Targets?.length ?? 0) > 0)
    throw new AwsFault('ValidationException', 'InstanceIds and Targets exclude each other');
  checkParameters(document, input.Parameters ?? {});
}

function notRehearsed(member: string): AwsFault {
  return new AwsFault('ValidationException', `not rehearsed: ssm.SendCommand with ${member}`);
}

const UUID = /^$|^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Of AWS's own documents, and what each value must look like; null: a parameter that is not rehearsed. */
const PARAMETERS: Record<string, Record<string, RegExp | null>> = {
  'AWS-RunPatchBaseline': {
    Operation: /^(Scan|Install)$/,
    RebootOption: /^(RebootIfNeeded|NoReboot)$/,
    SnapshotId: UUID,
    StepTimeoutSeconds: /^([1-9]\d{0,3}|[12]\d{4}|3[0-5]\d{3}|36000)$/,
    AssociationId: null,
    BaselineOverride: null,
    InstallOverrideList: null,
  },
  'AWS-RefreshAssociation': { associationIds: /./ },
};
const REQUIRED: Record<string, string> = { 'AWS-RunPatchBaseline': 'Operation' };

/** Only parameters of the document, and all that it requires (InvalidParameters, SendCommand, SSM API Reference). */
function checkParameters(document: string, parameters: Record<string, string[]>): void {
  const known = PARAMETERS[document];
  if (!known) return;
  const required = REQUIRED[document];
  if (required && !parameters[required]?.[0]) throw new AwsFault('InvalidParameters', `${required} is required`);
  for (const [name, values] of Object.entries(parameters)) {
    const form = known[name];
    if (form === undefined) throw new AwsFault('InvalidParameters', `${document} has no parameter ${name}`);
    if (form === null && values.some((value) => value !== '')) throw notRehearsed(`${document}'s ${name}`);
    const bad = values.find((value) => form && !form.test(value));
    if (bad !== undefined) throw new AwsFault('InvalidParameters', `${name}: ${bad} is not allowed`);
  }
}
