/** The sites of a scenario, and what AWS tells of them: AWS WAF, Elastic Load Balancing, metrics and log files. */
import tls from 'node:tls';
import type { Fake, Stage } from '#rehearsal/api.ts';
import { milliseconds } from '#rehearsal/engine/times.ts';
import type { Traffic } from '#rehearsal/engine/traffic.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import type { SiteText } from '#rehearsal/scenario/site-format.ts';
import { BadScenario } from '#rehearsal/scenario/text.ts';
import { MetricData } from '#rehearsal/services/cloudwatch/metric-data.ts';
import {
  balancerArns,
  balancerOperations,
  type LoadBalancer,
} from '#rehearsal/services/elasticloadbalancing/load-balancers.ts';
import type { S3 } from '#rehearsal/services/s3/s3.ts';
import { Waf } from '#rehearsal/services/wafv2/wafv2.ts';
import { certificateFor } from '#rehearsal/site/certificate.ts';
import { type ConsoleAction, editRule } from '#rehearsal/site/edits.ts';
import { Front } from '#rehearsal/site/front.ts';
import type { Deliver } from '#rehearsal/site/log-files.ts';
import { seedSite } from '#rehearsal/site/seed.ts';
import { Site } from '#rehearsal/site/site.ts';

/** Where a site answers. */
export interface OpenSite {
  name: string;
  hosts: string[];
  address: string; // 127.0.0.1:8443
}

/** What the engine gives once it stands. */
export interface SiteStage {
  traffic: Traffic;
  s3: Pick<S3, 'buckets' | 'operations'>;
  /** Of tasks: they learn where to connect. */
  env: Record<string, string>;
}

export class Sites {
  readonly waf: Waf;
  readonly fakes: Fake[];
  readonly all: Site[];
  readonly metrics = new MetricData();
  /** For log files, beside those of the stack. */
  readonly buckets = new Set<string>();
  /** null: they do not answer. */
  opened: { sites: OpenSite[]; certificate: string } | null = null;
  readonly #stage: Stage;
  readonly #fronts: Front[] = [];
  #engine: SiteStage | null = null;
  #trusted: string[] | null = null;

  constructor(scenario: Pick<Scenario, 'sites' | 'requests'>, stage: Stage, fleet: Fleet) {
    this.#stage = stage;
    this.waf = new Waf(stage);
    const balancers = scenario.sites.map((site) => balancerOf(site, stage, fleet));
    for (const [at, site] of scenario.sites.entries()) {
      seedSite(site, balancers[at]?.arn ?? '', this.waf);
      if (site.logs && 'bucket' in site.logs) this.buckets.add(site.logs.bucket);
    }
    // Afterwards: a web ACL may hold a version that nobody can choose any more.
    for (const { group, version, after } of scenario.sites.flatMap(({ versionEnds }) => versionEnds))
      this.waf.managed.end(group, version, stage.clock.now() + milliseconds(after));
    const deliver: Deliver = (bucket, key, body) => this.#deliver(bucket, key, body);
    this.all = scenario.sites.map((text, at) => {
      const lines = scenario.requests?.[text.name] ?? {};
      const parts = { stage, waf: this.waf, metrics: this.metrics, deliver, lines };
      return new Site(text, balancers[at]?.arn ?? '', parts);
    });
    const advance = () => {
      for (const site of this.all) site.advance();
    };
    this.waf.logging.bucketExists = (name) => this.buckets.has(name) || this.#engine?.s3.buckets.has(name) === true;
    this.waf.logging.changed = advance;
    this.waf.sampler = { recent: (acl) => this.all.flatMap((site) => [...site.recent(acl)]) };
    this.fakes = [
      this.waf,
      { service: 'elasticloadbalancing', operations: balancerOperations(balancers, stage) },
      { service: 'monitoring', operations: this.metrics.operations(advance) },
    ];
  }

