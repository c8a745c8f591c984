/**
 * Finding events from EventBridge by way of a queue. An event is only a hint: the campaign reads everything again. So no more is
 * asked of it than which groups it concerns, how grave it is, and when it was first observed.
 */

import type { Trigger } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import { eventTime } from '#domain/patch/event-time.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { groupIn, type Policy } from '#domain/policy.ts';

export interface Message {
  messageId: string;
  body: string;
}

interface Hint {
  id: string; // the event's
  account: string; // of the finding: a delegated administrator hears of its members' too (trap 41)
  rule: string;
  groups: string[]; // values of the tag PatchGroup, of resources that are instances
  severity: string;
  exploit: boolean;
  active: boolean;
  firstObservedAt: Instant;
}

/** One start that a batch asks for: the trigger is its newest event. `ids`: the messages that asked. */
export interface Ask {
  group: string;
  trigger: Trigger;
  minHours: number;
  ids: string[];
}

interface Folded {
  asks: Ask[];
  poison: { id: string; body: string; reason: string }[];
}

/** `account`: the one whose hosts can be patched from here. `now`: no event is taken for younger than that. */
export function foldFindings(
  messages: Message[],
  policy: Policy,
  { account, now }: { account: string; now: Instant },
): Folded {
  const asks = new Map<string, Ask>();
  const poison: Folded['poison'] = [];
  for (const { messageId, body } of messages) {
    const hint = readFindingEvent(body);
    if (typeof hint === 'string') {
      poison.push({ id: messageId, body, reason: hint });
      continue;
    }
    if (hint.account !== account) continue;
    // A clock ahead of ours would make each replay newer than the campaign that it started.
    const at = hint.firstObservedAt < now ? hint.firstObservedAt : now;
    for (const name of hint.groups) {
      const group = groupIn(policy, name);
      if (!group || !asksFor(group, hint)) continue;
      const before = asks.get(name);
      const trigger: Trigger =
        before && before.trigger.at >= at ? before.trigger : { kind: 'event', id: hint.id, at, by: hint.rule };
      asks.set(name, {
        group: name,
        trigger,
        minHours: group.triggers.minHours,
        ids: [...(before?.ids ?? []), messageId],
      });
    }
  }
  return { asks: [...asks.values()], poison };
}

/** What the event says, or why it is none: in words that stand beside it in the dead letters. */
export function readFindingEvent(body: string): Hint | string {
  const event = parsed(body);
  if (!isMap(event)) return 'the message is no JSON object';
  if (event.source !== 'aws.inspector2' || event['detail-type'] !== 'Inspector2 Finding')
    return `no event of Inspector's about a finding: source ${quoted(event.source)}, type ${quoted(event['detail-type'])}`;
  const { id, detail } = event;
  if (typeof id !== 'string' || id === '') return 'the event has no id';
  if (!isMap(detail)) return 'the event has no detail';
  const { awsAccountId, severity, status, resources } = detail;
  if (typeof awsAccountId !== 'string') return 'the finding has no awsAccountId';
  if (typeof severity !== 'string' || typeof status !== 'string') return 'the finding has no severity or no status';
  if (!Array.isArray(resources)) return 'the finding has no list of resources';
  const firstObservedAt = eventTime(detail.firstObservedAt);
  if (!firstObservedAt)
    return `the finding's firstObservedAt is no time that we know: ${quoted(detail.firstObservedAt)}`;
  return {
    id,
    account: awsAccountId,
    rule: `Inspector2 Finding ${typeof detail.findingArn === 'string' ? detail.findingArn : ''}`.trim(),
    groups: [...new Set(resources.flatMap(groupsOf))],
    severity,
    exploit: detail.exploitAvailable === 'YES',
    active: status === 'ACTIVE',
    firstObservedAt,
  };
}

/** A group whose policy names no severities is not started by findings at all. */
function asksFor({ triggers }: GroupPolicy, { active, severity, exploit }: Hint): boolean {
  return active && triggers.severities.some((each) => each === severity) && (exploit || !triggers.exploitAvailable);
}

function groupsOf(resource: unknown): string[] {
  if (!isMap(resource) || resource.type !== 'AWS_EC2_INSTANCE' || !isMap(resource.tags)) return [];
  return [resource.tags.PatchGroup, resource.tags['Patch Group']].filter((tag) => typeof tag === 'string');
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quoted(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? 'none';
}
