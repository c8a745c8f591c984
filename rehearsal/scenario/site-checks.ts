/** What a scenario says of a site that cannot be: a web ACL that AWS would refuse, files of requests that nobody can read. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AwsFault, type Stage } from '#rehearsal/api.ts';
import { chanceOf } from '#rehearsal/engine/chance.ts';
import type { ScenarioText } from '#rehearsal/scenario/format.ts';
import type { Misfit } from '#rehearsal/scenario/text.ts';
import { balancerArns } from '#rehearsal/services/elasticloadbalancing/load-balancers.ts';
import { STAND_INS } from '#rehearsal/services/wafv2/stand-ins.ts';
import { Waf } from '#rehearsal/services/wafv2/wafv2.ts';
import { requestLines } from '#rehearsal/site/request-lines.ts';
import { seedSite } from '#rehearsal/site/seed.ts';
import type { Lines } from '#rehearsal/site/visitors.ts';

export function strangeSites({ sites, start }: ScenarioText): Misfit[] {
  const waf = new Waf(dryStage(Date.parse(start)));
  return sites.flatMap((site, at) => {
    const found: Misfit[] = [];
    const tell = (path: PropertyKey[], problem: string, otherwise: string, word = '', known: string[] = []) =>
      found.push({ path: ['sites', at, ...path], problem, word, known, otherwise });
    if (sites.findIndex(({ name }) => name === site.name) < at)
      tell(['name'], `another site is called "${site.name}" too`, 'give it another name');
    try {
      seedSite(site, balancerArns(site.name, PLACE).arn, waf);
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      tell(
        ['webAcl'],
        `AWS would refuse it: ${error.code}: ${error.message}`,
        'write it as GetWebACL reads it, texts as text',
      );
    }
    for (const [place, { group, version }] of site.versionEnds.entries()) {
      const known = STAND_INS.find(({ name }) => name === group);
      if (!known)
        tell(
          ['versionEnds', place, 'group'],
          `no managed group is called "${group}"`,
          'name one that is rehearsed',
          group,
          STAND_INS.map(({ name }) => name),
        );
      else if (!known.versions.includes(version))
        tell(
          ['versionEnds', place, 'version'],
          `${group} has no version "${version}"`,
          `name one of ${known.versions.join(', ')}`,
          version,
          known.versions,
        );
    }
    return found;
  });
}

/** The files of `traffic`, read. A fault that has no place in the scenario names the file's own line. */
export function readTraffic(
  { sites }: ScenarioText,
  file: string,
): { requests: Record<string, Partial<Lines>>; faults: string[] } {
  const faults: string[] = [];
  const requests: Record<string, Partial<Lines>> = {};
  for (const { name, traffic } of sites) {
    for (const [kind, path] of Object.entries(traffic) as [keyof Lines, string | undefined][]) {
      if (path === undefined) continue;
      const at = resolve(dirname(file), path);
      const text = readOrNull(at);
      if (text === null) faults.push(`${at}: the requests cannot be read. Remedy: check the path`);
      const read = requestLines(text ?? 'GET /');
      faults.push(...read.faults.map(({ line, words }) => `${at}:${line}: ${words}`));
      requests[name] = { ...requests[name], [kind]: read.lines };
    }
  }
  return { requests, faults };
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // said with the path, among the other faults
  }
}

const PLACE = { account: '123456789012', region: 'eu-central-1' };

/** Nothing ever happens there. */
function dryStage(at: number): Stage {
  const timer = { cancel: () => undefined };
  return {
    clock: { now: () => at, at: () => timer, after: () => timer },
    chance: chanceOf(1),
    ...PLACE,
    emit: () => undefined,
    note: () => undefined,
  };
}
