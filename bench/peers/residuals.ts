/**
 * One checker for all solvers, ours included: absolute residuals from the problem as it was read. It shares no
 * code with the product's certificate.
 */
import type { GeneralProblem, SparseMatrix } from '../../src/domain/index.ts';

/** Px + q = A'y + z; a price is positive where the lower limit holds, negative where the upper one does. */
export interface PrimalDualPoint {
  readonly x: Float64Array;
  readonly rowDuals: Float64Array;
  readonly boundDuals: Float64Array;
}

export interface Residuals {
  readonly objective: number;
  /** Largest violation of a row or bound. */
  readonly primal: number;
  /** Largest entry of Px + q - A'y - z; a price on a limit that does not exist counts in full. */
  readonly dual: number;
  /** |x'Px + q'x - (what the prices earn at their limits)|. */
  readonly gap: number;
}

export function residuals(problem: GeneralProblem, point: PrimalDualPoint): Residuals {
  const { P, A, q, lower, upper, rowLower, rowUpper } = problem;
  const { x, rowDuals, boundDuals } = point;
  const Px = product(P, x);
  const Ax = product(A, x);
  const prices = transposedProduct(A, rowDuals);
  let quadratic = 0;
  let linear = 0;
  let primal = 0;
  let dual = 0;
  let earned = 0;
  const limit = (value: number, ends: readonly [number, number], price: number): void => {
    primal = Math.max(primal, ends[0] - value, value - ends[1]);
    const end = price > 0 ? ends[0] : ends[1];
    if (Number.isFinite(end)) earned += price * end;
    else dual = Math.max(dual, Math.abs(price));
  };
  x.forEach((value, j) => {
    quadratic += value * at(Px, j);
    linear += value * at(q, j);
    dual = Math.max(dual, Math.abs(at(Px, j) + at(q, j) - at(prices, j) - at(boundDuals, j)));
    limit(value, [at(lower, j), at(upper, j)], at(boundDuals, j));
  });
  Ax.forEach((value, i) => {
    limit(value, [at(rowLower, i), at(rowUpper, i)], at(rowDuals, i));
  });
  const objective = quadratic / 2 + linear + problem.constant;
  return { objective, primal, dual, gap: Math.abs(quadratic + linear - earned) };
}

/** Whether all three residuals are numbers within the tolerance. */
export function isWithin(found: Residuals, tolerance: number): boolean {
  return [found.primal, found.dual, found.gap].every((value) => value <= tolerance);
}

function product(matrix: SparseMatrix, x: Float64Array): Float64Array {
  const out = new Float64Array(matrix.rowCount);
  for (let j = 0; j < matrix.columnCount; j += 1) {
    for (let e = at(matrix.columnStart, j); e < at(matrix.columnStart, j + 1); e += 1) {
      const i = at(matrix.rowIndex, e);
      out[i] = at(out, i) + at(matrix.values, e) * at(x, j);
    }
  }
  return out;
}

function transposedProduct(matrix: SparseMatrix, y: Float64Array): Float64Array {
  const out = new Float64Array(matrix.columnCount);
  for (let j = 0; j < matrix.columnCount; j += 1) {
    let sum = 0;
    for (let e = at(matrix.columnStart, j); e < at(matrix.columnStart, j + 1); e += 1) {
      sum += at(matrix.values, e) * at(y, at(matrix.rowIndex, e));
    }
    out[j] = sum;
  }
  return out;
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}
