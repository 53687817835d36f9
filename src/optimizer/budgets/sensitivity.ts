/**
 * How the quantities of several budgets answer their prices, by differentiating the priced problem's
 * answer: with the names at kinks and ends held, and the rows that have a price held at their limits,
 *
 *   d value_i / d price_j = - v_i' [ T - T G H^-1 G' T ] v_j,   H = [I 0; 0 0] + G' T G,
 *
 * v_j the slope of quantity j in the weights, T = diag(1 / curvature) of the free names, G = [F A'].
 */
import type { HardBudget, OptimizationProblem } from '../../domain/index.ts';
import type { PricedPoint, PricedProblems } from './priced-problem.ts';
import { problemAt } from './priced-problem.ts';

/** Stands for the curvature of names that have none, as a share of the mean one. */
const CURVATURE_LEAST = 1e-6;
const PIVOT_LEAST = 1e-12;

/** @returns J x J, row-major, symmetric and positive semidefinite: minus the derivatives above */
export function sensitivities(priced: PricedProblems, point: PricedPoint): Float64Array {
  const problem = problemAt(priced, point.budgetPrices);
  const count = priced.budgets.length;
  const slack = slackOf(problem, point.answer.weights);
  const free = Int32Array.from(slack.keys()).filter((i) => (slack[i] as number) > 0);
  const columns = columnsOf(problem, point, free);
  const width = free.length === 0 ? 0 : columns.length / free.length;
  const factor = factored({ columns, width, factorCount: problem.factorCount }, free, slack);
  const slopes = priced.budgets.map((budget, j) => slopesOf(priced, { budget, j }, point));
  // G' T v_j, then L^-1 of it: the correction is an inner product.
  const reduced = slopes.map((v) => {
    const product = new Float64Array(width);
    free.forEach((i, at) => {
      const scaled = (slack[i] as number) * (v[i] as number);
      for (let c = 0; c < width; c += 1) {
        product[c] = (product[c] as number) + scaled * (columns[at * width + c] as number);
      }
    });
    return forward(factor, product);
  });
  const result = new Float64Array(count * count);
  for (let a = 0; a < count; a += 1) {
    for (let b = 0; b < count; b += 1) {
      let value = 0;
      for (const i of free) {
        value += (slack[i] as number) * (slopes[a]?.[i] as number) * (slopes[b]?.[i] as number);
      }
      for (let c = 0; c < width; c += 1) {
        value -= (reduced[a]?.[c] as number) * (reduced[b]?.[c] as number);
      }
      result[a * count + b] = value;
    }
  }
  return result;
}

/** 1 / curvature of the names strictly between kinks and ends, else 0. */
function slackOf(problem: OptimizationProblem, weights: Float64Array): Float64Array {
  const n = weights.length;
  let mean = 0;
  for (const variance of problem.specificVariance) mean += (problem.riskAversion * variance) / n;
  const least = mean > 0 ? mean * CURVATURE_LEAST : 1;
  return weights.map((x, i) => {
    if (x <= (problem.lower[i] as number) || x >= (problem.upper[i] as number)) return 0;
    const cost = problem.costs[i] ?? null;
    const kink = cost?.breakpoints.indexOf(x) ?? -1;
    if (cost !== null && kink >= 0 && cost.slopes[kink] !== cost.slopes[kink + 1]) return 0;
    const d = problem.riskAversion * (problem.specificVariance[i] as number);
    return 1 / Math.max(least, d + impactCurvature(problem, i, x));
  });
}

function impactCurvature({ impact, current }: OptimizationProblem, i: number, x: number): number {
  const coefficient = impact?.coefficient[i] ?? 0;
  if (impact === undefined || impact === null || coefficient === 0) return 0;
  const { power } = impact;
  const moved = Math.abs(x - (current[i] as number));
  if (moved === 0) return power === 2 ? 2 * coefficient : Infinity;
  return coefficient * power * (power - 1) * moved ** (power - 2);
}

