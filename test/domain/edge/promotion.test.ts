import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { trialsFor } from '#domain/edge/bound.ts';
import { boundOf, type FormFacts, type PromotionTime, promotionOf, ROWS } from '#domain/edge/promotion.ts';

const rules = { days: 7, visits: 3000, falsePositives: 0.001, everyDays: 7, byName: [] };
const time: PromotionTime = { today: '2026-11-28', lastPromotion: null };
const counter = { hash: 'a', since: '2026-11-20T00', hours: 168, visits: 3000, unexplained: 0 };
/** A form that counted its time, and was wrong never. */
const sound: FormFacts = {
  name: 'core/CrossSiteScripting_BODY',
  wanted: 'block',
  is: 'count',
  isKept: false,
  atOnce: null,
  kind: 'request',
  demotedOn: null,
  hiddenBehind: null,
  benign: [],
  attacks: ['xss-script/form'],
  counter,
  blocksThere: null,
};
const line = { rule: sound.name, reason: 'seen by eye', owner: 'web-team', on: '2026-11-27' };
const named = { ...rules, byName: [line] };

test('always 16: a form that counted long enough, over enough visits, and was wrong seldom enough is promoted with its proof', () => {
  const found = promotionOf(sound, rules, time);
  assert.deepEqual(found, {
    do: 'promote',
    proof: {
      by: 'proof',
      hours: 168,
      visits: 3000,
      unexplained: 0,
      bound: boundOf(counter),
      attacks: ['xss-script/form'],
    },
  });
});

/** Each row stops just its own case: without it the form would be promoted. */
const CASES: [row: string, form: Partial<FormFacts>, why: RegExp, offer: boolean, time?: Partial<PromotionTime>][] = [
  ['not to block', { wanted: 'count' }, /what the file wants/, false],
  ['kept', { isKept: true }, /keeps it on count/, false],
  ['demoted', { demotedOn: '2026-11-27' }, /demoted on 2026-11-27/, true],
  ['after the other site', { blocksThere: false }, /does not block yet/, false],
  ['benign requests unknown', { benign: 'unknown' }, /not every benign request/, false],
  ['benign requests matched', { benign: ['style', 'comment'] }, /2 benign requests \(style, comment\)/, false],
  ['whole hours', { counter: { ...counter, hours: 167 } }, /167 of 168 whole hours/, false],
  ['visits', { counter: { ...counter, visits: 2999 } }, /2999 of 3000 visits/, false],
  ['no probe can show it', { kind: 'address' }, /a rule on addresses/, true],
  ['hidden', { hiddenBehind: 'login-rate' }, /login-rate blocks first/, true],
  ['no attack', { attacks: [] }, /no attack of ours/, true],
  ['bound', { counter: { ...counter, unexplained: 1 } }, /1 of 3000 visits .* up to 0\.16%, 0\.1% are allowed/, true],
  ['asked not long ago', {}, /asked on 2026-11-22/, false, { lastPromotion: '2026-11-22' }],
];

describe('a row, removed, lets its case through', () => {
  for (const [row, change, why, offer, at] of CASES)
    test(row, () => {
      const form = { ...sound, ...change };
      const found = promotionOf(form, rules, { ...time, ...at });
      assert.equal(found.do, 'wait');
      assert.match(found.do === 'wait' ? found.why : '', why);
      assert.equal(found.do === 'wait' && found.offer, offer);
      const { [row]: removed, ...others } = ROWS;
      assert.ok(removed);
      // A counter short of visits has a wide bound too: the row before it says the nearer reason.
      const next = promotionOf(form, rules, { ...time, ...at }, others);
      assert.notDeepEqual(next, found);
      if (row !== 'visits') assert.equal(next.do, 'promote', JSON.stringify(next));
    });

  test('every row that stops has its case', () => {
    const stops = Object.keys(ROWS).filter((row) => row !== 'at once' && row !== 'by name');
    assert.deepEqual(CASES.map(([row]) => row).sort(), stops.sort());
  });
});

test('at once: promoted without counting, behind nothing but what keeps or demoted it', () => {
  const form = { ...sound, atOnce: 'log4shell is tried on us today', counter: null, benign: 'unknown' as const };
  const proof = { by: 'atOnce', reason: 'log4shell is tried on us today' };
  assert.deepEqual(promotionOf({ ...form, blocksThere: false }, rules, time), { do: 'promote', proof });
  assert.equal(promotionOf({ ...form, demotedOn: '2026-11-01' }, rules, time).do, 'wait');
});

