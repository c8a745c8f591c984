/** The history of an execution as GetExecutionHistory shows it. */
import type { HistoryEvent } from '#rehearsal/services/states/asl/scope.ts';

/** `withData`: false leaves inputs and outputs out, as includeExecutionData asks. */
export function eventView({ id, type, at, previous, details }: HistoryEvent, region: string, withData: boolean) {
  const shown = type.startsWith('Task') && !type.startsWith('TaskState') ? taskDetails(details, region) : details;
  const entries = Object.entries(shown).flatMap(([key, value]) => {
    if (!DATA.includes(key)) return [[key, value] as const];
    const included = withData ? [[key, asText(value)] as const] : [];
    return key === 'input' || key === 'output'
      ? [...included, [`${key}Details`, { truncated: false }] as const]
      : [...included];
  });
  const named = entries.length > 0 ? { [`${detailsOf(type)}EventDetails`]: Object.fromEntries(entries) } : {};
  return { id, type, timestamp: new Date(at), previousEventId: previous, ...named };
}

const DATA = ['input', 'output', 'parameters'];

/** `arn:aws:states:::lambda:invoke.waitForTaskToken` is the resource `invoke.waitForTaskToken` of the type `lambda`. */
function taskDetails(
  { resource, arguments: args, timeout, heartbeat, ...rest }: Record<string, unknown>,
  region: string,
): Record<string, unknown> {
  const parts = String(resource)
    .replace(/^arn:[^:]+:states:[^:]*:[^:]*:/, '')
    .split(':');
  const at = parts[0] === 'aws-sdk' ? 2 : 1;
  return {
    resourceType: parts.slice(0, at).join(':'),
    resource: parts.slice(at).join(':'),
    ...(args !== undefined && { region, parameters: args }),
    ...(typeof timeout === 'number' && { timeoutInSeconds: timeout }),
    ...(typeof heartbeat === 'number' && { heartbeatInSeconds: heartbeat }),
    ...rest,
  };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** AWS groups details: all …StateEntered events share one member, all …StateExited another, and Map's iterations too. */
function detailsOf(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEntered';
  if (type.endsWith('StateExited')) return 'stateExited';
  return type.charAt(0).toLowerCase() + type.slice(1);
}
