/** The parts of the search on their own: none may lose a point. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../../test/support/fast-check.ts';
import { sparseMatrix, type GeneralProblem } from '../../../domain/index.ts';
import { propagate, rowList } from './bound-propagation.ts';
import { nodeBound } from './node-bound.ts';
import { NodeQueue } from './node-queue.ts';
import { objectiveStep } from './objective-step.ts';

const N = 4;
const M = 3;
const whole = (size: number): fc.Arbitrary<number> => fc.integer({ min: -size, max: size });
const many = (count: number, value: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(value, { minLength: count, maxLength: count });

const at = (values: ArrayLike<number>, i: number): number => values[i] as number;

/** Rows around a point, so that the point is feasible; limits and bounds missing now and then. */
const cases = fc
  .record({
    A: many(N * M, whole(5)),
    G: many(N * N, whole(2)),
    q: many(N, whole(9)),
    point: many(N, whole(6)),
    slack: many(2 * (N + M), fc.integer({ min: 0, max: 6 })),
    flags: fc.array(fc.boolean(), { minLength: N, maxLength: N }),
    prices: many(M, whole(8)),
    center: many(N, whole(8)),
  })
  .map(({ A, G, q, point, slack, flags, prices, center }) => {
    const grid = (rowCount: number, values: readonly number[]): GeneralProblem['A'] =>
      sparseMatrix(
        { rowCount, columnCount: N },
        {
          rows: values.map((_, e) => Math.floor(e / N)),
          columns: values.map((_, e) => e % N),
          values,
        },
      ).matrix;
    const gram = G.map((_, e) => {
      const [i, j] = [Math.floor(e / N), e % N];
      return q.reduce((sum, __, k) => sum + at(G, k * N + i) * at(G, k * N + j), 0);
    });
    const activity = prices.map((_, i) => point.reduce((s, x, j) => s + x * at(A, i * N + j), 0));
    const below = (value: number, s: number): number => (s === 6 ? -Infinity : value - s);
    const above = (value: number, s: number): number => (s === 6 ? Infinity : value + s);
    const problem: GeneralProblem = {
      name: '',
      variables: q.map((_, j) => `x${String(j)}`),
      rows: activity.map((_, i) => `r${String(i)}`),
      P: grid(N, gram),
      q: Float64Array.from(q),
      constant: 3,
      A: grid(M, A),
      rowLower: Float64Array.from(activity, (a, i) => below(a, at(slack, i))),
      rowUpper: Float64Array.from(activity, (a, i) => above(a, at(slack, M + i))),
      lower: Float64Array.from(point, (x, j) => below(x, at(slack, 2 * M + j))),
      upper: Float64Array.from(point, (x, j) => above(x, at(slack, 2 * M + N + j))),
      isInteger: Uint8Array.from(flags, Number),
    };
    const values = point.map((x, j) => x * (at(q, j) + 0.5 * product(gram, point, j)));
    const objective = 3 + values.reduce((a, b) => a + b, 0);
    return { problem, point, objective, prices, center };
  });

function product(gram: readonly number[], x: readonly number[], j: number): number {
  return x.reduce((sum, value, i) => sum + value * at(gram, j * N + i), 0);
}

describe('parts of the integer search', () => {
  it('I2 no feasible point is below the node bound, whatever the prices and the center', () => {
    let finite = 0;
    fc.assert(
      fc.property(cases, ({ problem, objective, prices, center }) => {
        const found = nodeBound(problem, Float64Array.from(center), Float64Array.from(prices));
        if (Number.isFinite(found.value)) finite += 1;
        expect(found.value).toBeLessThanOrEqual(objective + 1e-9 * (1 + Math.abs(objective)));
      }),
      { numRuns: 500 },
    );
    expect(finite).toBeGreaterThan(50);
  });

  it('I3 propagation keeps every feasible point, and tightens', () => {
    let tightened = 0;
    fc.assert(
      fc.property(cases, ({ problem, point }) => {
        const box = { lower: problem.lower.slice(), upper: problem.upper.slice() };
        expect(propagate(problem, rowList(problem), box)).toBe(true);
        point.forEach((x, j) => {
          expect(x).toBeGreaterThanOrEqual(at(box.lower, j));
          expect(x).toBeLessThanOrEqual(at(box.upper, j));
          if (at(box.lower, j) > at(problem.lower, j)) tightened += 1;
        });
      }),
      { numRuns: 500 },
    );
    expect(tightened).toBeGreaterThan(50);
  });

  it('I3 propagation finds a row that its box cannot meet', () => {
    fc.assert(
      fc.property(cases, ({ problem, point }) => {
        const { A } = problem;
        const ends = {
          lower: Float64Array.from(point),
          upper: Float64Array.from(point, (x) => x + 1),
        };
        // The largest activity of row 0 over the box, and a limit beyond it.
        let most = 0;
        for (let j = 0; j < N; j += 1) {
          for (let e = at(A.columnStart, j); e < at(A.columnStart, j + 1); e += 1) {
            if (at(A.rowIndex, e) !== 0) continue;
            const a = at(A.values, e);
            most += a * (a > 0 ? at(ends.upper, j) : at(ends.lower, j));
          }
        }
        const rowLower = problem.rowLower.map((value, i) => (i === 0 ? most + 0.5 : value));
        const rowUpper = problem.rowUpper.map((value, i) => (i === 0 ? Infinity : value));
        expect(propagate({ ...problem, rowLower, rowUpper }, rowList(problem), ends)).toBe(false);
      }),
    );
  });

  it('I4 the queue gives nodes by bound, then by the order in which they were opened', () => {
    fc.assert(
      fc.property(fc.array(whole(5)), (bounds) => {
        const queue = new NodeQueue<{ bound: number; sequence: number }>();
        bounds.forEach((bound, sequence) => {
          queue.push({ bound, sequence });
        });
        const taken = bounds.map(() => {
          const least = queue.bound;
          const node = queue.pop();
          expect(node?.bound).toBe(least);
          return node;
        });
        const sorted = bounds
          .map((bound, sequence) => ({ bound, sequence }))
          .sort((a, b) => a.bound - b.bound || a.sequence - b.sequence);
        expect(taken).toEqual(sorted);
        expect([queue.pop(), queue.bound, queue.size]).toEqual([null, Infinity, 0]);
      }),
    );
  });

  it('steps of an objective: the divisor of whole coefficients on integers, else none', () => {
    const problem = (q: number[], flags: number[]): GeneralProblem => {
      const shape = { rowCount: 2, columnCount: 2 };
      const empty = sparseMatrix(shape, { rows: [], columns: [], values: [] }).matrix;
      const ends = Float64Array.of(0, 0);
      return {
        name: '',
        variables: ['x', 'y'],
        rows: ['r', 's'],
        P: empty,
        q: Float64Array.from(q),
        constant: 0.5,
        A: empty,
        rowLower: ends,
        rowUpper: ends,
        lower: ends,
        upper: ends,
        isInteger: Uint8Array.from(flags),
      };
    };
    expect(objectiveStep(problem([6, -4], [1, 1]))).toBe(2);
    expect(objectiveStep(problem([6, 0], [1, 0]))).toBe(6);
    expect(objectiveStep(problem([6, 1], [1, 0]))).toBe(0);
    expect(objectiveStep(problem([1.5, 1], [1, 1]))).toBe(0);
  });
});
