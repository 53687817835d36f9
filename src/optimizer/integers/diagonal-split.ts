/**
 * Takes as much diagonal out of a covariance as leaves it positive semidefinite: bounds on choices see only
 * that diagonal (Frangioni and Gentile 2006; Zheng, Sun and Li 2014).
 */
import { choleskyFactor, choleskyInverse, dot, multiplyVector } from '../linear-algebra/index.ts';

/** Above this size the sweeps cost more than they save, and the multiple of the identity is taken. */
const SWEEPS_SIZE_MAX = 400;
const SWEEPS = 8;
const BARRIER_FALL = 0.6;
const BARRIER_START = 0.1;
/** A split to improve on is first drawn back by this factor, so that its inverse exists. */
const WARM_SHARE = 0.95;
const WARM_SWEEPS = 3;
/** Below one: raising every asset to the floor must leave the rest positive definite. */
const WARM_FLOOR = 0.99;
/** Least share of the mean weight: an asset without any weight would make the barrier degenerate. */
const WEIGHT_LEAST = 1e-3;
/**
 * Every asset keeps at least this share of the least eigenvalue: the relaxation's answers jump where an asset
 * has no curvature at all.
 */
const FLOOR_SHARE = 0.1;
const POWER_PASSES = 40;
/** Part of the diagonal found that is used: keeps the rest safely on the right side. */
const SAFETY = 1 - 1e-9;

export interface SplitOptions {
  /** n, >= 0; null: equal. */
  readonly weights: Float64Array | null;
  /** A split of this matrix to improve on; null: from nothing. */
  readonly start: Float64Array | null;
}

/**
 * A diagonal d >= 0 with covariance - diag(d) positive semidefinite and sum w d nearly as large as possible.
 *
 * Coordinate ascent on w'd + mu log det(covariance - diag(d)) for falling mu: one asset's best d has a closed
 * form in the inverse, which follows by a rank-one update.
 *
 * @param covariance n x n, row-major, symmetric
 * @returns n; zeros where the covariance is not numerically positive definite
 */
export function splitDiagonal(
  covariance: Float64Array,
  size: number,
  { weights, start }: SplitOptions,
): Float64Array {
  if (start !== null && size > SWEEPS_SIZE_MAX) return start;
  const warm = start === null ? null : start.map((d) => d * WARM_SHARE);
  const factored = choleskyFactor(
    warm === null ? covariance : withoutDiagonal(covariance, warm),
    size,
  );
  if (size === 0 || factored.kind !== 'factored') return start ?? new Float64Array(size);
  if (size > SWEEPS_SIZE_MAX) return uniformDiagonal(covariance, size);
  const diagonal = warm ?? new Float64Array(size);
  const inverse = choleskyInverse(factored.factor, size);
  const weight = usableWeights(size, weights);
  const floor =
    warm === null ? raiseToFloor(diagonal, inverse) : WARM_FLOOR * Math.min(...(start ?? []));
  let barrier = 0;
  for (let i = 0; i < size; i += 1) {
    barrier += (BARRIER_START * (weight[i] as number)) / (inverse[i * size + i] as number) / size;
  }
  const sweeps = warm === null ? SWEEPS : WARM_SWEEPS;
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (let i = 0; i < size; i += 1) {
      const step = 1 / (inverse[i * size + i] as number) - barrier / (weight[i] as number);
      const change = Math.max(step, floor - (diagonal[i] as number));
      if (change === 0) continue;
      diagonal[i] = (diagonal[i] as number) + change;
      updateInverse(inverse, { size, index: i, change });
    }
    barrier *= BARRIER_FALL;
  }
  return madeSafe(covariance, diagonal);
}

function raiseToFloor(diagonal: Float64Array, inverse: Float64Array): number {
  const size = diagonal.length;
  const floor = FLOOR_SHARE / largestEigenvalue(inverse, size);
  for (let i = 0; i < size; i += 1) {
    diagonal[i] = floor;
    updateInverse(inverse, { size, index: i, change: floor });
  }
  return floor;
}

/** By power iteration, from below. */
function largestEigenvalue(matrix: Float64Array, size: number): number {
  let vector = Float64Array.from({ length: size }, (_, i) => 1 + (i % 7) / 7);
  let value = 0;
  for (let pass = 0; pass < POWER_PASSES; pass += 1) {
    const image = multiplyVector(matrix, vector);
    value = Math.sqrt(dot(image, image) / dot(vector, vector));
    vector = image.map((v) => v / value);
  }
  return value;
}

function usableWeights(size: number, weights: Float64Array | null): Float64Array {
  if (weights === null) return new Float64Array(size).fill(1);
  const mean = weights.reduce((total, w) => total + w, 0) / size;
  if (!(mean > 0)) return new Float64Array(size).fill(1);
  return weights.map((w) => Math.max(w / mean, WEIGHT_LEAST));
}

/** Inverse of S - change e e' from that of S (Sherman and Morrison). */
function updateInverse(
  inverse: Float64Array,
  {
    size,
    index,
    change,
  }: { readonly size: number; readonly index: number; readonly change: number },
): void {
  const row = inverse.slice(index * size, index * size + size);
  const factor = change / (1 - change * (row[index] as number));
  for (let r = 0; r < size; r += 1) {
    const scaled = factor * (row[r] as number);
    const at = r * size;
    for (let c = 0; c < size; c += 1) {
      inverse[at + c] = (inverse[at + c] as number) + scaled * (row[c] as number);
    }
  }
}

/** Shrinks the diagonal until a Cholesky factorization says that the rest is positive definite. */
function madeSafe(covariance: Float64Array, diagonal: Float64Array): Float64Array {
  const size = diagonal.length;
  let share = SAFETY;
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const safe = diagonal.map((d) => d * share);
    if (choleskyFactor(withoutDiagonal(covariance, safe), size).kind === 'factored') return safe;
    share = 1 - (1 - share) * 4;
    if (share <= 0) break;
  }
  return new Float64Array(size);
}

/** 0.98 of the largest multiple of the identity that leaves the rest positive definite, by bisection. */
function uniformDiagonal(covariance: Float64Array, size: number): Float64Array {
  let low = 0;
  let high = Infinity;
  for (let i = 0; i < size; i += 1) {
    high = Math.min(high, covariance[i * size + i] as number);
  }
  for (let pass = 0; pass < 12; pass += 1) {
    const middle = low === 0 ? high / 8 : (low + high) / 2;
    const rest = withoutDiagonal(covariance, new Float64Array(size).fill(middle));
    if (choleskyFactor(rest, size).kind === 'factored') low = middle;
    else high = middle;
  }
  return new Float64Array(size).fill(0.98 * low);
}

/** @returns covariance - diag(diagonal) */
export function withoutDiagonal(covariance: Float64Array, diagonal: Float64Array): Float64Array {
  const size = diagonal.length;
  const rest = covariance.slice();
  for (let i = 0; i < size; i += 1) {
    rest[i * size + i] = (rest[i * size + i] as number) - (diagonal[i] as number);
  }
  return rest;
}
