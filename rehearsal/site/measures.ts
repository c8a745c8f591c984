/** What AWS WAF tells CloudWatch of a judged request (WAF developer guide, waf-metrics; traps W14 and W35). */
import type { MetricData } from '#rehearsal/services/cloudwatch/metric-data.ts';
import type { Members } from '#rehearsal/services/wafv2/entities.ts';
import type { Decision } from '#rehearsal/services/wafv2/evaluate.ts';
import type { ManagedGroups } from '#rehearsal/services/wafv2/managed-groups.ts';
import type { Known } from '#rehearsal/site/points.ts';

const NAMESPACE = 'AWS/WAFV2';
const DAY = 86_400_000;
const ENDED: Record<string, string> = {
  ALLOW: 'AllowedRequests',
  BLOCK: 'BlockedRequests',
  CAPTCHA: 'CaptchaRequests',
  CHALLENGE: 'ChallengeRequests',
};

interface Visible {
  Name: string;
  Statement: Members;
  VisibilityConfig: { MetricName: string; CloudWatchMetricsEnabled: boolean };
}

export class Measures {
  readonly #data: MetricData;
  readonly #region: string;
  readonly #managed: ManagedGroups;

  constructor(data: MetricData, region: string, managed: ManagedGroups) {
    this.#data = data;
    this.#region = region;
    this.#managed = managed;
  }

  count({ content }: Known, decision: Decision, at: number): void {
    const own = content.VisibilityConfig as Visible['VisibilityConfig'];
    if (!own.CloudWatchMetricsEnabled) return;
    const rules = content.Rules as Visible[];
    const visible = (name: string) => rules.find(({ Name }) => Name === name)?.VisibilityConfig;
    const add = (metric: string, dimensions: Record<string, string>) =>
      this.#data.add(NAMESPACE, metric, { Region: this.#region, WebACL: own.MetricName, ...dimensions }, at);
    const ended = ENDED[decision.action] ?? 'AllowedRequests';
    const by = String(decision.log.terminatingRuleId);
    add(ended, { Rule: 'ALL' });
    const ending = by === 'Default_Action' ? null : visible(by);
    if (ending === null) add(ended, { Rule: 'Default_Action' });
    else if (ending?.CloudWatchMetricsEnabled) add(ended, { Rule: ending.MetricName });
    const counting = decision.matches.filter(({ inner, action, rule }) => {
      return inner === null && action === 'COUNT' && visible(rule)?.CloudWatchMetricsEnabled;
    });
    if (counting.length > 0) add('CountedRequests', { Rule: 'ALL' });
    for (const { rule } of counting) add('CountedRequests', { Rule: visible(rule)?.MetricName ?? rule });
    // Of rules inside a group the account sees those whose action it overrides.
    for (const { rule, inner, action, overridden } of decision.matches) {
      const group = visible(rule);
      if (inner === null || overridden === null || !group?.CloudWatchMetricsEnabled) continue;
      const metric = action === 'COUNT' || action === 'EXCLUDED_AS_COUNT' ? 'CountedRequests' : ENDED[action];
      if (metric) add(metric, { ManagedRuleGroup: group.MetricName, ManagedRuleGroupRule: inner });
    }
  }

  /** DaysToExpiry of versions that have an end, where they see traffic (trap W15). */
  tellEnds({ content }: Known, at: number): void {
    for (const { Statement } of content.Rules as Visible[]) {
      const spec = Statement.ManagedRuleGroupStatement as Members | undefined;
      if (!spec?.Version) continue;
      const [name, version] = [String(spec.Name), String(spec.Version)];
      const end = this.#managed.endOf(name, version);
      if (end === null) continue;
      const dimensions = {
        Region: this.#region,
        ManagedRuleGroup: name,
        Vendor: String(spec.VendorName),
        Version: version,
      };
      this.#data.add(NAMESPACE, 'DaysToExpiry', dimensions, at, Math.max(0, Math.floor((end - at) / DAY)));
    }
  }
}
