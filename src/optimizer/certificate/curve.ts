/** Arithmetic of convex piecewise-linear curves, for the evidence only: the engines have their own. */
import type { PiecewiseCost } from '../../domain/index.ts';

/** A curve that counts `weight` times. */
export interface WeightedCurve {
  readonly weight: number;
  readonly curve: PiecewiseCost;
}

/** Sum of weighted curves; null when there is nothing to add. */
export function sumOfCurves(parts: readonly WeightedCurve[]): PiecewiseCost | null {
  const only = parts[0];
  if (only === undefined) return null;
  if (parts.length === 1 && only.weight === 1) return only.curve;
  const breakpoints = [...new Set(parts.flatMap(({ curve }) => curve.breakpoints))].sort(
    (a, b) => a - b,
  );
  const slopes: number[] = [];
  for (let p = 0; p <= breakpoints.length; p += 1) {
    const end = breakpoints[p] ?? Infinity;
    slopes.push(
      parts.reduce((total, { weight, curve }) => total + weight * slopeBelow(curve, end), 0),
    );
  }
  return { breakpoints, slopes };
}

function slopeBelow({ breakpoints, slopes }: PiecewiseCost, x: number): number {
  let p = 0;
  while (p < breakpoints.length && (breakpoints[p] as number) < x) p += 1;
  return slopes[p] as number;
}

/** Integral of the slopes from `from` to `to`. */
export function costBetween(cost: PiecewiseCost | null, from: number, to: number): number {
  if (cost === null || from === to) return 0;
  const { breakpoints, slopes } = cost;
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  let total = 0;
  let start = low;
  const last = slopes.length - 1;
  for (let p = 0; p < last && start < high; p += 1) {
    const end = Math.min(high, breakpoints[p] as number);
    if (end <= start) continue;
    total += (slopes[p] as number) * (end - start);
    start = end;
  }
  if (high > start) total += (slopes[last] as number) * (high - start);
  return to >= from ? total : -total;
}

/** Slopes just below and just above x. */
export function slopesAround(cost: PiecewiseCost | null, x: number): readonly [number, number] {
  if (cost === null) return [0, 0];
  let below = 0;
  while (below < cost.breakpoints.length && (cost.breakpoints[below] as number) < x) below += 1;
  let above = below;
  while (above < cost.breakpoints.length && (cost.breakpoints[above] as number) <= x) above += 1;
  return [cost.slopes[below] as number, cost.slopes[above] as number];
}
