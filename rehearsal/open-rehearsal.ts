/** An open rehearsal: all parts of the small AWS, put together around one clock. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsEvent, ExecutionView, Letter, Mail, Rehearsal, TimelineEvent } from '#rehearsal/api.ts';
import { vacate } from '#rehearsal/engine/address.ts';
import { openBus } from '#rehearsal/engine/bus.ts';
import { chanceOf, uuid } from '#rehearsal/engine/chance.ts';
import { running, VirtualClock } from '#rehearsal/engine/clock.ts';
import { type EngineFault, type EnteredState, Faults } from '#rehearsal/engine/faults.ts';
import { FunctionUrls } from '#rehearsal/engine/function-urls.ts';
import { Gateway } from '#rehearsal/engine/gateway.ts';
import { Lambda } from '#rehearsal/engine/lambda.ts';
import { Pace } from '#rehearsal/engine/pace.ts';
import { Pool } from '#rehearsal/engine/pool.ts';
import { taskEnvironment } from '#rehearsal/engine/task-environment.ts';
import { Traffic } from '#rehearsal/engine/traffic.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { stackFakes } from '#rehearsal/install/stack.ts';
import type { RehearsalOptions } from '#rehearsal/options.ts';
import type { openDynamodb } from '#rehearsal/services/dynamodb/dynamodb.ts';
import { TableAccess } from '#rehearsal/services/dynamodb/table-access.ts';
import { keepRules } from '#rehearsal/services/events/rule-schedules.ts';
import { S3 } from '#rehearsal/services/s3/s3.ts';
import { InboxPages } from '#rehearsal/services/sns/inbox-pages.ts';
import { statesApi, views } from '#rehearsal/services/states/api.ts';
import { States } from '#rehearsal/services/states/states.ts';
import type { Sites } from '#rehearsal/site/sites.ts';

/** Virtual time that an operator's work may take, back-off of its client included. */
const PATIENCE_MS = 3_600_000;

export class OpenRehearsal implements Rehearsal {
  readonly endpoint: string;
  readonly clock: VirtualClock;
  readonly account: string;
  readonly region: string;
  readonly env: Record<string, string>;
  readonly timeline: TimelineEvent[] = [];
  readonly inbox: Mail[] = [];
  readonly calls: Map<string, number>;
  readonly callsByCaller: Map<string, number>;
  readonly logs: { caller: string; line: string }[] = [];
  readonly gateway: Gateway;
  readonly #pace: Pace;
  readonly #traffic: Traffic;
  readonly #pool = new Pool();
  readonly states: States;
  readonly #s3: S3;
  readonly #bus: ReturnType<typeof openBus>;
  readonly #urls: FunctionUrls;
  readonly installed: Installation;
  readonly sites: Sites | undefined;
  readonly #taskEnv: Record<string, string>;
  readonly #listeners: ((event: TimelineEvent) => void)[] = [];
  #open = true;

