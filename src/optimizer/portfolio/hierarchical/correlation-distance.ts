/** Distances between assets from their correlations. */

/**
 * `condensed`: sqrt((1 - correlation) / 2), from 0 (together) to 1 (opposite).
 * `paper`: Euclidean distance between the rows of that matrix, which is what the program printed in Lopez de
 * Prado, "Building diversified portfolios that outperform out of sample" (*J. Portfolio Management* 42, 2016),
 * clusters: it hands a square matrix to a function that takes observations.
 *
 * @param covariance n x n with positive variances
 * @returns n x n
 */
export function assetDistances(
  covariance: Float64Array,
  n: number,
  kind: 'paper' | 'condensed',
): Float64Array {
  const root = Float64Array.from({ length: n }, (_, i) =>
    Math.sqrt(covariance[i * n + i] as number),
  );
  const base = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const correlation =
        (covariance[i * n + j] as number) / ((root[i] as number) * (root[j] as number));
      const distance = Math.sqrt(Math.min(1, Math.max(0, (1 - correlation) / 2)));
      base[i * n + j] = distance;
      base[j * n + i] = distance;
    }
  }
  return kind === 'condensed' ? base : rowDistances(base, n);
}

function rowDistances(rows: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      let total = 0;
      for (let c = 0; c < n; c += 1) {
        total += ((rows[i * n + c] as number) - (rows[j * n + c] as number)) ** 2;
      }
      const distance = Math.sqrt(total);
      out[i * n + j] = distance;
      out[j * n + i] = distance;
    }
  }
  return out;
}
