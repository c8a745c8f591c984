/** IP sets and regex pattern sets. */
import { isIP } from 'node:net';
import type { Operation } from '#rehearsal/api.ts';
import type { Entities, Entity, Members } from '#rehearsal/services/wafv2/entities.ts';
import { entityOperations, type Parts } from '#rehearsal/services/wafv2/entity-operations.ts';
import { checkRegex } from '#rehearsal/services/wafv2/field-checks.ts';
import { invalid, wafFault } from '#rehearsal/services/wafv2/waf-faults.ts';

const MOST_ADDRESSES = 10_000;
const MOST_PATTERNS = 10;

export function setOperations(entities: Entities): Record<string, Operation> {
  return { ...entityOperations(entities, IP_SETS), ...entityOperations(entities, REGEX_SETS) };
}

export const IP_SETS: Parts = {
  kind: 'ipset',
  name: 'IPSet',
  content: (input, before) => {
    const version = (before?.IPAddressVersion ?? input.IPAddressVersion) as string;
    const Addresses = input.Addresses as string[];
    if (Addresses.length > MOST_ADDRESSES) throw wafFault('WAFLimitsExceededException');
    for (const address of Addresses)
      if (!isRange(address, version)) throw invalid('IP_ADDRESS', address, 'INVALID_FORMAT');
    return { Description: input.Description, IPAddressVersion: version, Addresses };
  },
};

export const REGEX_SETS: Parts = {
  kind: 'regexpatternset',
  name: 'RegexPatternSet',
  content: (input) => {
    const patterns = input.RegularExpressionList as { RegexString: string }[];
    if (patterns.length > MOST_PATTERNS) throw wafFault('WAFLimitsExceededException');
    for (const { RegexString } of patterns) checkRegex(RegexString, 'REGEX_PATTERN_SET');
    return { Description: input.Description, RegularExpressionList: patterns };
  },
};

/** AWS takes every length but /0. */
function isRange(text: string, version: string): boolean {
  const [address = '', length = '', ...more] = text.split('/');
  const [family, most] = version === 'IPV6' ? [6, 128] : [4, 32];
  return (
    more.length === 0 &&
    isIP(address) === family &&
    /^\d+$/.test(length) &&
    Number(length) >= 1 &&
    Number(length) <= most
  );
}

/** Addresses of a set, or its patterns, as rules look at them. */
export function valuesOf({ kind, content }: Pick<Entity, 'kind' | 'content'>): string[] {
  if (kind === 'ipset') return content.Addresses as string[];
  return (content.RegularExpressionList as Members[]).map(({ RegexString }) => String(RegexString));
}
