import type { SitePolicy, SiteRule } from '#domain/edge/site.ts';

export const NONE = [{ Priority: 0, Type: 'NONE' }];

export function siteRule(name: string, over: Partial<SiteRule> = {}): SiteRule {
  return { name, action: 'block', labels: [], keep: {}, atOnce: null, deliberately: null, ...over };
}

/** The five components of a web ACL in one site: an IP set, a regex set, rules, a group, and a managed group pinned. */
export const SHOP: SitePolicy = {
  name: 'shop',
  mode: 'act',
  webAcl: 'shop',
  protects: ['arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/75f9'],
  endpoints: ['https://shop.example.com'],
  group: 'web',
  logs: null,
  clientAddress: null,
  probes: { path: '/', perSecond: 2, subnets: [], securityGroups: [] },
  ipSets: { office: { of: ['198.51.100.0/24'] } },
  regexSets: { admin: { of: ['^/admin(?:/|$)'] } },
  ruleGroups: {
    own: [
      siteRule('no-debug', {
        statement: {
          ByteMatchStatement: {
            FieldToMatch: { SingleQueryArgument: { Name: 'debug' } },
            SearchString: '1',
            PositionalConstraint: 'EXACTLY',
            TextTransformations: NONE,
          },
        },
        labels: ['debug'],
      }),
    ],
  },
  rules: [
    siteRule('office', { action: 'allow', statement: { IPSetReferenceStatement: { ARN: 'office' } } }),
    siteRule('login-rate', {
      statement: { RateBasedStatement: { Limit: 100, EvaluationWindowSec: 300, AggregateKeyType: 'IP' } },
    }),
    siteRule('core', {
      managed: { vendor: 'AWS', name: 'AWSManagedRulesCommonRuleSet', version: 'Version_1.23' },
      keep: { SizeRestrictions_BODY: 'count' },
    }),
    siteRule('own', { ruleGroup: 'own' }),
    siteRule('admin-geo', {
      statement: {
        AndStatement: {
          Statements: [
            {
              RegexPatternSetReferenceStatement: {
                ARN: 'admin',
                FieldToMatch: { UriPath: {} },
                TextTransformations: NONE,
              },
            },
            { NotStatement: { Statement: { GeoMatchStatement: { CountryCodes: ['NL', 'DE'] } } } },
          ],
        },
      },
      labels: ['admin'],
    }),
  ],
  benign: [],
  promote: { days: 7, visits: 3000, falsePositives: 0.001, everyDays: 7, byName: [] },
  after: null,
  watchMinutes: 60,
  alarms: [],
  exceptions: { expireDays: 90, widest: 'site' },
  virtualPatches: [],
  approvals: { expiresHours: 24, decide: 'link' },
  triggers: { schedule: null, timeZone: 'UTC', deployed: false, minHours: 6 },
};

export const ARNS = {
  ipSets: { office: 'arn:aws:wafv2:eu-central-1:111122223333:regional/ipset/shop-office-1/a' },
  regexSets: { admin: 'arn:aws:wafv2:eu-central-1:111122223333:regional/regexpatternset/shop-admin-1/b' },
  ruleGroups: { own: 'arn:aws:wafv2:eu-central-1:111122223333:regional/rulegroup/shop-own-1/c' },
};
export const INSIDE = { core: ['SizeRestrictions_BODY', 'CrossSiteScripting_BODY'], own: ['no-debug'] };
