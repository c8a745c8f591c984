/** AWS's own service models, in the small form that derive.py gives them: what a request or an answer of an operation may hold. */
import { existsSync, readFileSync } from 'node:fs';
import type { ServiceName } from '#rehearsal/api.ts';

export interface Shape {
  type: 'structure' | 'list' | 'map' | 'string' | 'integer' | 'number' | 'boolean' | 'timestamp' | 'blob';
  members?: Record<string, string>; // of a structure: name → shape
  required?: string[];
  union?: boolean; // exactly one member
  document?: boolean; // any JSON
  member?: string; // of a list
  key?: string; // of a map
  value?: string;
  enum?: string[];
  min?: number; // of a length, or of the value
  max?: number;
  pattern?: string; // of the whole text
}

export interface Model {
  source: string;
  operations: Record<string, { input?: string; output?: string; errors: string[] }>;
  shapes: Record<string, Shape>;
}

const read = new Map<string, Model | null>();

/** null: no model is kept of this service, as of DynamoDB: another server plays it and judges for itself. */
export function modelOf(service: ServiceName): Model | null {
  let model = read.get(service);
  if (model === undefined) {
    const file = new URL(`./${service}.json`, import.meta.url);
    model = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Model) : null;
    read.set(service, model);
  }
  return model;
}
