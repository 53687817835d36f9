/**
 * Proof of an answer from the user's own problem: value, bound, largest violation, and what each limit costs.
 *
 * With prices y the Lagrangian is convex, so it lies above its tangent at the weights; the least value of the
 * tangent plus the separable costs over the box is a lower bound on every feasible portfolio's objective.
 * An open end counts as ten times the largest weight: an answer that is best within a window around it is best
 * of all, because the problem is convex.
 */
import type { BindingConstraint } from '../../../domain/index.ts';
import { covarianceTimes } from './covariance-form.ts';
import {
  costBetween,
  slopeAbove,
  type ConvexPrices,
  type ConvexProblem,
  type WeightNorm,
} from './convex-problem.ts';
import { difference, dot } from './engine-point.ts';

/** Prices below this share of the largest slope are rounding. */
const PRICE_RELATIVE_MIN = 1e-9;
/** A weight this near an end is at it. */
const AT_END = 1e-10;

export interface Evidence {
  readonly primal: number;
  /** primal - dual; the bound is `primal - gap`. */
  readonly gap: number;
  /** Sum of the sizes of the objective's terms: what the gap is measured against. */
  readonly size: number;
  readonly maxViolation: number;
}

export function evidenceOf(
  problem: ConvexProblem,
  weights: Float64Array,
  prices: ConvexPrices,
): Evidence {
  const { value, size } = objectiveOf(problem, weights);
  let gap = 0;
  problem.rows.forEach((row, r) => {
    const price = prices.rows[r] as number;
    if (price === 0) return;
    gap -= price * (dot(row.coefficients, weights) - (price > 0 ? row.upper : row.lower));
  });
  if (prices.turnover > 0 && problem.turnover !== null) {
    gap -= prices.turnover * (turnoverOf(problem, weights) - problem.turnover.maximum);
  }
  problem.spheres.forEach((sphere, j) => {
    const price = prices.spheres[j] as number;
    const distance = distanceOf(problem, weights, sphere.center);
    if (price !== 0) gap -= (price / 2) * (distance ** 2 - sphere.maximum ** 2);
  });
  gap += normAboveSlope(problem, weights);
  const slope = tangentOf(problem, weights, prices);
  const reach = 10 * (1 + largest(weights));
  for (let i = 0; i < weights.length; i += 1) {
    gap -= leastChange({ problem, weights, prices }, i, { slope: slope[i] as number, reach });
  }
  // Where nothing can be won, no risk and no cost is the best there is.
  if (isNonNegative(problem)) gap = Math.min(gap, value);
  return { primal: value, gap, size, maxViolation: violationOf(problem, weights) };
}

/** Risk and costs alone: the objective cannot fall below zero. */
function isNonNegative(problem: ConvexProblem): boolean {
  if (problem.linear.some((q) => q !== 0)) return false;
  return problem.costs.every((cost, i) => {
    if (cost === null) return true;
    const held = problem.current[i] as number;
    const below = cost.breakpoints.findIndex((x) => x >= held);
    const slopeBelow = cost.slopes[below < 0 ? cost.breakpoints.length : below] as number;
    return slopeBelow <= 0 && slopeAbove(cost, held) >= 0;
  });
}

export interface ObjectiveValue {
  readonly value: number;
  readonly size: number;
}

/** Costs count from zero at the current holding. */
export function objectiveOf(problem: ConvexProblem, weights: Float64Array): ObjectiveValue {
  const distance = problem.curvature === 0 ? 0 : distanceOf(problem, weights, problem.center);
  const quadratic = (problem.curvature / 2) * distance ** 2;
  const linear = dot(problem.linear, weights);
  const costs = costsOf(problem, weights);
  const norm = normOf(problem, weights);
  let size = Math.abs(quadratic) + Math.abs(costs) + Math.abs(norm);
  problem.linear.forEach((q, i) => {
    size += Math.abs(q * (weights[i] as number));
  });
  return { value: quadratic + linear + costs + norm, size };
}

/** Piecewise and impact costs of moving from the current holding to `weights`. */
export function costsOf(
  problem: Pick<ConvexProblem, 'costs' | 'current' | 'impact'>,
  weights: Float64Array,
): number {
  let total = 0;
  weights.forEach((w, i) => {
    const from = problem.current[i] as number;
    total += costBetween(problem.costs[i] ?? null, from, w);
    if (problem.impact !== null) {
      total +=
        (problem.impact.coefficient[i] as number) * Math.abs(w - from) ** problem.impact.power;
    }
  });
  return total;
}

export function distanceOf(
  problem: Pick<ConvexProblem, 'covariance'>,
  weights: Float64Array,
  center: Float64Array,
): number {
  const away = difference(weights, center);
  return Math.sqrt(Math.max(0, dot(away, covarianceTimes(problem.covariance, away))));
}

