import { fileURLToPath } from 'node:url';

/**
 * Where scenarios/, policy.yml and stack/ lie. In this folder itself, so that it holds in the package too: there all of the command
 * line is one file, dist/cli/main.mjs, and dist/ a root in which the same places lie.
 */
export function inRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
