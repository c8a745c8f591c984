import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { upperBound } from '#domain/edge/bound.ts';
import {
  type Counted,
  type Counters,
  Counting,
  type CountingFacts,
  type MetricsByHour,
} from '#domain/edge/counting.ts';
import { ruleName } from '#domain/edge/overview.ts';
import { PROBE_HEADER } from '#domain/edge/site.ts';
import { hourOf, sampled } from '#domain/edge/visits.ts';
import { line } from './log-line.ts';

const START = Date.parse('2026-11-02T00:00:00Z');
const HOUR_MS = 3_600_000;
const at = (hours: number) => START + hours * HOUR_MS;
const facts = (change: Partial<CountingFacts> = {}): CountingFacts => ({
  order: ['office', 'rate', 'core', 'own'],
  forms: { 'core/XSS': 'a', own: 'b' },
  nameOf: ({ group, rule }) =>
    rule === 'patchwright-probe' ? null : ruleName({ group, rule }).replace(/^Core/, 'core'),
  sent: () => false,
  clientAddress: null,
  ...change,
});

interface Asked {
  at: number;
  client: string;
  id?: string;
  matches?: string[]; // of Core
  own?: boolean; // the rule `own` counted it
  by?: string; // what blocked it
  labels?: string[];
  headers?: { name: string; value: string }[];
  path?: string;
}

let made = 0;
function asked({ at, client, id, matches = [], own, by, labels = [], headers = [], path = '/' }: Asked): string {
  made += 1;
  const counted = (ruleId: string) => ({ ruleId, action: 'COUNT', ruleMatchDetails: [] });
  return JSON.stringify(
    line(
      {
        timestamp: at,
        ...(by ? { terminatingRuleId: by, action: 'BLOCK' } : {}),
        ruleGroupList: [
          {
            ruleGroupId: 'AWS#Core',
            terminatingRule: null,
            nonTerminatingMatchingRules: matches.map(counted),
            excludedRules: null,
          },
        ],
        nonTerminatingMatchingRules: own ? [counted('own')] : [],
        labels: labels.map((name) => ({ name })),
      },
      { clientIp: client, requestId: id ?? `1-${made}`, headers, uri: path },
    ),
  );
}

/** Counts lines, with the metrics that they are all of the traffic, until the hour `until`. */
function counted(
  lines: string[],
  until = at(200),
  change: { before?: Counters | null; oneIn?: number; facts?: Partial<CountingFacts>; metrics?: MetricsByHour } = {},
): Counted {
  const counting = new Counting(change.before ?? null, change.oneIn ?? 1, facts(change.facts));
  for (const one of lines) counting.add(one);
  return counting.end(change.metrics ?? metricsOf(lines), hourOf(until));
}

function metricsOf(lines: string[]): MetricsByHour {
  const sums: Record<string, number> = {};
  const ids = new Set<string>();
  for (const one of lines) {
    const { timestamp, httpRequest } = JSON.parse(one);
    if (ids.has(httpRequest.requestId)) continue;
    ids.add(httpRequest.requestId);
    sums[hourOf(timestamp)] = (sums[hourOf(timestamp)] ?? 0) + 1;
  }
  return sums;
}

const sums = ({ counters: { forms } }: Counted, name: string) => {
  const form = forms[name];
  return form && [form.hours, form.visits, form.unexplained];
};