function normOf({ norm }: ConvexProblem, weights: Float64Array): number {
  if (norm === null) return 0;
  const { radius, slopeLength: s } = norm;
  const length = normLength(norm, weights);
  return s === undefined ? radius * length : (radius / 2) * (length ** 2 / s + s);
}

/** Length at which the slope of the norm is taken. */
function lengthOfSlope(norm: WeightNorm, weights: Float64Array): number {
  return norm.slopeLength ?? Math.max(normLength(norm, weights), norm.leastLength ?? 0);
}

/** A slope taken at a greater length passes below the norm at the weights, by this much. */
function normAboveSlope({ norm }: ConvexProblem, weights: Float64Array): number {
  if (norm === null || norm.slopeLength !== undefined) return 0;
  const length = normLength(norm, weights);
  const taken = lengthOfSlope(norm, weights);
  return taken > 0 ? norm.radius * length * (1 - length / taken) : 0;
}

/** @returns sqrt(w'Uw) */
export function normLength({ root, rank }: WeightNorm, weights: Float64Array): number {
  let square = 0;
  for (let f = 0; f < rank; f += 1) {
    let part = 0;
    for (let i = 0; i < weights.length; i += 1) {
      part += (root[i * rank + f] as number) * (weights[i] as number);
    }
    square += part * part;
  }
  return Math.sqrt(square);
}

function matrixTimes(matrix: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  return x.map((_, i) => {
    let total = 0;
    for (let j = 0; j < n; j += 1) total += (matrix[i * n + j] as number) * (x[j] as number);
    return total;
  });
}

export function turnoverOf(
  { turnover, current }: Pick<ConvexProblem, 'turnover' | 'current'>,
  weights: Float64Array,
): number {
  let total = 0;
  const measure = turnover?.measure ?? 'gross';
  weights.forEach((w, i) => {
    const moved = w - (current[i] as number);
    total += measure === 'sellSide' ? Math.max(0, -moved) : Math.abs(moved);
  });
  return measure === 'oneWay' ? total / 2 : total;
}

/** Gradient of the Lagrangian without its separable kinked terms. */
function tangentOf(
  problem: ConvexProblem,
  weights: Float64Array,
  prices: ConvexPrices,
): Float64Array {
  const slope = problem.linear.slice();
  const add = (vector: Float64Array, multiple: number): void => {
    for (let i = 0; i < slope.length; i += 1) {
      slope[i] = (slope[i] as number) + multiple * (vector[i] as number);
    }
  };
  if (problem.curvature > 0) {
    const away = difference(weights, problem.center);
    add(covarianceTimes(problem.covariance, away), problem.curvature);
  }
  problem.spheres.forEach(({ center }, j) => {
    const price = prices.spheres[j] as number;
    if (price !== 0) add(covarianceTimes(problem.covariance, difference(weights, center)), price);
  });
  if (problem.norm !== null && problem.norm.radius > 0) {
    const { matrix, radius } = problem.norm;
    const length = lengthOfSlope(problem.norm, weights);
    if (length > 0) add(matrixTimes(matrix, weights), radius / length);
  }
  problem.rows.forEach((row, r) => {
    const price = prices.rows[r] as number;
    if (price !== 0) add(row.coefficients, price);
  });
  return slope;
}

interface Answer {
  readonly problem: ConvexProblem;
  readonly weights: Float64Array;
  readonly prices: ConvexPrices;
}

/** min over the box of slope (w - x) + separable(w) - separable(x): at most zero, at a kink or where flat. */
function leastChange(
  answer: Answer,
  i: number,
  { slope, reach }: { readonly slope: number; readonly reach: number },
): number {
  const { problem, weights } = answer;
  const x = weights[i] as number;
  const from = Math.min(x, Math.max(problem.lower[i] as number, -reach));
  const to = Math.max(x, Math.min(problem.upper[i] as number, reach));
  const held = problem.current[i] as number;
  const kinks = [from, ...(problem.costs[i]?.breakpoints ?? []), held, x, to]
    .filter((w) => w >= from && w <= to)
    .sort((a, b) => a - b);
  let least = 0;
  const visit = (w: number): void => {
    least = Math.min(least, slope * (w - x) + separableChange(answer, i, w));
  };
  kinks.forEach(visit);
  const coefficient = problem.impact?.coefficient[i] ?? 0;
  if (coefficient === 0 || problem.impact === null) return least;
  const { power } = problem.impact;
  for (let k = 1; k < kinks.length; k += 1) {
    const low = kinks[k - 1] as number;
    const high = kinks[k] as number;
    const middle = (low + high) / 2;
    const direction = middle > held ? 1 : -1;
    const push =
      slope + slopeAbove(problem.costs[i] ?? null, middle) + turnoverSlope(answer, direction);
    const amount = Math.max(0, (-direction * push) / (coefficient * power)) ** (1 / (power - 1));
    visit(Math.min(high, Math.max(low, held + direction * amount)));
  }
  return least;
}

