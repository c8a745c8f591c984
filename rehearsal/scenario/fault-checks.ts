/** What a scenario's faults say that cannot be: moments, names of vulnerabilities, platforms, calls, functions, machines, states. */
import { NEEDS_EXECUTION } from '#rehearsal/engine/faults.ts';
import { milliseconds } from '#rehearsal/engine/times.ts';
import type { AdvisoryFile } from '#rehearsal/fleet/advisories.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import models from '#rehearsal/models/operations.json' with { type: 'json' };
import type { ScenarioText } from '#rehearsal/scenario/format.ts';
import type { Misfit } from '#rehearsal/scenario/text.ts';
import { remedyFor } from '#rehearsal/scenario/text.ts';

type Fault = ScenarioText['faults'][number];
type Found = Omit<Misfit, 'path'> & { member: string };

const MOMENTS = ['at', 'after', 'on'] as const;
/** What dynalite plays on items; the other services' operations stand beside their models. */
const DYNAMODB = ['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'];

const CALLS = Object.entries<string[]>({ ...models, dynamodb: DYNAMODB }).flatMap(([service, operations]) =>
  ['*', ...operations].map((operation) => `${service}.${operation}`),
);

export function strangeKinds(scenario: ScenarioText, data: readonly AdvisoryFile[]): Misfit[] {
  const ids = [
    ...data.flatMap(({ advisories }) => advisories),
    ...scenario.faults.flatMap((fault) => (fault.do === 'release' ? [fault.advisory] : [])),
  ].map(({ vulnerabilityId }) => vulnerabilityId);
  return scenario.faults.flatMap((fault, at) => {
    const found = [
      ...strangeMoments(fault, Date.parse(scenario.start)),
      ...strangeDurations(fault),
      ...strangeNames(fault, { ids, platforms: data.map(({ platform }) => platform) }),
    ];
    return found.map(({ member, ...misfit }) => ({ path: ['faults', at, member], ...misfit }));
  });
}

function strangeMoments(fault: Fault, start: number): Found[] {
  const given = MOMENTS.filter((name) => fault[name] !== undefined);
  const [first, second] = given;
  if (second !== undefined)
    return [plain(second, `a fault has one moment, and "${first}" is another`, `remove "${first}" or "${second}"`)];
  if (first === 'on' || !(NEEDS_EXECUTION as string[]).includes(fault.do)) return [];
  const moment = fault.at ? Date.parse(fault.at) : start + milliseconds(fault.after ?? '0m');
  if (first !== undefined && moment > start) return [];
  return [
    plain(
      first ?? 'do',
      `${fault.do} strikes what runs, and at the start nothing does`,
      'give it a moment: on: { state: … }, after: 30m, or a later "at"',
    ),
  ];
}

/** `back: 0m` is an agent that is back at once; for the others zero would be for ever, or never. */
function strangeDurations(fault: Fault): Found[] {
  const given: [string, string | undefined][] = [
    ['every', 'every' in fault ? fault.every : undefined],
    ['lasts', 'lasts' in fault ? fault.lasts : undefined],
  ];
  return given.flatMap(([member, text]) =>
    text !== undefined && milliseconds(text) === 0
      ? [plain(member, `"${member}" is a time above zero`, `write how long, or remove "${member}"`)]
      : [],
  );
}

interface Known {
  ids: string[];
  platforms: string[];
}

function strangeNames(fault: Fault, { ids, platforms }: Known): Found[] {
  const found: Found[] = [];
  const check = (member: string, word: string, known: string[], what: string, otherwise: string) => {
    if (!known.includes(word)) found.push({ member, problem: what, word, known, otherwise });
  };
  if ('vulnerabilityId' in fault) {
    const id = fault.vulnerabilityId;
    check('vulnerabilityId', id, ids, `no advisory is called "${id}"`, 'name one of the advisory files');
  }
  if (fault.do === 'release') {
    const { platform } = fault;
    check('platform', platform, platforms, `no advisories of ${platform} are named`, 'add a file of it to advisories');
  }
  if ((fault.do === 'throttle' || fault.do === 'lose-response' || fault.do === 'fail-call') && fault.operation) {
    const name = fault.operation;
    check('operation', name, CALLS, `nobody here plays ${name}`, 'name a call that the rehearsal plays');
  }
  return found;
}

function plain(member: string, problem: string, otherwise: string): Found {
  return { member, problem, word: '', known: [], otherwise };
}

/** Who calls besides functions: AWS itself for a machine or a schedule, who acts in the process, any other client. */
const OTHER_CALLERS = ['states', 'scheduler', 'operator', 'outside'];

/** Names of functions, machines and states that the service does not have: such a fault would never strike. One line each. */
export function unknownNames(
  faults: readonly {
    do: string;
    function?: string | undefined;
    execution?: string | undefined;
    topic?: string | undefined;
    on?: { state: string; execution?: string | undefined } | undefined;
  }[],
  { functions, machines, topics }: Pick<Installation, 'functions' | 'machines' | 'topics'>,
): string[] {
  const keys = functions.map(({ key }) => key);
  const machineKeys = machines.map(({ key }) => key);
  const states = machines.flatMap(({ definition }) => namesOf(definition));
  const words = topics.map(({ name }) => name.split('-').pop() ?? name);
  return faults.flatMap((fault) => {
    const lines: string[] = [];
    const check = (what: string, word: string | undefined, known: string[]) => {
      if (word === undefined || known.includes(word)) return;
      const remedy = remedyFor(word, known, `name one of ${known.join(', ')}`);
      lines.push(`the scenario's fault ${fault.do}: no ${what} is called "${word}". Remedy: ${remedy}`);
    };
    check('function', fault.function, [...keys, ...OTHER_CALLERS, ...machineKeys.map((key) => `states:${key}`)]);
    check('machine', fault.execution, machineKeys);
    check('machine', fault.on?.execution, machineKeys);
    check('state', fault.on?.state, states);
    check('topic', fault.topic, words);
    return lines;
  });
}

/** All states of a definition, those within others too. */
function namesOf(definition: unknown): string[] {
  if (typeof definition !== 'object' || definition === null) return [];
  const own = 'States' in definition ? Object.keys(definition.States ?? {}) : [];
  return [...own, ...Object.values(definition).flatMap(namesOf)];
}
