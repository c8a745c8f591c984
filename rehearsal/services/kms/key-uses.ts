/** Which key a call at the gateway uses: of the bucket, topic or queue that it is about, by way of the service that was called. */
import { AwsFault, type Caller, type ServiceName } from '#rehearsal/api.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { Keys, OPEN, SEND } from '#rehearsal/services/kms/keys.ts';

interface UseOfCall {
  actions: string[];
  /** The name of the resource, from the input. */
  // biome-ignore lint/suspicious/noExplicitAny: each operation has AWS's own input shape
  of: (input: any) => unknown;
  /** How the service tells that KMS refused. */
  fault: [code: string, status: number];
}

const S3_FAULT: UseOfCall['fault'] = ['AccessDenied', 403];
const SNS_FAULT: UseOfCall['fault'] = ['KMSAccessDenied', 400];
const SQS_FAULT: UseOfCall['fault'] = ['KmsAccessDenied', 400];

/**
 * AmazonS3/latest/userguide/UsingKMSEncryption.html, sns/latest/dg/sns-key-management.html,
 * AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html.
 */
const USES: Record<string, UseOfCall> = {
  's3.PutObject': { actions: ['kms:GenerateDataKey'], of: ({ Bucket }) => Bucket, fault: S3_FAULT },
  's3.GetObject': { actions: OPEN, of: ({ Bucket }) => Bucket, fault: S3_FAULT },
  'sns.Publish': { actions: SEND, of: ({ TopicArn, TargetArn }) => TopicArn ?? TargetArn, fault: SNS_FAULT },
  'sqs.SendMessage': { actions: SEND, of: ({ QueueUrl }) => QueueUrl, fault: SQS_FAULT },
  'sqs.SendMessageBatch': { actions: SEND, of: ({ QueueUrl }) => QueueUrl, fault: SQS_FAULT },
  'sqs.ReceiveMessage': { actions: OPEN, of: ({ QueueUrl }) => QueueUrl, fault: SQS_FAULT },
};

export class KeyUses {
  readonly keys: Keys;
  readonly #ofResource: Map<string, unknown>; // service and name → what it names as its key

  /** Throws as Keys does. */
  constructor(installed: Installation) {
    this.keys = new Keys(installed);
    this.#ofResource = new Map([
      ...installed.buckets.map(({ name, properties }) => [`s3 ${name}`, keyOfBucket(properties)] as const),
      ...installed.topics.map(({ name, properties }) => [`sns ${name}`, properties.KmsMasterKeyId] as const),
      ...installed.queues.map(({ name, properties }) => [`sqs ${name}`, properties.KmsMasterKeyId] as const),
    ]);
  }

  /** The key of a resource by its name, ARN or URL. */
  of(service: 's3' | 'sns' | 'sqs', resource: unknown): unknown {
    return this.#ofResource.get(`${service} ${String(resource).split(/[:/]/).pop()}`);
  }

  /** Throws AwsFault in the words of the service that was called. */
  check(service: ServiceName, operation: string, input: unknown, by: Caller): void {
    const use = USES[`${service}.${operation}`];
    if (!use) return;
    const key = this.of(service as 's3', use.of(input));
    try {
      this.keys.check({ key, actions: use.actions, by, via: service });
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      throw new AwsFault(use.fault[0], error.message, use.fault[1]);
    }
  }

  /** Something that a service or a role of the stack puts into a queue, by no call at the gateway. Throws AwsFault. */
  intoQueue(queue: string, by: Caller | { service: string; context: Record<string, string> }): void {
    this.keys.check({ key: this.of('sqs', queue), actions: SEND, by, via: 'service' in by ? null : 'sqs' });
  }
}

function keyOfBucket(properties: Record<string, unknown>): unknown {
  const { ServerSideEncryptionConfiguration: rules = [] } = (properties.BucketEncryption ?? {}) as {
    ServerSideEncryptionConfiguration?: { ServerSideEncryptionByDefault?: { KMSMasterKeyID?: unknown } }[];
  };
  return rules[0]?.ServerSideEncryptionByDefault?.KMSMasterKeyID;
}
