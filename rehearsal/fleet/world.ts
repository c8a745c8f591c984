/** The world of the rehearsal: hosts, and SSM, EC2, Inspector and CloudWatch as they tell of them. */
import type { Fake, Stage } from '#rehearsal/api.ts';
import { AdvisoryBook } from '#rehearsal/fleet/advisories.ts';
import { announce } from '#rehearsal/fleet/announce.ts';
import { bearFleet } from '#rehearsal/fleet/birth.ts';
import { applyFault } from '#rehearsal/fleet/faults.ts';
import { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import type { WorldParts } from '#rehearsal/fleet/parts.ts';
import { PatchRuns } from '#rehearsal/fleet/patch-runs.ts';
import { PLATFORMS } from '#rehearsal/fleet/platforms.ts';
import { type HostTruth, truthOf } from '#rehearsal/fleet/truth.ts';
import type { WorldFault } from '#rehearsal/scenario/fault-format.ts';
import { isWorldFault, type Scenario, timeOfFault } from '#rehearsal/scenario/scenario.ts';
import { Alarms } from '#rehearsal/services/cloudwatch/monitoring.ts';
import { ec2Operations } from '#rehearsal/services/ec2/ec2.ts';
import { identityFakes } from '#rehearsal/services/identity.ts';
import { eventDetail, findingView } from '#rehearsal/services/inspector2/finding-view.ts';
import { type FindingRecord, Findings } from '#rehearsal/services/inspector2/findings.ts';
import { inspectorOperations } from '#rehearsal/services/inspector2/inspector.ts';
import { Looks } from '#rehearsal/services/inspector2/looks.ts';
import { lambdaQuotas } from '#rehearsal/services/lambda/quotas.ts';
import { associationOperations, inspectorAssociations } from '#rehearsal/services/ssm/associations.ts';
import { Baselines } from '#rehearsal/services/ssm/baselines.ts';
import { calendarOperations } from '#rehearsal/services/ssm/calendars.ts';
import { type Command, Commands } from '#rehearsal/services/ssm/commands.ts';
import { addDocuments, vmScan } from '#rehearsal/services/ssm/documents.ts';
import { nodeOperations } from '#rehearsal/services/ssm/nodes.ts';
import { PatchStates } from '#rehearsal/services/ssm/patch-states.ts';
import { commandOperations } from '#rehearsal/services/ssm/run-command.ts';
import { ssmPatchOperations } from '#rehearsal/services/ssm/ssm-patch.ts';
import { baselineOf } from '#rehearsal/services/ssm/stack-baselines.ts';
import { Sites } from '#rehearsal/site/sites.ts';

const MINUTE = 60_000;
const NEWS_DAYS = 14; // a campaign takes three days at most; later advisories are nobody's news

export interface World {
  readonly fakes: Fake[];
  readonly hosts: readonly Host[];
  readonly commands: readonly Command[];
  /** Does a fault of the world now, whatever its `at`, `after` or `on` say. */
  apply(fault: WorldFault): void;
  /** To be told of each state that an execution enters: faults `on` it happen then. `machine`: its key in serverless.yml. */
  entered(machine: string, state: string): void;
  /** What is so, whatever AWS says of it: for tests of what must always hold. */
  truth(): HostTruth[];
  /** Makes a command document of our own known: it starts the VM scanner. */
  addDocument(name: string): void;
  /** Registers a patch baseline of the stack for its patch groups: properties of AWS::SSM::PatchBaseline. */
  addBaseline(properties: Record<string, unknown>): void;
  /** Load balancers with their web ACLs. */
  readonly sites: Sites;
  /** The live parts, for faults and tests. */
  readonly parts: WorldParts;
}

/** The clock stands at the scenario's start. Faults without `on` happen by themselves, the others when `entered` is told. */
export function openWorld(scenario: Scenario, stage: Stage): World {
  const books = readBooks(scenario);
  const fleet = new Fleet(stage, bearFleet(scenario, stage, books));
  const bookOf = (host: Host) => bookFor(books, host.platform.name);
  const baselines = new Baselines(stage, scenario.baselines);
  const states = new PatchStates();
  const looks = new Looks(stage, fleet);
  const findings = new Findings(stage, bookOf, scenario.debianNames);
  const runs = new PatchRuns(stage, fleet, states, baselines, bookOf);
  const commands = new Commands(stage, fleet);
  const alarms = new Alarms(stage, scenario);
  const associations = inspectorAssociations(stage);
  const sites = new Sites(scenario, stage, fleet);
  const inspector = { offSince: null as number | null, findingsPerPage: scenario.findingsPerPage };
  const tellNews = (platform: string, sources: ReadonlySet<string>) => spread(platform, sources, stage, fleet, looks);
  const parts: WorldParts = {
    stage,
    fleet,
    books,
    baselines,
    runs,
    commands,
    looks,
    findings,
    alarms,
    sites,
    inspector,
    tellNews,
  };

  connect(parts);
  announce(stage, fleet, commands);
  addDocuments(commands, runs, looks, associations);
  const addDocument = (name: string) => commands.documents.set(name, vmScan(looks));
  for (const name of scenario.documents) addDocument(name);
  scheduleNews(parts);
  const apply = (fault: WorldFault) => applyFault(fault, parts);
  const entered = faultsOn(scenario, apply);
  scheduleFaults(scenario, stage, apply);

  const fakes: Fake[] = [
    {
      service: 'ssm',
      operations: {
        ...commandOperations(stage, commands),
        ...nodeOperations(stage, fleet),
        ...associationOperations(stage, associations, { fleet, looks }),
        ...calendarOperations(stage, scenario, (name) => commands.documents.has(name)),
        ...ssmPatchOperations(fleet, states, baselines, bookOf),
      },
    },
    { service: 'ec2', operations: ec2Operations(stage, fleet) },
    { service: 'inspector2', operations: inspectorOperations(stage, fleet, looks, findings, inspector) },
    { service: 'monitoring', operations: alarms.operations() },
    { service: 'lambda', operations: lambdaQuotas(scenario.lambdaQuota) },
    ...sites.fakes,
    ...identityFakes(stage.account),
  ];
  const truth = () => fleet.hosts.map((host) => truthOf(host, bookOf(host), looks, stage.clock.now()));
  const addBaseline: World['addBaseline'] = (properties) => baselines.add(baselineOf(properties));
  const told = { apply, entered, truth, addDocument, addBaseline, sites };
  return { fakes, hosts: fleet.hosts, commands: commands.sent, ...told, parts };
}

function readBooks(scenario: Scenario): Map<string, AdvisoryBook> {
  const books = new Map<string, AdvisoryBook>();
  for (const file of scenario.data) {
    const platform = Object.values(PLATFORMS).find(({ name }) => name === file.platform);
    if (!platform) throw new Error(`${scenario.file}: advisories of an unknown platform ${file.platform}`);
    const book = books.get(platform.name) ?? new AdvisoryBook(platform.order);
    book.addFile(file);
    books.set(platform.name, book);
  }
  return books;
}

export function bookFor(books: ReadonlyMap<string, AdvisoryBook>, platform: string): AdvisoryBook {
  const book = books.get(platform);
  if (!book) throw new Error(`the scenario has no advisories of ${platform}`);
  return book;
}

/** Looks make findings, findings make events. */
function connect({ stage, fleet, looks, findings, inspector }: WorldParts): void {
  for (const host of fleet.hosts) {
    const snapshot = looks.snapshot(host);
    if (snapshot) findings.begin(host, snapshot);
  }
  looks.onLook = (host, snapshot) => findings.look(host, snapshot);
  findings.onChange = (record: FindingRecord) => {
    if (inspector.offSince !== null) return;
    const detail = eventDetail(findingView(record, looks.lastLook(record.host), stage)) as Record<string, unknown>;
    stage.emit({
      source: 'aws.inspector2',
      'detail-type': 'Inspector2 Finding',
      resources: [record.host.id],
      detail,
    });
  };
  fleet.watch((host, news) => {
    if (news === 'terminated') findings.closeAll(host);
    const now = stage.clock.now();
    if (news !== 'retagged' && !(news === 'resumed' && host.bootedAt === now)) return;
    const delay = MINUTE + host.chance.of(`${news}/${now}`).int(4 * MINUTE);
    stage.clock.after(delay, `Inspector hears of ${host.name}`, () => findings.hostChanged(host));
  });
}

/** One timer for each instant at which an advisory becomes known or its fix comes out. */
function scheduleNews({ stage, books, tellNews }: WorldParts): void {
  const now = stage.clock.now();
  for (const [platform, book] of books) {
    for (const [at, sources] of book.news(now, now + NEWS_DAYS * 1440 * MINUTE)) {
      stage.clock.at(at, `advisories on ${platform}`, () => tellNews(platform, sources));
    }
  }
}

function spread(platform: string, sources: ReadonlySet<string>, stage: Stage, fleet: Fleet, looks: Looks): void {
  for (const host of fleet.hosts) {
    const seen = looks.snapshot(host);
    if (host.platform.name !== platform || !seen) continue;
    if (![...seen.packages.values()].some((pkg) => sources.has(pkg.source))) continue;
    const delay = MINUTE + host.chance.of(`news/${stage.clock.now()}`).int(19 * MINUTE);
    stage.clock.after(delay, `look at ${host.name}`, () => looks.lookAgain(host));
  }
}

function scheduleFaults(scenario: Scenario, stage: Stage, apply: (fault: WorldFault) => void): void {
  for (const fault of scenario.faults) {
    if (!isWorldFault(fault) || fault.on) continue;
    const at = timeOfFault(scenario, fault);
    if (at === null || at <= stage.clock.now()) apply(fault);
    else stage.clock.at(at, `fault ${fault.do}`, () => apply(fault));
  }
}

/** Counts for each fault that has an `on` how often its state was entered. */
function faultsOn(scenario: Scenario, apply: (fault: WorldFault) => void): World['entered'] {
  const waiting = scenario.faults.flatMap((fault) =>
    isWorldFault(fault) && fault.on ? [{ fault, on: fault.on, seen: 0 }] : [],
  );
  return (machine, state) => {
    for (const each of waiting) {
      if (each.on.state !== state || (each.on.execution !== undefined && each.on.execution !== machine)) continue;
      each.seen += 1;
      if (each.seen === (each.on.nth ?? 1)) apply(each.fault);
    }
  };
}
