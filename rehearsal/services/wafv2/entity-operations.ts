/** Create, get, update, delete and list, as AWS WAF has them alike for web ACLs, groups and sets. */
import type { Operation } from '#rehearsal/api.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import type { Entities, Entity, Kind, Members } from '#rehearsal/services/wafv2/entities.ts';
import { checkScope, wafFault } from '#rehearsal/services/wafv2/waf-faults.ts';

export interface Parts {
  kind: Kind;
  /** In the names of operations and members: IPSet. */
  name: string;
  /** What is kept of an input; `before`: what it replaces, whole. Throws for what AWS refuses. */
  content(input: Members, before: Members | null): Members;
  /** What the view has besides what is kept. */
  more?(entity: Entity): Members;
  /** Asked before it goes. */
  mayGo?(entity: Entity): boolean;
}

export function entityOperations(entities: Entities, parts: Parts): Record<string, Operation> {
  const { kind, name } = parts;
  const list = `List${name}s`;
  const named = ({ Scope, Name, Id }: Members) => {
    checkScope(Scope);
    return entities.find(kind, Name, Id);
  };
  return {
    [`Create${name}`]: (input) => {
      checkScope(input.Scope);
      const made = entities.add(kind, input.Name, parts.content(input, null), input.Tags ?? []);
      return { Summary: summaryOf(made) };
    },

    [`Get${name}`]: (input) => {
      const found = input.ARN === undefined ? named(input) : byArn(entities, kind, input.ARN);
      return { [name]: viewOf(found, parts), LockToken: found.lockToken };
    },

    [`Update${name}`]: (input) => {
      const found = named(input);
      entities.checkLock(found, input.LockToken);
      return { NextLockToken: entities.replace(found, input.LockToken, parts.content(input, found.content)) };
    },

    [`Delete${name}`]: (input) => {
      const found = named(input);
      entities.checkLock(found, input.LockToken);
      if (entities.references().has(found.arn) || parts.mayGo?.(found) === false)
        throw wafFault('WAFAssociatedItemException');
      entities.remove(found);
      return {};
    },

    [list]: ({ Scope, Limit, NextMarker }) => {
      checkScope(Scope);
      const rule = { operation: list, least: 1, most: 100, usual: 100, badToken: 'WAFInvalidParameterException' };
      const { rows, next } = pageOf(entities.all(kind), rule, Scope, Limit, NextMarker);
      return { [`${name}s`]: rows.map(summaryOf), NextMarker: next };
    },
  };
}

function byArn(entities: Entities, kind: Kind, arn: string): Entity {
  const found = entities.get(arn);
  if (found?.kind !== kind) throw wafFault('WAFNonexistentItemException');
  return found;
}

function summaryOf({ name, id, arn, lockToken, content }: Entity): Members {
  return { Name: name, Id: id, Description: content.Description, LockToken: lockToken, ARN: arn };
}

export function viewOf(entity: Entity, { more }: Pick<Parts, 'more'>): Members {
  return { Name: entity.name, Id: entity.id, ARN: entity.arn, ...entity.content, ...more?.(entity) };
}