function turnoverSlope({ problem, prices }: Answer, direction: 1 | -1): number {
  if (problem.turnover === null || prices.turnover <= 0) return 0;
  const { measure } = problem.turnover;
  if (measure === 'sellSide') return direction < 0 ? -prices.turnover : 0;
  return direction * prices.turnover * (measure === 'oneWay' ? 0.5 : 1);
}

/** Costs, impact and priced turnover of one name at w, less those at its weight. */
function separableChange(answer: Answer, i: number, w: number): number {
  const { problem, weights } = answer;
  const x = weights[i] as number;
  const held = problem.current[i] as number;
  let change = costBetween(problem.costs[i] ?? null, x, w);
  const turnover = (at: number): number => turnoverSlope(answer, at > held ? 1 : -1) * (at - held);
  if (answer.prices.turnover > 0) change += turnover(w) - turnover(x);
  const coefficient = problem.impact?.coefficient[i] ?? 0;
  if (coefficient > 0 && problem.impact !== null) {
    const { power } = problem.impact;
    change += coefficient * (Math.abs(w - held) ** power - Math.abs(x - held) ** power);
  }
  return change;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

export function violationOf(problem: ConvexProblem, weights: Float64Array): number {
  let worst = 0;
  weights.forEach((w, i) => {
    worst = Math.max(worst, (problem.lower[i] as number) - w, w - (problem.upper[i] as number));
  });
  for (const row of problem.rows) {
    const value = dot(row.coefficients, weights);
    worst = Math.max(worst, row.lower - value, value - row.upper);
  }
  if (problem.turnover !== null) {
    worst = Math.max(worst, turnoverOf(problem, weights) - problem.turnover.maximum);
  }
  for (const { center, maximum } of problem.spheres) {
    worst = Math.max(worst, distanceOf(problem, weights, center) - maximum);
  }
  return worst;
}

/**
 * Limits that hold with equality and their prices: the fall of the objective when the limit number rises by
 * one. `unit` converts the engine's objective into the user's.
 */
export function bindingOf(
  { problem, weights, prices }: Answer,
  unit: number,
): readonly BindingConstraint[] {
  const slope = tangentOf(problem, weights, prices);
  let size = 0;
  const binding: BindingConstraint[] = [];
  for (let i = 0; i < weights.length; i += 1) {
    size = Math.max(size, Math.abs(problem.linear[i] as number));
    if (problem.curvature === 0) continue;
    const scale = problem.curvature * (problem.covariance.variance[i] as number);
    size = Math.max(size, scale * Math.abs(weights[i] as number));
  }
  const least = size * PRICE_RELATIVE_MIN;
  const put = (constraint: string, price: number): void => {
    if (Math.abs(price) > least) binding.push({ constraint, shadowPrice: price * unit });
  };
  problem.rows.forEach((row, r) => {
    put(row.name, prices.rows[r] as number);
  });
  if (problem.turnover !== null) put('turnover', prices.turnover);
  problem.spheres.forEach(({ name, maximum }, j) => {
    put(name, (prices.spheres[j] as number) * maximum);
  });
  problem.assets.forEach((asset, i) => {
    const x = weights[i] as number;
    if (x - (problem.lower[i] as number) < AT_END) {
      const price = -oneSidedSlope({ problem, weights, prices }, i, { slope, direction: 1 });
      if (price < 0) put(`lower:${asset}`, price);
    }
    if ((problem.upper[i] as number) - x < AT_END) {
      const price = -oneSidedSlope({ problem, weights, prices }, i, { slope, direction: -1 });
      if (price > 0) put(`upper:${asset}`, price);
    }
  });
  return binding;
}

/** Derivative of the Lagrangian along one weight, just above (direction 1) or just below it. */
function oneSidedSlope(
  answer: Answer,
  i: number,
  { slope, direction }: { readonly slope: Float64Array; readonly direction: 1 | -1 },
): number {
  const { problem, weights } = answer;
  const x = weights[i] as number;
  const held = problem.current[i] as number;
  const nudged = x + direction * 1e-9;
  let total = (slope[i] as number) + slopeAbove(problem.costs[i] ?? null, nudged);
  const side = nudged > held ? 1 : -1;
  total += turnoverSlope(answer, side);
  const coefficient = problem.impact?.coefficient[i] ?? 0;
  if (coefficient > 0 && problem.impact !== null) {
    const { power } = problem.impact;
    total += side * coefficient * power * Math.abs(x - held) ** (power - 1);
  }
  return total;
}
