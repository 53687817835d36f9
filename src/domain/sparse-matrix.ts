/** Sparse matrices from lists of entries: how files and generators state them. */
import { assert } from '../kernel/index.ts';
import type { SparseMatrix } from './general-problem.ts';

/** Entries in any order: values[e] stands in row rows[e] and column columns[e], both from zero. */
export interface MatrixEntries {
  readonly rows: ArrayLike<number>;
  readonly columns: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Two entries of one place; `second` was listed after `first`. */
export interface RepeatedEntry {
  readonly first: number;
  readonly second: number;
}

export interface BuiltMatrix {
  readonly matrix: SparseMatrix;
  /** Entries that repeat a place, in order of columns and rows. Their values are added in `matrix`. */
  readonly repeated: readonly RepeatedEntry[];
}

/**
 * Compressed sparse columns of a list of entries; entries that come to zero are left out.
 *
 * @throws AssertionError if an index lies outside the shape or the lists differ in length
 */
export function sparseMatrix(
  shape: { readonly rowCount: number; readonly columnCount: number },
  entries: MatrixEntries,
): BuiltMatrix {
  const { rowCount, columnCount } = shape;
  const order = sortedOrder(shape, entries);
  const columnStart = new Int32Array(columnCount + 1);
  const rowIndex: number[] = [];
  const values: number[] = [];
  const repeated: RepeatedEntry[] = [];
  let place = 0;
  for (let j = 0; j < columnCount; j += 1) {
    while (place < order.length && entries.columns[at(order, place)] === j) {
      const first = at(order, place);
      const row = at(entries.rows, first);
      let value = at(entries.values, first);
      for (place += 1; place < order.length; place += 1) {
        const second = at(order, place);
        if (entries.columns[second] !== j || entries.rows[second] !== row) break;
        value += at(entries.values, second);
        repeated.push({ first, second });
      }
      if (value === 0) continue;
      rowIndex.push(row);
      values.push(value);
    }
    columnStart[j + 1] = rowIndex.length;
  }
  const matrix = {
    rowCount,
    columnCount,
    columnStart,
    rowIndex: Int32Array.from(rowIndex),
    values: Float64Array.from(values),
  };
  return { matrix, repeated };
}

/** Entries by column, then row, then place in the list: two stable counting sorts. */
function sortedOrder(
  shape: { readonly rowCount: number; readonly columnCount: number },
  { rows, columns, values }: MatrixEntries,
): Int32Array {
  assert(rows.length === columns.length && rows.length === values.length, 'entries match');
  const listed = Int32Array.from({ length: rows.length }, (_, e) => e);
  return countingSort(countingSort(listed, rows, shape.rowCount), columns, shape.columnCount);
}

function countingSort(order: Int32Array, keys: ArrayLike<number>, keyCount: number): Int32Array {
  const next = new Int32Array(keyCount + 1);
  for (const e of order) {
    const key = at(keys, e);
    assert(Number.isInteger(key) && key >= 0 && key < keyCount, 'index inside the matrix');
    next[key + 1] = at(next, key + 1) + 1;
  }
  for (let key = 0; key < keyCount; key += 1) next[key + 1] = at(next, key + 1) + at(next, key);
  const sorted = new Int32Array(order.length);
  for (const e of order) {
    const key = at(keys, e);
    sorted[at(next, key)] = e;
    next[key] = at(next, key) + 1;
  }
  return sorted;
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}