  /** By its name in the scenario, brought up to now. */
  named(name: string): Site {
    const found = this.all.find(({ text }) => text.name === name);
    if (!found) throw new Error(`the scenario has no site "${name}"`);
    found.advance();
    return found;
  }

  /** As somebody at the console does it. */
  edit(site: string, rule: string, action: ConsoleAction): void {
    const done = editRule(this.waf, this.named(site).balancer, rule, action);
    this.#stage.note('console', site, done ? `${rule} set to ${action}` : `no rule ${rule} to set`);
  }

  attach(engine: SiteStage): void {
    this.#engine = engine;
  }

  /**
   * Lets the sites answer on loopback, at the ports that the scenario names or at any. Tasks of this process trust their certificate.
   * Throws BadScenario where a port is taken.
   */
  async open(anyPort: boolean): Promise<void> {
    if (this.all.length === 0 || !this.#engine) return;
    const { traffic, env } = this.#engine;
    const names = this.all.flatMap(({ text }) => text.hosts);
    const certificate = certificateFor(names);
    traffic.also(names);
    this.#trust(certificate.cert);
    const sites: OpenSite[] = [];
    for (const site of this.all) {
      const { name, hosts, port: wanted } = site.text;
      const shown = site.text.certificate === 'own' ? certificate : certificateFor(['other.example']);
      const front = new Front(site, this.#stage, traffic, shown);
      const port = await front.listen('127.0.0.1', anyPort ? 0 : wanted).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') throw error;
        throw new BadScenario([
          `site ${name}: something answers at port ${wanted} already. Remedy: stop it, or write another port into the scenario, or 0 for any`,
        ]);
      });
      this.#fronts.push(front);
      sites.push({ name, hosts, address: `127.0.0.1:${port}` });
    }
    env.CONNECT_TO = connectTo(sites);
    this.opened = { sites, certificate: certificate.cert };
  }

  async close(): Promise<void> {
    for (const front of this.#fronts.splice(0)) await front.close();
    if (this.#trusted) tls.setDefaultCACertificates(this.#trusted);
    this.#trusted = null;
    this.opened = null;
  }

  /** Named imports would keep every rehearsal from a Node that lacks them. */
  #trust(certificate: string): void {
    if (!tls.setDefaultCACertificates)
      throw new BadScenario([
        'the scenario has sites, whose certificate this Node cannot trust. Remedy: Node 22.19, or 24.5 and later',
      ]);
    this.#trusted = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...this.#trusted, certificate]);
  }

  /** As the log delivery of AWS puts them. A bucket that is gone takes nothing. */
  #deliver(bucket: string, key: string, body: Uint8Array): void {
    const { account, region } = this.#stage;
    if (!this.#engine?.s3.buckets.has(bucket)) return;
    const put = {
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: 'application/octet-stream',
      ContentEncoding: 'gzip',
      Metadata: {},
    };
    this.#engine.s3.operations.PutObject(put, { name: 'delivery.logs', account, region });
    this.#stage.note('log-file', bucket, key);
  }
}

/** As curl's --connect-to has it, several with commas between. */
export function connectTo(sites: readonly OpenSite[]): string {
  return sites.flatMap(({ hosts, address }) => hosts.map((host) => `${host}:443:${address}`)).join(',');
}

function balancerOf(site: SiteText, stage: Stage, fleet: Fleet): LoadBalancer {
  const isMember = (tags: Record<string, string>) =>
    site.group !== undefined && (tags.PatchGroup ?? tags['Patch Group']) === site.group;
  return {
    name: site.name,
    ...balancerArns(site.name, stage),
    protocolVersion: site.targets,
    tags: site.tags,
    failOpen: site.failOpen,
    wholeBody: site.wholeBody,
    targets: () =>
      fleet.hosts
        .filter(({ tags, state }) => isMember(tags) && state !== 'terminated')
        .map(({ id, state, zone }) => ({ id, state, zone })),
  };
}
