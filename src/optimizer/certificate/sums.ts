/** Sums over all names in one pass each, for the evidence only: no code is shared with the engines. */
import type { OptimizationProblem } from '../../domain/index.ts';

export interface FactorSums {
  /** n; F pi. */
  readonly signals: Float64Array;
  /** k; F' away. */
  readonly exposures: Float64Array;
}

/**
 * Both products with F in one reading of it, four names at a time: F is by far the largest array of a problem.
 *
 * @param away n; weights less benchmark
 */
export function factorSums(
  { factors, factorCount: k }: OptimizationProblem,
  prices: Float64Array,
  away: Float64Array,
): FactorSums {
  const n = away.length;
  const signals = new Float64Array(n);
  const exposures = new Float64Array(k);
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const a0 = away[i] as number;
    const a1 = away[i + 1] as number;
    const a2 = away[i + 2] as number;
    const a3 = away[i + 3] as number;
    const at = i * k;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let f = 0; f < k; f += 1) {
      const price = prices[f] as number;
      const f0 = factors[at + f] as number;
      const f1 = factors[at + k + f] as number;
      const f2 = factors[at + 2 * k + f] as number;
      const f3 = factors[at + 3 * k + f] as number;
      s0 += f0 * price;
      s1 += f1 * price;
      s2 += f2 * price;
      s3 += f3 * price;
      exposures[f] = (exposures[f] as number) + (f0 * a0 + f1 * a1 + (f2 * a2 + f3 * a3));
    }
    signals[i] = s0;
    signals[i + 1] = s1;
    signals[i + 2] = s2;
    signals[i + 3] = s3;
  }
  for (; i < n; i += 1) {
    const a = away[i] as number;
    let s = 0;
    for (let f = 0; f < k; f += 1) {
      const value = factors[i * k + f] as number;
      s += value * (prices[f] as number);
      exposures[f] = (exposures[f] as number) + value * a;
    }
    signals[i] = s;
  }
  return { signals, exposures };
}

/** a'b, with four partial sums: one alone would wait for itself. */
export function innerProduct(a: Float64Array, b: Float64Array): number {
  const n = Math.min(a.length, b.length);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += (a[i] as number) * (b[i] as number);
    s1 += (a[i + 1] as number) * (b[i + 1] as number);
    s2 += (a[i + 2] as number) * (b[i + 2] as number);
    s3 += (a[i + 3] as number) * (b[i + 3] as number);
  }
  for (; i < n; i += 1) s0 += (a[i] as number) * (b[i] as number);
  return s0 + s2 + (s1 + s3);
}

/** into += factor times values. */
export function addScaled(into: Float64Array, factor: number, values: Float64Array): void {
  const n = into.length;
  for (let i = 0; i < n; i += 1) {
    into[i] = (into[i] as number) + factor * (values[i] as number);
  }
}
