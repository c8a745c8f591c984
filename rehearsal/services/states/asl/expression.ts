/** JSONata in the States Language: `{% … %}` in any string, deep in any value. */
import jsonata from 'jsonata';
import { type DefinitionFault, StatesError } from '#rehearsal/services/states/asl/errors.ts';
import { type Draw, functionsFor } from '#rehearsal/services/states/asl/functions.ts';

/** What an expression sees: `$states`, and the variables as they were when the state was entered. */
export interface Bindings {
  states: Record<string, unknown>;
  variables: Readonly<Record<string, unknown>>;
}

const parsed = new Map<string, jsonata.Expression>();

export function isExpression(text: string): boolean {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4;
}

/** Parses every expression in the value, however deep it stands. */
export function expressionFaults(template: unknown, at: string): DefinitionFault[] {
  if (typeof template === 'string') {
    const fault = (message: string): DefinitionFault[] => [{ code: 'INVALID_JSONATA_EXPRESSION', message, at }];
    if (!isExpression(template)) return isHalf(template) ? fault('An expression begins with {% and ends with %}') : [];
    try {
      parse(template);
      return [];
    } catch (error) {
      return fault(`${(error as Error).message} in ${template}`);
    }
  }
  if (Array.isArray(template)) return template.flatMap((item, place) => expressionFaults(item, `${at}[${place}]`));
  if (typeof template === 'object' && template !== null) {
    return Object.entries(template).flatMap(([key, value]) => expressionFaults(value, `${at}/${key}`));
  }
  return [];
}

/** Opened and not closed, closed and not opened, or with spaces around it: AWS refuses it rather than take it for text. */
function isHalf(text: string): boolean {
  return /^\s*\{%/.test(text) || (/%\}\s*$/.test(text) && !text.includes('{%'));
}

/** Throws `States.QueryEvaluationError` for an expression that fails, or that gives nothing or no JSON. */
export async function evaluated(template: unknown, bindings: Bindings, draw: Draw, place: string): Promise<unknown> {
  if (typeof template === 'string') return isExpression(template) ? query(template, bindings, draw, place) : template;
  if (Array.isArray(template)) {
    const items: unknown[] = [];
    for (const [at, item] of template.entries()) items.push(await evaluated(item, bindings, draw, `${place}[${at}]`));
    return items;
  }
  if (typeof template === 'object' && template !== null) {
    const made: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(template))
      made[key] = await evaluated(value, bindings, draw, `${place}/${key}`);
    return made;
  }
  return template;
}

async function query(text: string, bindings: Bindings, draw: Draw, place: string): Promise<unknown> {
  let value: unknown;
  try {
    // The input is bound to nothing: a bare name in an expression must not read the state's input by luck.
    value = await parse(text).evaluate(undefined, {
      ...bindings.variables,
      ...functionsFor(draw),
      states: bindings.states,
    });
  } catch (error) {
    throw failure(text, place, `threw an error: ${(error as { message?: string }).message ?? String(error)}`);
  }
  if (value === undefined) throw failure(text, place, 'returned nothing (undefined).');
  return plain(value, text, place);
}

/** JSONata marks its arrays as sequences and may return functions: only JSON goes on. */
function plain(value: unknown, text: string, place: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw failure(text, place, `returned ${value}, which JSON cannot hold.`);
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, text, place));
  if (typeof value === 'object' && !('_jsonata_function' in value) && !('_jsonata_lambda' in value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, plain(item, text, place)]));
  }
  throw failure(text, place, 'returned an unsupported result type.');
}

function failure(text: string, place: string, what: string): StatesError {
  return new StatesError(
    'States.QueryEvaluationError',
    `The JSONata expression '${text.slice(2, -2).trim()}' specified for the field '${place}' ${what}`,
  );
}

function parse(text: string): jsonata.Expression {
  const known = parsed.get(text);
  if (known) return known;
  const source = text.slice(2, -2);
  if (/\$eval\s*\(/.test(source)) throw new Error('$eval is not there in Step Functions');
  const expression = jsonata(source);
  parsed.set(text, expression);
  return expression;
}
