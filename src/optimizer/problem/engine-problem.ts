import type { OptimizationProblem, PiecewiseCost } from '../../domain/index.ts';
import { impactBlock, type ImpactBlock } from './impact-block.ts';

/**
 * A problem as the engines read it, in typed arrays:
 *
 *   minimize  sum [ curvature/2 x^2 + linear x + g(x) + impact(x) ] + 1/2 |F'x - anchor|^2
 *   subject to rowLower <= A x <= rowUpper, and x within its first and last segment end.
 *
 * The objective is the user's times `scale`, a power of four, so that curvature is of order one and the
 * engines' thresholds mean the same for every account; a power of four keeps the scaling free of rounding.
 */
export interface EngineProblem {
  readonly assetCount: number;
  readonly factorCount: number;
  readonly rowCount: number;
  /** n x (k + m), row-major: factor exposures, then row coefficients. */
  readonly columns: Float64Array;
  /** n; > 0 except where the user's specific variance is zero (see proximal-loop.ts). */
  readonly curvature: Float64Array;
  /** n; linear tilt minus curvature times target. */
  readonly linear: Float64Array;
  /** k; F'b. */
  readonly anchor: Float64Array;
  /** n + 1; segments of asset i are segmentStart[i] .. segmentStart[i + 1] - 1. */
  readonly segmentStart: Int32Array;
  readonly segmentEnd: Float64Array;
  readonly segmentSlope: Float64Array;
  /** n; lower end of the first segment. */
  readonly lower: Float64Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  /** Absent or null: no market impact. */
  readonly impact?: ImpactBlock | null;
  readonly scale: number;
}

/** Limits are taken from `rows` and the boxes given, so that the conflict filter can widen them. */
export function buildEngineProblem(problem: OptimizationProblem): EngineProblem {
  const n = problem.assets.length;
  const k = problem.factorCount;
  const m = problem.rows.length;
  const scale = objectiveScale(problem);
  const factorScale = Math.sqrt(problem.riskAversion * scale);
  const { factors, target, specificVariance, riskAversion, linear: tilt } = problem;
  const columns = new Float64Array(n * (k + m));
  const curvature = new Float64Array(n);
  const linear = new Float64Array(n);
  const anchor = new Float64Array(k);
  for (let i = 0, from = 0; i < n; i += 1) {
    const b = target[i] as number;
    let at = i * (k + m);
    for (let f = 0; f < k; f += 1, from += 1, at += 1) {
      const value = (factors[from] as number) * factorScale;
      columns[at] = value;
      anchor[f] = (anchor[f] as number) + value * b;
    }
    const d = (specificVariance[i] as number) * riskAversion * scale;
    curvature[i] = d;
    linear[i] = (tilt === null ? 0 : (tilt[i] as number) * scale) - d * b;
  }
  problem.rows.forEach(({ coefficients }, r) => {
    for (let i = 0, at = k + r; i < n; i += 1, at += k + m) {
      columns[at] = coefficients[i] as number;
    }
  });
  return {
    assetCount: n,
    factorCount: k,
    rowCount: m,
    columns,
    curvature,
    linear,
    anchor,
    ...buildSegments(problem, scale),
    lower: problem.lower.map((value, i) => Math.min(value, problem.upper[i] as number)),
    rowLower: Float64Array.from(problem.rows, (row) => row.lower),
    rowUpper: Float64Array.from(problem.rows, (row) => row.upper),
    impact: impactBlock(problem, scale),
    scale,
  };
}

/** The power of four that brings the mean specific risk term nearest to one; 1 where there is none. */
function objectiveScale(problem: OptimizationProblem): number {
  let total = 0;
  for (const variance of problem.specificVariance) total += variance;
  const mean = (total / Math.max(1, problem.assets.length)) * problem.riskAversion;
  return powerOfFourNear(1 / mean);
}

/** 1 for what is not a number between 1e-200 and 1e200. */
export function powerOfFourNear(value: number): number {
  if (!(value < 1e200)) return 1;
  return 4 ** Math.max(-150, Math.min(150, Math.round(Math.log2(value) / 2)));
}

interface Segments {
  readonly segmentStart: Int32Array;
  readonly segmentEnd: Float64Array;
  readonly segmentSlope: Float64Array;
}

export function buildSegments(problem: OptimizationProblem, scale: number): Segments {
  const n = problem.assets.length;
  let capacity = n;
  for (const cost of problem.costs) capacity += cost === null ? 0 : cost.breakpoints.length;
  const segmentStart = new Int32Array(n + 1);
  const segmentEnd = new Float64Array(capacity);
  const segmentSlope = new Float64Array(capacity);
  let used = 0;
  for (let i = 0; i < n; i += 1) {
    segmentStart[i] = used;
    const cost = problem.costs[i] ?? null;
    const upper = problem.upper[i] as number;
    if (cost !== null) {
      used = appendInside({ cost, lower: problem.lower[i] as number, upper, scale }, used, {
        segmentEnd,
        segmentSlope,
      });
    }
    segmentEnd[used] = upper;
    segmentSlope[used] = cost === null ? 0 : slopeBelow(cost, upper) * scale;
    used += 1;
  }
  segmentStart[n] = used;
  return { segmentStart, segmentEnd, segmentSlope };
}

interface CostRange {
  readonly cost: PiecewiseCost;
  readonly lower: number;
  readonly upper: number;
  readonly scale: number;
}

/** Writes the segments that end at a kink strictly inside the box; a kink without a change of slope is none. */
function appendInside(
  range: CostRange,
  start: number,
  into: Pick<Segments, 'segmentEnd' | 'segmentSlope'>,
): number {
  const { breakpoints, slopes } = range.cost;
  let used = start;
  for (let p = 0; p < breakpoints.length; p += 1) {
    const end = breakpoints[p] as number;
    if (end <= range.lower || end >= range.upper) continue;
    if (slopes[p] === slopes[p + 1]) continue;
    const isRepeated = used > start && into.segmentEnd[used - 1] === end;
    if (isRepeated) continue;
    into.segmentEnd[used] = end;
    into.segmentSlope[used] = (slopes[p] as number) * range.scale;
    used += 1;
  }
  return used;
}

/** Slope just below `upper`, or the first slope above the lower end when the whole box lies beyond it. */
function slopeBelow(cost: PiecewiseCost, upper: number): number {
  let p = 0;
  while (p < cost.breakpoints.length && (cost.breakpoints[p] as number) < upper) p += 1;
  return cost.slopes[p] as number;
}
