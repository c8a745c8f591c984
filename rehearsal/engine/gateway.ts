/**
 * The one address at which the small AWS answers. Service and caller come from the request itself (the scope of its signature, and
 * the task that runs); the operation from the service's protocol. What nobody plays is refused by name.
 */
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { AwsFault, type Caller, type Fake, type Operation, type ServiceName } from '#rehearsal/api.ts';
import { received, send, wait } from '#rehearsal/engine/address.ts';
import { failed, notPlayed, readable, throttled, type WireFault } from '#rehearsal/engine/service-faults.ts';
import type { Traffic } from '#rehearsal/engine/traffic.ts';
import { judgeAnswer, judgedInput } from '#rehearsal/models/verdict.ts';
import { restJson, restScheduler, targetJson } from '#rehearsal/protocols/json.ts';
import {
  balancingQuery,
  cloudformationQuery,
  ec2Query,
  iamQuery,
  snsQuery,
  stsQuery,
} from '#rehearsal/protocols/query.ts';
import { restS3 } from '#rehearsal/protocols/s3.ts';
import type { Protocol, WireRequest } from '#rehearsal/protocols/wire.ts';
import { answerDynamodb, callOf } from '#rehearsal/services/dynamodb/calls.ts';

export interface GatewayParts {
  now(): number;
  /** Who runs now: a task, or `outside`. */
  caller(): Caller;
  account: string;
  requestId(): string;
  traffic: Traffic;
  /** DynamoDB is answered by another server, at its request event. */
  dynamodb: Server;
  /** What is open to browsers; null: the request is for something else. */
  pages(request: IncomingMessage, response: ServerResponse): Promise<void> | null;
  /** Throws AwsFault: the caller may not use the key of what the call is about. */
  keys(service: ServiceName, operation: string, input: unknown, who: Caller): void;
  /** Throws AwsFault: the caller may not do this to the table. */
  tables(operation: string, input: object, who: Caller): void;
  /** A fault that strikes this call, asked once per call. */
  fault(call: string, caller: string): WireFault | null;
  /** Asked when the first stranger asks for another place. */
  moves(place: { region: string; account: string }): boolean;
  /** After each call: `error` is AWS's error code, or null. */
  called(call: string, caller: string, error: string | null): void;
}

interface Told {
  fault: AwsFault | null;
  output: unknown;
  isLost: boolean;
}

const PROTOCOLS: Record<Exclude<ServiceName, 'dynamodb'>, Protocol> = {
  ssm: targetJson('1.1'),
  states: targetJson('1.0'),
  events: targetJson('1.1'),
  monitoring: targetJson('1.0'),
  sqs: targetJson('1.0'),
  wafv2: targetJson('1.1'),
  inspector2: restJson({
    'POST /findings/list': 'ListFindings',
    'POST /findings/aggregation/list': 'ListFindingAggregations',
    'POST /findings/details/batch/get': 'BatchGetFindingDetails',
    'POST /coverage/list': 'ListCoverage',
    'POST /coverage/statistics/list': 'ListCoverageStatistics',
    'POST /status/batch/get': 'BatchGetAccountStatus',
    'POST /configuration/get': 'GetConfiguration',
    'POST /filters/list': 'ListFilters',
  }),
  scheduler: restScheduler,
  lambda: restJson({
    'POST /2015-03-31/functions/{FunctionName}/invocations': 'Invoke',
    'GET /2016-08-19/account-settings': 'GetAccountSettings',
    'GET /2019-09-30/functions/{FunctionName}/concurrency': 'GetFunctionConcurrency',
  }),
  sns: snsQuery,
  sts: stsQuery,
  iam: iamQuery,
  cloudformation: cloudformationQuery,
  ec2: ec2Query,
  elasticloadbalancing: balancingQuery,
  s3: restS3,
};

/** Calls that were played, whole, for who checks what callers may do: `{ caller, call, input, output }`; DynamoDB's without output. */
const ANSWERED = channel('rehearsal:answered');

export class Gateway {
  readonly calls = new Map<string, number>();
  readonly callsByCaller = new Map<string, number>();
  readonly #parts: GatewayParts;
  readonly #operations = new Map<string, Operation>();
  #left: boolean | null = null; // null: no stranger has come

  constructor(parts: GatewayParts, fakes: Fake[]) {
    this.#parts = parts;
    for (const { service, operations } of fakes) {
      for (const [name, operation] of Object.entries(operations)) this.#operations.set(`${service}.${name}`, operation);
    }
  }

