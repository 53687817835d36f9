import type { History } from './history.ts';

/**
 * n x n Gerber statistic: of the periods in which at least one of two assets moves by more than its threshold,
 * the share in which both do and in the same direction, less the share in opposite directions (Gerber, Markowitz,
 * Ernst, Miao, Javid, Sargen, "The Gerber statistic", *J. Portfolio Management* 48, 2022, eq. 3). Moves are
 * measured from zero, not from the mean, as there.
 *
 * @param deviations n standard deviations
 * @param threshold in standard deviations
 */
export function gerberStatistic(
  { assetCount: n, count: T, returns }: History,
  deviations: Float64Array,
  threshold: number,
): Float64Array {
  const moves = Int8Array.from(returns, (value, at) => {
    const level = threshold * (deviations[at % n] as number);
    return value >= level ? 1 : value <= -level ? -1 : 0;
  });
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      let agreement = 0;
      let either = 0;
      for (let t = 0; t < T; t += 1) {
        const a = moves[t * n + i] as number;
        const b = moves[t * n + j] as number;
        agreement += a * b;
        if (a !== 0 || b !== 0) either += 1;
      }
      const statistic = either === 0 ? 0 : agreement / either;
      out[i * n + j] = statistic;
      out[j * n + i] = statistic;
    }
    out[i * n + i] = 1;
  }
  return out;
}
