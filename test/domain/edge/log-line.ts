/** A line as AWS's developer guide shows them (log examples), with what a test says. */
export function line(over: object = {}, http: object = {}): Record<string, unknown> {
  return {
    timestamp: 1592361810888,
    formatVersion: 1,
    webaclId: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/hello-world/5933d6d9-9dde-11ee-8c90-0242ac120002',
    terminatingRuleId: 'Default_Action',
    terminatingRuleType: 'REGULAR',
    action: 'ALLOW',
    terminatingRuleMatchDetails: [],
    httpSourceName: 'ALB',
    httpSourceId: '123456789012-app/shop/75f9',
    ruleGroupList: [],
    rateBasedRuleList: [],
    nonTerminatingMatchingRules: [],
    httpRequest: {
      clientIp: '203.0.113.9',
      country: 'NL',
      headers: [
        { name: 'Host', value: 'Shop.example.com' },
        { name: 'User-Agent', value: 'curl/7.61.1' },
      ],
      uri: '/myUri',
      args: '',
      httpVersion: 'HTTP/1.1',
      httpMethod: 'GET',
      requestId: '1-645566cf-7cb058b04d9bb3ee01dc4036',
      ...http,
    },
    labels: [],
    ...over,
  };
}
