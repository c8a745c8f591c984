/** One account, for all tests of SSM's lists: hosts of each state, and commands of each status. */
import { AwsFault } from '#rehearsal/api.ts';
import { AMAZON, DEBIAN, WINDOWS } from './small-data.ts';
import { HOUR, testWorld } from './stage.ts';

export const world = testWorld(
  `start: 2024-08-31T20:00:00Z
baselines: [{ name: own, os: DEBIAN, groups: [web, db], rules: [{ filters: { PRIORITY: ['*'] }, enableNonSecurity: true }] }]
calendars:
  - { name: never, open: false }
  - { name: nights, open: true, changes: [{ after: 2h, open: false }, { after: 10h, open: true }] }
  - { name: days, open: false, changes: [{ after: 1h, open: true }, { after: 4h, open: false }, { after: 5h, open: true }] }
fleet:
  - { name: web, count: 3, platform: DEBIAN_12, tags: { PatchGroup: web } }
  - { name: db, platform: AMAZON_LINUX_2023, tags: { PatchGroup: db, owner: '' } }
  - { name: win, platform: WINDOWS_SERVER_2022, agent: offline }
  - { name: still, platform: DEBIAN_12, state: stopped }
  - { name: bare, platform: DEBIAN_12, agent: none }
  - { name: gone, platform: DEBIAN_12, tags: { PatchGroup: web } }
faults:
  - { do: terminate, hosts: [gone], after: 2h }
  - { do: install-fails, hosts: [db] }
`,
  [DEBIAN, AMAZON, WINDOWS],
);
export const idOf = (name: string) => world.host(name).id;
export const nameOf = (id: string) => world.world.hosts.find((host) => host.id === id)?.name;
export const fault = (code: string) => (error: unknown) => error instanceof AwsFault && error.code === code;
export const scan = { DocumentName: 'AWS-RunPatchBaseline', Parameters: { Operation: ['Scan'] } };

export const scanned = world.call('SendCommand', {
  ...scan,
  InstanceIds: ['web-1', 'web-2', 'gone', 'db'].map(idOf),
}).Command;
world.pass(HOUR);
const failed = world.call('SendCommand', {
  ...scan,
  Parameters: { Operation: ['Install'], RebootOption: ['NoReboot'] },
  InstanceIds: ['web-1', 'db'].map(idOf),
  MaxErrors: '1',
}).Command;
world.pass(2 * HOUR);
const running = world.call('SendCommand', { ...scan, Targets: [{ Key: 'tag:PatchGroup', Values: ['web'] }] }).Command;
export const nobody = world.call('SendCommand', {
  ...scan,
  Targets: [{ Key: 'tag:PatchGroup', Values: ['x'] }],
}).Command;
world.pass(17_000); // delivered, and not yet over
const COMMANDS = { scanned, failed, running, nobody } as Record<string, { CommandId: string }>;
export const commandName = (id: string) => Object.keys(COMMANDS).find((name) => COMMANDS[name]?.CommandId === id);
export const at = (hours: number) => new Date(Date.parse('2024-08-31T20:00:00Z') + hours * HOUR).toISOString();