describe('counting honestly', () => {
  test('a visit is an address on a day, however many requests and hours', () => {
    const lines = [
      asked({ at: at(1), client: '192.0.2.1', matches: ['XSS'] }),
      asked({ at: at(1), client: '192.0.2.1', matches: ['XSS'] }),
      asked({ at: at(5), client: '192.0.2.1' }),
      asked({ at: at(5), client: '192.0.2.2' }),
      asked({ at: at(25), client: '192.0.2.1' }),
    ];
    assert.deepEqual(sums(counted(lines), 'core/XSS'), [3, 3, 1]);
    assert.deepEqual(sums(counted(lines), 'own'), [3, 3, 0]);
  });

  test('a line that comes twice counts once, by request id and, without one, by itself', () => {
    const one = asked({ at: at(1), client: '192.0.2.1', id: 'null' });
    const two = asked({ at: at(1), client: '192.0.2.2' });
    const metrics = { [hourOf(at(1))]: 2 };
    assert.deepEqual(sums(counted([one, two, one, two], at(2), { metrics }), 'own'), [1, 2, 0]);
  });

  test('lines that come twice do not make an hour whole', () => {
    const lines = [1, 2].map((n) => asked({ at: at(1), client: `192.0.2.${n}` }));
    const { torn } = counted([...lines, ...lines], at(2), { metrics: { [hourOf(at(1))]: 4 } });
    assert.deepEqual(torn, [hourOf(at(1))]);
  });

  test('an hour without requests counts, and once: the next campaign is given its metric again', () => {
    const metrics = { [hourOf(at(1))]: 0 };
    const first = counted([], at(2), { metrics });
    assert.deepEqual(sums(first, 'own'), [1, 0, 0]);
    assert.deepEqual(sums(counted([], at(3), { metrics, before: first.counters }), 'own'), [1, 0, 0]);
  });

  for (const [what, read, requests, isCounted] of [
    ['all', 100, 100, true],
    ['99 of 100', 99, 100, true],
    ['98 of 100', 98, 100, false],
    ['none of none', 0, 0, true],
    ['none of some', 0, 3, false],
    ['lines that no metric knows', 5, 0, false],
  ] as const)
    test(`an hour of which ${what} was read ${isCounted ? 'counts' : 'does not count, nor do its visits'}`, () => {
      const lines = Array.from({ length: read }, (_, n) => asked({ at: at(3) + n, client: `192.0.2.${n}`, own: true }));
      const { counters, torn } = counted(lines, at(4), { metrics: { [hourOf(at(3))]: requests } });
      assert.deepEqual(torn, isCounted ? [] : [hourOf(at(3))]);
      assert.deepEqual(counters.forms.own?.hours, isCounted ? 1 : 0);
      assert.deepEqual(counters.forms.own?.unexplained, isCounted ? read : 0);
    });

  test('the hour that is not over waits for the next campaign', () => {
    const lines = [asked({ at: at(1), client: '192.0.2.1' }), asked({ at: at(2), client: '192.0.2.2' })];
    assert.deepEqual(sums(counted(lines, at(2)), 'own'), [1, 1, 0]);
  });

  test('our own probe is no visit; somebody’s copy of its header explains nothing', () => {
    const headers = [{ name: PROBE_HEADER, value: 'p-7' }];
    const lines = [
      asked({ at: at(1), client: '192.0.2.1', matches: ['XSS'], headers }),
      asked({ at: at(9), client: '203.0.113.5', matches: ['XSS'], headers }),
    ];
    const sent = (id: string, when: number) => id === 'p-7' && Math.abs(when - at(1)) < 60_000;
    assert.deepEqual(sums(counted(lines, at(20), { facts: { sent } }), 'core/XSS'), [2, 1, 1]);
  });

  test('a match is explained by the address’s reputation, and is a visit all the same', () => {
    const labels = ['awswaf:managed:aws:amazon-ip-list:AWSManagedIPReputationList'];
    const lines = [asked({ at: at(1), client: '192.0.2.1', matches: ['XSS'], labels })];
    assert.deepEqual(sums(counted(lines), 'core/XSS'), [1, 1, 0]);
    const other = ['awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body'];
    const plain = [asked({ at: at(1), client: '192.0.2.1', matches: ['XSS'], labels: other })];
    assert.deepEqual(sums(counted(plain), 'core/XSS'), [1, 1, 1]);
  });

  test('a rule behind one that decided the request did not look at it; one before it did', () => {
    const lines = [
      asked({ at: at(1), client: '192.0.2.1', by: 'rate' }),
      asked({ at: at(1), client: '192.0.2.2', by: 'own' }),
    ];
    assert.deepEqual(sums(counted(lines), 'core/XSS'), [1, 1, 0]);
    assert.deepEqual(sums(counted(lines), 'own'), [1, 1, 1], 'it matched the one that it decided');
    const within = [asked({ at: at(1), client: '192.0.2.3', by: 'core' })];
    assert.deepEqual(sums(counted(within), 'core/XSS'), [1, 0, 0], 'another rule of its group decided');
  });

  test('always 21: a request of an action that we do not know evaluated nothing, and its matches count against the form', () => {
    const strange = asked({ at: at(1), client: '192.0.2.1', own: true }).replace(
      '"action":"ALLOW"',
      '"action":"PONDER"',
    );
    assert.deepEqual(sums(counted([strange]), 'core/XSS'), [1, 0, 0]);
    assert.deepEqual(sums(counted([strange]), 'own'), [1, 1, 1]);
  });

  test('a form whose hash changed starts anew, the others go on', () => {
    const first = counted([asked({ at: at(1), client: '192.0.2.1', own: true })], at(2)).counters;
    const lines = [asked({ at: at(2), client: '192.0.2.1', own: true })];
    const second = counted(lines, at(3), { before: first, facts: { forms: { 'core/XSS': 'a', own: 'other' } } });
    assert.deepEqual(sums(second, 'core/XSS'), [2, 1, 0]);
    assert.deepEqual(sums(second, 'own'), [1, 1, 1], 'the same visit is new to it');
    assert.equal(second.counters.forms.own?.since, hourOf(at(2)));
  });

  test('behind a proxy the client is the last address of the header; without it all are one network’s, and that is said', () => {
    const through = (client: string, first: string) =>
      asked({
        at: at(1),
        client: '10.0.0.7',
        headers: [
          { name: 'X-Forwarded-For', value: '198.51.100.1' },
          { name: 'x-forwarded-for', value: `${first}, ${client}` },
        ],
      });
    const lines = [through('192.0.2.1', 'forged'), through('203.0.113.2', 'forged'), through('203.0.113.2', 'other')];
    const behind = counted(lines, at(2), { facts: { clientAddress: 'x-forwarded-for' } });
    assert.deepEqual([sums(behind, 'own'), behind.oneNetwork], [[1, 2, 0], false]);
    assert.deepEqual([sums(counted(lines, at(2)), 'own'), counted(lines, at(2)).oneNetwork], [[1, 1, 0], true]);
  });

  test('suspects: a rule and a path, by visits, with three lines of 200 characters', () => {
    const path = `/comment/${'x'.repeat(300)}`;
    const lines = [
      ...[1, 2, 3, 4].map((n) => asked({ at: at(n), client: `192.0.2.${n}`, own: true, path })),
      asked({ at: at(1), client: '192.0.2.1', own: true, path }),
      asked({ at: at(1), client: '192.0.2.9', matches: ['XSS'], path: '/search' }),
    ];
    const { suspects } = counted(lines);
    assert.deepEqual(
      suspects.map(({ rule, host, path, visits, lines }) => [rule, host, path.slice(0, 8), visits, lines.length]),
      [
        ['own', '', '/comment', 4, 3],
        ['core/XSS', '', '/search', 1, 1],
      ],
    );
    assert.ok(suspects.flatMap(({ lines }) => lines).every((text) => text.length <= 200));
  });

  test('what is no line of the log, or cut, counts nothing', () => {
    const whole = asked({ at: at(1), client: '192.0.2.1' });
    for (const bad of ['', '{}', 'null', '[1]', whole.slice(0, 150), '{"timestamp":1}'])
      assert.deepEqual(counted([bad], at(2), { metrics: {} }).counters.forms.own?.hours, 0, bad);
  });
});

