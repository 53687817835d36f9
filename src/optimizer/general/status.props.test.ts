/** Problems without an answer by construction; every ray is checked by arithmetic of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../test/support/fast-check.ts';
import { sparseMatrix, type GeneralProblem, type GeneralResult } from '../../domain/index.ts';
import { solveGeneral } from './solve-general.ts';

const N = 5;
const M = 4;
const whole = (size: number): fc.Arbitrary<number> => fc.integer({ min: -size, max: size });
const many = (count: number, value: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(value, { minLength: count, maxLength: count });
const at = (values: ArrayLike<number>, i: number): number => values[i] as number;

const given = fc.record({
  A: many(N * M, whole(6)),
  G: many(N * N, whole(2)),
  q: many(N, whole(9)),
  point: many(N, whole(5)),
  room: many(N + M, fc.integer({ min: 0, max: 5 })),
  isQuadratic: fc.boolean(),
});
type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

function grid(rowCount: number, values: readonly number[]): GeneralProblem['A'] {
  const rows = values.map((_, e) => Math.floor(e / N));
  const columns = values.map((_, e) => e % N);
  return sparseMatrix({ rowCount, columnCount: N }, { rows, columns, values }).matrix;
}

/** Feasible at `point`: rows with a lower limit, bounds on some sides. */
function feasible({ A, G, q, point, room, isQuadratic }: Given): GeneralProblem {
  const gram = G.map((_, e) => {
    const [i, j] = [Math.floor(e / N), e % N];
    return isQuadratic ? q.reduce((s, __, k) => s + at(G, k * N + i) * at(G, k * N + j), 0) : 0;
  });
  const activity = Array.from({ length: M }, (_, i) =>
    point.reduce((sum, x, j) => sum + x * at(A, i * N + j), 0),
  );
  return {
    name: '',
    variables: q.map((_, j) => `x${String(j)}`),
    rows: activity.map((_, i) => `r${String(i)}`),
    P: grid(N, gram),
    q: Float64Array.from(q),
    constant: 0,
    A: grid(M, A),
    rowLower: Float64Array.from(activity, (a, i) => a - at(room, i)),
    rowUpper: new Float64Array(M).fill(Infinity),
    lower: Float64Array.from(point, (x, j) => (at(room, M + j) > 3 ? -Infinity : x)),
    upper: Float64Array.from(point, (x, j) => (at(room, M + j) === 2 ? x + 1 : Infinity)),
    isInteger: null,
  };
}

const solve = (problem: GeneralProblem): GeneralResult => solveGeneral(problem);

/** What the prices demand at the limits; > 0 is a contradiction, for A'y + z = 0 makes it zero at any point. */
function demand(problem: GeneralProblem, ray: Float64Array): number {
  const { A } = problem;
  const y = ray.subarray(0, problem.rows.length);
  const z = ray.subarray(problem.rows.length);
  let total = 0;
  const limit = (price: number, lower: number, upper: number): void => {
    if (price !== 0) total += price * (price > 0 ? lower : upper);
  };
  y.forEach((price, i) => {
    limit(price, at(problem.rowLower, i), at(problem.rowUpper, i));
  });
  z.forEach((price, j) => {
    let sum = price;
    for (let e = at(A.columnStart, j); e < at(A.columnStart, j + 1); e += 1) {
      sum += at(A.values, e) * at(y, at(A.rowIndex, e));
    }
    expect(Math.abs(sum)).toBeLessThan(1e-7);
    limit(price, at(problem.lower, j), at(problem.upper, j));
  });
  return total;
}

describe('statuses of solveGeneral', () => {
  it('rows that contradict each other are infeasible, with prices that prove it', () => {
    fc.assert(
      fc.property(given, fc.integer({ min: 1, max: 4 }), (numbers, distance) => {
        const problem = feasible(numbers);
        const { A } = numbers;
        // Row 0 must stay below what its copy must reach.
        const rowUpper = problem.rowUpper.slice();
        rowUpper[0] = at(problem.rowLower, 0) - distance;
        const contradictory: GeneralProblem = {
          ...problem,
          rows: [...problem.rows, 'copy'],
          A: grid(M + 1, [...A, ...A.slice(0, N)]),
          rowLower: Float64Array.of(
            -Infinity,
            ...problem.rowLower.slice(1),
            at(problem.rowLower, 0),
          ),
          rowUpper: Float64Array.of(...rowUpper, Infinity),
        };
        const { status, ray } = solve(contradictory);
        expect(status).toBe('infeasible');
        // A row of zeros that must reach a number needs no price of its own to be absurd; the ray still shows it.
        if (ray !== null) expect(demand(contradictory, ray)).toBeGreaterThan(1e-9);
        else expect(A.slice(0, N).every((value) => value === 0)).toBe(true);
      }),
    );
  });

  it('an objective that falls for ever is unbounded, with the direction', () => {
    fc.assert(
      fc.property(given, (numbers) => {
        // x0 may rise without end: no upper bound, no row against it, no curvature, and a gain.
        const A = numbers.A.map((value, e) => (e % N === 0 ? Math.abs(value) : value));
        const G = numbers.G.map((value, e) => (e % N === 0 ? 0 : value));
        const base = feasible({ ...numbers, A, G });
        const q = base.q.slice();
        q[0] = -1 - Math.abs(at(q, 0));
        const upper = base.upper.slice();
        upper[0] = Infinity;
        const problem = { ...base, q, upper };
        const { status, ray } = solve(problem);
        expect(status).toBe('unbounded');
        const d = ray ?? new Float64Array(N);
        const slope = d.reduce((sum, value, j) => sum + value * at(q, j), 0);
        expect(slope).toBeLessThan(-1e-9);
        d.forEach((value, j) => {
          if (at(upper, j) < Infinity) expect(value).toBeLessThanOrEqual(0);
          if (at(problem.lower, j) > -Infinity) expect(value).toBeGreaterThanOrEqual(0);
        });
        for (let i = 0; i < M; i += 1) {
          const change = d.reduce((sum, value, j) => sum + value * at(A, i * N + j), 0);
          expect(change).toBeGreaterThan(-1e-7);
        }
      }),
    );
  });

  it('a problem that has an answer keeps it', () => {
    let optimal = 0;
    fc.assert(
      fc.property(given, (numbers) => {
        const problem = feasible(numbers);
        const { status } = solve(problem);
        expect(status).not.toBe('infeasible');
        if (status === 'optimal') optimal += 1;
      }),
    );
    expect(optimal).toBeGreaterThan(10);
  });
});
