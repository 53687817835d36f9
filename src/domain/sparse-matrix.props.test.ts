import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../test/support/fast-check.ts';
import { sparseMatrix } from './sparse-matrix.ts';

describe('sparseMatrix', () => {
  it('adds what repeats, leaves out zeros, and tells the places', () => {
    const { matrix, repeated } = sparseMatrix(
      { rowCount: 3, columnCount: 2 },
      { rows: [2, 0, 2, 1, 1], columns: [0, 1, 0, 0, 0], values: [1, 5, 2, 4, -4] },
    );
    expect([...matrix.columnStart]).toEqual([0, 1, 2]);
    expect([...matrix.rowIndex]).toEqual([2, 0]);
    expect([...matrix.values]).toEqual([3, 5]);
    expect(repeated).toEqual([
      { first: 3, second: 4 },
      { first: 0, second: 2 },
    ]);
  });

  it('holds exactly the sum of its entries, rows ascending in each column', () => {
    const entry = fc.record({
      row: fc.integer({ min: 0, max: 4 }),
      column: fc.integer({ min: 0, max: 3 }),
      value: fc.integer({ min: -3, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
        const { matrix } = sparseMatrix(
          { rowCount: 5, columnCount: 4 },
          {
            rows: entries.map(({ row }) => row),
            columns: entries.map(({ column }) => column),
            values: entries.map(({ value }) => value),
          },
        );
        const sums = new Map<string, number>();
        for (const { row, column, value } of entries) {
          const key = `${String(column)},${String(row)}`;
          sums.set(key, (sums.get(key) ?? 0) + value);
        }
        const expected = [...sums]
          .filter(([, value]) => value !== 0)
          .sort(([a], [b]) => (a < b ? -1 : 1));
        const found: [string, number][] = [];
        for (let j = 0; j < 4; j += 1) {
          for (let e = matrix.columnStart[j] ?? 0; e < (matrix.columnStart[j + 1] ?? 0); e += 1) {
            found.push([`${String(j)},${String(matrix.rowIndex[e])}`, matrix.values[e] ?? NaN]);
          }
        }
        expect(found).toEqual(expected);
      }),
    );
  });

  it('an index outside the shape is a mistake of the caller', () => {
    const shape = { rowCount: 1, columnCount: 1 };
    expect(() => sparseMatrix(shape, { rows: [1], columns: [0], values: [1] })).toThrow();
    expect(() => sparseMatrix(shape, { rows: [0], columns: [0], values: [] })).toThrow();
  });
});
