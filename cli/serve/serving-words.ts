import type { TimelineEvent } from '#rehearsal/api.ts';
import type { World } from '#rehearsal/fleet/world.ts';
import type { OpenRehearsal } from '#rehearsal/open-rehearsal.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import type { OpenSite } from '#rehearsal/site/sites.ts';
import { several } from '../screen/text.ts';

/** What is in the small AWS, for whoever wants to use it. `trust`: the file of the certificate that the sites have. */
export function contents(
  rehearsal: OpenRehearsal,
  scenario: Scenario,
  worlds: World[],
  flags: { clock: string },
  trust: string,
): string[] {
  const { functions, machines, rules, schedules, queues } = rehearsal.installed;
  const hosts = worlds.flatMap((world) => world.hosts);
  const groups = Map.groupBy(hosts, ({ tags }) => tags.PatchGroup ?? tags['Patch Group'] ?? 'in no group');
  const fleet = [...groups].map(([group, members]) => `${group} ${members.length}`).join(', ');
  const triggers = functions.flatMap(({ events }) => events).length + rules.length + schedules.length;
  const { EVIDENCE_BUCKET, TABLE_NAME } = rehearsal.env;
  return [
    `patchwright serves ${rehearsal.endpoint}`,
    `  region     ${rehearsal.region}, account ${rehearsal.account}; any credentials`,
    `  clock      ${flags.clock}, from ${iso(rehearsal.clock.now())}`,
    `  scenario   ${scenario.name}: ${scenario.title}`,
    `  fleet      ${several(hosts.length, 'host')}: ${fleet}`,
    ...machines.map(({ key, arn }) => `  machine    ${key} ${arn}`),
    `  functions  ${functions.length}, with ${triggers} rules and schedules, ${queues.length} queues`,
    ...rehearsal.installed.topics.map(({ arn }) => `  topic      ${arn}`),
    ...[EVIDENCE_BUCKET].flatMap((name) => (name ? [`  evidence   s3://${name}/`] : [])),
    ...[TABLE_NAME].flatMap((name) => (name ? [`  table      ${name}`] : [])),
    ...(rehearsal.sites?.opened?.sites ?? []).flatMap((site) => siteWords(site, trust)),
    `  try        AWS_ENDPOINT_URL=${rehearsal.endpoint} aws inspector2 list-findings --region ${rehearsal.region} --max-items 3`,
  ];
}

function siteWords({ name, hosts, address }: OpenSite, trust: string): string[] {
  const [host = ''] = hosts;
  const where = `${host}:443:${address}`;
  return [
    `  site       ${name}: https://${host} at ${address}; CONNECT_TO=${where} NODE_EXTRA_CA_CERTS=${trust}`,
    `             curl --connect-to ${where} --cacert ${trust} 'https://${host}/'`,
  ];
}

/** null: what functions call and log, and states left, would drown the rest. */
export function eventLine({ at, kind, subject, text, data }: TimelineEvent): string | null {
  if (kind === 'log' || kind === 'state-exited') return null;
  if (kind === 'call' && subject !== 'outside') return null;
  const words = kind === 'call' ? `${text}${data.error ? ` refused: ${data.error}` : ''}` : `${subject} ${text}`;
  return `${iso(at)} ${kind.padEnd(13)} ${words}`;
}

function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