describe('by name', () => {
  const hard = { ...sound, attacks: [], hiddenBehind: 'login-rate', counter: { ...counter, unexplained: 40 } };

  test('a line promotes what only a name can, and does not wait for its turn', () => {
    const found = promotionOf(hard, named, { ...time, lastPromotion: '2026-11-27' });
    const { rule: _, ...by } = line;
    assert.deepEqual(found, { do: 'promote', proof: { by: 'name', ...by } });
    assert.equal(promotionOf({ ...hard, kind: 'rate' }, named, time).do, 'promote');
  });

  test('it waits for the hours, the visits, the other site, and for the exception of a benign request', () => {
    const counters = [{ counter: { ...counter, hours: 1 } }, { counter: { ...counter, visits: 1 } }];
    for (const change of [...counters, { blocksThere: false }, { benign: ['style'] }, { benign: 'unknown' as const }])
      assert.equal(promotionOf({ ...hard, ...change }, named, time).do, 'wait', JSON.stringify(change));
  });

  test('only a line of a later day lifts a demotion', () => {
    const demoted = (demotedOn: string) => promotionOf({ ...sound, demotedOn }, named, time).do;
    assert.deepEqual(['2026-11-26', '2026-11-27', '2026-11-28'].map(demoted), ['promote', 'wait', 'wait']);
  });

  test('the line of another rule is none', () => {
    const other = { ...rules, byName: [{ ...line, rule: 'core/Other' }] };
    assert.equal(promotionOf(hard, other, time).do, 'wait');
  });
});

test('0.1% takes 2,995 visits: with fewer allowed, no form can be proven', () => {
  const few = { ...rules, visits: 2994 };
  const at = (visits: number) => promotionOf({ ...sound, counter: { ...counter, visits } }, few, time).do;
  assert.deepEqual([trialsFor(0.001), at(2994), at(2995)], [2995, 'wait', 'promote']);
});

test('always 12, 16, 21: whatever the facts, a promotion has counted its time, or somebody’s name or reason', () => {
  const facts = fc.record({
    name: fc.constant(sound.name),
    wanted: fc.constantFrom('count', 'block', 'allow'),
    is: fc.constantFrom('count', 'block', 'allow'),
    isKept: fc.boolean(),
    atOnce: fc.constantFrom(null, 'a reason'),
    kind: fc.constantFrom('request', 'address', 'country', 'rate'),
    demotedOn: fc.constantFrom(null, '2026-11-20'),
    hiddenBehind: fc.constantFrom(null, 'x'),
    benign: fc.constantFrom('unknown', [], ['one']),
    attacks: fc.constantFrom([], ['xss']),
    counter: fc.option(
      fc.record({
        hash: fc.constant('a'),
        since: fc.constant('2026-11-20T00'),
        hours: fc.integer({ min: 150, max: 200 }),
        visits: fc.integer({ min: 2900, max: 6000 }),
        unexplained: fc.integer({ min: 0, max: 3 }),
      }),
    ),
    blocksThere: fc.constantFrom(null, true, false),
  }) as fc.Arbitrary<FormFacts>;
  fc.assert(
    fc.property(facts, fc.boolean(), (form, hasLine) => {
      const found = promotionOf(form, hasLine ? named : rules, time);
      if (found.do === 'wait') return;
      assert.ok(form.wanted === 'block' && form.is === 'count' && !form.isKept);
      const { proof } = found;
      if (proof.by === 'atOnce') return assert.equal(proof.reason, form.atOnce);
      assert.ok((form.counter?.hours ?? 0) >= 168 && (form.counter?.visits ?? 0) >= 3000);
      assert.ok(form.blocksThere !== false);
      assert.notDeepEqual(form.benign, ['one']);
      if (proof.by === 'name') return assert.ok(hasLine);
      assert.ok(form.kind === 'request' && form.benign !== 'unknown' && form.attacks.length > 0);
      assert.ok(proof.bound <= rules.falsePositives);
    }),
    { numRuns: 3000 },
  );
});
