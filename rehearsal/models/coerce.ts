/** Form posts and query strings have text only: numbers, booleans and lists of one get the types that the model gives them. */
import type { Model } from '#rehearsal/models/model.ts';

/** What cannot be read as its type stays as it is, for the judge to find. */
export function coerce(model: Model, name: string, value: unknown): unknown {
  const shape = model.shapes[name];
  if (!shape || value === undefined || value === null) return value;
  if (shape.type === 'structure' && isMap(value)) {
    const { members = {} } = shape;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const inner = Object.hasOwn(members, key) ? members[key] : undefined;
        return [key, inner === undefined ? item : coerce(model, inner, item)];
      }),
    );
  }
  if (shape.type === 'list' && Array.isArray(value))
    return value.map((item) => coerce(model, shape.member ?? '', item));
  if (shape.type === 'list' && value === '') return [];
  if (shape.type === 'map' && value === '') return {};
  if (shape.type === 'map' && isMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, coerce(model, shape.value ?? '', item)]),
    );
  if (typeof value !== 'string') return value;
  if (shape.type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  if ((shape.type === 'integer' || shape.type === 'number') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return value;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
