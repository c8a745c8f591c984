/** Log lines of AWS WAF as a browser's requests make them, and the requests in them. */
import { chanceOf } from '#rehearsal/engine/chance.ts';
import type { WebRequest } from '#rehearsal/services/wafv2/request.ts';

export const ADDRESSES = 300_000;
export const PATHS = 50_000;
const START = Date.parse('2026-11-27T00:00:00Z');
const chance = chanceOf(1);

export function lineOf(at: number): string {
  const address = chance.int(ADDRESSES);
  const path = chance.int(PATHS);
  const counted = at % 50 === 0;
  return JSON.stringify({
    timestamp: START + at * 80,
    formatVersion: 1,
    webaclId: 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/5933d6d9-9dde-11ee-8c90-0242ac120002',
    terminatingRuleId: 'Default_Action',
    terminatingRuleType: 'REGULAR',
    action: 'ALLOW',
    terminatingRuleMatchDetails: [],
    httpSourceName: 'ALB',
    httpSourceId: '111122223333-app/shop/75f9',
    ruleGroupList: ['CommonRuleSet', 'KnownBadInputsRuleSet', 'SQLiRuleSet'].map((name) => ({
      ruleGroupId: `AWS#AWSManagedRules${name}#Version_1.23`,
      terminatingRule: null,
      nonTerminatingMatchingRules: counted
        ? [{ ruleId: `${name}_COOKIE`, action: 'COUNT', overriddenAction: 'BLOCK', ruleMatchDetails: [] }]
        : [],
      excludedRules: null,
    })),
    rateBasedRuleList: [],
    nonTerminatingMatchingRules: [],
    requestHeadersInserted: null,
    responseCodeSent: null,
    httpRequest: {
      clientIp: `${10 + (address >> 16)}.${(address >> 8) & 255}.${address & 255}.${address % 7}`,
      country: ['NL', 'DE', 'FR', 'US'][at % 4],
      headers: [
        { name: 'Host', value: 'shop.example.com' },
        { name: 'User-Agent', value: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' },
        {
          name: 'Accept',
          value: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
        },
        { name: 'Accept-Encoding', value: 'gzip, deflate, br, zstd' },
        { name: 'Sec-Fetch-Dest', value: 'document' },
        { name: 'Sec-Fetch-Mode', value: 'navigate' },
        { name: 'Sec-Fetch-Site', value: 'same-origin' },
        { name: 'Sec-Fetch-User', value: '?1' },
        { name: 'Upgrade-Insecure-Requests', value: '1' },
        { name: 'DNT', value: '1' },
        { name: 'Priority', value: 'u=0, i' },
        { name: 'Accept-Language', value: 'en-US,en;q=0.7,nl;q=0.3' },
        { name: 'Referer', value: `https://shop.example.com/path/${path}?from=home` },
        { name: 'Cookie', value: `session=${address.toString(36).padStart(24, 'k')}; theme=dark; consent=1` },
      ],
      uri: `/path/${path}`,
      args: `q=term-${address % 997}&page=${at % 9}`,
      httpVersion: 'HTTP/2.0',
      httpMethod: at % 11 === 0 ? 'POST' : 'GET',
      requestId: `1-${at.toString(16).padStart(8, '0')}-7cb058b04d9bb3ee01dc4036`,
    },
    labels: [{ name: 'awswaf:clientip:geo:country:NL' }],
    ja3Fingerprint: 'e7d705a3286e19ea42f587b344ee6865',
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a log line as it was written above
export function requestOf({ timestamp, httpRequest: http }: any): WebRequest {
  return {
    at: timestamp,
    id: http.requestId,
    client: http.clientIp,
    country: http.country,
    method: http.httpMethod,
    path: http.uri,
    query: http.args,
    headers: http.headers.map(({ name, value }: { name: string; value: string }) => [name, value]),
    body: http.httpMethod === 'POST' ? 'name=ann&text=the+credit+union+members+select+a+new+board' : null,
  };
}
