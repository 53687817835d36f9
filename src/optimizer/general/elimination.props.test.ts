import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SparseMatrix } from '../../domain/index.ts';
import { Rng } from '../../kernel/index.ts';
import { analyze } from './elimination.ts';
import { SparseFactor } from './ldl.ts';
import { minimumDegreeOrder } from './minimum-degree.ts';
import { sparseFromTriplets } from './sparse-matrix.ts';

interface Sample {
  readonly upper: SparseMatrix;
  readonly full: readonly (readonly number[])[];
  readonly signs: readonly (1 | -1)[];
}

/** A random quasi-definite matrix: diagonals of the given signs, dominant, and a few entries between. */
function quasiDefinite(seed: number): Sample {
  const rng = new Rng(seed);
  const n = 1 + Math.floor(rng.uniform() * 60);
  const density = rng.uniform() ** 2;
  const signs = Array.from({ length: n }, () => (rng.uniform() < 0.6 ? 1 : -1));
  const full = signs.map(() => signs.map(() => 0));
  const set = (i: number, j: number, value: number): void => {
    (full[i] as number[])[j] = value;
    (full[j] as number[])[i] = value;
  };
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < j; i++) if (rng.uniform() < density) set(i, j, rng.normal());
  }
  full.forEach((row, i) => {
    const sum = row.reduce((total, value) => total + Math.abs(value), 0);
    set(i, i, (signs[i] as number) * (1 + sum));
  });
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  for (let j = 0; j < n; j++) {
    for (let i = 0; i <= j; i++) {
      const value = (full[i] as number[])[j] as number;
      if (value === 0) continue;
      rows.push(i);
      columns.push(j);
      values.push(value);
    }
  }
  return { upper: sparseFromTriplets([n, n], { rows, columns, values }), full, signs };
}

const seeds = fc.integer({ min: 0, max: 1_000_000 });

test('G9 the order names every pivot once, and the factors solve the system', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { upper, full, signs } = quasiDefinite(seed);
      const n = upper.columnCount;
      const order = minimumDegreeOrder(upper);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, k) => k));
      const elimination = analyze(upper, order);
      const values = new Float64Array(upper.values.length);
      upper.values.forEach((value, p) => {
        values[elimination.position[p] as number] = value;
      });
      const factor = new SparseFactor(elimination);
      const expected = Int8Array.from(elimination.order, (k) => signs[k] as number);
      expect(factor.factor(values, expected).repaired).toBe(0);
      const wanted = Array.from({ length: n }, (_, k) => Math.sin(k + 1));
      const rhs = full.map((row) =>
        row.reduce((sum, value, j) => sum + value * (wanted[j] as number), 0),
      );
      const b = Float64Array.from(elimination.order, (k) => rhs[k] as number);
      factor.solve(b);
      elimination.order.forEach((k, at) => {
        expect(b[at]).toBeCloseTo(wanted[k] as number, 9);
      });
    }),
  );
});

test('an arrow costs no fill, whichever way it points', () => {
  const n = 50;
  for (const tip of [0, n - 1]) {
    const rows: number[] = [];
    const columns: number[] = [];
    for (let k = 0; k < n; k++) {
      rows.push(k);
      columns.push(k);
      if (k === tip) continue;
      rows.push(Math.min(k, tip));
      columns.push(Math.max(k, tip));
    }
    const upper = sparseFromTriplets([n, n], { rows, columns, values: rows.map(() => 1) });
    expect(analyze(upper, minimumDegreeOrder(upper)).fill).toBe(n - 1);
  }
});

test('a grid of 40 x 40 fills less than half of what its natural order does', () => {
  const side = 40;
  const rows: number[] = [];
  const columns: number[] = [];
  for (let k = 0; k < side * side; k++) {
    rows.push(k);
    columns.push(k);
    if (k % side > 0) {
      rows.push(k - 1);
      columns.push(k);
    }
    if (k >= side) {
      rows.push(k - side);
      columns.push(k);
    }
  }
  const upper = sparseFromTriplets([side * side, side * side], {
    rows,
    columns,
    values: rows.map(() => 1),
  });
  const natural = analyze(
    upper,
    Int32Array.from({ length: side * side }, (_, k) => k),
  ).fill;
  expect(analyze(upper, minimumDegreeOrder(upper)).fill).toBeLessThan(0.5 * natural);
});
