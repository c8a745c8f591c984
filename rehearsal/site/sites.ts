/** The sites of a scenario, and what AWS tells of them: AWS WAF and Elastic Load Balancing. */
import type { Fake, Stage } from '#rehearsal/api.ts';
import { milliseconds } from '#rehearsal/engine/times.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import type { SiteText } from '#rehearsal/scenario/site-format.ts';
import {
  balancerArns,
  balancerOperations,
  type LoadBalancer,
} from '#rehearsal/services/elasticloadbalancing/load-balancers.ts';
import { Waf } from '#rehearsal/services/wafv2/wafv2.ts';
import { seedSite } from '#rehearsal/site/seed.ts';

export class Sites {
  readonly waf: Waf;
  readonly fakes: Fake[];
  /** For log files. */
  readonly buckets = new Set<string>();

  constructor(scenario: Pick<Scenario, 'sites'>, stage: Stage, fleet: Fleet) {
    this.waf = new Waf(stage);
    const balancers = scenario.sites.map((site) => balancerOf(site, stage, fleet));
    for (const [at, site] of scenario.sites.entries()) {
      seedSite(site, balancers[at]?.arn ?? '', this.waf);
      if (site.logs && 'bucket' in site.logs) this.buckets.add(site.logs.bucket);
    }
    // Afterwards: a web ACL may hold a version that nobody can choose any more.
    for (const { group, version, after } of scenario.sites.flatMap(({ versionEnds }) => versionEnds))
      this.waf.managed.end(group, version, stage.clock.now() + milliseconds(after));
    this.waf.logging.bucketExists = (name) => this.buckets.has(name);
    this.fakes = [this.waf, { service: 'elasticloadbalancing', operations: balancerOperations(balancers, stage) }];
  }
}

function balancerOf(site: SiteText, stage: Stage, fleet: Fleet): LoadBalancer {
  const members = () =>
    fleet.hosts.filter(
      ({ tags }) => site.group !== undefined && (tags.PatchGroup ?? tags['Patch Group']) === site.group,
    );
  return {
    name: site.name,
    ...balancerArns(site.name, stage),
    protocolVersion: site.targets,
    tags: site.tags,
    failOpen: site.failOpen,
    wholeBody: site.wholeBody,
    targets: () =>
      members()
        .filter(({ state }) => state !== 'terminated')
        .map(({ id, state, zone }) => ({ id, state, zone })),
  };
}
