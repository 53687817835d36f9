import { describe, expect, it } from 'vitest';
import { sparseMatrix, type GeneralProblem } from '../../../domain/index.ts';
import { solveMixedInteger } from './index.ts';

interface Given {
  readonly q: readonly number[];
  readonly rows: readonly (readonly [
    lower: number,
    coefficients: readonly number[],
    upper: number,
  ])[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly integers: readonly number[];
  readonly diagonal?: readonly number[];
}

function problem({ q, rows, lower, upper, integers, diagonal = [] }: Given): GeneralProblem {
  const n = q.length;
  const entries = rows.flatMap(([, coefficients], i) =>
    coefficients.map((value, j) => ({ i, j, value })),
  );
  return {
    name: '',
    variables: q.map((_, j) => `x${String(j)}`),
    rows: rows.map((_, i) => `r${String(i)}`),
    P: sparseMatrix(
      { rowCount: n, columnCount: n },
      {
        rows: diagonal.map((_, j) => j),
        columns: diagonal.map((_, j) => j),
        values: diagonal,
      },
    ).matrix,
    q: Float64Array.from(q),
    constant: 0,
    A: sparseMatrix(
      { rowCount: rows.length, columnCount: n },
      {
        rows: entries.map(({ i }) => i),
        columns: entries.map(({ j }) => j),
        values: entries.map(({ value }) => value),
      },
    ).matrix,
    rowLower: Float64Array.from(rows, ([low]) => low),
    rowUpper: Float64Array.from(rows, ([, , high]) => high),
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
    isInteger: Uint8Array.from(integers),
  };
}

describe('solveMixedInteger', () => {
  it('rounds where rounding the relaxation would be wrong', () => {
    // Maximize x + 0.64y, 50x + 31y <= 250, 3x - 2y >= -4: the relaxation is (1.95, 4.92), the best point (5, 0).
    const result = solveMixedInteger(
      problem({
        q: [-1, -0.64],
        rows: [
          [-Infinity, [50, 31], 250],
          [-4, [3, -2], Infinity],
        ],
        lower: [0, 0],
        upper: [Infinity, Infinity],
        integers: [1, 1],
      }),
    );
    expect(result.status).toBe('optimal');
    expect([...result.x]).toEqual([5, 0]);
    expect(result.objective).toBe(-5);
    expect(result.bound).toBeGreaterThan(-5 - 1e-5);
  });

  it('a square that is nearest to a fraction', () => {
    // Minimize (x - 2.4)^2 + (y + 0.7)^2 - constants: (2, -1).
    const result = solveMixedInteger(
      problem({
        q: [-4.8, 1.4],
        diagonal: [2, 2],
        rows: [],
        lower: [-10, -10],
        upper: [10, 10],
        integers: [1, 1],
      }),
    );
    expect([...result.x]).toEqual([2, -1]);
    expect(result.objective).toBeCloseTo(4 - 9.6 + 1 - 1.4, 9);
  });

  it('integers between which no integer lies are infeasible, and so is 2x = 1', () => {
    const between = { q: [1], rows: [], lower: [0.2], upper: [0.8], integers: [1] };
    const odd = {
      q: [0, 0],
      rows: [[1, [2, -2], 1] as const],
      lower: [0, 0],
      upper: [50, 50],
      integers: [1, 1],
    };
    expect(solveMixedInteger(problem(between)).status).toBe('infeasible');
    expect(solveMixedInteger(problem(odd)).status).toBe('infeasible');
  });

  it('an equation that no integers satisfy, over ranges without end: 2x - 2y = 1', () => {
    const endless = problem({
      q: [1, 1],
      rows: [[1, [2, -2], 1]],
      lower: [-Infinity, -Infinity],
      upper: [Infinity, Infinity],
      integers: [1, 1],
    });
    const result = solveMixedInteger(endless);
    expect([result.status, result.nodes]).toEqual(['infeasible', 0]);
  });

  it('unbounded once there is a point, infeasible when there is none', () => {
    const falling = { q: [-1], lower: [0], upper: [Infinity], integers: [1] };
    const free = solveMixedInteger(problem({ ...falling, rows: [] }));
    expect(free.status).toBe('unbounded');
    expect(free.bound).toBe(-Infinity);
    // x falls for ever, but y between 1/4 and 3/4 has no integer.
    const none = problem({
      q: [-1, 0],
      rows: [],
      lower: [0, 0.25],
      upper: [Infinity, 0.75],
      integers: [1, 1],
    });
    expect(solveMixedInteger(none).status).toBe('infeasible');
  });

  it('without integer variables it is the relaxation', () => {
    const result = solveMixedInteger(
      problem({ q: [-1], rows: [], lower: [0], upper: [2.5], integers: [0] }),
    );
    expect(result.status).toBe('optimal');
    expect(result.objective).toBeCloseTo(-2.5, 7);
  });

  it('stopped before it begins it says what it knows: nothing', () => {
    const given = { q: [-1], rows: [], lower: [0], upper: [2.5], integers: [1] };
    const result = solveMixedInteger(problem(given), { shouldStop: () => true });
    expect(result.status).toBe('iterationLimit');
    expect([result.objective, result.bound]).toEqual([Infinity, -Infinity]);
    expect(result.x.every((value) => Number.isNaN(value))).toBe(true);
  });
});
