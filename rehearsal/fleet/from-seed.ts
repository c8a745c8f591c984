/** A big fleet for measurements: hosts that differ in what they have installed and in how long ago they were patched. */
import { readAdvisories, type Scenario } from '#rehearsal/scenario/scenario.ts';
import { parseScenario } from '#rehearsal/scenario/text.ts';

export interface FleetSize {
  hosts: number;
  canaries: number;
  seed: number;
  data: string; // path of debian12-advisories.json
}

/** Last patched on the first of these months: of 73 packages some 50 findings remain on an ordinary host. */
const MONTHS = ['2024-03', '2024-04', '2024-05', '2024-06', '2024-07'];
const PACKAGES = 32;

/** Of group `web`, with rings `canary` and `fleet`. With 2,000 hosts about 100,000 active findings. */
export function fleetFromSeed({ hosts, canaries, seed, data }: FleetSize): Scenario {
  const entries = [
    entry('web-canary', canaries, 'canary', '2024-05'),
    ...MONTHS.map((month, at) => entry(`web-${month.slice(5)}`, share(hosts - canaries, at), 'fleet', month)),
  ];
  const text = [
    `name: seed-${seed}`,
    `title: ${hosts} hosts from seed ${seed}`,
    'promises: { outcome: Completed }',
    'start: 2024-08-31T20:00:00Z',
    'group: web',
    `seed: ${seed}`,
    'advisories: [seeded]',
    'alarms: [{ name: web-5xx }]',
    `baselines: [{ name: web-DEBIAN, os: DEBIAN, groups: [web], rules: [{ filters: { PRIORITY: ['*'] }, enableNonSecurity: true }] }]`,
    `fleet: [${entries.filter(Boolean).join(', ')}]`,
  ].join('\n');
  const file = `seed ${seed}`;
  return { ...parseScenario(text, file).text, file, data: [readAdvisories(data)] };
}

function entry(name: string, count: number, ring: string, month: string): string {
  if (count < 1) return '';
  const tags = `{ PatchGroup: web, Ring: ${ring} }`;
  return `{ name: ${name}, count: ${count}, platform: DEBIAN_12, tags: ${tags}, sample: ${PACKAGES}, patchedThrough: ${month}-01 }`;
}

function share(total: number, at: number): number {
  return Math.floor((total + at) / MONTHS.length);
}
