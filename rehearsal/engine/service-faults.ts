/** What each service says when it is asked too much, and when it fails. */
import { AwsFault, type ServiceName } from '#rehearsal/api.ts';

/** What a scenario does to a call on its way. */
export type WireFault = { do: 'throttle' } | { do: 'lose' } | { do: 'fail'; error: string | null };

export function throttled(service: ServiceName): AwsFault {
  if (service === 's3') return new AwsFault('SlowDown', 'Please reduce your request rate.', 503);
  if (service === 'ec2') return new AwsFault('RequestLimitExceeded', 'Request limit exceeded.', 503);
  if (service === 'sns' || service === 'elasticloadbalancing') return new AwsFault('Throttling', 'Rate exceeded', 400);
  return new AwsFault('ThrottlingException', 'Rate exceeded', service === 'inspector2' ? 429 : 400);
}

export function failed(service: ServiceName, error: string | null): AwsFault {
  if (error) return new AwsFault(error, 'a fault of the scenario', 400);
  const codes: Partial<Record<ServiceName, string>> = {
    s3: 'InternalError',
    ec2: 'InternalError',
    sns: 'InternalError',
    inspector2: 'InternalServerException',
    wafv2: 'WAFInternalErrorException',
    elasticloadbalancing: 'InternalFailure',
  };
  return new AwsFault(codes[service] ?? 'InternalServerError', 'a fault of the scenario', 500);
}

/** What is nested so deep that nobody can read it is the caller's fault. */
export function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AwsFault('SerializationException', 'the request is nested too deep');
  }
}

/** What nobody plays, refused by its name. */
export function notPlayed(what: string): AwsFault {
  return new AwsFault('UnknownOperationException', `not rehearsed: ${what}`);
}
