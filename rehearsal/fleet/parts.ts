import type { Stage } from '#rehearsal/api.ts';
import type { AdvisoryBook } from '#rehearsal/fleet/advisories.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { PatchRuns } from '#rehearsal/fleet/patch-runs.ts';
import type { Alarms } from '#rehearsal/services/cloudwatch/monitoring.ts';
import type { Findings } from '#rehearsal/services/inspector2/findings.ts';
import type { Looks } from '#rehearsal/services/inspector2/looks.ts';
import type { Baselines } from '#rehearsal/services/ssm/baselines.ts';
import type { Commands } from '#rehearsal/services/ssm/commands.ts';
import type { Sites } from '#rehearsal/site/sites.ts';

export interface WorldParts {
  stage: Stage;
  fleet: Fleet;
  books: ReadonlyMap<string, AdvisoryBook>;
  baselines: Baselines;
  runs: PatchRuns;
  commands: Commands;
  looks: Looks;
  findings: Findings;
  alarms: Alarms;
  sites: Sites;
  inspector: { offSince: number | null };
  /** Lets Inspector judge hosts with these sources again, each at its moment. */
  tellNews(platform: string, sources: ReadonlySet<string>): void;
}
