/**
 * A campaign over 2,000 hosts with 100,000 active findings: seconds, memory, AWS calls beside the least that page and filter
 * sizes allow, the largest state payload, the longest history. `node bench/fleet.ts [hosts]`, by default 2000.
 */
import { gunzipSync } from 'node:zlib';
import { NO_RING, type SurveyedHost } from '#domain/patch/model.ts';
import { fleetFromSeed } from '#rehearsal/fleet/from-seed.ts';
import type { Rehearsing } from '../cli/rehearse/conduct.ts';
import { rehearse } from '../cli/rehearse/rehearse.ts';

const hosts = Number(process.argv[2] ?? 2000);
const canaries = Math.max(2, Math.round(hosts / 50));
const root = new URL('..', import.meta.url).pathname;
const scenario = {
  ...fleetFromSeed({ hosts, canaries, seed: 1, data: `${root}scenarios/data/debian12-advisories.json` }),
  // One wave of a fleet takes its window's time: fifty at once, as many as one command takes.
  policy: {
    window: null,
    approvals: { before: [] },
    rings: [
      { name: 'canary', tag: { Ring: 'canary' }, atOnce: 50, errors: 2, soakMinutes: 60 },
      { name: 'fleet', tag: { Ring: 'fleet' }, atOnce: 50, errors: 50, soakMinutes: 60 },
    ],
  },
};

const started = performance.now();
const rehearsing = await rehearse({ scenario, policy: `${root}policy.yml`, out: null });
const seconds = (performance.now() - started) / 1000;
const { run, executions } = rehearsing;
const surveyed = hostsBefore(rehearsing);
const findings = surveyed.reduce((sum, host) => sum + host.findings.length, 0);
const line = (name: string, value: string | number) => console.log(`${name.padEnd(34)} ${value}`);

line('hosts, active findings', `${surveyed.length}, ${findings}`);
line(
  'outcome',
  `${run.campaign.outcome}; ${run.delta?.fixed.total ?? 0} fixed, ${run.delta?.after.total ?? 0} not proven fixed`,
);
line('real seconds (virtual hours)', `${seconds.toFixed(1)} (${(run.virtualSeconds / 3600).toFixed(1)})`);
line('peak memory of product and AWS, MiB', Math.round(process.resourceUsage().maxRSS / 1024));
line('largest state payload, bytes', Math.max(...executions.map((execution) => execution.largestPayload)));
line('longest history, events', Math.max(...executions.map((execution) => execution.events)));
line('evidence, MiB', (total([...rehearsing.evidence.values()].map((bytes) => bytes.length)) / 2 ** 20).toFixed(1));
console.log('\nAWS calls                              made    least   why');
for (const [operation, made] of Object.entries(run.calls)) {
  const [least, why] = LEAST(operation) ?? ['', ''];
  console.log(`${operation.padEnd(36)} ${String(made).padStart(6)}   ${String(least).padStart(6)}   ${why}`);
}

/** The least that one survey needs, twice, where the page and filter sizes say it. */
function LEAST(operation: string): [number, string] | null {
  const all = surveyed.length;
  const sent = rehearsing.truth.reduce((sum, host) => sum + host.runs.length, 0);
  const open = surveyed.filter((host) => host.patches.length > 0).length;
  const chunks = Math.ceil(all / 10);
  switch (operation) {
    case 'inspector2.ListFindings':
      return [2 * pagesOfFindings(), 'two surveys, ten ids a filter, 100 a page'];
    case 'inspector2.ListCoverage':
      return [2 * chunks, 'two surveys, ten ids a filter'];
    case 'ec2.DescribeInstances':
      return [2 * Math.ceil(all / 1000), 'two surveys, 1,000 a page'];
    case 'ssm.DescribeInstanceInformation':
      return [2 * Math.ceil(all / 50), 'two surveys, 50 a page'];
    case 'ssm.DescribeInstancePatchStates':
      return [2 * Math.ceil(all / 50), 'two surveys, 50 ids'];
    case 'ssm.DescribeInstancePatches':
      return [open, 'one a host with open patches, in the first survey'];
    case 'ssm.SendCommand':
      return [Math.ceil(sent / 50), `${sent} runs on hosts, 50 ids a command`];
    default:
      return null;
  }
}

function pagesOfFindings(): number {
  let pages = 0;
  for (let from = 0; from < surveyed.length; from += 10) {
    const of = total(surveyed.slice(from, from + 10).map((host) => host.findings.length));
    pages += Math.max(1, Math.ceil(of / 100));
  }
  return pages;
}

function hostsBefore({ evidence }: Rehearsing): SurveyedHost[] {
  return ['canary', 'fleet', NO_RING].flatMap((ring) => {
    const key = [...evidence.keys()].find((each) => each.endsWith(`before/${ring}.jsonl.gz`));
    const text = key ? gunzipSync(evidence.get(key) ?? new Uint8Array()).toString() : '';
    return text.split('\n').flatMap((row) => (row ? [JSON.parse(row) as SurveyedHost] : []));
  });
}

function total(numbers: number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
