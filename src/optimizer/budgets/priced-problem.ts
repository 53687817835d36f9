/**
 * The problem in which hard budgets have become costs: each quantity times its price joins the objective
 * (docs/concepts/optimizer.md). What comes out is a problem of the plain kind for every vector of prices.
 */
import type { HardBudget, OptimizationProblem, PiecewiseCost } from '../../domain/index.ts';
import { budgetCurve, measureOf } from '../certificate/measures.ts';
import { solvePlain, type PlainAnswer, type PlainOptions } from '../plain-solve.ts';

/** Curves of one asset over their common breakpoints. */
interface MergedCurves {
  readonly breakpoints: readonly number[];
  readonly base: readonly number[];
  /** One slope list per budget; null for a budget without a curve here. */
  readonly budgets: readonly (readonly number[] | null)[];
}

export interface PricedProblems {
  readonly problem: OptimizationProblem;
  readonly budgets: readonly HardBudget[];
  readonly curves: readonly (MergedCurves | null)[];
  readonly options: PlainOptions;
}

/** Answer of the priced problem, and what the budgets' quantities are there. */
export interface PricedPoint {
  /** One per budget: what one unit of its limit is worth. */
  readonly budgetPrices: Float64Array;
  readonly answer: PlainAnswer;
  readonly values: Float64Array;
  readonly riskWeight: number;
}

export function pricedProblems(
  problem: OptimizationProblem,
  options: PlainOptions,
): PricedProblems {
  const budgets = problem.budgets ?? [];
  const curves = problem.assets.map((_, i) =>
    mergedCurves(
      problem.costs[i] ?? null,
      budgets.map((budget) => budgetCurve(problem, budget, i)),
    ),
  );
  return { problem, budgets, curves, options };
}

function mergedCurves(
  base: PiecewiseCost | null,
  budgets: readonly (PiecewiseCost | null)[],
): MergedCurves | null {
  const all = [base, ...budgets].filter((curve) => curve !== null);
  if (all.length === 0) return null;
  const breakpoints = [...new Set(all.flatMap((curve) => curve.breakpoints))].sort((a, b) => a - b);
  const over = (curve: PiecewiseCost): number[] => {
    let p = 0;
    return Array.from({ length: breakpoints.length + 1 }, (_, at) => {
      const end = breakpoints[at] ?? Infinity;
      while (p < curve.breakpoints.length && (curve.breakpoints[p] as number) < end) p += 1;
      return curve.slopes[p] as number;
    });
  };
  return {
    breakpoints,
    base: base === null ? breakpoints.map(() => 0).concat(0) : over(base),
    budgets: budgets.map((curve) => (curve === null ? null : over(curve))),
  };
}

/** The plain problem at these prices. Several risks about their benchmarks become one about their center. */
export function problemAt(
  { problem, budgets, curves }: PricedProblems,
  budgetPrices: Float64Array,
): OptimizationProblem {
  const costs = curves.map((merged): PiecewiseCost | null => {
    if (merged === null) return null;
    const slopes = [...merged.base];
    merged.budgets.forEach((extra, j) => {
      const price = budgetPrices[j] as number;
      if (extra === null || price === 0) return;
      extra.forEach((slope, p) => {
        slopes[p] = (slopes[p] as number) + price * slope;
      });
    });
    // Sums of slopes that are equal may differ in their last bit; the curve stays convex.
    for (let p = 1; p < slopes.length; p += 1) {
      slopes[p] = Math.max(slopes[p] as number, slopes[p - 1] as number);
    }
    return { breakpoints: merged.breakpoints, slopes };
  });
  let riskAversion = problem.riskAversion;
  const pull = problem.target.map((b) => problem.riskAversion * b);
  budgets.forEach((budget, j) => {
    if (budget.kind !== 'trackingError') return;
    const weight = (budgetPrices[j] as number) / budget.maximum;
    riskAversion += weight;
    if (weight === 0) return;
    for (let i = 0; i < pull.length; i += 1) {
      pull[i] = (pull[i] as number) + weight * (budget.benchmark[i] as number);
    }
  });
  const isMoved = riskAversion !== problem.riskAversion;
  const target = isMoved ? pull.map((value) => value / riskAversion) : problem.target;
  const { impact } = problem;
  return {
    assets: problem.assets,
    target,
    current: problem.current,
    specificVariance: problem.specificVariance,
    factors: problem.factors,
    factorCount: problem.factorCount,
    riskAversion,
    linear: problem.linear,
    costs,
    lower: problem.lower,
    upper: problem.upper,
    rows: problem.rows,
    ...(impact === undefined ? {} : { impact }),
  };
}

/** Solves at these prices, from the answer at the prices of `near`. */
export function solveAt(
  priced: PricedProblems,
  budgetPrices: Float64Array,
  near: PricedPoint | null,
): PricedPoint {
  const problem = problemAt(priced, budgetPrices);
  const { riskAversion } = problem;
  const start = near === null ? priced.options.start : startFrom(problem, near);
  const answer = solvePlain(problem, {
    ...priced.options,
    ...(start === undefined ? {} : { start }),
  });
  const values = Float64Array.from(priced.budgets, (budget) =>
    measureOf(priced.problem, budget, answer.weights),
  );
  return { budgetPrices, answer, values, riskWeight: riskAversion };
}

/** Factor prices belong to a risk weight and a center: when those move, they are computed anew. */
function startFrom(problem: OptimizationProblem, near: PricedPoint): PlainOptions['start'] {
  const { factorPrices, rowPrices, weights } = near.answer;
  if (near.riskWeight === problem.riskAversion) return { factorPrices, rowPrices };
  const { factorCount: k, factors } = problem;
  const prices = new Float64Array(k);
  for (let i = 0; i < weights.length; i += 1) {
    const away = (weights[i] as number) - (problem.target[i] as number);
    if (away === 0) continue;
    for (let f = 0; f < k; f += 1) {
      prices[f] = (prices[f] as number) + (factors[i * k + f] as number) * away;
    }
  }
  return { factorPrices: prices.map((price) => price * problem.riskAversion), rowPrices };
}

/**
 * What the dual gains per unit of budget j's price: the quantity minus its limit; of a tracking error the
 * square, (TE^2 - M^2) / 2M, which is the same to first order.
 */
export function excessOf(budget: HardBudget, value: number): number {
  const { maximum } = budget;
  return budget.kind === 'trackingError'
    ? ((value - maximum) * (value + maximum)) / (2 * maximum)
    : value - maximum;
}

/** A typical slope of the objective: the unit in which budget prices are looked for. */
export function slopeScale(problem: OptimizationProblem): number {
  let size = 0;
  const { riskAversion, specificVariance } = problem;
  for (let i = 0; i < problem.assets.length; i += 1) {
    size = Math.max(size, Math.abs(problem.linear?.[i] ?? 0));
    size = Math.max(size, (riskAversion * (specificVariance[i] as number)) / 100);
    for (const slope of problem.costs[i]?.slopes ?? []) size = Math.max(size, Math.abs(slope));
  }
  return size > 0 ? size : 1;
}