  /** `service.Operation` of all that is played. */
  played(): string[] {
    return [...this.#operations.keys()];
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { now, traffic, requestId, caller, account, pages } = this.#parts;
    // Before it counts as traffic: the function behind a page may wait for time to move.
    const page = pages(request, response);
    if (page) return page;
    response.sendDate = false;
    response.setHeader('Date', new Date(now()).toUTCString());
    const { key, region, service } = signed(request);
    const isOurs = key === OWN_KEY;
    const who = isOurs ? caller() : { name: 'outside', account: accountOf(key) ?? account, region: region ?? '' };
    // A stranger who sends half a request, or reads on after a week, must not hold up time.
    if (isOurs) traffic.serving(response);
    else if (service && this.#isLeaving(who, service)) return wait(request, response);
    const protocol = PROTOCOLS[service as keyof typeof PROTOCOLS] as Protocol | undefined;
    const known = protocol ?? targetJson('1.1');
    try {
      this.#checkPlace(who, service);
      if (service === 'dynamodb') {
        this.#count(callOf(request), who.name);
        return await answerDynamodb(request, response, who, this.#parts);
      }
      const asked = await received(request, service);
      if (!protocol) throw notPlayed(service ? `the service ${service}` : 'a request that is not signed');
      await this.#play(service as ServiceName, protocol, asked, response, who);
    } catch (thrown) {
      request.resume();
      send(response, known.fault(faultOf(thrown, service ?? 'unknown'), requestId()));
    }
  }

  /** Only the first stranger may: nobody has seen anything of this place yet. Who comes meanwhile goes with him. */
  #isLeaving({ region, account }: Caller, service: string): boolean {
    const own = this.#parts.caller();
    const place = { region: isGlobal(service) ? own.region : region, account };
    const isElsewhere = place.region !== own.region || account !== own.account;
    this.#left ??= isElsewhere && this.#parts.moves(place);
    return this.#left;
  }

  /** One account, one region: elsewhere AWS would show empty lists, which a stranger would take for the truth. */
  #checkPlace({ region, account }: Caller, service: string | undefined): void {
    const own = this.#parts.caller();
    if (!isGlobal(service) && region !== own.region)
      throw notPlayed(`the region ${region}: the product is installed in ${own.region}`);
    if (account !== own.account) throw notPlayed(`the account ${account}: the product is installed in ${own.account}`);
  }

  async #play(
    service: ServiceName,
    protocol: Protocol,
    asked: WireRequest,
    response: ServerResponse,
    who: Caller,
  ): Promise<void> {
    const operation = protocol.operation(asked);
    const told = await this.#answered(service, operation, () => protocol.input(asked, operation), who);
    const { requestId } = this.#parts;
    const answer = told.fault
      ? protocol.fault(told.fault, requestId())
      : protocol.answer(operation, told.output, requestId());
    if (told.isLost) response.socket?.destroy();
    else send(response, answer);
  }

  /**
   * A call that AWS itself makes for somebody, by no wire of ours: a machine's task, a schedule. Judged, counted and struck by faults
   * as all calls are. Throws AwsFault; an answer that is lost is an error of the service, since whoever waits for it is AWS.
   */
  async call(service: ServiceName, operation: string, input: unknown, who: Caller): Promise<unknown> {
    const { fault, output, isLost } = await this.#answered(service, operation, () => input, who);
    if (fault) throw fault;
    if (isLost) throw failed(service, null);
    return output;
  }

  async #answered(service: ServiceName, operation: string, asked: () => unknown, who: Caller): Promise<Told> {
    const call = `${service}.${operation}`;
    this.#count(call, who.name);
    const struck = this.#parts.fault(call, who.name);
    const told: Told = { fault: null, output: undefined, isLost: struck?.do === 'lose' };
    try {
      if (struck?.do === 'throttle') throw throttled(service);
      if (struck?.do === 'fail') throw failed(service, struck.error);
      const play = this.#operations.get(call);
      if (!play) throw notPlayed(call);
      const input = readable(() => judgedInput(service, operation, asked()));
      this.#parts.keys(service, operation, input, who);
      told.output = await play(input, who);
      judgeAnswer(service, operation, told.output);
      if (ANSWERED.hasSubscribers) ANSWERED.publish({ caller: who.name, call, input, output: told.output });
    } catch (thrown) {
      told.fault = faultOf(thrown, call);
    }
    this.#parts.called(call, who.name, told.fault?.code ?? null);
    return told;
  }

  #count(call: string, caller: string): void {
    this.calls.set(call, (this.calls.get(call) ?? 0) + 1);
    const both = `${caller}|${call}`;
    this.callsByCaller.set(both, (this.callsByCaller.get(both) ?? 0) + 1);
  }
}

/** Access key of the product's own functions and of whoever acts inside the process. */
export const OWN_KEY = 'rehearsal';

/** From the header, or from the query of a presigned address. */
function signed({ headers, url }: IncomingMessage): { key?: string; region?: string; service?: string } {
  const scope =
    /Credential=([^/&,\s]+)(?:\/|%2F)\d+(?:\/|%2F)([a-z0-9-]+)(?:\/|%2F)([a-z0-9-]+)(?:\/|%2F)aws4_request/i;
  const [, key, region, service] = scope.exec(headers.authorization ?? url ?? '') ?? [];
  return { ...(key && { key }), ...(region && { region }), ...(service && { service }) };
}

/** Access keys tell the account, as in other players of AWS, where they are twelve digits. */
function accountOf(key: string | undefined): string | undefined {
  return key && /^\d{12}$/.test(key) ? key : undefined;
}

function isGlobal(service: string | undefined): boolean {
  return service === undefined || service === 'iam' || service === 'sts';
}

function faultOf(thrown: unknown, call: string): AwsFault {
  if (thrown instanceof AwsFault) return thrown;
  if (thrown instanceof URIError) return new AwsFault('SerializationException', 'the address of the request is none');
  return new AwsFault('RehearsalDefect', `${call}: ${(thrown as Error)?.stack ?? thrown}`, 400);
}
