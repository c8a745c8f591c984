import { readArguments } from '#rehearsal/services/states/arguments.ts';
import { isExpression } from '#rehearsal/services/states/asl/expression.ts';
import { integrationOf } from '#rehearsal/services/states/sdk.ts';

/** What is wrong with a task's Arguments as far as they can be read before it runs. */
export function argumentFaults(resource: string, given: unknown): string[] {
  const { service, operation, texts } = integrationOf(resource);
  const isOpen = (value: unknown) => typeof value === 'string' && isExpression(value);
  if (given === undefined || isOpen(given)) return [];
  return readArguments(service, operation, withTexts(given, texts), isOpen).faults;
}

/** JSON where the API has text: at `Message`, or in each item of a list at `Entries.Detail`. */
export function withTexts(args: unknown, texts: string[]): unknown {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return args;
  const made: Record<string, unknown> = { ...args };
  for (const path of texts) {
    const [name = '', inner] = path.split('.');
    const value = made[name];
    if (inner !== undefined && Array.isArray(value)) made[name] = value.map((item) => withTexts(item, [inner]));
    else if (inner === undefined && value !== undefined && typeof value !== 'string')
      made[name] = JSON.stringify(value);
  }
  return made;
}