test('however a week is cut into campaigns, the counters are the same', () => {
  const request = fc.record({
    hour: fc.integer({ min: 0, max: 71 }),
    client: fc.integer({ min: 1, max: 12 }),
    isMatch: fc.boolean(),
    isOwn: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(request, { maxLength: 80 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 71 }), { maxLength: 5 }),
      (requests, cuts) => {
        const lines = requests.map(({ hour, client, isMatch, isOwn }) =>
          asked({ at: at(hour), client: `192.0.2.${client}`, matches: isMatch ? ['XSS'] : [], own: isOwn }),
        );
        const metrics = metricsOf(lines);
        const whole = counted(lines, at(72), { metrics }).counters;
        let before: Counters | null = null;
        // Each campaign reads every line again: what was counted is known by its hour.
        for (const cut of [...cuts.sort((a, b) => a - b), 72])
          before = counted(lines, at(cut), { metrics, before }).counters;
        assert.deepEqual(before?.forms, whole.forms);
      },
    ),
    { numRuns: 60 },
  );
});

test('a generated week, sampled at 1 and at 10: the bounds are within a factor of 1.5', (t) => {
  const lines: string[] = [];
  let seed = 12345;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  // 60,000 visits of a week, 2% of them with a match.
  for (let day = 0; day < 7; day += 1)
    for (let n = 0; n < 8_600; n += 1) {
      const client = `${10 + Math.floor(random() * 200)}.${Math.floor(random() * 256)}.${n >> 8}.${n & 255}`;
      const isMatch = random() < 0.02;
      lines.push(asked({ at: at(day * 24 + Math.floor(random() * 24)), client, matches: isMatch ? ['XSS'] : [] }));
    }
  const metrics = metricsOf(lines);
  const bound = (oneIn: number) => {
    const form = counted(lines, at(168), { oneIn, metrics }).counters.forms['core/XSS'];
    assert.equal(form?.hours, 168);
    return { visits: form?.visits ?? 0, bound: upperBound(form?.unexplained ?? 0, form?.visits ?? 0) };
  };
  const [all, tenth] = [bound(1), bound(10)];
  t.diagnostic(`${all.visits} visits: at most ${all.bound}; ${tenth.visits} of them: at most ${tenth.bound}`);
  assert.ok(tenth.visits > all.visits / 15 && tenth.visits < all.visits / 7);
  assert.ok(tenth.bound / all.bound < 1.5 && tenth.bound / all.bound > 1 / 1.5);
});

test('a sample takes the same share of neighbours as of strangers', () => {
  for (const name of [(n: number) => `198.51.${n >> 8}.${n & 255}`, (n: number) => `2001:db8::${n.toString(16)}`]) {
    const taken = Array.from({ length: 20_000 }, (_, n) => sampled(name(n), 10)).filter(Boolean).length;
    assert.ok(taken > 1_800 && taken < 2_200, String(taken));
  }
});
