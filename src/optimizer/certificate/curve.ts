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
  const breakpoints = commonBreakpoints(parts.map(({ curve }) => curve));
  const slopes: number[] = breakpoints.map(() => 0);
  slopes.push(0);
  for (const { weight, curve } of parts) {
    slopesOver(curve, breakpoints).forEach((slope, p) => {
      slopes[p] = (slopes[p] as number) + weight * slope;
    });
  }
  return { breakpoints, slopes };
}

/** The breakpoints of all the curves, ascending, each once. */
export function commonBreakpoints(curves: readonly PiecewiseCost[]): readonly number[] {
  let all: readonly number[] = [];
  for (const { breakpoints } of curves) all = merged(all, breakpoints);
  return all;
}

/** Two ascending lists as one, each number once. */
function merged(a: readonly number[], b: readonly number[]): number[] {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const isFirst = j >= b.length || (a[i] as number) <= (b[j] as number);
    const next = (isFirst ? a[i] : b[j]) as number;
    if (isFirst) i += 1;
    else j += 1;
    if (out.length === 0 || out[out.length - 1] !== next) out.push(next);
  }
  return out;
}

/** Slopes of a curve between breakpoints that contain its own. */
export function slopesOver(curve: PiecewiseCost, breakpoints: readonly number[]): number[] {
  const own = curve.breakpoints;
  const slopes: number[] = [];
  let p = 0;
  for (let at = 0; at <= breakpoints.length; at += 1) {
    const end = at < breakpoints.length ? (breakpoints[at] as number) : Infinity;
    while (p < own.length && (own[p] as number) < end) p += 1;
    slopes.push(curve.slopes[p] as number);
  }
  return slopes;
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
