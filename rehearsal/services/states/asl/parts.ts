/** The parts that several types of state share: retriers, catchers, choice rules, variables, a task's resource and its limits. */
import { isExpression } from '#rehearsal/services/states/asl/expression.ts';
import { Fields, type Json } from '#rehearsal/services/states/asl/fields.ts';
import type { Catcher, Retrier, TaskState } from '#rehearsal/services/states/asl/machine.ts';

const RETRIER = [
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
  'Comment',
];
const CATCHER = ['ErrorEquals', 'Next', 'Assign', 'Output', 'Comment'];
const RULE = ['Condition', 'Next', 'Assign', 'Output', 'Comment'];
const PATTERNS: Record<string, TaskState['pattern']> = {
  '': 'request',
  '.waitForTaskToken': 'token',
  '.sync:2': 'sync',
};
export const MOST_SECONDS = 99_999_999;
const MOST_DELAY_SECONDS = 31_622_400;

export class DefinitionParts extends Fields {
  readonly resources: Record<string, TaskState['pattern'][]>;

  readonly #argumentFaults: (resource: string, given: unknown) => string[];

  constructor(
    resources: Record<string, TaskState['pattern'][]>,
    argumentFaults: (resource: string, given: unknown) => string[] = () => [],
  ) {
    super();
    this.resources = resources;
    this.#argumentFaults = argumentFaults;
  }

  resource(json: Json, at: string) {
    const arn = this.text(json.Resource, `${at}/Resource`);
    const [, base = arn, suffix = ''] =
      /^(arn:aws:states:::[a-z0-9-]+:[A-Za-z0-9:]+?)(\.[A-Za-z]+(?::2)?)?$/.exec(arn) ?? [];
    const pattern = PATTERNS[suffix];
    const isPlayed = pattern !== undefined && Object.hasOwn(this.resources, base);
    if (isPlayed && this.resources[base]?.includes(pattern))
      for (const fault of this.#argumentFaults(base, json.Arguments)) this.fault(`${at}/Arguments`, fault);
    else if (typeof json.Resource === 'string')
      this.fault(`${at}/Resource`, isArn(arn) ? `not rehearsed: the resource ${arn}` : unrecognised(arn));
    const [timeout, beat] = [json.TimeoutSeconds, json.HeartbeatSeconds];
    for (const [field, seconds] of Object.entries({ TimeoutSeconds: timeout, HeartbeatSeconds: beat }))
      if (seconds !== undefined) this.wholeOrExpression(seconds, [1, MOST_SECONDS], `${at}/${field}`);
    if (typeof timeout === 'number' && typeof beat === 'number' && beat >= timeout)
      this.fault(`${at}/HeartbeatSeconds`, 'HeartbeatSeconds must be below TimeoutSeconds');
    return {
      resource: base,
      pattern: pattern ?? 'request',
      arguments: this.arguments(json, at),
      timeoutSeconds: timeout,
      heartbeatSeconds: beat,
    };
  }

  /** An object, or an expression that gives one. */
  arguments(json: Json, at: string): unknown {
    const given = json.Arguments;
    if (given !== undefined && !(typeof given === 'string' && isExpression(given)))
      this.object(given, `${at}/Arguments`);
    return given;
  }

  rules(value: unknown, at: string) {
    return this.list(value, `${at}/Choices`, 1).map((one, place) => {
      const here = `${at}/Choices[${place}]`;
      const rule = this.object(one, here);
      this.unknown(rule, RULE, here);
      this.maybeText(rule.Comment, `${here}/Comment`);
      // A boolean is taken as well: it is what every expression here must give.
      if (typeof rule.Condition !== 'boolean') {
        const condition = this.text(rule.Condition, `${here}/Condition`);
        if (condition !== '' && !isExpression(condition))
          this.fault(`${here}/Condition`, 'Expected a JSONata expression or a value of type [BOOLEAN]');
      }
      this.expressions(rule, ['Condition', 'Output'], here);
      return {
        condition: rule.Condition,
        next: this.text(rule.Next, `${here}/Next`),
        assign: this.assign(rule.Assign, here),
        output: rule.Output,
      };
    });
  }

  retry(value: unknown, at: string): Retrier[] {
    const given = value === undefined ? [] : this.list(value, `${at}/Retry`);
    return given.map((one, place) => {
      const here = `${at}/Retry[${place}]`;
      const retrier = this.object(one, here);
      this.unknown(retrier, RETRIER, here);
      this.maybeText(retrier.Comment, `${here}/Comment`);
      const whole = (field: string, range: [number, number], otherwise: number) =>
        this.whole(retrier[field], range, `${here}/${field}`, otherwise);
      if (retrier.JitterStrategy !== undefined)
        this.oneOf(retrier.JitterStrategy, ['FULL', 'NONE'], `${here}/JitterStrategy`);
      return {
        errorEquals: this.errorEquals(retrier, here, place === given.length - 1),
        intervalSeconds: whole('IntervalSeconds', [1, MOST_SECONDS], 1),
        maxAttempts: whole('MaxAttempts', [0, MOST_SECONDS], 3),
        backoffRate: this.number(retrier.BackoffRate, [1, Number.POSITIVE_INFINITY], `${here}/BackoffRate`, 2),
        maxDelaySeconds:
          retrier.MaxDelaySeconds === undefined ? null : whole('MaxDelaySeconds', [1, MOST_DELAY_SECONDS], 1),
        jitter: retrier.JitterStrategy === 'FULL',
      };
    });
  }

  catch(value: unknown, at: string): Catcher[] {
    const given = value === undefined ? [] : this.list(value, `${at}/Catch`);
    return given.map((one, place) => {
      const here = `${at}/Catch[${place}]`;
      const catcher = this.object(one, here);
      this.unknown(catcher, CATCHER, here);
      this.maybeText(catcher.Comment, `${here}/Comment`);
      this.expressions(catcher, ['Output'], here);
      return {
        errorEquals: this.errorEquals(catcher, here, place === given.length - 1),
        next: this.text(catcher.Next, `${here}/Next`),
        assign: this.assign(catcher.Assign, here),
        output: catcher.Output,
      };
    });
  }

  assign(value: unknown, at: string): Record<string, unknown> | null {
    if (value === undefined) return null;
    const assign = this.object(value, `${at}/Assign`);
    for (const name of Object.keys(assign)) {
      if (!/^[\p{ID_Start}][\p{ID_Continue}]{0,79}$/u.test(name) || name === 'states')
        this.fault(`${at}/Assign/${name}`, `no variable may be called ${name}`);
    }
    this.expressions({ Assign: assign }, ['Assign'], at);
    return assign;
  }

  errorEquals(json: Json, at: string, isLast: boolean): string[] {
    const here = `${at}/ErrorEquals`;
    const names = this.list(json.ErrorEquals, here, 1).map((name, place) => this.text(name, `${here}[${place}]`));
    if (names.includes('States.ALL') && (names.length > 1 || !isLast))
      this.fault(here, 'States.ALL must stand alone, and last');
    return names;
  }
}

function isArn(text: string): boolean {
  return /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:.+$/.test(text);
}

function unrecognised(text: string): string {
  return `The resource provided ${text} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;
}
