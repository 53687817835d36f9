/** What the quantities of an answer are, by their definitions: limits are limits on these numbers. */
import type {
  HardBudget,
  LinearRow,
  OptimizationProblem,
  PiecewiseCost,
} from '../../domain/index.ts';
import { costBetween } from './curve.ts';
import { innerProduct } from './sums.ts';

export function activityOf(row: LinearRow, weights: Float64Array): number {
  return innerProduct(row.coefficients, weights);
}

/** How far the row is outside its limits, in its own units; 0 inside. */
export function violationOf(row: LinearRow, weights: Float64Array): number {
  const activity = activityOf(row, weights);
  return Math.max(0, row.lower - activity, activity - row.upper);
}

/** The quantity that a budget limits, at the weights given. */
export function measureOf(
  problem: OptimizationProblem,
  budget: HardBudget,
  weights: Float64Array,
): number {
  if (budget.kind === 'trackingError') return trackingError(problem, budget.benchmark, weights);
  const n = weights.length;
  const { current } = problem;
  let total = 0;
  if (budget.kind === 'turnover') {
    const [down, up] = TURNOVER_SLOPES[budget.measure];
    for (let i = 0; i < n; i += 1) {
      const moved = (weights[i] as number) - (current[i] as number);
      total += (moved > 0 ? up : down) * moved;
    }
    return total;
  }
  for (let i = 0; i < n; i += 1) {
    total += costBetween(budget.costs[i] ?? null, current[i] as number, weights[i] as number);
  }
  return total;
}

/** sqrt((x-b)'Sigma(x-b)), per period of Sigma. */
export function trackingError(
  problem: OptimizationProblem,
  benchmark: Float64Array,
  weights: Float64Array,
): number {
  const { factorCount: k, factors, specificVariance } = problem;
  const exposure = new Float64Array(k);
  let square = 0;
  for (let i = 0; i < weights.length; i += 1) {
    const away = (weights[i] as number) - (benchmark[i] as number);
    if (away === 0) continue;
    square += (specificVariance[i] as number) * away * away;
    for (let f = 0; f < k; f += 1) {
      exposure[f] = (exposure[f] as number) + (factors[i * k + f] as number) * away;
    }
  }
  for (const e of exposure) square += e * e;
  return Math.sqrt(square);
}

const TURNOVER_SLOPES = {
  gross: [-1, 1],
  oneWay: [-0.5, 0.5],
  sellSide: [-1, 0],
} as const;

/** The budget's curve for asset i, zero at the current holding; null for a tracking error or no curve. */
export function budgetCurve(
  problem: OptimizationProblem,
  budget: HardBudget,
  i: number,
): PiecewiseCost | null {
  if (budget.kind === 'trackingError') return null;
  if (budget.kind === 'cost') return budget.costs[i] ?? null;
  return {
    breakpoints: [problem.current[i] as number],
    slopes: TURNOVER_SLOPES[budget.measure],
  };
}
