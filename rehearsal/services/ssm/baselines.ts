/** Patch baselines: those that AWS predefines, those of the scenario, and what a rule approves at an instant. */
import type { Stage } from '#rehearsal/api.ts';
import type { Release } from '#rehearsal/fleet/advisories.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import type { BaselineText } from '#rehearsal/scenario/format.ts';
import { PREDEFINED, type PredefinedBaseline } from '#rehearsal/services/ssm/predefined-baselines.ts';

const DAY = 86_400_000;
const AWS_OWNER = '733109147000';

export interface Rule {
  filters: Record<string, string[]>;
  approveAfterDays: number | null;
  approveUntil: string | null;
  enableNonSecurity: boolean;
}

export interface PatchBaseline {
  id: string; // AWS-owned ones: the whole ARN
  name: string;
  os: string;
  owner: 'AWS' | 'Self';
  groups: string[];
  isDefault: boolean;
  rules: Rule[];
  approved: string[];
  rejected: string[];
}

/** Why a release is not approved by a baseline now; null: it is approved. */
export type NotApproved = 'rejected' | 'no-rule' | 'too-young' | null;

export class Baselines {
  readonly all: PatchBaseline[];
  readonly #stage: Stage;

  constructor(stage: Stage, own: readonly BaselineText[]) {
    this.#stage = stage;
    const mine = own.map((text) => ownBaseline(text, stage));
    const taken = new Set(mine.filter((baseline) => baseline.isDefault).map((baseline) => baseline.os));
    const aws = PREDEFINED.map((each) => ({ ...each, isDefault: each.isDefault && !taken.has(each.os) }));
    this.all = [...mine, ...aws.map((each) => awsBaseline(each, stage))];
  }

  /**
   * One of the stack's, an AWS::SSM::PatchBaseline. A group that the scenario has registered elsewhere stays there: AWS takes one
   * baseline for each OS of a patch group.
   */
  add(text: BaselineText): void {
    const groups = text.groups.filter(
      (group) => !this.all.some((one) => one.os === text.os && one.groups.includes(group)),
    );
    this.all.unshift(ownBaseline({ ...text, groups }, this.#stage));
  }

  byId(id: string): PatchBaseline | undefined {
    return this.all.find((baseline) => baseline.id === id);
  }

  defaultFor(os: string): PatchBaseline | undefined {
    return this.all.find((baseline) => baseline.os === os && baseline.isDefault);
  }

  /** The registered one, else the default of the OS. */
  forGroup(group: string | undefined, os: string): PatchBaseline | undefined {
    const own = this.all.find(
      (baseline) => baseline.os === os && group !== undefined && baseline.groups.includes(group),
    );
    return own ?? this.defaultFor(os);
  }

  forHost(host: Host): PatchBaseline {
    const baseline = this.forGroup(patchGroupOf(host), host.platform.os);
    if (!baseline) throw new Error(`no patch baseline for ${host.platform.os}`);
    return baseline;
  }
}

export function patchGroupOf(host: Host): string | undefined {
  return host.tags.PatchGroup ?? host.tags['Patch Group'];
}

export function approval(baseline: PatchBaseline, packageName: string, release: Release, now: number): NotApproved {
  const names = [packageName, `${packageName}.*`, ...(/KB\d+/.exec(release.title ?? '') ?? [])];
  const isNamed = (list: string[]) => list.some((entry) => names.includes(entry) || matchesGlob(entry, packageName));
  if (isNamed(baseline.rejected)) return 'rejected';
  if (isNamed(baseline.approved)) return null;
  const rules = baseline.rules.filter((rule) => ruleTakes(rule, release));
  if (rules.length === 0) return 'no-rule';
  return rules.some((rule) => ruleApproves(rule, release, now)) ? null : 'too-young';
}

function matchesGlob(entry: string, name: string): boolean {
  return entry.endsWith('*') && name.startsWith(entry.slice(0, -1));
}

function ruleTakes(rule: Rule, release: Release): boolean {
  if (!release.security && !rule.enableNonSecurity) return false;
  return Object.entries(rule.filters).every(([key, values]) => {
    if (values.includes('*')) return true;
    if (key === 'CLASSIFICATION') return values.includes(release.classification);
    if (key === 'SEVERITY' || key === 'MSRC_SEVERITY') return values.includes(release.severity);
    if (key === 'PATCH_SET') return values.includes('OS'); // applications of Microsoft's are not played
    return true; // PRODUCT, SECTION, PRIORITY: everything of the fleet is of one product and ordinary
  });
}

/** No delay and no date at all (Debian, Ubuntu): at once. */
function ruleApproves(rule: Rule, release: Release, now: number): boolean {
  if (rule.approveUntil !== null) return release.at < Date.parse(`${rule.approveUntil}T00:00:00Z`) + DAY;
  return release.at + (rule.approveAfterDays ?? 0) * DAY <= now;
}

function ownBaseline(text: BaselineText, stage: Stage): PatchBaseline {
  const id = baselineId(text.name, stage);
  const { name, os, groups, rules, approved, rejected } = text;
  return { id, name, os, owner: 'Self', groups, isDefault: text.default, rules, approved, rejected };
}

function awsBaseline({ name, os, rules, isDefault, ...each }: PredefinedBaseline, stage: Stage): PatchBaseline {
  const { approveAfterDays, enableNonSecurity } = each;
  return {
    id: `arn:aws:ssm:${stage.region}:${AWS_OWNER}:patchbaseline/${baselineId(name, stage)}`,
    name,
    os,
    owner: 'AWS',
    groups: [],
    isDefault,
    rules: rules.map((filters) => ({ filters, approveAfterDays, approveUntil: null, enableNonSecurity })),
    approved: [],
    rejected: [],
  };
}

function baselineId(name: string, stage: Stage): string {
  const draw = stage.chance.of(`baseline/${name}`);
  return `pb-${Array.from({ length: 17 }, () => draw.int(16).toString(16)).join('')}`;
}
