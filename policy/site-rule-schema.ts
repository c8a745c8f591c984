/** How people spell a rule, a set and a benign request of a site. Statements are AWS's own and judged by its model, in shape-faults.ts. */
import { z } from 'zod';
import type { BenignRequest } from '#domain/edge/site.ts';
import { list, shaped, word } from '#policy/spelling.ts';

export const name = (what: string, example: string) =>
  shaped(
    /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
    `${what}: a letter, then at most 63 of letters, digits, "_" and "-"`,
    example,
  );
export const because = (what: string) => word(what, 'the office proxies are behind these addresses');
export const arn = (kind: RegExp, what: string, example: string) => shaped(kind, what, example);

const managed = z
  .strictObject(
    {
      vendor: word('the vendor of the group', 'AWS').default('AWS'),
      name: word('the name of a managed rule group', 'AWSManagedRulesCommonRuleSet'),
      version: shaped(/^[\w#:./-]{1,64}$/, 'a version of the group', 'Version_1.23')
        .optional()
        .describe('Required where the group has versions: an unpinned one changes some day, unasked'),
      scopeDown: z
        .unknown()
        .optional()
        .describe('AWS’s Statement: what it leaves out is neither blocked nor counted nor labelled'),
    },
    'a managed rule group; write { vendor: AWS, name: AWSManagedRulesCommonRuleSet, version: Version_1.23 }',
  )
  .describe('A rule group that AWS or a seller keeps');

export const rule = z
  .strictObject(
    {
      name: name('the name of a rule', 'admin-geo').describe('AWS’s name of the rule in the web ACL'),
      action: z
        .enum(['count', 'block', 'allow'], 'count, block or allow; write count, block or allow')
        .describe('What is wanted; whatever is new counts first'),
      statement: z.unknown().optional().describe('AWS’s Statement, in AWS’s spelling; sets by their names here'),
      managed: managed.optional(),
      ruleGroup: word('a name of ruleGroups', 'own').optional().describe('A group of this file’s ruleGroups'),
      labels: list(shaped(/^[0-9A-Za-z_:-]{1,1024}$/, 'a label', 'admin'), 'labels', '[admin]')
        .default([])
        .describe('Labels that the rule adds, without AWS’s prefix'),
      keep: z
        .record(
          z.string(),
          z.literal('count', 'count; write count'),
          'a map; write for example { SizeRestrictions_BODY: count }',
        )
        .default({})
        .describe('Rules inside the group that count for good'),
      atOnce: because('why it does not count first')
        .optional()
        .describe('It blocks from the first write on; the question names it first'),
      deliberately: because('why it stands there')
        .optional()
        .describe('Why it stands where the order checks would refuse it'),
    },
    'a rule; write name, action, and statement, managed or ruleGroup',
  )
  .describe('A rule, in order');

export const setOf = (of: z.ZodType<string>, what: string, example: string) =>
  z.union(
    [
      list(of, what, example).transform((each) => ({ of: each })),
      z.strictObject({
        external: arn(
          /^arn:[\w-]+:wafv2:[\w-]+:\d{12}:regional\/\w+\/[\w-]+\/[\w-]+$/,
          'the ARN of a set',
          'arn:aws:wafv2:…',
        ),
      }),
    ],
    `a list of ${what}, or { external: ARN } of one that others keep; write for example ${example}`,
  );
export const address = z.union(
  [z.cidrv4(), z.cidrv6()],
  'an address range; write for example 198.51.100.0/24',
) as z.ZodType<string>;

const REQUEST = /^([A-Z]{1,16}) (\/[\x21-\x7e]*)$/;
const texts = z.record(
  z.string(),
  z.string('text; put it in quotes'),
  'a map of texts; write for example { text: hello }',
);
export const benign = z
  .strictObject(
    {
      id: shaped(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'an id of letters, digits, ".", "_" and "-"', 'style-search'),
      request: shaped(
        REQUEST,
        'a request line: method, then path and query as they are sent',
        '"GET /search?q=style%3Dred"',
      ),
      headers: texts.default({}),
      form: texts.optional(),
      json: z.unknown().optional(),
      text: z.string('text; put it in quotes').optional(),
      multipart: texts.optional(),
      owner: word('who answers for it', 'web-team'),
      deliberately: because('why it looks like an attack').optional(),
    },
    'a benign request; write id, request and owner',
  )
  .refine(
    (it) => [it.form, it.json, it.text, it.multipart].filter((body) => body !== undefined).length <= 1,
    'a request with one body; write one of form, json, text, multipart',
  )
  .describe('A request that must pass: the only proof of a false positive')
  .transform(({ id, request, headers, form, json, text, multipart, owner, deliberately }): BenignRequest => {
    const [, method = '', target = ''] = REQUEST.exec(request) ?? [];
    const body: BenignRequest['body'] =
      form !== undefined
        ? { kind: 'form', of: form }
        : json !== undefined
          ? { kind: 'json', of: json }
          : text !== undefined
            ? { kind: 'text', of: text }
            : multipart !== undefined
              ? { kind: 'multipart', of: multipart }
              : null;
    const named = Object.entries(headers).map(([header, value]): [string, string] => [header.toLowerCase(), value]);
    return { id, method, target, headers: named, body, owner, deliberately: deliberately ?? null };
  });
