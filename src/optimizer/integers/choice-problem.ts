/**
 * A problem whose assets each choose among disjoint intervals, for example "zero, or between 1 % and 20 %":
 *
 *   minimize  constant + sum [ curvature/2 x^2 + linear x + g(x) ] + 1/2 x' coupling x
 *   subject to rowLower <= A x <= rowUpper, x_i in one of its pieces, and a limit on how many assets
 *   sit in a piece that counts.
 *
 * Cardinality, minimum weights, minimum trades and lots are all of this form.
 */
import type { PiecewiseCost } from '../../domain/index.ts';

/** The intervals of every asset, ascending and disjoint within an asset. */
export interface Pieces {
  /** n + 1; pieces of asset i are start[i] .. start[i + 1] - 1. */
  readonly start: Int32Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** 1 where sitting in the piece counts towards the limit. */
  readonly counts: Uint8Array;
}

export interface ChoiceRows {
  readonly count: number;
  /** m x n, row-major. */
  readonly coefficients: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** At most, or exactly, `maximum` assets in pieces that count. */
export interface CountLimit {
  readonly maximum: number;
  readonly isExact: boolean;
}

export interface ChoiceProblem {
  readonly size: number;
  /** n x n, positive semidefinite: the objective's matrix less `curvature` on its diagonal. */
  readonly coupling: Float64Array;
  /** n; >= 0. */
  readonly curvature: Float64Array;
  readonly linear: Float64Array;
  /** n; convex curves that are zero at `origin`. */
  readonly curves: readonly (PiecewiseCost | null)[];
  /** n; where each curve is zero. */
  readonly origin: Float64Array;
  readonly pieces: Pieces;
  readonly rows: ChoiceRows;
  readonly countLimit: CountLimit | null;
  readonly constant: number;
}

/** Integral of the slopes of a curve from its origin to x. */
export function curveValue(curve: PiecewiseCost | null, origin: number, x: number): number {
  if (curve === null || x === origin) return 0;
  const low = Math.min(origin, x);
  const high = Math.max(origin, x);
  let total = 0;
  for (let p = 0; p < curve.slopes.length; p += 1) {
    const start = Math.max(low, p === 0 ? -Infinity : (curve.breakpoints[p - 1] as number));
    const end = Math.min(high, curve.breakpoints[p] ?? Infinity);
    if (end > start) total += (curve.slopes[p] as number) * (end - start);
  }
  return x >= origin ? total : -total;
}

/** Slope of a curve just above x. */
export function slopeAbove(curve: PiecewiseCost | null, x: number): number {
  if (curve === null) return 0;
  let p = 0;
  while (p < curve.breakpoints.length && (curve.breakpoints[p] as number) <= x) p += 1;
  return curve.slopes[p] as number;
}

/** What one asset pays in one interval: curvature/2 x^2 + tilt x + g(x) for x in [low, high]. */
export interface AssetTerm {
  readonly curvature: number;
  readonly tilt: number;
  readonly curve: PiecewiseCost | null;
  readonly low: number;
  readonly high: number;
}

/** @returns the x that pays least: the term is convex, so the first kink or vertex where it turns up */
export function leastPoint(term: AssetTerm): number {
  const { curvature, tilt, curve, low, high } = term;
  if (curve === null) return clamp(vertex(curvature, tilt), low, high);
  const { breakpoints, slopes } = curve;
  for (let p = 0; p < slopes.length; p += 1) {
    const end = Math.min(high, breakpoints[p] ?? Infinity);
    if (end < low) continue;
    const start = Math.max(low, p === 0 ? -Infinity : (breakpoints[p - 1] as number));
    const x = vertex(curvature, tilt + (slopes[p] as number));
    if (x <= start) return start;
    if (x <= end || end === high) return Math.min(x, end);
  }
  return high;
}

function vertex(curvature: number, tilt: number): number {
  if (curvature > 0) return -tilt / curvature;
  return tilt > 0 ? -Infinity : tilt < 0 ? Infinity : 0;
}

export function clamp(x: number, low: number, high: number): number {
  return x < low ? low : x > high ? high : x;
}

/** Value of the whole objective at x, from the problem alone. */
export function choiceValue(problem: ChoiceProblem, x: Float64Array): number {
  const n = problem.size;
  let value = problem.constant;
  for (let i = 0; i < n; i += 1) {
    const xi = x[i] as number;
    value += curveValue(problem.curves[i] ?? null, problem.origin[i] as number, xi);
    if (xi === 0) continue;
    let product = (problem.curvature[i] as number) * xi;
    for (let j = 0; j < n; j += 1) {
      product += (problem.coupling[i * n + j] as number) * (x[j] as number);
    }
    value += xi * (product / 2 + (problem.linear[i] as number));
  }
  return value;
}
