/** Rows of the order table: bodies, of which a load balancer hands over the first 8 KB, and load balancers that hand over nothing. */
import {
  allOf,
  doingOf,
  each,
  isGroup,
  managedOf,
  type OrderFacts,
  overridden,
  type Row,
} from '#domain/edge/order/facts.ts';
import type { AwsRule, Statement } from '#domain/edge/site.ts';
import { looksIntoBody } from '#domain/edge/statement.ts';

export const BODY_ROWS: Record<string, Row> = {
  'body-without-guard': each((rule, at, facts) => {
    if (doingOf(rule) === 'counts' || !blocksBodies(rule, facts)) return null;
    if (facts.rules.slice(0, at + 1).some((above) => guardsSize(above, facts))) return null;
    const words = 'it looks into the first 8 KB of a body, and what is longer passes it';
    return {
      level: 'open',
      words,
      remedy:
        'before it, block bodies over 8192 bytes where nothing is uploaded: a size constraint, or SizeRestrictions_BODY in block',
    };
  }),

  'oversize-match': each((rule) => {
    const wide = allOf(rule).find(
      ({ SizeConstraintStatement: size }) =>
        size?.FieldToMatch.Body?.OversizeHandling === 'MATCH' &&
        size.ComparisonOperator.startsWith('G') &&
        size.Size >= 8192,
    );
    if (!wide) return null;
    const words = `over 8 KB every body matches, whatever the ${wide.SizeConstraintStatement?.Size} say: the load balancer hands over no more`;
    return { level: 'note', words, remedy: 'say 8192, which is what it does' };
  }),

  'fail-open': ({ loadBalancers }) =>
    (loadBalancers ?? [])
      .filter(({ failOpen }) => failOpen)
      .map(({ arn }) => ({
        rule: '',
        level: 'open',
        words: `${arn} lets requests through when the WAF does not answer`,
        remedy: 'turn waf.fail_open.enabled off, or accept it',
      })),

  'targets-http2': ({ loadBalancers, rules }) => {
    if (!rules.some((rule) => looksIntoBody(rule.Statement) || isGroup(rule))) return [];
    return (loadBalancers ?? []).flatMap(({ arn, targets }) =>
      targets.flatMap(({ name, protocolVersion, wholeBody }) => {
        if (protocolVersion === 'GRPC')
          return [
            {
              rule: '',
              level: 'open' as const,
              words: `${arn}: bodies to ${name} are gRPC, which no body rule looks into`,
              remedy: 'judge them in the application',
            },
          ];
        if (protocolVersion !== 'HTTP2' || wholeBody) return [];
        return [
          {
            rule: '',
            level: 'open' as const,
            words: `${arn}: bodies to ${name} are HTTP/2 and inspected as far as they have arrived`,
            remedy: 'let the target group inspect after sufficient data',
          },
        ];
      }),
    );
  },
};

function blocksBodies(rule: AwsRule, facts: OrderFacts): boolean {
  const managed = managedOf(rule, facts);
  if (managed?.rules) {
    const off = new Set(overridden(rule));
    return managed.rules.some(({ name }) => /_BODY$/i.test(name) && !/^SizeRestrictions/.test(name) && !off.has(name));
  }
  return doingOf(rule) === 'blocks' && looksIntoBody(rule.Statement) && !isGroup(rule) && !sizeGuard(rule.Statement);
}

function guardsSize(rule: AwsRule, facts: OrderFacts): boolean {
  if (managedOf(rule, facts)?.rules?.some(({ name }) => name === 'SizeRestrictions_BODY'))
    return !rule.OverrideAction?.Count && !overridden(rule).includes('SizeRestrictions_BODY');
  return doingOf(rule) === 'blocks' && sizeGuard(rule.Statement);
}

/** Matches every body over 8 KB: alone, or one way of several. */
function sizeGuard({ SizeConstraintStatement: size, OrStatement: or }: Statement): boolean {
  if (or) return or.Statements.some(sizeGuard);
  return (
    size?.FieldToMatch.Body !== undefined &&
    size.ComparisonOperator.startsWith('G') &&
    size.Size <= 8192 &&
    size.FieldToMatch.Body.OversizeHandling !== 'NO_MATCH'
  );
}
