import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { policySchema } from '#policy/schema.ts';

export const SCHEMA_FILE = fileURLToPath(new URL('../policy.schema.json', import.meta.url));

/** policy.schema.json: the JSON Schema of policy.yml, in the draft that editors know. */
export function schemaJson(): string {
  return `${JSON.stringify(z.toJSONSchema(policySchema, { io: 'input', target: 'draft-7' }), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SCHEMA_FILE, schemaJson());
