/** Reads the fields of a definition, each by its type. What is wrong is told in the words of AWS, where they are known, with its place. */
import type { DefinitionCode, DefinitionFault } from '#rehearsal/services/states/asl/errors.ts';
import { expressionFaults, isExpression } from '#rehearsal/services/states/asl/expression.ts';

export type Json = Record<string, unknown>;

const JSONPATH = [
  'InputPath',
  'OutputPath',
  'ResultPath',
  'Parameters',
  'ResultSelector',
  'Result',
  'ItemsPath',
  'Variable',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'SecondsPath',
  'TimestampPath',
  'ErrorPath',
  'CausePath',
  'MaxConcurrencyPath',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
];
/** AWS has them: distributed maps, foreign accounts, and what ItemProcessor has replaced. */
const NOT_PLAYED = [
  'Credentials',
  'Iterator',
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'Label',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
];

export class Fields {
  readonly faults: DefinitionFault[] = [];

  fault(at: string | null, message: string, code: DefinitionCode = 'SCHEMA_VALIDATION_FAILED'): void {
    this.faults.push({ code, message, at });
  }

  unknown(json: Json, known: readonly string[], at: string): void {
    for (const field of Object.keys(json)) {
      if (known.includes(field)) continue;
      if (JSONPATH.includes(field))
        this.fault(
          at,
          `The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage`,
        );
      else if (NOT_PLAYED.includes(field)) this.fault(at, `not rehearsed: the field ${field}`);
      else this.fault(at, `Field '${field}' is not supported`);
    }
  }

  object(value: unknown, at: string): Json {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
    if (value === undefined) this.#missing(at);
    else this.fault(at, 'Expected value of type [OBJECT]');
    return {};
  }

  /** `least`: how many items there must be. */
  list(value: unknown, at: string, least = 0): unknown[] {
    if (Array.isArray(value)) {
      if (value.length < least) this.fault(at, `The field '${nameOf(at)}' should have at least ${least} item`);
      return value;
    }
    if (value === undefined) this.#missing(at);
    else this.fault(at, 'Expected value of type [ARRAY]');
    return [];
  }

  text(value: unknown, at: string): string {
    if (typeof value === 'string') return value;
    if (value === undefined) this.#missing(at);
    else this.fault(at, 'Expected value of type [STRING]');
    return '';
  }

  /** Absent is null. */
  maybeText(value: unknown, at: string): string | null {
    return value === undefined ? null : this.text(value, at);
  }

  oneOf(value: unknown, known: readonly string[], at: string): void {
    if (typeof value === 'string' && !known.includes(value))
      this.fault(at, `Value should be one of the following: [${known.join(', ')}]`);
    else this.text(value, at);
  }

  number(value: unknown, [least, most]: readonly [number, number], at: string, otherwise: number): number {
    if (value === undefined) return otherwise;
    if (typeof value !== 'number') this.fault(at, 'Expected value of type [NUMBER]');
    else if (value < least) this.fault(at, `Minimum value is ${least}`);
    else if (value > most) this.fault(at, `Maximum value is ${most}`);
    else return value;
    return otherwise;
  }

  whole(value: unknown, range: readonly [number, number], at: string, otherwise: number): number {
    if (typeof value === 'number' && !Number.isInteger(value)) this.fault(at, 'Expected value of type [INTEGER]');
    return this.number(value, range, at, otherwise);
  }

  /** A whole number, or an expression that gives one. */
  wholeOrExpression(value: unknown, range: readonly [number, number], at: string): void {
    if (typeof value !== 'string') this.whole(value, range, at, 0);
    else if (!isExpression(value)) this.fault(at, 'Expected value of type [INTEGER] or a JSONata expression');
  }

  expressions(json: Json, fields: readonly string[], at: string): void {
    for (const field of fields) {
      if (json[field] !== undefined) this.faults.push(...expressionFaults(json[field], `${at}/${field}`));
    }
  }

  #missing(at: string): void {
    this.fault(at, `The field '${nameOf(at)}' is required but was missing`);
  }
}

function nameOf(at: string): string {
  return at.slice(at.lastIndexOf('/') + 1);
}
