/** Rows of the order table: what stands so that others are never reached, or reached by nobody. */
import { allOf, doingOf, each, isGroup, names, type Row } from '#domain/edge/order/facts.ts';
import type { Statement } from '#domain/edge/site.ts';
import { fieldStatement, matches } from '#domain/edge/statement.ts';

export const REACH_ROWS: Record<string, Row> = {
  'allow-above-group': each((rule, at, { rules, deliberately }) => {
    if (doingOf(rule) !== 'allows' || deliberately.has(rule.Name)) return null;
    const below = rules.slice(at + 1).filter(isGroup);
    if (below.length === 0) return null;
    const words = `what it allows is never seen by ${names(below)}`;
    return { level: 'open', words, remedy: 'move it below them, narrow it, or write deliberately: and why' };
  }),

  unreachable: each((_rule, at, { rules }) => {
    const wall = rules
      .slice(0, at)
      .find((above) => !isGroup(above) && doingOf(above) !== 'counts' && matches(above.Statement) === 'always');
    if (!wall) return null;
    return {
      level: 'refused',
      words: `${wall.Name} above it ends every request: it is never reached`,
      remedy: `move it above ${wall.Name}, or take it out`,
    };
  }),

  'transformed-exemption': each((rule) => {
    if (doingOf(rule) !== 'allows') return null;
    const wide = allOf(rule).find(
      (one) =>
        one.ByteMatchStatement?.FieldToMatch.UriPath &&
        (one.ByteMatchStatement.PositionalConstraint !== 'EXACTLY' || transforms(one)),
    );
    if (!wide) return null;
    return {
      level: 'open',
      words: 'it allows a path by its beginning, or transformed: /search/../login and /SEARCH%2f fit too',
      remedy: 'match the path EXACTLY and untransformed',
    };
  }),

  'same-name': ({ rules }) =>
    rules
      .filter(({ Name }, at) => rules.findIndex((other) => other.Name === Name) < at)
      .map(({ Name }) => ({
        rule: Name,
        level: 'refused',
        words: 'two rules have this name',
        remedy: 'give one another name',
      })),

  'same-priority': (facts) =>
    facts.rules.flatMap((rule, at) =>
      facts.rules[at - 1]?.Priority === rule.Priority
        ? [
            {
              rule: rule.Name,
              level: 'refused' as const,
              words: `it has the priority of ${facts.rules[at - 1]?.Name}`,
              remedy: 'give each its own',
            },
          ]
        : [],
    ),
};

function transforms(one: Statement): boolean {
  return (fieldStatement(one)?.TextTransformations ?? []).some(({ Type }) => Type !== 'NONE');
}