/** Free names by factors (in units in which the factor block of H is I + ...) and rows with a price. */
function columnsOf(
  problem: OptimizationProblem,
  { answer }: PricedPoint,
  free: Int32Array,
): Float64Array {
  const { factorCount: k, factors } = problem;
  const held = problem.rows.filter(
    (row, r) => row.lower === row.upper || answer.rowPrices[r] !== 0,
  );
  const width = k + held.length;
  const unit = Math.sqrt(problem.riskAversion);
  const columns = new Float64Array(free.length * width);
  free.forEach((i, at) => {
    for (let f = 0; f < k; f += 1) {
      columns[at * width + f] = unit * (factors[i * k + f] as number);
    }
    held.forEach(({ coefficients }, r) => {
      columns[at * width + k + r] = coefficients[i] as number;
    });
  });
  return columns;
}

interface Columns {
  readonly columns: Float64Array;
  readonly width: number;
  readonly factorCount: number;
}

/** Lower Cholesky factor of H; a row that follows from others gets an infinite pivot, which drops it. */
function factored(
  { columns, width, factorCount }: Columns,
  free: Int32Array,
  slack: Float64Array,
): Float64Array {
  const matrix = new Float64Array(width * width);
  for (let f = 0; f < factorCount && width > 0; f += 1) matrix[f * width + f] = 1;
  free.forEach((i, at) => {
    const t = slack[i] as number;
    for (let r = 0; r < width; r += 1) {
      const scaled = t * (columns[at * width + r] as number);
      if (scaled === 0) continue;
      for (let c = 0; c <= r; c += 1) {
        matrix[r * width + c] =
          (matrix[r * width + c] as number) + scaled * (columns[at * width + c] as number);
      }
    }
  });
  for (let j = 0; j < width; j += 1) {
    for (let c = 0; c <= j; c += 1) {
      let value = matrix[j * width + c] as number;
      const original = value;
      for (let e = 0; e < c; e += 1) {
        value -= (matrix[j * width + e] as number) * (matrix[c * width + e] as number);
      }
      if (c < j) matrix[j * width + c] = value / (matrix[c * width + c] as number);
      else matrix[j * width + j] = value > PIVOT_LEAST * original ? Math.sqrt(value) : Infinity;
    }
  }
  return matrix;
}

/** L^-1 rhs, in place. */
function forward(factor: Float64Array, rhs: Float64Array): Float64Array {
  const width = rhs.length;
  for (let r = 0; r < width; r += 1) {
    let value = rhs[r] as number;
    for (let c = 0; c < r; c += 1) value -= (factor[r * width + c] as number) * (rhs[c] as number);
    rhs[r] = value / (factor[r * width + r] as number);
  }
  return rhs;
}

/** Slope of a quantity in every weight; of a tracking error that of its square over twice the limit. */
function slopesOf(
  { problem, curves }: PricedProblems,
  { budget, j }: { readonly budget: HardBudget; readonly j: number },
  { answer: { weights } }: PricedPoint,
): Float64Array {
  if (budget.kind === 'trackingError') return riskSlopes(problem, budget, weights);
  return weights.map((x, i) => {
    const merged = curves[i] ?? null;
    const slopes = merged?.budgets[j] ?? null;
    if (merged === null || slopes === null) return 0;
    let p = 0;
    while (p < merged.breakpoints.length && (merged.breakpoints[p] as number) < x) p += 1;
    return slopes[p] as number;
  });
}

function riskSlopes(
  { factorCount: k, factors, specificVariance }: OptimizationProblem,
  { benchmark, maximum }: HardBudget & { readonly kind: 'trackingError' },
  weights: Float64Array,
): Float64Array {
  const exposure = new Float64Array(k);
  weights.forEach((x, i) => {
    const away = x - (benchmark[i] as number);
    for (let f = 0; f < k; f += 1) {
      exposure[f] = (exposure[f] as number) + (factors[i * k + f] as number) * away;
    }
  });
  return weights.map((x, i) => {
    let slope = (specificVariance[i] as number) * (x - (benchmark[i] as number));
    for (let f = 0; f < k; f += 1) {
      slope += (factors[i * k + f] as number) * (exposure[f] as number);
    }
    return slope / maximum;
  });
}
