/**
 * The scaled problem at a point: gradient, curvature and sphere values in the engine's variables. The
 * objective is the user's times `scale`, so that its slopes are of order one.
 */
import { covarianceTimes } from './covariance-form.ts';
import type { ConvexProblem } from './convex-problem.ts';
import { weightsOf, type Layout } from './layout.ts';

/** Below this length (of weights of order one) the norm term is rounded off. */
const NORM_LEAST = 1e-12;

export interface ScaledLayout extends Layout {
  readonly scale: number;
}

export interface EnginePoint {
  readonly weights: Float64Array;
  /** Of the scaled objective, without prices; count. */
  readonly gradient: Float64Array;
  /** Value of (distance / maximum)^2 / 2 - 1/2 per sphere. */
  readonly sphereValues: Float64Array;
  /** Gradients of the same, count each. */
  readonly sphereGradients: readonly Float64Array[];
  /** Multiple of Sigma in the Hessian of the scaled Lagrangian. */
  readonly multiple: number;
  /** Hessian of the norm term, n x n, or null. */
  readonly extra: Float64Array | null;
  /** 2n: second derivative of impact per name, upwards then downwards; null without impact. */
  readonly impactCurvature: Float64Array | null;
}

/** Brings the largest slope of the objective to one. */
export function objectiveScale(problem: ConvexProblem): number {
  let size = 0;
  let variance = 0;
  for (const value of problem.covariance.variance) variance += value;
  size = (problem.curvature * variance) / Math.max(1, problem.assets.length);
  let linear = 0;
  problem.linear.forEach((q, i) => {
    const slopes = problem.costs[i]?.slopes ?? [];
    linear = Math.max(linear, Math.abs(q), ...slopes.map((slope) => Math.abs(slope)));
  });
  size = Math.max(size, linear);
  return size > 0 && Number.isFinite(1 / size) ? 1 / size : 1;
}

/** @param spherePrices multiplier of each scaled sphere value */
export function pointAt(
  layout: ScaledLayout,
  v: Float64Array,
  spherePrices: Float64Array,
): EnginePoint {
  const { problem, scale } = layout;
  const { covariance } = problem;
  const weights = weightsOf(layout, v);
  const n = layout.assetCount;
  const inWeights = new Float64Array(n);
  for (let i = 0; i < n; i += 1) inWeights[i] = scale * (problem.linear[i] as number);
  let multiple = 0;
  if (problem.curvature > 0) {
    multiple = scale * problem.curvature;
    const away = covarianceTimes(covariance, difference(weights, problem.center));
    for (let i = 0; i < n; i += 1) {
      inWeights[i] = (inWeights[i] as number) + multiple * (away[i] as number);
    }
  }
  const extra = addNorm(layout, weights, inWeights);
  const sphereValues = new Float64Array(problem.spheres.length);
  const sphereGradients = problem.spheres.map(({ center, maximum }, j) => {
    const away = difference(weights, center);
    const slope = covarianceTimes(covariance, away).map((x) => x / maximum ** 2);
    sphereValues[j] = (dot(slope, away) - 1) / 2;
    multiple += (spherePrices[j] as number) / maximum ** 2;
    return toVariables(layout, slope);
  });
  const gradient = toVariables(layout, inWeights);
  for (let c = 0; c < layout.count; c += 1) {
    gradient[c] = (gradient[c] as number) + scale * (layout.slope[c] as number);
  }
  const impactCurvature = addImpact(layout, v, gradient);
  return {
    weights,
    gradient,
    sphereValues,
    sphereGradients,
    multiple,
    extra,
    impactCurvature,
  };
}

/** radius sqrt(w'Uw): adds its gradient, returns its Hessian. */
function addNorm(
  { problem, scale, assetCount: n }: ScaledLayout,
  weights: Float64Array,
  into: Float64Array,
): Float64Array | null {
  if (problem.norm === null || problem.norm.radius === 0) return null;
  const { matrix, radius, slopeLength } = problem.norm;
  const slope = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    let total = 0;
    for (let j = 0; j < n; j += 1) {
      total += (matrix[i * n + j] as number) * (weights[j] as number);
    }
    slope[i] = total;
  }
  const square = Math.max(0, dot(slope, weights));
  let largest = 0;
  for (let i = 0; i < n; i += 1) largest = Math.max(largest, matrix[i * n + i] as number);
  const length = slopeLength ?? Math.sqrt(square + largest * NORM_LEAST ** 2);
  if (length === 0) return null;
  const unit = (scale * radius) / length;
  const hessian = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    into[i] = (into[i] as number) + unit * (slope[i] as number);
    for (let j = 0; j < n; j += 1) {
      const bend = ((slope[i] as number) * (slope[j] as number)) / length ** 2;
      const outer = slopeLength === undefined ? bend : 0;
      hessian[i * n + j] = unit * ((matrix[i * n + j] as number) - outer);
    }
  }
  return hessian;
}

function addImpact(
  layout: ScaledLayout,
  v: Float64Array,
  gradient: Float64Array,
): Float64Array | null {
  const { problem, assetCount: n, scale } = layout;
  if (problem.impact === null) return null;
  const { coefficient, power } = problem.impact;
  const curvature = new Float64Array(2 * n);
  for (let i = 0; i < n; i += 1) {
    const c = (coefficient[i] as number) * scale;
    if (c === 0) continue;
    for (const direction of [1, -1] as const) {
      const amount = amountMoved(layout, v, { asset: i, direction });
      if (!(amount > 0)) continue;
      const slope = c * power * amount ** (power - 1);
      curvature[direction > 0 ? i : n + i] = c * power * (power - 1) * amount ** (power - 2);
      for (let p = layout.first[i] as number; p < (layout.first[i + 1] as number); p += 1) {
        if (layout.sign[p] === direction) gradient[p] = (gradient[p] as number) + slope;
      }
    }
  }
  return curvature;
}

/** How far a name moves in one direction from its holding. */
export function amountMoved(
  layout: Layout,
  v: Float64Array,
  { asset, direction }: { readonly asset: number; readonly direction: 1 | -1 },
): number {
  const moved = (layout.base[asset] as number) - (layout.problem.current[asset] as number);
  let total = Math.max(0, direction * moved);
  for (let p = layout.first[asset] as number; p < (layout.first[asset + 1] as number); p += 1) {
    if (layout.sign[p] === direction) total += v[p] as number;
  }
  return total;
}

function toVariables(layout: Layout, inWeights: Float64Array): Float64Array {
  const out = new Float64Array(layout.count);
  for (let c = 0; c < layout.count; c += 1) {
    out[c] = (layout.sign[c] as number) * (inWeights[layout.owner[c] as number] as number);
  }
  return out;
}

export function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - (b[i] as number));
}

export function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] as number) * (b[i] as number);
  return total;
}
