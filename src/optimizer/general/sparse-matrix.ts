/**
 * Sparse matrices in compressed columns: builders, transposes and products.
 *
 * Builders refuse nothing silently: an entry outside the matrix, or one that is not a finite number, is our
 * caller's bug and stops the unit of work. Entries given twice are added; zeros are dropped.
 */
import type { SparseMatrix } from '../../domain/index.ts';
import { assert } from '../../kernel/index.ts';

/** Parallel lists: entry k is `values[k]` at (`rows[k]`, `columns[k]`). */
export interface Triplets {
  readonly rows: ArrayLike<number>;
  readonly columns: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/**
 * @param shape [number of rows, number of columns]
 * @throws AssertionError for an index outside the shape or a value that is not finite
 */
export function sparseFromTriplets(
  shape: readonly [number, number],
  triplets: Triplets,
): SparseMatrix {
  const [rowCount, columnCount] = shape;
  const { rows, columns, values } = triplets;
  const count = values.length;
  assert(rows.length === count && columns.length === count, 'triplet lists have one length');
  const byRow = new Int32Array(rowCount + 1);
  for (let k = 0; k < count; k++) {
    const i = rows[k] as number;
    const j = columns[k] as number;
    assert(
      Number.isInteger(i) && i >= 0 && i < rowCount && Number.isInteger(j) && j >= 0,
      'a triplet lies inside its matrix',
    );
    assert(
      j < columnCount && Number.isFinite(values[k] as number),
      'a triplet lies inside its matrix and is finite',
    );
    byRow[i + 1] = (byRow[i + 1] as number) + 1;
  }
  for (let i = 0; i < rowCount; i++) byRow[i + 1] = (byRow[i + 1] as number) + (byRow[i] as number);
  const next = byRow.slice();
  const order = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    const i = rows[k] as number;
    order[next[i] as number] = k;
    next[i] = (next[i] as number) + 1;
  }
  return collectColumns(shape, triplets, order);
}

/** Second pass of a stable two-pass bucket sort: `order` lists the triplets by row. */
function collectColumns(
  shape: readonly [number, number],
  triplets: Triplets,
  order: Int32Array,
): SparseMatrix {
  const [rowCount, columnCount] = shape;
  const count = order.length;
  const start = new Int32Array(columnCount + 1);
  for (let k = 0; k < count; k++) {
    const j = triplets.columns[k] as number;
    start[j + 1] = (start[j + 1] as number) + 1;
  }
  for (let j = 0; j < columnCount; j++)
    start[j + 1] = (start[j + 1] as number) + (start[j] as number);
  const next = start.slice();
  const rowIndex = new Int32Array(count);
  const values = new Float64Array(count);
  for (let s = 0; s < count; s++) {
    const k = order[s] as number;
    const j = triplets.columns[k] as number;
    const at = next[j] as number;
    rowIndex[at] = triplets.rows[k] as number;
    values[at] = triplets.values[k] as number;
    next[j] = at + 1;
  }
  return withoutRepeats({ rowCount, columnCount, columnStart: start, rowIndex, values });
}

/** Adds entries of one place together and drops zeros; rows must already ascend. */
function withoutRepeats(matrix: SparseMatrix): SparseMatrix {
  const { columnCount, columnStart, rowIndex, values } = matrix;
  const start = new Int32Array(columnCount + 1);
  let size = 0;
  for (let j = 0; j < columnCount; j++) {
    const end = columnStart[j + 1] as number;
    let p = columnStart[j] as number;
    while (p < end) {
      const i = rowIndex[p] as number;
      let sum = 0;
      while (p < end && rowIndex[p] === i) {
        sum += values[p] as number;
        p++;
      }
      if (sum !== 0) {
        rowIndex[size] = i;
        values[size] = sum;
        size++;
      }
    }
    start[j + 1] = size;
  }
  return {
    ...matrix,
    columnStart: start,
    rowIndex: rowIndex.slice(0, size),
    values: values.slice(0, size),
  };
}

/** @param rows one array per row, all of one length */
export function sparseFromDense(
  rows: readonly ArrayLike<number>[],
  columnCount?: number,
): SparseMatrix {
  const width = columnCount ?? rows[0]?.length ?? 0;
  const at: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  for (const [i, row] of rows.entries()) {
    assert(row.length === width, 'rows of a dense matrix have one length');
    for (let j = 0; j < width; j++) {
      if (row[j] === 0) continue;
      at.push(i);
      columns.push(j);
      values.push(row[j] as number);
    }
  }
  return sparseFromTriplets([rows.length, width], { rows: at, columns, values });
}

/** A matrix without entries. */
export function sparseZero(rowCount: number, columnCount: number): SparseMatrix {
  return {
    rowCount,
    columnCount,
    columnStart: new Int32Array(columnCount + 1),
    rowIndex: new Int32Array(0),
    values: new Float64Array(0),
  };
}

/** The transpose; rows ascend within its columns whatever the order before. */
export function transpose(matrix: SparseMatrix): SparseMatrix {
  const { rowCount, columnCount, columnStart, rowIndex, values } = matrix;
  const start = new Int32Array(rowCount + 1);
  for (let p = 0; p < rowIndex.length; p++) {
    const i = rowIndex[p] as number;
    start[i + 1] = (start[i + 1] as number) + 1;
  }
  for (let i = 0; i < rowCount; i++) start[i + 1] = (start[i + 1] as number) + (start[i] as number);
  const next = start.slice();
  const index = new Int32Array(rowIndex.length);
  const moved = new Float64Array(rowIndex.length);
  for (let j = 0; j < columnCount; j++) {
    for (let p = columnStart[j] as number; p < (columnStart[j + 1] as number); p++) {
      const i = rowIndex[p] as number;
      const at = next[i] as number;
      index[at] = j;
      moved[at] = values[p] as number;
      next[i] = at + 1;
    }
  }
  return {
    rowCount: columnCount,
    columnCount: rowCount,
    columnStart: start,
    rowIndex: index,
    values: moved,
  };
}

/** out += factor * M x. */
export function addProduct(
  matrix: SparseMatrix,
  x: Float64Array,
  target: { readonly out: Float64Array; readonly factor: number },
): void {
  const { columnCount, columnStart, rowIndex, values } = matrix;
  const { out, factor } = target;
  for (let j = 0; j < columnCount; j++) {
    const xj = factor * (x[j] as number);
    if (xj === 0) continue;
    const end = columnStart[j + 1] as number;
    for (let p = columnStart[j] as number; p < end; p++) {
      const i = rowIndex[p] as number;
      out[i] = (out[i] as number) + (values[p] as number) * xj;
    }
  }
}

/** out += factor * M' y. */
export function addTransposedProduct(
  matrix: SparseMatrix,
  y: Float64Array,
  target: { readonly out: Float64Array; readonly factor: number },
): void {
  const { columnCount, columnStart, rowIndex, values } = matrix;
  const { out, factor } = target;
  for (let j = 0; j < columnCount; j++) {
    let sum = 0;
    const end = columnStart[j + 1] as number;
    for (let p = columnStart[j] as number; p < end; p++) {
      sum += (values[p] as number) * (y[rowIndex[p] as number] as number);
    }
    out[j] = (out[j] as number) + factor * sum;
  }
}
