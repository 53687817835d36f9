/**
 * The convex program behind every objective of the mean-variance family, in the user's units:
 *
 *   minimize   curvature/2 (w-center)'Sigma(w-center) + linear'w + sum g_i(w_i)
 *              + sum impact_i |w_i - current_i|^power + radius sqrt(w'Uw)
 *   subject to rows, boxes, a limit on turnover, and sqrt((w-c)'Sigma(w-c)) <= maximum for each sphere
 */
import type { ImpactCost, LinearRow, PiecewiseCost } from '../../../domain/index.ts';
import type { CovarianceForm } from './covariance-form.ts';

export interface Sphere {
  /** `trackingError` or `risk`: how the answer names the limit. */
  readonly name: string;
  readonly center: Float64Array;
  /** > 0; in return units. */
  readonly maximum: number;
}

export interface TurnoverLimit {
  /** Gross turnover counts both directions; sellSide sales alone. */
  readonly measure: 'gross' | 'oneWay' | 'sellSide';
  readonly maximum: number;
}

/** radius sqrt(w'Uw). */
export interface WeightNorm {
  /** U: n x n, no negative eigenvalue. */
  readonly matrix: Float64Array;
  /** n x rank, U = root root': lengths near zero are lost in the rounding of w'Uw. */
  readonly root: Float64Array;
  readonly rank: number;
  readonly radius: number;
  /** s > 0: stands for radius (w'Uw / s + s) / 2 instead, which touches the norm from above at length s. */
  readonly slopeLength?: number;
  /** The slope of the norm at shorter weights is stated by that of this length: one of those that a kink has. */
  readonly leastLength?: number;
}

export interface ConvexProblem {
  readonly assets: readonly string[];
  readonly covariance: CovarianceForm;
  /** >= 0. */
  readonly curvature: number;
  readonly center: Float64Array;
  readonly linear: Float64Array;
  readonly costs: readonly (PiecewiseCost | null)[];
  readonly current: Float64Array;
  readonly impact: ImpactCost | null;
  readonly norm: WeightNorm | null;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: readonly LinearRow[];
  readonly turnover: TurnoverLimit | null;
  readonly spheres: readonly Sphere[];
}

/** Prices that go with weights; > 0 where an upper limit holds, < 0 where a lower one does. */
export interface ConvexPrices {
  /** m, of `rows`. */
  readonly rows: Float64Array;
  /** >= 0, per unit of the limit's own measure. */
  readonly turnover: number;
  /** >= 0; multiplier of half the square of each sphere's distance. */
  readonly spheres: Float64Array;
}

/** Slope of the cost curve just above `x`. */
export function slopeAbove(cost: PiecewiseCost | null, x: number): number {
  if (cost === null) return 0;
  let p = 0;
  while (p < cost.breakpoints.length && (cost.breakpoints[p] as number) <= x) p += 1;
  return cost.slopes[p] as number;
}

/** Integral of the curve's slope from one weight to another. */
export function costBetween(cost: PiecewiseCost | null, from: number, to: number): number {
  if (cost === null || from === to) return 0;
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  let total = 0;
  let at = low;
  for (let p = 0; p <= cost.breakpoints.length; p += 1) {
    const end = Math.min(
      high,
      p < cost.breakpoints.length ? (cost.breakpoints[p] as number) : Infinity,
    );
    if (end <= at) continue;
    total += (cost.slopes[p] as number) * (end - at);
    at = end;
  }
  return to > from ? total : -total;
}

/** The sum of two convex curves. */
export function addCurves(a: PiecewiseCost | null, b: PiecewiseCost | null): PiecewiseCost | null {
  if (a === null || b === null) return a ?? b;
  const breakpoints = [...new Set([...a.breakpoints, ...b.breakpoints])].sort((x, y) => x - y);
  const firstSlope = (a.slopes[0] as number) + (b.slopes[0] as number);
  return {
    breakpoints,
    slopes: [firstSlope, ...breakpoints.map((x) => slopeAbove(a, x) + slopeAbove(b, x))],
  };
}
