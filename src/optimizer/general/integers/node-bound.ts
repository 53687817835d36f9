/**
 * A lower bound on a convex problem from any prices, valid although the solver that made them stopped early.
 *
 * For prices y of the rows and any point p, convexity gives 1/2 x'Px >= p'Px - 1/2 p'Pp, hence over the box
 *   objective >= constant - 1/2 p'Pp + sum_i h_i(y_i) + sum_j min(r_j lower_j, r_j upper_j),
 *   r = Pp + q - A'y,  h_i(y) = y rowLower_i where y > 0, y rowUpper_i where y < 0.
 * A price on a limit that does not exist is set to zero first. What is left of r_j on a side without bound cannot
 * be bounded; it must be tiny and is returned as `dropped`, otherwise the bound is -Infinity.
 */
import type { GeneralProblem, SparseMatrix } from '../../../domain/index.ts';

export interface NodeBound {
  readonly value: number;
  /** r: n; what the objective rises by, at least, per unit away from the bound that holds. */
  readonly reducedCosts: Float64Array;
  /** Largest |r_j| that was taken for zero. */
  readonly dropped: number;
}

/** What rounding may leave of a zero reduced cost, relative to the terms it came from. */
const ZERO = 1e-7;

/** @param point n; @param prices m, in the signs of GeneralResult.rowDuals */
export function nodeBound(
  problem: GeneralProblem,
  point: Float64Array,
  prices: Float64Array,
): NodeBound {
  const { A, P, q, rowLower, rowUpper, lower, upper } = problem;
  let value = problem.constant;
  const y = prices.map((price, i) => {
    const limit = price > 0 ? at(rowLower, i) : at(rowUpper, i);
    return Number.isFinite(limit) && Number.isFinite(price) ? price : 0;
  });
  y.forEach((price, i) => {
    if (price !== 0) value += price * (price > 0 ? at(rowLower, i) : at(rowUpper, i));
  });
  const reducedCosts = new Float64Array(q.length);
  let dropped = 0;
  for (let j = 0; j < q.length; j += 1) {
    const curvature = product(P, j, point);
    const price = product(A, j, y);
    value -= 0.5 * curvature.sum * at(point, j);
    const r = curvature.sum + at(q, j) - price.sum;
    reducedCosts[j] = r;
    const bound = r > 0 ? at(lower, j) : at(upper, j);
    if (Number.isFinite(bound)) {
      if (r !== 0) value += r * bound;
      continue;
    }
    if (Math.abs(r) > ZERO * Math.max(1, curvature.size, Math.abs(at(q, j)), price.size)) {
      value = -Infinity;
    }
    dropped = Math.max(dropped, Math.abs(r));
  }
  return { value: Number.isNaN(value) ? -Infinity : value, reducedCosts, dropped };
}

function product(
  matrix: SparseMatrix,
  column: number,
  vector: Float64Array,
): { sum: number; size: number } {
  let sum = 0;
  let size = 0;
  for (let e = at(matrix.columnStart, column); e < at(matrix.columnStart, column + 1); e += 1) {
    const term = at(matrix.values, e) * at(vector, at(matrix.rowIndex, e));
    sum += term;
    size = Math.max(size, Math.abs(term));
  }
  return { sum, size };
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}
