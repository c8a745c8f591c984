import type { OrderFacts, OrderFinding } from '#domain/edge/order/facts.ts';
import { orderFindings, reachWords } from '#domain/edge/order/order.ts';
import { PROBE_RULE, SITE_TAG, type SitePolicy } from '#domain/edge/site.ts';
import type { Answer } from '../account/answer.ts';
import { type Checked, good, looked } from '../account/checked.ts';
import type { DeployedStage, Open } from '../account/open.ts';
import { TO_MEND } from '../exit.ts';
import { type Paint, several, wrapAt } from '../screen/text.ts';
import {
  balancersOf,
  type CheckSitePorts,
  capacityOf,
  fileRules,
  managedGroups,
  requestsOf,
  shortOf,
} from './check-facts.ts';

/**
 * `check SITE`: what each rule of the file can and cannot reach, and what AWS would refuse or ignore in silence, with what AWS says
 * around it: versions and their expiry, capacity, load balancers, logging, whose the web ACL is. Reads only.
 */
export async function checkSite(site: SitePolicy, open: Open, ports: CheckSitePorts): Promise<Answer> {
  const { account, region, ...who } = await open();
  const checks: Checked[] = [];
  const groups = await managedGroups(site, ports, checks);
  const live = await ports.webAcls.read(site.webAcl).catch(() => null);
  const rules = fileRules(site, groups);
  const balancers = await balancersOf(site, ports, checks);
  const facts: OrderFacts = {
    rules,
    labelNamespace: live?.labelNamespace ?? null,
    groups: groups.length ? groups : null,
    regexSets: Object.fromEntries(
      Object.entries(site.regexSets).flatMap(([name, set]) => ('of' in set ? [[name, set.of]] : [])),
    ),
    ruleGroups: null,
    capacity: await capacityOf(site, rules, ports, checks),
    loadBalancers: balancers,
    deliberately: new Set(site.rules.flatMap(({ name, deliberately }) => (deliberately === null ? [] : [name]))),
    requestsPerMonth: live ? await requestsOf(live.metricName, ports) : null,
  };
  checks.push(...(await looked('web ACL', () => standing(site, { account, region, ...who } as DeployedStage, ports))));
  const order = orderFindings(facts);
  const reach = reachWords(rules);
  const mend = [
    ...checks.filter(({ state }) => state === 'mend' || state === 'unknown'),
    ...order.filter(({ level }) => level === 'refused'),
  ];
  return {
    document: { version: 1, site: site.name, account, region, reach, order, checks, toMend: mend.length },
    lines: (paint, columns) => checkLines(site.name, reach, order, checks, mend.length, paint, columns),
    exit: mend.length ? TO_MEND : 0,
  };
}

/** Whose the web ACL is, what it protects, where it logs, and whether it can be scanned. */
async function standing(
  site: SitePolicy,
  { account, region }: DeployedStage,
  { webAcls }: CheckSitePorts,
): Promise<Checked[]> {
  const about = 'web ACL';
  const live = await webAcls.read(site.webAcl);
  const found: Checked[] = [];
  const say = (state: Checked['state'], words: string, remedy: string | null) =>
    found.push({ about, state, words, remedy });
  for (const arn of site.protects) {
    const its = await webAcls.of(arn);
    if (its === null)
      say(
        'mind',
        `${shortOf(arn)} has no web ACL: nothing protects it yet`,
        'the first approved campaign associates it',
      );
    else if (its.name !== site.webAcl)
      say(
        'mend',
        `${shortOf(arn)} has the web ACL ${its.name}, which is never taken from it`,
        `patchwright waf import ${its.name}`,
      );
  }
  if (!live)
    return [
      ...found,
      {
        about,
        state: 'mind',
        words: `${account} ${region} has no ${site.webAcl} yet`,
        remedy: 'the first approved campaign makes it',
      },
    ];
  const tag = (await webAcls.tags(live.arn))[SITE_TAG];
  if (live.managedByFirewallManager) say('mind', 'Firewall Manager keeps it: campaigns end Observed', null);
  else if (tag !== site.name)
    say(
      'mind',
      tag ? `its tag ${SITE_TAG} says ${tag}` : `it has no tag ${SITE_TAG}: campaigns end Observed`,
      `set ${SITE_TAG} to ${site.name} to adopt it (patchwright waf import ${site.webAcl})`,
    );
  if (!live.rules.some(({ Name }) => Name === PROBE_RULE))
    say(
      'mind',
      'it has no probe rule: it cannot be scanned',
      `paste what patchwright waf show ${site.name} --probe-rule prints`,
    );
  const logging = await webAcls.logging(live.arn);
  if (logging?.filtered)
    say('mind', 'a filter of its log drops some requests: campaigns may end Blind', 'take the filter out');
  if (logging?.redacted.length)
    say(
      'mind',
      `its log has no ${logging.redacted.join(', ')}`,
      'take the redaction out, as far as it hides what is needed',
    );
  if (logging && !logging.destinations.some((arn) => /:s3:::/.test(arn)))
    say('mend', `it logs to ${logging.destinations.join(', ')}: only S3 is read`, 'log to S3');
  return found.length ? found : [good(about, `${site.webAcl} is tagged, associated and can be scanned`)];
}

const MARKS = { good: 'ok  ', mend: 'mend', mind: 'mind', unknown: '?   ' } as const;
const LEVELS = { refused: 'mend', open: 'open', note: 'mind' } as const;

function checkLines(
  site: string,
  reach: { rule: string; words: string }[],
  order: OrderFinding[],
  checks: Checked[],
  toMend: number,
  paint: Paint,
  columns: number,
): string[] {
  const told = (mark: string, words: string, remedy: string | null) => {
    const [first = '', ...rest] = wrapAt(words, columns - 5, '');
    const more = [...rest, ...(remedy ? wrapAt(`Remedy: ${remedy}`, columns - 5, '') : [])];
    return [
      `${paint(mark === 'ok  ' ? 'green' : mark === 'mend' ? 'red' : 'yellow', mark)} ${first}`,
      ...more.map((line) => `     ${line}`),
    ];
  };
  return [
    paint('bold', `${site}: its rules in order`),
    ...reach.map(({ rule, words }) => `  ${rule} ${words}`),
    '',
    ...order.flatMap(({ level, rule, words, remedy }) =>
      told(LEVELS[level], `${rule ? `${rule}: ` : ''}${words}`, remedy),
    ),
    ...checks.flatMap(({ about, state, words, remedy }) => told(MARKS[state], `${about}: ${words}`, remedy)),
    toMend ? paint('red', `${several(toMend, 'thing')} to mend`) : paint('green', 'Nothing to mend'),
  ];
}
