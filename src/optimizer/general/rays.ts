/**
 * Proofs that a problem has no answer, each verified on the user's problem before anyone relies on it.
 *
 * Infeasible (Farkas): row prices y such that, for every x inside the bounds, y'Ax stays below what the row
 * limits demand of it. The bounds' prices follow as z = -A'y. Entries of A'y on unlimited variables must vanish
 * up to rounding of their own terms, and matter for no point up to a size of 1e6.
 *
 * Unbounded: a direction d that keeps every limit, has no curvature and falls: d'Pd = 0, q'd < 0.
 */
import type { GeneralProblem } from '../../domain/index.ts';
import { CompensatedSum, CompensatedVector } from './compensated.ts';

/** What rounding leaves of an exact zero, relative to the terms it came from. */
const ZERO = 1e-9;
/** What rounding leaves of A'y on unlimited variables must not matter for any point up to this size. */
const REACH = 1e6;

/**
 * Entries below these, relative to the largest, are taken for what rounding left of zero, one after the other:
 * such an entry would be a price, or a movement, where none is allowed.
 */
const ROUNDING = [0, 1e-10, 1e-8, 1e-6];

/** The first of what `verify` makes of `values` with more and more of their small entries set to zero. */
function firstVerified(
  values: Float64Array,
  verify: (cleaned: Float64Array) => Float64Array | null,
): Float64Array | null {
  const size = largestOf(values);
  if (!(size > 0) || !Number.isFinite(size)) return null;
  for (const share of ROUNDING) {
    const cleaned = values.map((value) => (Math.abs(value) < share * size ? 0 : value / size));
    const ray = verify(cleaned);
    if (ray !== null) return ray;
  }
  return null;
}

/** @returns m + n prices, the largest row price of size one, or null where `y` proves nothing */
export function infeasibilityRay(problem: GeneralProblem, y: Float64Array): Float64Array | null {
  return firstVerified(y, (prices) => verifiedPrices(problem, prices));
}

function verifiedPrices(problem: GeneralProblem, y: Float64Array): Float64Array | null {
  const m = problem.rows.length;
  const n = problem.variables.length;
  const prices = new Float64Array(m + n);
  const demand = new CompensatedSum();
  let terms = 0;
  let stray = 0;
  for (let i = 0; i < m; i++) {
    let price = y[i] as number;
    let limit = (price > 0 ? problem.rowLower[i] : problem.rowUpper[i]) as number;
    if (!Number.isFinite(limit)) {
      // A price on a side without limit can prove nothing: drop it and let the rest stand or fall.
      price = 0;
      limit = 0;
    }
    prices[i] = price;
    demand.addProduct(price, limit);
    terms = Math.max(terms, Math.abs(price * limit));
  }
  for (let j = 0; j < n; j++) {
    const { sum, scale } = columnSum(problem, j, prices);
    const bound = (sum > 0 ? problem.upper[j] : problem.lower[j]) as number;
    if (Number.isFinite(bound)) {
      demand.addProduct(-sum, bound);
      terms = Math.max(terms, Math.abs(sum * bound));
      prices[m + j] = -sum;
    } else if (Math.abs(sum) > ZERO * scale) {
      return null;
    } else {
      stray += Math.abs(sum);
    }
  }
  return demand.value() > ZERO * terms + REACH * stray ? prices : null;
}

function columnSum(
  problem: GeneralProblem,
  j: number,
  prices: Float64Array,
): { readonly sum: number; readonly scale: number } {
  const { A } = problem;
  const sum = new CompensatedSum();
  let scale = 0;
  for (let p = A.columnStart[j] as number; p < (A.columnStart[j + 1] as number); p++) {
    const price = prices[A.rowIndex[p] as number] as number;
    sum.addProduct(A.values[p] as number, price);
    scale = Math.max(scale, Math.abs((A.values[p] as number) * price));
  }
  return { sum: sum.value(), scale };
}

/** @returns the direction, its largest entry of size one, or null where `d` is not one */
export function unboundedRay(problem: GeneralProblem, d: Float64Array): Float64Array | null {
  return firstVerified(d, (direction) => verifiedDirection(problem, direction));
}

function verifiedDirection(problem: GeneralProblem, ray: Float64Array): Float64Array | null {
  const n = problem.variables.length;
  for (let j = 0; j < n; j++) {
    // Entries that only rounding made leave no limit: set to zero what may not move.
    const value = ray[j] as number;
    const blocked =
      value > 0
        ? (problem.upper[j] as number) < Infinity
        : (problem.lower[j] as number) > -Infinity;
    if (!blocked) continue;
    if (Math.abs(value) > 1e-6) return null;
    ray[j] = 0;
  }
  const slope = new CompensatedSum();
  let slopeScale = 0;
  for (let j = 0; j < n; j++) {
    slope.addProduct(problem.q[j] as number, ray[j] as number);
    slopeScale = Math.max(slopeScale, Math.abs((problem.q[j] as number) * (ray[j] as number)));
  }
  if (!(slope.value() < -1e-7 * slopeScale) || slopeScale === 0) return null;
  const curvature = productOf(problem.P, ray);
  for (let j = 0; j < n; j++) {
    if (Math.abs(curvature.values[j] as number) > ZERO * (curvature.scale[j] as number))
      return null;
  }
  const change = productOf(problem.A, ray);
  for (let i = 0; i < problem.rows.length; i++) {
    const slack = ZERO * (change.scale[i] as number);
    const value = change.values[i] as number;
    if (value > slack && (problem.rowUpper[i] as number) < Infinity) return null;
    if (value < -slack && (problem.rowLower[i] as number) > -Infinity) return null;
  }
  return ray;
}

function productOf(
  matrix: GeneralProblem['A'],
  v: Float64Array,
): { readonly values: Float64Array; readonly scale: Float64Array } {
  const sum = new CompensatedVector(new Float64Array(matrix.rowCount));
  const scale = new Float64Array(matrix.rowCount);
  for (let j = 0; j < matrix.columnCount; j++) {
    for (let p = matrix.columnStart[j] as number; p < (matrix.columnStart[j + 1] as number); p++) {
      const i = matrix.rowIndex[p] as number;
      sum.addProduct(i, matrix.values[p] as number, v[j] as number);
      scale[i] = Math.max(
        scale[i] as number,
        Math.abs((matrix.values[p] as number) * (v[j] as number)),
        // The largest entry of the ray is one: rounding is of the size of the matrix entry.
        1e-3 * Math.abs(matrix.values[p] as number),
      );
    }
  }
  return { values: sum.values(), scale };
}

function largestOf(values: Float64Array): number {
  let size = 0;
  for (const value of values) {
    if (Number.isNaN(value)) return NaN;
    size = Math.max(size, Math.abs(value));
  }
  return size;
}
