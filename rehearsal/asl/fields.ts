/** The fields that several types of state share, checked while they are read. */
import { isExpression } from '#rehearsal/asl/expression.ts';
import type { Catcher, Retrier, TaskState } from '#rehearsal/asl/machine.ts';

export type Json = Record<string, unknown>;

const JSONPATH = [
  'InputPath',
  'OutputPath',
  'ResultPath',
  'Parameters',
  'ResultSelector',
  'ItemsPath',
  'Variable',
  'TimeoutSecondsPath',
  'SecondsPath',
  'TimestampPath',
];
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

export class Fields {
  /** What is wrong, one line each, with its place. */
  readonly faults: string[] = [];
  readonly resources: Record<string, TaskState['pattern'][]>;

  constructor(resources: Record<string, TaskState['pattern'][]>) {
    this.resources = resources;
  }

  resource(json: Json, place: string) {
    const arn = String(json.Resource);
    const [, base = arn, suffix = ''] =
      /^(arn:aws:states:::[a-z0-9-]+:[A-Za-z0-9:]+?)(\.[A-Za-z]+(?::2)?)?$/.exec(arn) ?? [];
    const pattern = PATTERNS[suffix];
    if (!pattern || !this.resources[base]?.includes(pattern)) this.fault(place, `not rehearsed: the resource ${arn}`);
    const [timeout, beat] = [json.TimeoutSeconds, json.HeartbeatSeconds];
    for (const seconds of [timeout, beat]) {
      if (seconds !== undefined && !isExpressionOr(seconds, (one) => isWhole(one, 1)))
        this.fault(place, 'TimeoutSeconds and HeartbeatSeconds must be whole numbers above 0, or expressions');
    }
    if (typeof timeout === 'number' && typeof beat === 'number' && beat >= timeout)
      this.fault(place, 'HeartbeatSeconds must be below TimeoutSeconds');
    return {
      resource: base,
      pattern: pattern ?? 'request',
      arguments: json.Arguments,
      timeoutSeconds: timeout,
      heartbeatSeconds: beat,
    };
  }

  rules(value: unknown, place: string) {
    const rules = this.list(value, `${place}.Choices`);
    if (rules.length === 0) this.fault(place, 'Choices is empty');
    return rules.map((one, at) => {
      const rule = this.object(one, `${place}.Choices[${at}]`);
      this.unknown(rule, RULE, `${place}.Choices[${at}]`);
      if (typeof rule.Condition !== 'boolean' && !(typeof rule.Condition === 'string' && isExpression(rule.Condition)))
        this.fault(`${place}.Choices[${at}]`, 'Condition must be an expression or a boolean');
      return {
        condition: rule.Condition,
        next: String(rule.Next),
        assign: this.assign(rule.Assign, place),
        output: rule.Output,
      };
    });
  }

  retry(value: unknown, place: string): Retrier[] {
    const given = value === undefined ? [] : this.list(value, `${place}.Retry`);
    return given.map((one, at) => {
      const retrier = this.object(one, `${place}.Retry[${at}]`);
      this.unknown(retrier, RETRIER, `${place}.Retry[${at}]`);
      const number = (field: string, otherwise: number, least: number) => {
        const found = retrier[field] ?? otherwise;
        if (typeof found !== 'number' || found < least)
          this.fault(`${place}.Retry[${at}]`, `${field} must be a number of at least ${least}`);
        return Number(found);
      };
      if (!['FULL', 'NONE', undefined].includes(retrier.JitterStrategy as string | undefined))
        this.fault(`${place}.Retry[${at}]`, 'JitterStrategy must be FULL or NONE');
      return {
        errorEquals: this.errorEquals(retrier, `${place}.Retry[${at}]`, at === given.length - 1),
        intervalSeconds: number('IntervalSeconds', 1, 1),
        maxAttempts: number('MaxAttempts', 3, 0),
        backoffRate: number('BackoffRate', 2, 1),
        maxDelaySeconds: retrier.MaxDelaySeconds === undefined ? null : number('MaxDelaySeconds', 1, 1),
        jitter: retrier.JitterStrategy === 'FULL',
      };
    });
  }

  catch(value: unknown, place: string): Catcher[] {
    const given = value === undefined ? [] : this.list(value, `${place}.Catch`);
    return given.map((one, at) => {
      const catcher = this.object(one, `${place}.Catch[${at}]`);
      this.unknown(catcher, CATCHER, `${place}.Catch[${at}]`);
      return {
        errorEquals: this.errorEquals(catcher, `${place}.Catch[${at}]`, at === given.length - 1),
        next: String(catcher.Next),
        assign: this.assign(catcher.Assign, place),
        output: catcher.Output,
      };
    });
  }

  errorEquals(json: Json, place: string, last: boolean): string[] {
    const names = this.list(json.ErrorEquals, `${place}.ErrorEquals`).map(String);
    if (names.length === 0) this.fault(place, 'ErrorEquals is empty');
    if (names.includes('States.ALL') && (names.length > 1 || !last))
      this.fault(place, 'States.ALL must stand alone, and last');
    return names;
  }

  assign(value: unknown, place: string): Record<string, unknown> | null {
    if (value === undefined) return null;
    const assign = this.object(value, `${place}.Assign`);
    for (const name of Object.keys(assign)) {
      if (!/^[\p{ID_Start}][\p{ID_Continue}]{0,79}$/u.test(name) || name === 'states')
        this.fault(`${place}.Assign`, `no variable may be called ${name}`);
    }
    return assign;
  }

  unknown(json: Json, known: string[], place: string): void {
    for (const field of Object.keys(json)) {
      if (known.includes(field)) continue;
      this.fault(
        place,
        JSONPATH.includes(field) ? `not rehearsed: the JSONPath field ${field}` : `not rehearsed: the field ${field}`,
      );
    }
  }

  object(value: unknown, place: string): Json {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
    this.fault(place, 'must be an object');
    return {};
  }

  list(value: unknown, place: string): unknown[] {
    if (Array.isArray(value)) return value;
    this.fault(place, 'must be a list');
    return [];
  }

  fault(place: string, what: string): void {
    this.faults.push(place === '' ? what : `${place}: ${what}`);
  }
}

export function isWhole(value: unknown, least: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least;
}

export function isExpressionOr(value: unknown, also: (value: unknown) => boolean): boolean {
  return typeof value === 'string' ? isExpression(value) : also(value);
}
