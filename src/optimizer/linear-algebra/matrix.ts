/**
 * Small dense helpers. A matrix is a row-major Float64Array; its shape travels beside it. Sums run in index
 * order, so that the same input gives the same bits.
 */
import { assert } from '../../kernel/index.ts';

/** @returns a'b; @throws AssertionError if the lengths differ */
export function dot(a: Float64Array, b: Float64Array): number {
  assert(a.length === b.length, 'a dot product takes vectors of one length');
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] as number) * (b[i] as number);
  return total;
}

/** @returns Mx; rows follow from the lengths (matrix r x n, vector n) */
export function multiplyVector(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  assert(n > 0 && matrix.length % n === 0, 'a matrix times a vector has matching shapes');
  const out = new Float64Array(matrix.length / n);
  for (let r = 0; r < out.length; r += 1) {
    let total = 0;
    const base = r * n;
    for (let c = 0; c < n; c += 1) total += (matrix[base + c] as number) * (vector[c] as number);
    out[r] = total;
  }
  return out;
}

/** @returns x'Mx of an n x n matrix */
export function quadraticForm(matrix: Float64Array, vector: Float64Array): number {
  return vector.length === 0 ? 0 : dot(multiplyVector(matrix, vector), vector);
}

/** @param columns columns of `matrix` (r x columns); @returns columns x r */
export function transpose(matrix: Float64Array, columns: number): Float64Array {
  const rows = columns === 0 ? 0 : matrix.length / columns;
  assert(Number.isInteger(rows), 'a matrix has whole rows');
  const out = new Float64Array(matrix.length);
  for (let r = 0; r < rows; r += 1) {
    for (let c = 0; c < columns; c += 1) out[c * rows + r] = matrix[r * columns + c] as number;
  }
  return out;
}

/** @returns A B, for A (r x inner) and B (inner x c) */
export function multiply(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  assert(
    inner > 0 && a.length % inner === 0 && b.length % inner === 0,
    'a product of matrices has matching shapes',
  );
  const rows = a.length / inner;
  const columns = b.length / inner;
  const out = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r += 1) {
    for (let k = 0; k < inner; k += 1) {
      const value = a[r * inner + k] as number;
      if (value === 0) continue;
      const from = k * columns;
      const to = r * columns;
      for (let c = 0; c < columns; c += 1) {
        out[to + c] = (out[to + c] as number) + value * (b[from + c] as number);
      }
    }
  }
  return out;
}

/** @returns A A' (r x r, exactly symmetric) for A (r x columns) */
export function outerGram(a: Float64Array, columns: number): Float64Array {
  const rows = columns === 0 ? 0 : a.length / columns;
  assert(Number.isInteger(rows), 'a matrix has whole rows');
  const out = new Float64Array(rows * rows);
  for (let r = 0; r < rows; r += 1) {
    for (let s = 0; s <= r; s += 1) {
      let total = 0;
      for (let c = 0; c < columns; c += 1) {
        total += (a[r * columns + c] as number) * (a[s * columns + c] as number);
      }
      out[r * rows + s] = total;
      out[s * rows + r] = total;
    }
  }
  return out;
}

/** @returns A'A (columns x columns, exactly symmetric) for A (r x columns); rows are read in order */
export function innerGram(a: Float64Array, columns: number): Float64Array {
  const rows = columns === 0 ? 0 : a.length / columns;
  assert(Number.isInteger(rows), 'a matrix has whole rows');
  const out = new Float64Array(columns * columns);
  for (let r = 0; r < rows; r += 1) {
    const base = r * columns;
    for (let i = 0; i < columns; i += 1) {
      const value = a[base + i] as number;
      if (value === 0) continue;
      const to = i * columns;
      for (let j = 0; j <= i; j += 1) {
        out[to + j] = (out[to + j] as number) + value * (a[base + j] as number);
      }
    }
  }
  for (let i = 0; i < columns; i += 1) {
    for (let j = 0; j < i; j += 1) out[j * columns + i] = out[i * columns + j] as number;
  }
  return out;
}

/** @returns the n diagonal entries */
export function diagonalOf(matrix: Float64Array, size: number): Float64Array {
  assert(matrix.length === size * size, 'a square matrix is n x n');
  return Float64Array.from({ length: size }, (_, i) => matrix[i * size + i] as number);
}

export interface Asymmetry {
  readonly row: number;
  readonly column: number;
  /** |M_ij - M_ji| relative to the larger of sqrt(|M_ii M_jj|) and the entries themselves. */
  readonly relative: number;
}

/** @returns the worst pair of entries that should be equal, or null when the matrix is symmetric bit for bit */
export function worstAsymmetry(matrix: Float64Array, size: number): Asymmetry | null {
  assert(matrix.length === size * size, 'a square matrix is n x n');
  let worst: Asymmetry | null = null;
  for (let r = 0; r < size; r += 1) {
    for (let c = 0; c < r; c += 1) {
      const here = matrix[r * size + c] as number;
      const there = matrix[c * size + r] as number;
      if (here === there) continue;
      const scale = Math.max(
        Math.sqrt(Math.abs((matrix[r * size + r] as number) * (matrix[c * size + c] as number))),
        Math.abs(here),
        Math.abs(there),
      );
      const relative = Math.abs(here - there) / scale;
      if (worst === null || relative > worst.relative) worst = { row: r, column: c, relative };
    }
  }
  return worst;
}

/** @returns (M + M') / 2 */
export function symmetrized(matrix: Float64Array, size: number): Float64Array {
  assert(matrix.length === size * size, 'a square matrix is n x n');
  const out = new Float64Array(matrix.length);
  for (let r = 0; r < size; r += 1) {
    for (let c = 0; c < size; c += 1) {
      out[r * size + c] = ((matrix[r * size + c] as number) + (matrix[c * size + r] as number)) / 2;
    }
  }
  return out;
}
