import { describe, expect, it } from 'vitest';
import { dot, generalProblem } from '../../../test/support/general-problems.ts';
import { AssertionError } from '../../kernel/index.ts';
import { solveGeneral } from './solve-general.ts';
import { sparseFromDense, sparseFromTriplets } from './sparse-matrix.ts';

const INF = Infinity;

describe('problems solved by hand', () => {
  it('projects a point on a line: min (x-1)^2 + (y-2)^2 with x + y = 1', () => {
    const result = solveGeneral(
      generalProblem({
        P: [
          [2, 0],
          [0, 2],
        ],
        q: [-2, -4],
        constant: 5,
        A: [[1, 1]],
        rowLower: [1],
        rowUpper: [1],
      }),
    );
    expect(result.status).toBe('optimal');
    expect(result.x[0]).toBeCloseTo(0, 9);
    expect(result.x[1]).toBeCloseTo(1, 9);
    expect(result.objective).toBeCloseTo(2, 9);
    // 2(x-1) = y: the price of the row is -2.
    expect(result.rowDuals[0]).toBeCloseTo(-2, 8);
  });

  it('prices the side that holds: positive below, negative above', () => {
    const result = solveGeneral(
      generalProblem({
        P: [
          [1, 0],
          [0, 1],
        ],
        q: [1, -3],
        lower: [0, 0],
        upper: [5, 2],
      }),
    );
    expect([...result.x].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([0, 2]);
    expect(result.boundDuals[0]).toBeCloseTo(1, 8);
    expect(result.boundDuals[1]).toBeCloseTo(-1, 8);
  });

  it('solves a linear problem: max 3x + 2y, x + y <= 4, x + 3y <= 7, x <= 3', () => {
    const result = solveGeneral(
      generalProblem({
        q: [-3, -2],
        A: [
          [1, 1],
          [1, 3],
        ],
        rowUpper: [4, 7],
        lower: [0, 0],
        upper: [3, INF],
      }),
    );
    expect(result.status).toBe('optimal');
    expect(result.objective).toBeCloseTo(-11, 8);
    expect(result.x[0]).toBeCloseTo(3, 8);
    expect(result.x[1]).toBeCloseTo(1, 8);
    expect(result.rowDuals[0]).toBeCloseTo(-2, 7);
    expect(result.rowDuals[1]).toBeCloseTo(0, 7);
    expect(result.boundDuals[0]).toBeCloseTo(-1, 7);
  });

  it('bears rows that repeat each other', () => {
    const result = solveGeneral(
      generalProblem({
        P: [
          [2, 0],
          [0, 2],
        ],
        q: [0, 0],
        A: [
          [1, 1],
          [1, 1],
          [2, 2],
        ],
        rowLower: [1, 1, 2],
        rowUpper: [1, 1, 2],
      }),
    );
    expect(result.status).toBe('optimal');
    expect(result.objective).toBeCloseTo(0.5, 9);
  });

  it('hands the price of a bound back to the row of one variable that set it', () => {
    // x >= 1 is said by the row 2x >= 2; min 3x makes it hold with price 3/2.
    const result = solveGeneral(generalProblem({ q: [3], A: [[2]], rowLower: [2], lower: [0] }));
    expect(result.x[0]).toBe(1);
    expect(result.rowDuals[0]).toBeCloseTo(1.5, 12);
    expect(result.boundDuals[0]).toBe(0);
  });

  it('undoes a chain: each row of one variable fixes the next', () => {
    const result = solveGeneral(
      generalProblem({
        q: [1, 1, 1],
        A: [
          [2, 0, 0],
          [1, 1, 0],
          [0, 1, 1],
        ],
        rowLower: [2, 3, 4],
        rowUpper: [2, 3, INF],
      }),
    );
    expect([...result.x]).toEqual([1, 2, 2]);
    expect(result.objective).toBe(5);
    // z = row 3's price is 1, so y has 1 - 1 = 0 left for row 2, and x has 1/2 for row 1.
    expect([...result.rowDuals]).toEqual([0.5, 0, 1]);
    expect(result.certificate.gap).toBe(0);
  });
});

describe('problems without an answer', () => {
  it('proves that x + y >= 3 excludes x + y <= 2 by prices of both rows', () => {
    const result = solveGeneral(
      generalProblem({
        q: [1, 0],
        A: [
          [1, 1],
          [2, 2],
        ],
        rowLower: [3, -INF],
        rowUpper: [INF, 4],
      }),
    );
    expect(result.status).toBe('infeasible');
    const [first, second] = [...(result.ray ?? [])];
    expect(first).toBeGreaterThan(0);
    expect((second as number) / (first as number)).toBeCloseTo(-0.5, 6);
  });

  it('completes the proof through variables that presolve has fixed', () => {
    const A = [
      [2, 0, 0],
      [1, 1, 0],
      [0, 1, 1],
    ];
    const result = solveGeneral(
      generalProblem({
        q: [1, 1, 1],
        A,
        rowLower: [2, 3, 4],
        rowUpper: [2, 3, INF],
        upper: [INF, INF, 1],
      }),
    );
    expect(result.status).toBe('infeasible');
    const ray = result.ray ?? new Float64Array(6);
    for (let j = 0; j < 3; j++) {
      const column = A.map((row) => row[j] as number);
      expect(dot(column, ray) + (ray[3 + j] as number)).toBeCloseTo(0, 12);
    }
  });

  it('gives no ray where a lower limit lies above its upper one: that is the proof', () => {
    const result = solveGeneral(generalProblem({ q: [1], lower: [2], upper: [1] }));
    expect([result.status, result.ray]).toEqual(['infeasible', null]);
  });

  it('shows the direction of a fall without end', () => {
    const result = solveGeneral(
      generalProblem({
        P: [
          [1, -1],
          [-1, 1],
        ],
        q: [-1, -1],
        A: [[1, -1]],
        rowLower: [-1],
        rowUpper: [1],
      }),
    );
    expect(result.status).toBe('unbounded');
    expect(result.ray?.[0]).toBeCloseTo(1, 9);
    expect(result.ray?.[1]).toBeCloseTo(1, 9);
  });

  it('calls a problem infeasible, not unbounded, when it is both', () => {
    const result = solveGeneral(
      generalProblem({
        q: [-1, 0, 0],
        A: [
          [0, 1, 1],
          [0, 1, 1],
        ],
        rowLower: [1, 3],
        rowUpper: [2, 4],
        lower: [0, 0, 0],
      }),
    );
    expect(result.status).toBe('infeasible');
  });

  it('refuses a product xy, with a direction of negative curvature', () => {
    const result = solveGeneral(
      generalProblem({
        P: [
          [0, 1],
          [1, 0],
        ],
        q: [0, 0],
        lower: [-1, -1],
        upper: [1, 1],
      }),
    );
    expect(result.status).toBe('nonConvex');
    const [a, b] = [...(result.ray ?? [])];
    expect(2 * (a as number) * (b as number)).toBeLessThan(0);
  });
});

describe('degenerate inputs', () => {
  it('solves the empty problem', () => {
    const result = solveGeneral(generalProblem({ q: [], constant: 7 }));
    expect([result.status, result.objective]).toEqual(['optimal', 7]);
  });

  it('solves a problem whose variables are all fixed, and refutes one', () => {
    const fixed = { q: [1, 2], A: [[1, 1]], lower: [1, 2], upper: [1, 2] };
    const kept = solveGeneral(generalProblem({ ...fixed, rowLower: [3], rowUpper: [3] }));
    expect([kept.status, kept.objective]).toEqual(['optimal', 5]);
    const broken = solveGeneral(generalProblem({ ...fixed, rowLower: [4], rowUpper: [4] }));
    expect(broken.status).toBe('infeasible');
  });

  it('stops on numbers that are not numbers and on a P of one triangle', () => {
    expect(() => solveGeneral(generalProblem({ q: [Number.NaN] }))).toThrow(AssertionError);
    expect(() => solveGeneral(generalProblem({ q: [1], lower: [Number.NaN] }))).toThrow(
      AssertionError,
    );
    const triangle = [
      [1, 1],
      [0, 1],
    ];
    expect(() => solveGeneral(generalProblem({ P: triangle, q: [0, 0] }))).toThrow(AssertionError);
  });

  it('says honestly that it was cut short', () => {
    const problem = generalProblem({
      q: [-3, -2],
      A: [
        [1, 1],
        [1, 3],
      ],
      rowUpper: [4, 6],
      lower: [0, 0],
      upper: [3, INF],
    });
    const result = solveGeneral(problem, { iterationsMax: 1 });
    expect(result.status).toBe('iterationLimit');
    expect(result.certificate.gap).toBeGreaterThan(1e-3);
  });
});

describe('builders of sparse matrices', () => {
  it('add repeated triplets, drop zeros and sort rows', () => {
    const matrix = sparseFromTriplets([3, 2], {
      rows: [2, 0, 2, 1, 1],
      columns: [0, 0, 0, 1, 1],
      values: [1, 4, 2, 5, -5],
    });
    expect([...matrix.columnStart]).toEqual([0, 2, 2]);
    expect([...matrix.rowIndex]).toEqual([0, 2]);
    expect([...matrix.values]).toEqual([4, 3]);
  });

  it('stop on entries outside the matrix', () => {
    const outside = { rows: [1], columns: [0], values: [1] };
    expect(() => sparseFromTriplets([1, 1], outside)).toThrow(AssertionError);
    expect(() => sparseFromDense([[1], [1, 2]])).toThrow(AssertionError);
  });
});

describe('a solve that is told to stop', () => {
  const problem = generalProblem({
    q: [-3, -2],
    A: [
      [1, 1],
      [1, 3],
    ],
    rowUpper: [4, 7],
    lower: [0, 0],
    upper: [3, INF],
  });

  it('ends with the point it has, says so, and starts no further search', () => {
    let asked = 0;
    const result = solveGeneral(problem, { shouldStop: () => ++asked > 6 });
    expect(result.status).toBe('iterationLimit');
    expect(result.iterations).toBeLessThan(7);
    expect(result.x.every((value) => Number.isFinite(value))).toBe(true);
    expect(result.certificate.gap).toBeGreaterThan(1e-8);
  });

  it('is solved as ever where nothing says stop: (3, 1), value -11', () => {
    expect(solveGeneral(problem, { shouldStop: () => false }).objective).toBeCloseTo(-11, 8);
  });
});

describe('rows that nearly depend on each other', () => {
  it('fits a convex sequence to concave data: the regression line, at prices of 1e4 and more', () => {
    // For concave data every second difference binds, so the fit is affine: by symmetry the mean.
    const n = 2000;
    const data = Array.from({ length: n }, (_, i) => -(((2 * i) / (n - 1) - 1) ** 2));
    const mean = data.reduce((sum, value) => sum + value, 0) / n;
    const entries = { rows: [] as number[], columns: [] as number[], values: [] as number[] };
    for (let i = 0; i < n - 2; i++) {
      entries.rows.push(i, i, i);
      entries.columns.push(i, i + 1, i + 2);
      entries.values.push(1, -2, 1);
    }
    const diagonal = Array.from({ length: n }, (_, j) => j);
    const result = solveGeneral({
      name: 'convex fit',
      variables: diagonal.map((j) => `x${String(j)}`),
      rows: diagonal.slice(2).map((i) => `r${String(i)}`),
      P: sparseFromTriplets([n, n], {
        rows: diagonal,
        columns: diagonal,
        values: diagonal.map(() => 1),
      }),
      q: Float64Array.from(data, (value) => -value),
      constant: 0,
      A: sparseFromTriplets([n - 2, n], entries),
      rowLower: new Float64Array(n - 2),
      rowUpper: new Float64Array(n - 2).fill(INF),
      lower: new Float64Array(n).fill(-INF),
      upper: new Float64Array(n).fill(INF),
      isInteger: null,
    });
    expect(result.status).toBe('optimal');
    expect(Math.max(...result.x.map((value) => Math.abs(value - mean)))).toBeLessThan(1e-6);
    expect(result.objective).toBeCloseTo(-0.5 * n * mean * mean, 6);
    expect(Math.max(...result.rowDuals)).toBeGreaterThan(1e4);
  });
});
