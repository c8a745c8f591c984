/**
 * The upper end of what a share may be, seen that `hits` of `n` trials hit: one-sided Clopper–Pearson, which never promises more
 * than it holds (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934).
 */

/** The largest share p at which `hits` or fewer of `n` would still be seen with probability 1 − confidence. 1 where nothing was tried. */
export function upperBound(hits: number, n: number, confidence = 0.95): number {
  if (!Number.isInteger(hits) || !Number.isInteger(n) || hits < 0 || hits > n)
    throw new RangeError(`upperBound takes whole numbers with 0 ≤ hits ≤ n, not ${hits} of ${n}`);
  if (hits === n) return 1;
  const rest = 1 - confidence;
  if (hits === 0) return 1 - rest ** (1 / n);
  let low = hits / n;
  let high = 1;
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step += 1) {
    const middle = (low + high) / 2;
    if (atMost(hits, n, middle) > rest) low = middle;
    else high = middle;
  }
  return high;
}

/** How many trials without a hit it takes until the bound is at most `share`: 2,995 for 0.1% at 95%. */
export function trialsFor(share: number, confidence = 0.95): number {
  if (!(share > 0 && share < 1)) throw new RangeError(`trialsFor takes a share between 0 and 1, not ${share}`);
  return Math.ceil(Math.log(1 - confidence) / Math.log1p(-share));
}

/** Probability of at most `hits` of `n` at share `p`: the binomial sum, by logarithms, since n is in the millions. */
function atMost(hits: number, n: number, p: number): number {
  const odds = Math.log(p) - Math.log1p(-p);
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  for (let k = 1; k <= hits; k += 1) {
    term += Math.log((n - k + 1) / k) + odds;
    sum += Math.exp(term);
  }
  return sum;
}
