import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { May } from '#stack/role.ts';

/** What stands in stack/functions.yml beside each function. CloudFormation's tags are read as text. */
export function readFunctions(file: string): Record<string, { handler: string; timeout?: number; may: May[] }> {
  const customTags = ['Ref', 'GetAtt', 'Sub'].map((name) => ({ tag: `!${name}`, resolve: (text: string) => text }));
  return parse(readFileSync(file, 'utf8'), { customTags, merge: true });
}
