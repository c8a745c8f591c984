import { writeFileSync } from 'node:fs';
import { rehearsedJsonSchema } from './document.ts';

writeFileSync(
  new URL('../../docs/rehearsed.schema.json', import.meta.url),
  `${JSON.stringify(rehearsedJsonSchema(), null, 2)}\n`,
);
