/** What one part of a scenario says about another: names that must be there. */
import type { AdvisoryFile } from '#rehearsal/fleet/advisories.ts';
import { strangeKinds } from '#rehearsal/scenario/fault-checks.ts';
import type { ScenarioText } from '#rehearsal/scenario/format.ts';
import { strangeSites } from '#rehearsal/scenario/site-checks.ts';
import type { Misfit } from '#rehearsal/scenario/text.ts';

export function misfits(scenario: ScenarioText, data: readonly AdvisoryFile[]): Misfit[] {
  return [
    ...strangeFaults(scenario),
    ...strangeKinds(scenario, data),
    ...strangePackages(scenario, data),
    ...alikeHosts(scenario),
    ...strangeSites(scenario),
  ];
}

function strangeFaults({ faults, fleet, alarms, sites }: ScenarioText): Misfit[] {
  const hosts = fleet.flatMap(({ name, count, id }) => [name, ...(id ? [id] : []), ...numbered(name, count)]);
  const entries = fleet.map(({ name }) => name);
  return faults.flatMap((fault, at) => {
    const strange: Misfit[] = [];
    const named = 'hosts' in fault ? (fault.hosts ?? []) : [];
    named.forEach((host, place) => {
      if (hosts.includes(host)) return;
      strange.push({
        path: ['faults', at, 'hosts', place],
        problem: `no host is called "${host}"`,
        word: host,
        known: entries,
        otherwise: `name one of ${entries.join(', ')}`,
      });
    });
    if (fault.do === 'alarm' && !alarms.some(({ name }) => name === fault.name)) {
      const known = alarms.map(({ name }) => name);
      strange.push({
        path: ['faults', at, 'name'],
        problem: `no alarm is called "${fault.name}"`,
        word: fault.name,
        known,
        otherwise: 'add it to alarms',
      });
    }
    if ('site' in fault && !sites.some(({ name }) => name === fault.site)) {
      const known = sites.map(({ name }) => name);
      const problem = `no site is called "${fault.site}"`;
      strange.push({ path: ['faults', at, 'site'], problem, word: fault.site, known, otherwise: 'add it to sites' });
    }
    return strange;
  });
}

function numbered(name: string, count: number): string[] {
  return count === 1 ? [] : Array.from({ length: count }, (_, at) => `${name}-${at + 1}`);
}

function strangePackages({ fleet }: ScenarioText, data: readonly AdvisoryFile[]): Misfit[] {
  return fleet.flatMap((entry, at) => {
    const files = data.filter(({ platform }) => platform === entry.platform);
    if (files.length === 0) {
      const known = data.map(({ platform }) => platform);
      return [
        {
          path: ['fleet', at, 'platform'],
          problem: `no advisories of ${entry.platform} are named`,
          word: entry.platform,
          known,
          otherwise: 'add a file of it to advisories',
        },
      ];
    }
    const known = ['linux-image-amd64', ...files.flatMap(({ packages }) => packages.map(({ name }) => name))];
    if (entry.packages === 'all') return [];
    return entry.packages.flatMap((name, place) =>
      known.includes(name)
        ? []
        : [
            {
              path: ['fleet', at, 'packages', place],
              problem: `the advisory files have no package "${name}"`,
              word: name,
              known,
              otherwise: 'name one of theirs',
            },
          ],
    );
  });
}

/** `web` with a count of 3 is web-1 to web-3: another entry may not be called so. */
function alikeHosts({ fleet }: ScenarioText): Misfit[] {
  const seen = new Set<string>();
  return fleet.flatMap(({ name, count }, at) => {
    const own = [name, ...numbered(name, count)];
    const taken = own.some((each) => seen.has(each));
    for (const each of own) seen.add(each);
    return taken
      ? [
          {
            path: ['fleet', at, 'name'],
            problem: `another host is called "${name}" too`,
            word: name,
            known: [],
            otherwise: 'give it another name',
          },
        ]
      : [];
  });
}
