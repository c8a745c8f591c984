import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { trialsFor, upperBound } from '#domain/edge/bound.ts';

/** Of R's binom.test(x, n, alternative = "less")$conf.int[2] and published tables of exact limits. */
for (const [hits, n, bound] of [
  [0, 10, 0.2589],
  [1, 10, 0.3942],
  [5, 10, 0.7776],
  [0, 100, 0.0295],
  [3, 100, 0.0757],
  [0, 2995, 0.001],
  [10, 10, 1],
] as const)
  test(`${hits} of ${n}: at most ${bound}`, () => {
    assert.ok(Math.abs(upperBound(hits, n) - bound) < 0.00006, String(upperBound(hits, n)));
  });

test('it takes 2,995 visits without a match to promise 0.1%', () => {
  assert.equal(trialsFor(0.001), 2995);
  assert.ok(upperBound(0, 2995) <= 0.001);
  assert.ok(upperBound(0, 2994) > 0.001);
});

test('the bound grows with the hits, shrinks with the trials, and is never under the share seen', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
      const hits = Math.floor(share * (n - 1));
      const bound = upperBound(hits, n);
      assert.ok(bound >= hits / n && bound <= 1);
      assert.ok(upperBound(hits + 1, n) >= bound);
      assert.ok(upperBound(hits, n + 1) <= bound + 1e-9);
    }),
    { numRuns: 300 },
  );
});

test('nothing tried promises nothing; what is no count is refused', () => {
  assert.equal(upperBound(0, 0), 1);
  for (const [hits, n] of [
    [2, 1],
    [-1, 5],
    [0.5, 5],
  ] as const)
    assert.throws(() => upperBound(hits, n), RangeError);
});
