/**
 * The problem in which hard budgets have become costs: each quantity times its price joins the objective
 * (docs/concepts/optimizer.md). What comes out is a problem of the plain kind for every vector of prices.
 */
import type { HardBudget, OptimizationProblem, PiecewiseCost } from '../../domain/index.ts';
import { commonBreakpoints, slopesOver } from '../certificate/curve.ts';
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
  const breakpoints = commonBreakpoints(all);
  return {
    breakpoints,
    base: base === null ? [...breakpoints.map(() => 0), 0] : slopesOver(base, breakpoints),
    budgets: budgets.map((curve) => (curve === null ? null : slopesOver(curve, breakpoints))),
  };
}

/** At these prices; sums of equal slopes may differ in their last bit, and the curve stays convex. */
function pricedCurve(merged: MergedCurves, budgetPrices: Float64Array): PiecewiseCost {
  const { breakpoints, base, budgets } = merged;
  const slopes = base.slice();
  for (let j = 0; j < budgets.length; j += 1) {
    const extra = budgets[j] ?? null;
    const price = budgetPrices[j] as number;
    if (extra === null || price === 0) continue;
    for (let p = 0; p < extra.length; p += 1) {
      slopes[p] = (slopes[p] as number) + price * (extra[p] as number);
    }
  }
  for (let p = 1; p < slopes.length; p += 1) {
    slopes[p] = Math.max(slopes[p] as number, slopes[p - 1] as number);
  }
  return { breakpoints, slopes };
}

/** The plain problem at these prices. */
export function problemAt(
  { problem, budgets, curves }: PricedProblems,
  budgetPrices: Float64Array,
): OptimizationProblem {
  const costs = curves.map((merged) =>
    merged === null ? null : pricedCurve(merged, budgetPrices),
  );
  const { riskAversion, target } = pricedRisk({ problem, budgets }, budgetPrices);
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

/** Several risks about their benchmarks are one about their center. */
function pricedRisk(
  { problem, budgets }: Pick<PricedProblems, 'problem' | 'budgets'>,
  budgetPrices: Float64Array,
): Pick<OptimizationProblem, 'riskAversion' | 'target'> {
  const weights = budgets.map((budget, j) =>
    budget.kind === 'trackingError' ? (budgetPrices[j] as number) / budget.maximum : 0,
  );
  if (weights.every((weight) => weight === 0)) return problem;
  const riskAversion = weights.reduce((sum, weight) => sum + weight, problem.riskAversion);
  const target = problem.target.map((b) => problem.riskAversion * b);
  budgets.forEach((budget, j) => {
    const weight = weights[j] as number;
    if (budget.kind !== 'trackingError' || weight === 0) return;
    for (let i = 0; i < target.length; i += 1) {
      target[i] = (target[i] as number) + weight * (budget.benchmark[i] as number);
    }
  });
  for (let i = 0; i < target.length; i += 1) target[i] = (target[i] as number) / riskAversion;
  return { riskAversion, target };
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
