/**
 * Limits on separable curves as plain rows: every name becomes one name per segment of its curves, counted
 * from the current holding, so that each quantity is a linear sum. Convexity fills the segments in their
 * order wherever it pays; for the question what can hold together the order does not matter.
 */
import type {
  HardBudget,
  LinearRow,
  OptimizationProblem,
  PiecewiseCost,
} from '../../domain/index.ts';
import { budgetCurve } from '../certificate/measures.ts';

interface Segment {
  readonly asset: number;
  /** +1 where the segment adds to the holding, -1 where it takes away. */
  readonly sign: 1 | -1;
  readonly width: number;
  /** Slope of every budget along the weight. */
  readonly slopes: readonly number[];
}

/**
 * @param budgets turnover and cost limits
 * @returns limits without an objective: the rows of the problem, then one row per budget
 */
export function withBudgetRows(
  problem: OptimizationProblem,
  budgets: readonly HardBudget[],
): OptimizationProblem {
  const segments = problem.assets.flatMap((_, asset) =>
    segmentsOf(
      problem,
      asset,
      budgets.map((budget) => budgetCurve(problem, budget, asset)),
    ),
  );
  const fixed = problem.assets.map((_, i) => holdingInside(problem, i));
  const rows = problem.rows.map((row): LinearRow => {
    const held = fixed.reduce((sum, x, i) => sum + x * (row.coefficients[i] as number), 0);
    return {
      name: row.name,
      coefficients: Float64Array.from(
        segments,
        ({ asset, sign }) => sign * (row.coefficients[asset] as number),
      ),
      lower: row.lower - held,
      upper: row.upper - held,
    };
  });
  const limits = budgets.map((budget, j): LinearRow => {
    const held = fixed.reduce((sum, x, i) => {
      const curve = budgetCurve(problem, budget, i);
      return sum + (curve === null ? 0 : rise(curve, problem.current[i] as number, x));
    }, 0);
    return {
      name: budget.name,
      coefficients: Float64Array.from(segments, ({ sign, slopes }) => sign * (slopes[j] as number)),
      lower: -Infinity,
      upper: budget.maximum - held,
    };
  });
  const zeros = new Float64Array(segments.length);
  return {
    assets: segments.map((_, s) => String(s)),
    target: zeros,
    current: zeros,
    specificVariance: zeros,
    factors: new Float64Array(0),
    factorCount: 0,
    riskAversion: 0,
    linear: null,
    costs: segments.map(() => null),
    lower: zeros,
    upper: Float64Array.from(segments, ({ width }) => width),
    rows: [...rows, ...limits],
  };
}

/** The current weight, moved into its box. */
function holdingInside({ current, lower, upper }: OptimizationProblem, i: number): number {
  return Math.min(upper[i] as number, Math.max(lower[i] as number, current[i] as number));
}

function segmentsOf(
  problem: OptimizationProblem,
  asset: number,
  curves: readonly (PiecewiseCost | null)[],
): Segment[] {
  const from = holdingInside(problem, asset);
  const lower = problem.lower[asset] as number;
  const upper = problem.upper[asset] as number;
  const kinks = curves.flatMap((curve) => curve?.breakpoints ?? []);
  const inside = kinks.filter((kink) => kink > lower && kink < upper && kink !== from);
  const ends = [...new Set([lower, ...inside, from, upper])].sort((a, b) => a - b);
  const segments: Segment[] = [];
  for (let p = 0; p + 1 < ends.length; p += 1) {
    const [start, end] = [ends[p] as number, ends[p + 1] as number];
    segments.push({
      asset,
      sign: start >= from ? 1 : -1,
      width: end - start,
      slopes: curves.map((curve) => (curve === null ? 0 : slopeOver(curve, end))),
    });
  }
  return segments;
}

/** Slope just below `end`. */
function slopeOver({ breakpoints, slopes }: PiecewiseCost, end: number): number {
  let p = 0;
  while (p < breakpoints.length && (breakpoints[p] as number) < end) p += 1;
  return slopes[p] as number;
}

/** The curve's change from one weight to another. */
function rise(curve: PiecewiseCost, from: number, to: number): number {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const ends = [low, ...curve.breakpoints.filter((kink) => kink > low && kink < high), high];
  let total = 0;
  for (let p = 0; p + 1 < ends.length; p += 1) {
    const end = ends[p + 1] as number;
    total += slopeOver(curve, end) * (end - (ends[p] as number));
  }
  return to >= from ? total : -total;
}
