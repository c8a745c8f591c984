/** What a policy lacks for the calls that were recorded, and what it allows beyond them. */
import { allowing, type Request, type Statement } from './evaluate.ts';

export interface ByService {
  action: string;
  by: string;
  why: string;
  page: string;
  functions?: string[];
}

export interface Proof {
  missing: string[];
  superfluous: string[];
}

export function prove(name: string, statements: Statement[], requests: Request[], byService: ByService[]): Proof {
  const used = new Set<string>();
  const missing = new Set<string>();
  for (const request of requests) {
    const allowed = allowing(statements, request);
    if (allowed.length === 0) missing.add(`${name} calls ${request.action} on ${request.resource}`);
    for (const { Sid } of allowed) used.add(`${Sid} ${request.action}`);
  }
  const superfluous = statements
    .flatMap(({ Sid, Action }) => [Action].flat().map((action) => ({ Sid, action })))
    .filter(({ Sid, action }) => !used.has(`${Sid} ${action}`))
    .filter(
      ({ action }) =>
        !byService.some(
          (one) => one.action === action && (one.functions === undefined || one.functions.includes(name)),
        ),
    )
    .map(({ Sid, action }) => `${name} may ${action} by ${Sid}, and no rehearsal used it`);
  return { missing: [...missing], superfluous };
}
