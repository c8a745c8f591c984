import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProbeAnswer } from '#domain/edge/probe-result.ts';
import { type Probe, probesOf } from '#domain/edge/probes.ts';
import { PROBE_HEADER } from '#domain/edge/site.ts';
import { instant } from '#domain/instant.ts';
import { probing } from '#loops/edge/probing.ts';
import { SHOP } from '../../domain/edge/site-fixture.ts';

const ENDPOINT = 'https://shop.example.com';
const TOKEN = { token: '3f9a' };
const BENIGN = {
  id: 'search',
  method: 'GET',
  target: '/search?q=style%3Dred',
  headers: [],
  body: null,
  owner: 'web-team',
  deliberately: null,
};
const PROBES = probesOf('/', [BENIGN]);
const OURS = { status: 204, site: 'shop', revision: 'r1', why: '' };

type Said = Partial<ProbeAnswer>;

/** An endpoint that says what `says` wants, on a clock that each request moves by its gap and by `takesMs`. */
function world(says: (probe: Probe, place: number) => Said, takesMs = 10) {
  let now = 1_700_000_000_000;
  const sent: { probe: Probe; at: number; endpoint: string; answer: ProbeAnswer }[] = [];
  const web = {
    async send(probe: Probe, endpoint: string, gapMs: number): Promise<ProbeAnswer> {
      const before = sent.at(-1)?.at ?? 0;
      now = Math.max(now, before + gapMs);
      const answer = { at: now, status: 200, site: null, revision: null, why: '', ...says(probe, sent.length) };
      sent.push({ probe, at: now, endpoint, answer });
      now += takesMs;
      return answer;
    },
  };
  return { sent, ports: { web, clock: { now: () => instant(now) } } };
}

const isBare = ({ headers }: Probe) => !headers.some(([name]) => name === PROBE_HEADER);
const isAttack = (probe: Probe) => !isBare(probe) && probe.family !== 'control';
const normal = (probe: Probe): Said => (isBare(probe) ? { status: 200 } : OURS);

test('all probes of a site, controls first, between two pages asked without our header', async () => {
  const { sent, ports } = world(normal);
  const scan = await probing(SHOP, ENDPOINT, PROBES, TOKEN, { gapMs: 500 }, ports);
  assert.deepEqual([scan.ended, scan.next, scan.application.length], [null, null, 2]);
  const probes = sent.map(({ probe }) => probe);
  assert.deepEqual(
    probes.slice(0, 3).map(({ id }) => id),
    ['application', 'control-get', 'control-post'],
  );
  assert.deepEqual(
    probes.slice(-2).map(({ id }) => id),
    ['control-get', 'application'],
  );
  assert.deepEqual(new Set(probes.map(({ id }) => id)), new Set(['application', ...PROBES.map(({ id }) => id)]));
  assert.deepEqual(
    probes.filter(isBare).map(({ method, target }) => [method, target]),
    [
      ['GET', '/'],
      ['GET', '/'],
    ],
  );
  for (const { endpoint } of sent) assert.equal(endpoint, ENDPOINT);
  const marks = probes.filter((probe) => !isBare(probe)).map(({ headers }) => headers.at(-1)?.[1]);
  for (const mark of marks) assert.match(mark ?? '', /\.3f9a$/);
});

/** The last answer of the probe rule before each attack, as the promise wants it. */
function guarded(sent: ReturnType<typeof world>['sent'], site = 'shop'): void {
  let answered = Number.NEGATIVE_INFINITY;
  for (const { probe, at, answer } of sent) {
    if (!isBare(probe) && probe.id !== 'control-get')
      assert.ok(at - answered <= 60_000, `${probe.id} left ${at - answered} ms after the probe rule's answer`);
    if (answer.status === 204 && answer.site === site) answered = at;
  }
}

