/** Rows of the order table: what AWS counts, refuses and charges. */
import { allOf, each, type Row } from '#domain/edge/order/facts.ts';
import { regexFault } from '#domain/edge/regex-fault.ts';
import type { Statement } from '#domain/edge/site.ts';

export const LIMIT_ROWS: Record<string, Row> = {
  'rate-rule': (facts) => {
    const rated = facts.rules.filter((rule) => rule.Statement.RateBasedStatement);
    const low = rated.filter((rule) => (rule.Statement.RateBasedStatement?.Limit ?? 10) < 10);
    return [
      ...low.map((rule) => ({
        rule: rule.Name,
        level: 'refused' as const,
        words: 'its Limit is under 10, the least that AWS takes',
        remedy: 'write Limit: 10 or more',
      })),
      ...(rated.length > 10
        ? [
            {
              rule: '',
              level: 'refused' as const,
              words: `${rated.length} rate rules, and AWS takes 10 in a web ACL`,
              remedy: 'take some out',
            },
          ]
        : []),
    ];
  },

  'rate-nested': each((rule) => {
    const inner = allOf(rule)
      .slice(1)
      .find((one) => one.RateBasedStatement || one.ManagedRuleGroupStatement || one.RuleGroupReferenceStatement);
    if (!inner) return null;
    return {
      level: 'refused',
      words: 'a rate statement or a group stands inside another statement, where AWS refuses it',
      remedy: 'let it stand alone, with a ScopeDownStatement',
    };
  }),

  references: (facts) => {
    const many = facts.rules.flatMap(allOf).filter(isReference).length;
    return many > 50
      ? [
          {
            rule: '',
            level: 'refused',
            words: `${many} references to sets and groups, and AWS takes 50`,
            remedy: 'put addresses or patterns into fewer sets',
          },
        ]
      : [];
  },

  'regex-set': (facts) =>
    Object.entries(facts.regexSets ?? {}).flatMap(([set, patterns]) => {
      const fault =
        patterns.length > 10
          ? `holds ${patterns.length} patterns, and AWS takes 10`
          : patterns.map(regexFault).find((one) => one !== null);
      return fault
        ? [
            {
              rule: '',
              level: 'refused' as const,
              words: `regex set ${set}: ${fault}`,
              remedy: 'part it, or write it as AWS takes it',
            },
          ]
        : [];
    }),

  regex: each((rule) => {
    const fault = allOf(rule)
      .map(({ RegexMatchStatement: one }) => (one ? regexFault(one.RegexString) : null))
      .find((one) => one !== null);
    return fault
      ? {
          level: 'refused',
          words: `its RegexString: ${fault}`,
          remedy: 'write it as AWS takes it: (?: ) for groups, at most 200 characters',
        }
      : null;
  }),

  'response-code': each((rule) => {
    const code = rule.Action?.Block?.CustomResponse?.ResponseCode;
    if (code === undefined || isResponseCode(code)) return null;
    return {
      level: 'refused',
      words: `${code} is no status that AWS sends for a block`,
      remedy:
        'write one of 200 201 202 204 206, 300 to 304 307 308, 400 401 403 404 405 408 409 411 to 416 421 429, 500 to 505',
    };
  }),

  capacity: ({ capacity }) => {
    if (capacity === null || capacity <= 1500) return [];
    if (capacity > 5000)
      return [
        {
          rule: '',
          level: 'refused',
          words: `it needs ${capacity} capacity units, and AWS takes 5000`,
          remedy: 'take rules out, or fewer transformations',
        },
      ];
    const dollars = (0.2 * Math.ceil((capacity - 1500) / 500)).toFixed(2);
    return [
      {
        rule: '',
        level: 'note',
        words: `${capacity} capacity units: ${capacity - 1500} over what the price includes, $${dollars} more a million requests`,
        remedy: 'fewer transformations make it cheaper',
      },
    ];
  },

  'log-price': ({ requestsPerMonth }) => {
    if (requestsPerMonth === null) return [];
    const gigabytes = (requestsPerMonth * 2.5e3) / 1e9; // a line is 1.4 to 4.6 KB
    const free = requestsPerMonth / 1e6 / 2; // 500 MB a million requests
    const dollars = (0.25 * Math.max(0, gigabytes - free)).toFixed(2);
    return [
      {
        rule: '',
        level: 'note',
        words: `about ${gigabytes.toFixed(1)} GB of logs a month, $${dollars} beside what is included`,
        remedy: 'none is needed',
      },
    ];
  },
};

function isReference(one: Statement): boolean {
  return Boolean(
    one.IPSetReferenceStatement ||
      one.RegexPatternSetReferenceStatement ||
      one.RuleGroupReferenceStatement ||
      one.ManagedRuleGroupStatement,
  );
}

/** WAF developer guide, supported status codes for a custom response (trap W9). */
export function isResponseCode(code: number): boolean {
  const single = [200, 201, 202, 204, 206, 307, 308, 400, 401, 403, 404, 405, 408, 409, 421, 429];
  return (
    single.includes(code) ||
    (code >= 300 && code <= 304) ||
    (code >= 411 && code <= 416) ||
    (code >= 500 && code <= 505)
  );
}