  constructor(
    options: RehearsalOptions,
    installed: Installation,
    root: string,
    port: number,
    dynamodb: ReturnType<typeof openDynamodb>,
  ) {
    const { account, region, functions } = installed;
    const chance = chanceOf(options.seed ?? 1);
    const clock = new VirtualClock(options.startAt);
    const note = (kind: string, subject: string, text: string, data: Record<string, unknown> = {}) =>
      this.#note({ at: clock.now(), kind, subject, text, data });
    this.clock = clock;
    this.account = account;
    this.region = region;
    this.installed = installed;
    this.endpoint = `http://127.0.0.1:${port}`;
    this.env = { ...installed.env, POLICY_FILE: options.policyFile };
    this.#taskEnv = { ...taskEnvironment(this.endpoint, region), ...this.env };
    for (const one of functions) one.environment = { ...one.environment, POLICY_FILE: options.policyFile };
    this.#traffic = new Traffic(port);
    this.#pace = new Pace(clock, this.#traffic, this.#pool, chance.of('tasks'));

    const faults: Faults = new Faults(
      options.faults ?? [],
      clock,
      (fault, entered) => this.#strike(fault, entered),
      (fault, what) => note('fault', what, fault.do, { ...fault }),
    );
    const line = (caller: string, text: string) => {
      this.logs.push({ caller, line: text });
      note('log', caller, text);
    };
    const lambda = new Lambda(functions, {
      root,
      clock,
      chance: chance.of('lambda'),
      pace: this.#pace,
      env: this.#taskEnv,
      fault: (key) => faults.onInvoke(key),
      line,
      note,
    });
    this.#urls = new FunctionUrls(functions, { lambda, clock, account, region, chance: chance.of('urls') });
    const call: Gateway['call'] = (service, operation, input, who) => this.gateway.call(service, operation, input, who);
    const deliver = (mail: Mail) => {
      this.inbox.push(mail);
      note('mail', mail.topic, mail.subject, { messageId: mail.messageId });
    };
    this.#bus = openBus(installed, { clock, chance, endpoint: this.endpoint, lambda, faults, deliver, note, call });
    const { events, scheduler, sns, fakes: carrying, uses } = this.#bus;
    this.#listeners.push(this.#bus.watching);
    const stage = { clock, account, region, emit: (event: AwsEvent) => events.emit(event), note };
    const world = options.world({ ...stage, chance: chance.of('world') });
    for (const { name } of installed.documents) world.addDocument?.(name);
    for (const { properties } of installed.baselines) world.addBaseline?.(properties);
    const entered = (machine: string, state: string, execution: string) => {
      faults.entered({ machine, state, execution });
      world.entered?.(machine, state);
    };
    const fakes = [...world.fakes, ...carrying, ...stackFakes(installed, clock.now())];
    this.states = new States({ ...stage, chance: chance.of('states'), lambda, fakes, entered, call });
    fakes.push(statesApi(this.states));
    this.states.install(installed.machines);
    const buckets = installed.buckets.map(({ name }) => name);
    this.#s3 = new S3([...buckets, ...(world.sites?.buckets ?? [])], clock);
    this.sites = world.sites;
    this.sites?.attach({ traffic: this.#traffic, s3: this.#s3, env: this.#taskEnv });
    const requests = chance.of('requests');
    const inboxes = new InboxPages(sns, clock);
    const tables = new TableAccess(installed);
    const parts = {
      now: () => clock.now(),
      account,
      caller: () => ({ name: this.#pace.caller ?? 'outside', account, region }),
      requestId: () => uuid(requests),
      traffic: this.#traffic,
      dynamodb,
      pages: (request: IncomingMessage, response: ServerResponse) =>
        this.#urls.serve(request, response) ?? inboxes.serve(request, response),
      keys: uses.check.bind(uses),
      tables: tables.check.bind(tables),
      fault: (call: string, caller: string) => faults.onCall(call, caller),
      called: (call: string, caller: string, error: string | null) => note('call', caller, call, { error }),
      moves: options.moves ?? (() => false),
    };
    this.gateway = new Gateway(parts, [...fakes, this.#s3]);
    this.calls = this.gateway.calls;
    this.callsByCaller = this.gateway.callsByCaller;
    const invoke = (id: string, event: unknown) => lambda.fireAndForget(id, event);
    keepRules(installed, { clock, chance: chance.of('rules'), invoke });
    for (const { name, properties } of installed.schedules) scheduler.install(name, properties);
    this.#traffic.open();
    this.#pool.open();
    clock.install();
    faults.begin();
  }

  on(listener: (event: TimelineEvent) => void): void {
    this.#listeners.push(listener);
  }

  start(machine: string, name: string, input: unknown): string {
    return running.run('engine', () => this.states.start(machine, name, JSON.stringify(input))).view.arn;
  }

  abort(arn: string): void {
    running.run('engine', () => this.states.stop(arn));
  }

  executions(): ExecutionView[] {
    return views(this.states);
  }

  async act<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const who = running.getStore();
    if (who !== undefined && who !== 'engine')
      throw new Error(`${caller} acts inside a task: it would wait for itself`);
    const line = (text: string) => this.logs.push({ caller, line: text });
    const run = () => {
      const gaveUp = () => turn.abandon(new Error(`what ${caller} does waits for something that never comes`));
      const patience = this.clock.after(PATIENCE_MS, `patience with ${caller}`, gaveUp);
      return work().finally(() => patience.cancel());
    };
    const turn = this.#pace.enqueue({ caller, env: this.#taskEnv, run, line });
    await this.#over(turn.result);
    return (await turn.result) as T;
  }

  async visit(request: Parameters<FunctionUrls['visit']>[0]): ReturnType<FunctionUrls['visit']> {
    const answer = running.run('engine', () => this.#urls.visit(request));
    await this.#over(answer);
    return answer;
  }

  run(done: () => boolean, limit?: number): Promise<void> {
    return this.#pace.drive(done, limit);
  }

  emit(event: AwsEvent): void {
    running.run('engine', () => this.#bus.events.emit(event));
  }

  letters(queue: string): Letter[] {
    return this.#bus.sqs.letters(queue);
  }

  evidence(): Map<string, Uint8Array> {
    const { buckets } = this.#s3;
    const bucket = buckets.get(this.env.EVIDENCE_BUCKET ?? '') ?? buckets.get(this.installed.buckets[0]?.name ?? '');
    return new Map([...(bucket ?? [])].map(([key, object]) => [key, object.Body]));
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#pace.close();
    this.clock.uninstall();
    this.#traffic.close();
    this.#pool.close();
    await this.sites?.close();
    await vacate();
  }

  async #over(result: Promise<unknown>): Promise<void> {
    let over = false;
    const ended = () => {
      over = true;
    };
    result.then(ended, ended);
    await this.#pace.drive(() => over);
  }

  #note(event: TimelineEvent): void {
    if (!this.#open) return;
    this.timeline.push(event);
    for (const listener of this.#listeners) running.run('engine', () => listener(event));
  }

  #strike(fault: EngineFault, entered: EnteredState | null): void {
    if (fault.do === 'unsubscribe') {
      this.#bus.sns.unsubscribeAll(fault.topic);
      return;
    }
    const hit = views(this.states).filter((view) =>
      entered
        ? view.arn === entered.execution
        : view.status === 'RUNNING' && (!fault.execution || view.machine === fault.execution),
    );
    for (const view of hit) {
      if (fault.do === 'abort-execution') this.abort(view.arn);
      else this.start(view.machine, `${view.name}-again`, view.input);
    }
  }
}
