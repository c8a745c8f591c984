/**
 * docs/cost.md: what a campaign costs over 10, 100, 1,000 and 2,000 hosts, from rehearsed campaigns and a dated price list.
 * `node bench/cost.ts [hosts …]` prints; with `--write` it writes the file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fleetFromSeed } from '#rehearsal/fleet/from-seed.ts';
import { rehearse } from '../cli/rehearse/rehearse.ts';
import { packaged } from '../test/permissions/packaged.ts';
import { standingSection } from './standing.ts';

const root = new URL('..', import.meta.url).pathname;
const price = JSON.parse(readFileSync(`${root}bench/prices.json`, 'utf8'));
const sizes = process.argv
  .slice(2)
  .filter((one) => /^\d+$/.test(one))
  .map(Number);
const MEMORY_GB = 0.5;
/** Lambda's own time of an invocation, and what a call to AWS takes: assumed, since virtual time has neither. */
const SECONDS_PER_INVOCATION = 0.25;
const SECONDS_PER_CALL = 0.06;

interface Cost {
  hosts: number;
  findings: number;
  transitions: number;
  invocations: number;
  gbSeconds: number;
  calls: Record<string, number>; // service.operation
  evidenceMib: number;
  logMib: number;
  mails: number;
  dollars: [what: string, dollars: number][]; // most first
}

const costs: Cost[] = [];
for (const hosts of sizes.length ? sizes : [10, 100, 1000, 2000]) costs.push(await campaign(hosts));
const text = page(costs);
if (process.argv.includes('--write')) writeFileSync(`${root}docs/cost.md`, text);
else process.stdout.write(text);

async function campaign(hosts: number): Promise<Cost> {
  const canaries = Math.max(2, Math.round(hosts / 50));
  const ring = (name: string, errors: number) => ({ name, tag: { Ring: name }, atOnce: 50, errors, soakMinutes: 60 });
  const scenario = {
    ...fleetFromSeed({ hosts, canaries, seed: 1, data: `${root}scenarios/data/debian12-advisories.json` }),
    policy: { window: null, approvals: { before: [] }, rings: [ring('canary', 2), ring('fleet', 50)] },
  };
  const { run, rehearsal, executions, evidence } = await rehearse({ scenario, policy: `${root}policy.yml`, out: null });
  const begun = rehearsal.logs.filter(({ line }) => line.includes('"begins"')).length;
  const calls: Record<string, number> = {};
  for (const [key, times] of rehearsal.callsByCaller) {
    const [caller, call = ''] = key.split('|');
    if (caller !== 'operator') calls[call] = (calls[call] ?? 0) + times;
  }
  const bytes = [...evidence.values()].reduce((sum, one) => sum + one.length, 0);
  const log = rehearsal.logs.reduce((sum, { line }) => sum + line.length, 0);
  const counted = {
    hosts,
    findings: run.delta?.before.total ?? 0,
    transitions: executions.reduce((sum, { states }) => sum + states.length + 1, 0),
    invocations: begun,
    gbSeconds: MEMORY_GB * (begun * SECONDS_PER_INVOCATION + total(Object.values(calls)) * SECONDS_PER_CALL),
    calls,
    evidenceMib: bytes / 2 ** 20,
    logMib: log / 2 ** 20,
    mails: rehearsal.inbox.length,
  };
  return { ...counted, dollars: dollars(counted) };
}

function dollars({
  transitions,
  invocations,
  gbSeconds,
  calls,
  evidenceMib,
  logMib,
  mails,
}: Omit<Cost, 'dollars'>): Cost['dollars'] {
  const of = (call: string) => calls[call] ?? 0;
  const rows: Cost['dollars'] = [
    ['Step Functions, transitions', transitions * price.stepFunctionsTransition],
    ['Lambda, GB-seconds', gbSeconds * price.lambdaArmGbSecond],
    ['Lambda, requests', invocations * price.lambdaRequest],
    ['S3, puts', of('s3.PutObject') * price.s3Put],
    ['S3, gets', of('s3.GetObject') * price.s3Get],
    ['S3, a year of evidence', 12 * (evidenceMib / 1024) * price.s3GbMonth],
    ['DynamoDB, writes', (of('dynamodb.PutItem') + of('dynamodb.UpdateItem')) * price.dynamodbWrite],
    ['DynamoDB, reads', (of('dynamodb.GetItem') + of('dynamodb.Query')) * price.dynamodbRead],
    ['CloudWatch, logs', (logMib / 1024) * price.logGb],
    ['SNS, mails to one reader', mails * price.snsMail],
    ['KMS, requests', (mails + 20) * price.kmsRequest],
  ];
  return rows.sort(([, a], [, b]) => b - a);
}

function page(all: Cost[]): string {
  const head = `| | ${all.map(({ hosts }) => `${hosts.toLocaleString('en')} hosts`).join(' | ')} |`;
  const rule = `|---|${all.map(() => '---:|').join('')}`;
  const row = (name: string, cell: (cost: Cost) => number, digits = 0) =>
    `| ${name} | ${all.map((cost) => cell(cost).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })).join(' | ')} |`;
  const order = all.at(-1)?.dollars.map(([what]) => what) ?? [];
  const services = [...new Set(all.flatMap(({ calls }) => Object.keys(calls)))].sort(
    (a, b) => (all.at(-1)?.calls[b] ?? 0) - (all.at(-1)?.calls[a] ?? 0),
  );
  return `${[
    '# What it costs',
    '',
    `Counted in rehearsed campaigns (two rings, fifty hosts at once, one hour of soak each), priced by list prices of ${price.region},`,
    `${price.asOf} (bench/prices.json: ${price.note}). Lambda’s time is assumed: ${SECONDS_PER_INVOCATION} s an invocation and ${SECONDS_PER_CALL} s a call, at 512 MB.`,
    'Made by `node bench/cost.ts --write`. Inspector and the hosts are not in it: they cost the same without us.',
    '',
    '## A campaign, in dollars',
    '',
    head,
    rule,
    ...order.map((what) => row(what, ({ dollars }) => dollars.find(([name]) => name === what)?.[1] ?? 0, 4)),
    row('**together**', ({ dollars }) => total(dollars.map(([, each]) => each)), 3),
    '',
    '## A campaign, in numbers',
    '',
    head,
    rule,
    row('active findings before', ({ findings }) => findings),
    row('state transitions', ({ transitions }) => transitions),
    row('invocations', ({ invocations }) => invocations),
    row('GB-seconds', ({ gbSeconds }) => gbSeconds, 1),
    row('calls of AWS', ({ calls }) => total(Object.values(calls))),
    row('evidence, MiB', ({ evidenceMib }) => evidenceMib, 2),
    row('log, MiB', ({ logMib }) => logMib, 2),
    row('mails', ({ mails }) => mails),
    '',
    '## Calls of AWS, most first',
    '',
    head,
    rule,
    ...services.map((call) => row(`\`${call}\``, ({ calls }) => calls[call] ?? 0)),
    '',
    standingSection(packaged().template.Resources),
  ].join('\n')}`;
}

function total(numbers: number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
