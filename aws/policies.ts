import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BrokenRecord } from '#domain/errors.ts';
import type { Policies } from '#domain/ports.ts';

export const policies: Policies = {
  // Beside the bundle, unless POLICY_FILE says otherwise; validated when it was made, hence not again.
  async current() {
    const file = resolve(process.env.LAMBDA_TASK_ROOT ?? '.', process.env.POLICY_FILE || 'policy.json');
    try {
      return JSON.parse(await readFile(file, 'utf8'));
    } catch (cause) {
      throw new BrokenRecord(`the policy ${file} cannot be read`, { cause });
    }
  },
};
