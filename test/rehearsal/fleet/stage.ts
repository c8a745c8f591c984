/** A trivial stage for the world: a sorted queue for a clock. */
import type { AwsEvent, Caller, Chance, Stage } from '#rehearsal/api.ts';
import { chanceOf } from '#rehearsal/engine/chance.ts';
import type { AdvisoryFile } from '#rehearsal/fleet/advisories.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import { openWorld, type World } from '#rehearsal/fleet/world.ts';
import { judgeAnswer, judgedInput } from '#rehearsal/models/verdict.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import { parseScenario } from '#rehearsal/scenario/text.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface TestWorld {
  world: World;
  events: AwsEvent[];
  notes: { subject: string; text: string }[];
  now(): number;
  /** Lets so many milliseconds pass. */
  pass(ms: number): void;
  /** Question and answer are judged by AWS's model, as at the gateway. `service.Operation` where two services have it. */
  // biome-ignore lint/suspicious/noExplicitAny: answers have AWS's shapes
  call(operation: string, input?: Record<string, unknown>): any;
  host(name: string): Host;
}

/** `text`: the scenario as YAML without name, title and promises. */
export function testWorld(text: string, data: AdvisoryFile[]): TestWorld {
  const head = 'name: test\ntitle: test\npromises: { outcome: Completed }\nadvisories: [none]\ngroup: web\n';
  return openOn({ ...parseScenario(head + text, 'test.yml').text, file: 'test.yml', data });
}

export function openOn(scenario: Scenario): TestWorld {
  const events: AwsEvent[] = [];
  const notes: { subject: string; text: string }[] = [];
  const clock = queueClock(Date.parse(scenario.start));
  const chance: Chance = chanceOf(scenario.seed);
  const stage: Stage = {
    clock,
    chance,
    account: '123456789012',
    region: 'eu-central-1',
    emit: (event) => events.push(event),
    note: (_kind, subject, text) => notes.push({ subject, text }),
  };
  const world = openWorld(scenario, stage);
  const playedBy = (service: string | undefined, operation: string) =>
    world.fakes.find((fake) => operation in fake.operations && (service ?? fake.service) === fake.service);
  const caller: Caller = { name: 'test', account: stage.account, region: stage.region };
  return {
    world,
    events,
    notes,
    now: clock.now,
    pass: clock.pass,
    call(operation, input = {}) {
      const [name = '', of] = operation.split('.').reverse();
      const fake = playedBy(of, name);
      const play = fake?.operations[name];
      if (!play) throw new Error(`${operation} is not played`);
      const answer = play(judgedInput(fake.service, name, input), caller);
      judgeAnswer(fake.service, name, answer);
      return answer;
    },
    host(name) {
      const host = world.hosts.find((each) => each.name === name);
      if (!host) throw new Error(`no host ${name}`);
      return host;
    },
  };
}

function queueClock(start: number) {
  let now = start;
  let order = 0;
  let queue: { at: number; order: number; run: () => void }[] = [];
  const at = (when: number, _what: string, run: () => void) => {
    const entry = { at: Math.max(when, now), order: order++, run };
    queue.push(entry);
    const cancel = () => {
      queue = queue.filter((each) => each !== entry);
    };
    return { cancel };
  };
  return {
    now: () => now,
    at,
    after: (ms: number, what: string, run: () => void) => at(now + ms, what, run),
    pass(ms: number) {
      const until = now + ms;
      for (;;) {
        const due = queue.filter((each) => each.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (!due) break;
        queue = queue.filter((each) => each !== due);
        now = due.at;
        due.run();
      }
      now = until;
    },
  };
}
