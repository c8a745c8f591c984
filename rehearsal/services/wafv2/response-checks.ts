/** Actions, and the answers that a Block may give instead of 403 (WAF developer guide, custom responses). */
import { notPlayed } from '#rehearsal/engine/service-faults.ts';
import type { Members } from '#rehearsal/services/wafv2/entities.ts';
import { exactlyOne, invalid } from '#rehearsal/services/wafv2/waf-faults.ts';

/** Trap W9. */
const STATUSES = [
  200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414,
  415, 416, 421, 429, 500, 501, 502, 503, 504, 505,
];

export function checkResponse(action: Members, field: string, bodies: ReadonlySet<string>): void {
  const kind = exactlyOne(action, field, 'RuleAction');
  if (kind === 'Monetize') throw notPlayed('the action Monetize');
  const custom = (action[kind] as Members).CustomResponse as
    | { ResponseCode: number; CustomResponseBodyKey?: string; ResponseHeaders?: { Name: string }[] }
    | undefined;
  if (!custom) return;
  if (!STATUSES.includes(custom.ResponseCode))
    throw invalid('CUSTOM_RESPONSE', `ResponseCode ${custom.ResponseCode}`, 'INVALID_VALUE');
  if (custom.CustomResponseBodyKey !== undefined && !bodies.has(custom.CustomResponseBodyKey))
    throw invalid('CUSTOM_RESPONSE_BODY', custom.CustomResponseBodyKey, 'INVALID_REFERENCE');
  const headers = custom.ResponseHeaders ?? [];
  if (headers.length > 10) throw invalid('CUSTOM_RESPONSE', 'ResponseHeaders', 'TOO_MANY');
  const type = headers.find(({ Name }) => Name.toLowerCase() === 'content-type');
  if (type) throw invalid('HEADER_NAME', type.Name, 'INVALID_VALUE');
}
