/** Means and second moments of a history, plain and weighted. */
import { innerGram } from '../linear-algebra/index.ts';
import type { History } from './history.ts';

/** @returns n arithmetic means */
export function meansOf({ count, assetCount, returns }: History): Float64Array {
  const means = new Float64Array(assetCount);
  for (let t = 0; t < count; t += 1) {
    for (let i = 0; i < assetCount; i += 1) {
      means[i] = (means[i] as number) + (returns[t * assetCount + i] as number);
    }
  }
  return means.map((total) => total / count);
}

/** @returns T x n deviations from `means` */
export function centered({ assetCount, returns }: History, means: Float64Array): Float64Array {
  return returns.map((value, at) => value - (means[at % assetCount] as number));
}

/** @returns n x n sum of deviations' products over `divisor` */
export function covarianceOf(
  deviations: Float64Array,
  assetCount: number,
  divisor: number,
): Float64Array {
  return innerGram(deviations, assetCount).map((total) => total / divisor);
}

/** n x n sample covariance with divisor T - ddof. */
export function sampleCovariance(history: History, ddof: number): Float64Array {
  const deviations = centered(history, meansOf(history));
  return covarianceOf(deviations, history.assetCount, history.count - ddof);
}

/**
 * Weights that halve every `halfLife` periods back, normalized to add up to one: T entries, the newest last.
 * A decay d a period is the half-life ln(1/2) / ln d.
 */
export function exponentialWeights(count: number, halfLife: number): Float64Array {
  const weights = Float64Array.from({ length: count }, (_, t) => 2 ** ((t + 1 - count) / halfLife));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

/** @returns n means under weights that add up to one */
export function weightedMeans(history: History, weights: Float64Array): Float64Array {
  const { count, assetCount, returns } = history;
  const means = new Float64Array(assetCount);
  for (let t = 0; t < count; t += 1) {
    const w = weights[t] as number;
    for (let i = 0; i < assetCount; i += 1) {
      means[i] = (means[i] as number) + w * (returns[t * assetCount + i] as number);
    }
  }
  return means;
}

/**
 * n x n weighted covariance about the weighted mean. Unbiased for independent periods when divided by
 * 1 - sum w^2 (reliability weights), as `isBiasCorrected` does; equal weights then give the divisor T - 1.
 */
export function weightedCovariance(
  history: History,
  weights: Float64Array,
  isBiasCorrected: boolean,
): Float64Array {
  const { assetCount } = history;
  const deviations = centered(history, weightedMeans(history, weights));
  const scaled = deviations.map(
    (value, at) => value * Math.sqrt(weights[Math.floor(at / assetCount)] as number),
  );
  const squares = weights.reduce((sum, w) => sum + w * w, 0);
  return covarianceOf(scaled, assetCount, isBiasCorrected ? 1 - squares : 1);
}

/**
 * n x n products of shortfalls below `threshold` (null: each asset's mean) over T - ddof (Estrada's
 * co-semivariance, which is positive semidefinite).
 */
export function semicovarianceOf(
  history: History,
  threshold: number | null,
  ddof: number,
): Float64Array {
  const { assetCount, count } = history;
  const levels =
    threshold === null ? meansOf(history) : new Float64Array(assetCount).fill(threshold);
  const shortfalls = centered(history, levels).map((value) => Math.min(value, 0));
  return covarianceOf(shortfalls, assetCount, count - ddof);
}

export interface Correlation {
  /** n x n, unit diagonal exactly. */
  readonly correlation: Float64Array;
  /** n. */
  readonly deviations: Float64Array;
}

/** Splits a covariance with positive variances. */
export function correlationOf(covariance: Float64Array, size: number): Correlation {
  const deviations = Float64Array.from({ length: size }, (_, i) =>
    Math.sqrt(covariance[i * size + i] as number),
  );
  return { correlation: rescaled(covariance, size), deviations };
}

/** M with each row and column divided by the root of its diagonal entry: a unit diagonal, exactly. */
export function rescaled(matrix: Float64Array, size: number): Float64Array {
  const root = Float64Array.from({ length: size }, (_, i) =>
    Math.sqrt(matrix[i * size + i] as number),
  );
  return matrix.map((value, at) => {
    const r = Math.floor(at / size);
    const c = at % size;
    return r === c ? 1 : value / ((root[r] as number) * (root[c] as number));
  });
}

/** The covariance of a correlation and n standard deviations. */
export function covarianceFrom(correlation: Float64Array, deviations: Float64Array): Float64Array {
  const n = deviations.length;
  return correlation.map(
    (value, at) =>
      value * ((deviations[Math.floor(at / n)] as number) * (deviations[at % n] as number)),
  );
}
