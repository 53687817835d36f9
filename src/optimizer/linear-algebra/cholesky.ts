/** Cholesky factors of dense symmetric matrices, and what is solved with them. */
import { assert } from '../../kernel/index.ts';

export type CholeskyOutcome =
  | {
      readonly kind: 'factored';
      /** n x n lower triangle, zeros above: M = L L'. */
      readonly factor: Float64Array;
    }
  | {
      readonly kind: 'notPositiveDefinite';
      /** First index whose pivot fails, and that pivot: the leading block up to it is not positive definite. */
      readonly index: number;
      readonly pivot: number;
    };

/**
 * Factors a symmetric matrix; only its lower triangle is read.
 *
 * @param matrix n x n, row-major, finite; not changed
 * @returns the factor, or where a pivot is not above `n * epsilon * diagonal`: rounding alone decides its sign
 * @throws AssertionError if the shape is wrong or an entry is not finite
 * @remarks Golub and Van Loan, *Matrix Computations*, 4.2.
 */
export function choleskyFactor(matrix: Float64Array, size: number): CholeskyOutcome {
  assert(matrix.length === size * size, 'a square matrix is n x n');
  assert(matrix.every(Number.isFinite), 'a matrix to factor is finite');
  const l = new Float64Array(size * size);
  for (let r = 0; r < size; r += 1) {
    const row = r * size;
    for (let c = 0; c < r; c += 1) {
      const other = c * size;
      const value = (matrix[row + c] as number) - rowsProduct(l, { row, other, length: c });
      l[row + c] = value / (l[other + c] as number);
    }
    const diagonal = matrix[row + r] as number;
    const pivot = diagonal - rowsProduct(l, { row, other: row, length: r });
    if (!(pivot > size * Number.EPSILON * Math.abs(diagonal))) {
      return { kind: 'notPositiveDefinite', index: r, pivot };
    }
    l[row + r] = Math.sqrt(pivot);
  }
  return { kind: 'factored', factor: l };
}

/** Sum of products of the first `length` entries of two rows; four sums side by side keep the processor busy. */
function rowsProduct(
  l: Float64Array,
  { row, other, length }: { readonly row: number; readonly other: number; readonly length: number },
): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    a += (l[row + k] as number) * (l[other + k] as number);
    b += (l[row + k + 1] as number) * (l[other + k + 1] as number);
    c += (l[row + k + 2] as number) * (l[other + k + 2] as number);
    d += (l[row + k + 3] as number) * (l[other + k + 3] as number);
  }
  for (; k < length; k += 1) a += (l[row + k] as number) * (l[other + k] as number);
  return a + b + (c + d);
}

/** @returns x of L x = b, for a lower triangle L (n x n) without zeros on its diagonal */
export function solveLower(factor: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  assert(factor.length === n * n, 'a triangle is n x n');
  const x = b.slice();
  for (let r = 0; r < n; r += 1) {
    let value = x[r] as number;
    for (let c = 0; c < r; c += 1) value -= (factor[r * n + c] as number) * (x[c] as number);
    x[r] = value / (factor[r * n + r] as number);
  }
  return x;
}

/** @returns x of L' x = b, for a lower triangle L (n x n) without zeros on its diagonal */
export function solveLowerTransposed(factor: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  assert(factor.length === n * n, 'a triangle is n x n');
  const x = b.slice();
  for (let r = n - 1; r >= 0; r -= 1) {
    const value = (x[r] as number) / (factor[r * n + r] as number);
    x[r] = value;
    for (let c = 0; c < r; c += 1) x[c] = (x[c] as number) - (factor[r * n + c] as number) * value;
  }
  return x;
}

/** @returns x of L L' x = b */
export function choleskySolve(factor: Float64Array, b: Float64Array): Float64Array {
  return solveLowerTransposed(factor, solveLower(factor, b));
}

/** @returns the inverse of L L', n x n, exactly symmetric */
export function choleskyInverse(factor: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size * size);
  const unit = new Float64Array(size);
  for (let c = 0; c < size; c += 1) {
    unit.fill(0);
    unit[c] = 1;
    const column = choleskySolve(factor, unit);
    for (let r = c; r < size; r += 1) {
      out[r * size + c] = column[r] as number;
      out[c * size + r] = column[r] as number;
    }
  }
  return out;
}

/** @returns log det of L L' */
export function choleskyLogDeterminant(factor: Float64Array, size: number): number {
  let total = 0;
  for (let i = 0; i < size; i += 1) total += 2 * Math.log(factor[i * size + i] as number);
  return total;
}