for (const [words, says, gapMs, takesMs] of [
  ['all attacks pass', normal, 500, 10],
  ['all attacks are blocked', (probe: Probe) => (isAttack(probe) ? { status: 403 } : normal(probe)), 500, 10],
  ['a slow endpoint', normal, 500, 9_000],
  ['a slow pace', (probe: Probe) => (isAttack(probe) ? { status: 403 } : normal(probe)), 20_000, 10],
  ['a pace beyond the minute', (probe: Probe) => (isAttack(probe) ? { status: 403 } : normal(probe)), 120_000, 10],
] as const)
  test(`always 15: each attack leaves within a minute of the probe rule's answer: ${words}`, async () => {
    const { sent, ports } = world(says, takesMs);
    const scan = await probing(SHOP, ENDPOINT, PROBES, TOKEN, { gapMs }, ports);
    assert.equal(scan.ended, null);
    guarded(sent);
    assert.equal(sent.filter(({ probe }) => isAttack(probe)).length, PROBES.length - 2);
    const gaps = sent.slice(1).map(({ at }, place) => at - (sent[place]?.at ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    assert.ok(mean >= gapMs * 0.99, `${mean} ms between requests`);
  });

for (const [words, control, why] of [
  ['the application answers', { status: 200 }, /it answers 200 where the probe rule should answer 204/],
  ['another site answers', { ...OURS, site: 'blog' }, /another site answered there: blog/],
  ['a 204 without our headers', { status: 204 }, /it answers 204 where/],
  ['a redirect', { status: 301, why: 'it points to https://elsewhere.invalid/' }, /no redirect is followed/],
  ['403 to everything', { status: 403 }, /blocked before any rule/],
  ['a time-out', { status: null, why: 'it timed out: no answer within 10 s' }, /it timed out/],
  ['a wrong certificate', { status: null, why: 'the certificate is not valid for shop.example.com' }, /certificate/],
] as const)
  test(`always 15: no attack leaves where the probe rule does not answer: ${words}`, async () => {
    const { sent, ports } = world((probe) => (isBare(probe) ? { status: 200 } : control));
    const scan = await probing(SHOP, ENDPOINT, PROBES, TOKEN, { gapMs: 500 }, ports);
    assert.match(scan.ended ?? '', why);
    assert.deepEqual(
      sent.map(({ probe }) => probe.id),
      ['application', 'control-get'],
    );
  });

test('always 15: a revision that is not the expected one gets no attack', async () => {
  const { sent, ports } = world(normal);
  const scan = await probing(SHOP, ENDPOINT, PROBES, { ...TOKEN, revision: 'r2' }, { gapMs: 500 }, ports);
  assert.match(scan.ended ?? '', /answers with revision r1, and r2 was expected/);
  assert.equal(sent.filter(({ probe }) => isAttack(probe)).length, 0);
});

test('always 15: an attack that the application may have answered is the last', async () => {
  for (const [answer, goesOn] of [
    [{ status: 200 }, false],
    [{ status: 302, why: 'it points to /login' }, false],
    [{ status: 502, server: 'awselb/2.0' }, false], // it went on to a target
    [{ status: 400, server: 'nginx' }, false],
    [{ status: null, why: 'it timed out: no answer within 10 s' }, false],
    [{ status: 400, server: 'awselb/2.0' }, true], // the load balancer refuses it before any rule
    [{ status: null, why: 'shop.example.com closed the connection without an answer' }, true],
    [{ status: 403 }, true],
  ] as [Said, boolean][]) {
    const { sent, ports } = world((probe) => (probe.id === 'sqli-union/query' ? answer : normal(probe)));
    const scan = await probing(SHOP, ENDPOINT, PROBES, TOKEN, { gapMs: 500 }, ports);
    const place = PROBES.findIndex(({ id }) => id === 'sqli-union/query');
    assert.equal(scan.ended === null, goesOn, JSON.stringify(answer));
    assert.equal(scan.next, goesOn ? null : place + 1);
    const last = sent
      .map(({ probe }) => probe)
      .filter(isAttack)
      .at(-1);
    assert.equal(last?.id === 'sqli-union/query', !goesOn);
    // An answer that is neither ours nor a block says nothing about the probe rule: it is asked anew.
    const after = sent[sent.findIndex(({ probe }) => probe.id === 'sqli-union/query') + 1]?.probe.id;
    if (goesOn) assert.equal(after === 'control-get', answer.status !== 403);
  }
});

test('always 15: the probe rule vanishes in the middle: no further attack leaves', async () => {
  const { sent, ports } = world((probe, place) => {
    if (isBare(probe)) return { status: 200 };
    if (place < 40) return OURS;
    return probe.family === 'control' ? { status: 200 } : { status: 403 };
  });
  const scan = await probing(SHOP, ENDPOINT, PROBES, TOKEN, { gapMs: 1000 }, ports);
  assert.match(scan.ended ?? '', /200 where the probe rule should answer/);
  guarded(sent);
  assert.ok(sent.length < 110);
});

test('a scan goes on in parts, each beginning with the probe rule’s answer', async () => {
  const { sent, ports } = world(normal, 1000);
  let from: number | null = 0;
  const parts: string[][] = [];
  while (from !== null) {
    const until = Date.parse(ports.clock.now()) + 60_000;
    const begins = sent.length;
    const scan = await probing(SHOP, ENDPOINT, PROBES, { ...TOKEN, from }, { gapMs: 0, until }, ports);
    assert.equal(scan.ended, null);
    parts.push(sent.slice(begins).map(({ probe }) => probe.id));
    from = scan.next;
  }
  assert.ok(parts.length > 2);
  for (const ids of parts.slice(1)) assert.equal(ids[0], 'control-get');
  const attacks = sent.map(({ probe }) => probe).filter(isAttack);
  assert.deepEqual(
    attacks.map(({ id }) => id),
    PROBES.slice(2).map(({ id }) => id),
    'each once, in order',
  );
});
