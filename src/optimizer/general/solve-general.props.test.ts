import fc from 'fast-check';
import { expect, test } from 'vitest';
import { constructedProblem, dot, generalProblem } from '../../../test/support/general-problems.ts';
import type { GeneralProblem, GeneralResult } from '../../domain/index.ts';
import { Rng } from '../../kernel/index.ts';
import { solveGeneral } from './solve-general.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const kinds = fc.boolean();

function dense(matrix: GeneralProblem['A']): number[][] {
  const rows = Array.from({ length: matrix.rowCount }, () =>
    Array.from({ length: matrix.columnCount }, () => 0),
  );
  for (let j = 0; j < matrix.columnCount; j++) {
    for (let p = matrix.columnStart[j] as number; p < (matrix.columnStart[j + 1] as number); p++) {
      (rows[matrix.rowIndex[p] as number] as number[])[j] = matrix.values[p] as number;
    }
  }
  return rows;
}

function expectSameObjective(actual: GeneralResult, expected: number): void {
  expect(actual.status).toBe('optimal');
  expect(Math.abs(actual.objective - expected)).toBeLessThan(1e-7 * (1 + Math.abs(expected)));
}

test('G1 a problem built around an optimal point is solved to that value', () => {
  fc.assert(
    fc.property(seeds, kinds, (seed, isQuadratic) => {
      const { problem, objective } = constructedProblem(seed, isQuadratic);
      const result = solveGeneral(problem);
      expectSameObjective(result, objective);
      const { primalResidual, dualResidual, gap } = result.certificate;
      expect(Math.max(primalResidual, dualResidual, gap)).toBeLessThan(1e-7);
      const { relativePrimalResidual, relativeDualResidual, relativeGap } = result.certificate;
      expect(Math.max(relativePrimalResidual, relativeDualResidual, relativeGap)).toBeLessThan(
        1e-8,
      );
    }),
    { numRuns: 300 },
  );
});

test('G2 the certificate is what plain arithmetic on the problem gives', () => {
  fc.assert(
    fc.property(seeds, kinds, (seed, isQuadratic) => {
      const { problem } = constructedProblem(seed, isQuadratic);
      const { x, rowDuals, boundDuals, certificate, objective } = solveGeneral(problem);
      const P = dense(problem.P);
      const A = dense(problem.A);
      const curved = P.map((row) => dot(row, x));
      let dual = 0;
      for (let j = 0; j < x.length; j++) {
        const column = A.map((row) => row[j] as number);
        const slope = (curved[j] as number) + (problem.q[j] as number);
        dual = Math.max(dual, Math.abs(slope - dot(column, rowDuals) - (boundDuals[j] as number)));
      }
      const value = 0.5 * dot(curved, x) + dot(problem.q, x);
      let bound = -0.5 * dot(curved, x);
      const pay = (prices: Float64Array, lower: Float64Array, upper: Float64Array): void => {
        prices.forEach((price, k) => {
          if (price !== 0) bound += price * ((price > 0 ? lower[k] : upper[k]) as number);
        });
      };
      pay(rowDuals, problem.rowLower, problem.rowUpper);
      pay(boundDuals, problem.lower, problem.upper);
      expect(objective).toBeCloseTo(value, 9);
      expect(certificate.gap).toBeCloseTo(Math.abs(value - bound), 9);
      expect(certificate.dualResidual).toBeCloseTo(dual, 9);
    }),
  );
});

test('G3 rows that exclude each other are refuted by prices that add up to nothing', () => {
  fc.assert(
    fc.property(seeds, kinds, (seed, isQuadratic) => {
      const { dense: made } = constructedProblem(seed, isQuadratic);
      const rng = new Rng(seed + 1);
      const width = made.q.length;
      const first = Array.from({ length: width }, () => rng.normal());
      const second = Array.from({ length: width }, () => rng.normal());
      // f >= 1 and s >= 1, yet f + s <= 1.
      const problem = generalProblem({
        ...made,
        A: [...made.A, first, second, first.map((value, j) => value + (second[j] as number))],
        rowLower: [...made.rowLower, 1, 1, -Infinity],
        rowUpper: [...made.rowUpper, Infinity, Infinity, 1],
      });
      const result = solveGeneral(problem);
      expect(result.status).toBe('infeasible');
      const ray = result.ray ?? new Float64Array(0);
      const m = problem.rows.length;
      const A = dense(problem.A);
      let demand = 0;
      const pay = (price: number, lower: number, upper: number): void => {
        if (price !== 0) demand += price * (price > 0 ? lower : upper);
      };
      for (let i = 0; i < m; i++) {
        pay(ray[i] as number, problem.rowLower[i] as number, problem.rowUpper[i] as number);
      }
      for (let j = 0; j < width; j++) {
        const column = A.map((row) => row[j] as number);
        expect(dot(column, ray.subarray(0, m)) + (ray[m + j] as number)).toBeCloseTo(0, 8);
        pay(ray[m + j] as number, problem.lower[j] as number, problem.upper[j] as number);
      }
      expect(demand).toBeGreaterThan(0);
    }),
  );
});

test('G4 a free way down is found and followed by no limit', () => {
  fc.assert(
    fc.property(seeds, kinds, (seed, isQuadratic) => {
      const { dense: made } = constructedProblem(seed, isQuadratic);
      // One more variable, without limits, curvature or rows that stop it, that pays to move.
      const problem = generalProblem({
        P: [...made.P.map((row) => [...row, 0]), [...made.q.map(() => 0), 0]],
        q: [...made.q, seed % 2 === 0 ? 1 : -1],
        A: made.A.map((row, i) => [
          ...row,
          made.rowLower[i] === -Infinity ? (seed % 2 === 0 ? 1 : -1) : 0,
        ]),
        rowLower: made.rowLower,
        rowUpper: made.rowUpper,
        lower: [...made.lower, -Infinity],
        upper: [...made.upper, Infinity],
      });
      const result = solveGeneral(problem);
      expect(result.status).toBe('unbounded');
      const ray = result.ray ?? new Float64Array(problem.q.length);
      expect(dot(problem.q, ray)).toBeLessThan(0);
      for (const row of dense(problem.P)) expect(dot(row, ray)).toBeCloseTo(0, 8);
      dense(problem.A).forEach((row, i) => {
        if (problem.rowLower[i] !== -Infinity) expect(dot(row, ray)).toBeGreaterThan(-1e-8);
        if (problem.rowUpper[i] !== Infinity) expect(dot(row, ray)).toBeLessThan(1e-8);
      });
    }),
  );
});

test('G5 negative curvature is refused with a direction that shows it', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { dense: made } = constructedProblem(seed, true);
      const rng = new Rng(seed);
      const v = made.q.map(() => rng.normal());
      const size = 1 + Math.max(0, ...made.P.flat().map(Math.abs));
      const P = made.P.map((row, i) =>
        row.map((value, j) => value - 100 * size * (v[i] as number) * (v[j] as number)),
      );
      const symmetric = P.map((row, i) =>
        row.map((value, j) => 0.5 * (value + ((P[j] as number[])[i] as number))),
      );
      const result = solveGeneral(generalProblem({ ...made, P: symmetric }));
      if (result.status === 'infeasible') return;
      expect(result.status).toBe('nonConvex');
      const ray = result.ray ?? new Float64Array(v.length);
      expect(
        dot(
          symmetric.map((row) => dot(row, ray)),
          ray,
        ),
      ).toBeLessThan(0);
    }),
  );
});

test('G6 the same problem gives the same bytes', () => {
  fc.assert(
    fc.property(seeds, kinds, (seed, isQuadratic) => {
      const { problem } = constructedProblem(seed, isQuadratic);
      expect(solveGeneral(problem)).toEqual(solveGeneral(problem));
    }),
    { numRuns: 30 },
  );
});

test('G7 units do not matter: scaled rows, columns and objective have the same value', () => {
  fc.assert(
    fc.property(seeds, kinds, (seed, isQuadratic) => {
      const { dense: made, objective } = constructedProblem(seed, isQuadratic);
      const rng = new Rng(seed + 2);
      const power = (): number => 10 ** Math.floor(rng.uniform() * 7 - 3);
      const columns = made.q.map(power);
      const rows = made.A.map(power);
      const cost = power();
      const at = (list: readonly number[], k: number): number => list[k] as number;
      const result = solveGeneral(
        generalProblem({
          P: made.P.map((row, i) =>
            row.map((value, j) => cost * value * at(columns, i) * at(columns, j)),
          ),
          q: made.q.map((value, j) => cost * value * at(columns, j)),
          A: made.A.map((row, i) => row.map((value, j) => value * at(rows, i) * at(columns, j))),
          rowLower: made.rowLower.map((value, i) => value * at(rows, i)),
          rowUpper: made.rowUpper.map((value, i) => value * at(rows, i)),
          lower: made.lower.map((value, j) => value / at(columns, j)),
          upper: made.upper.map((value, j) => value / at(columns, j)),
        }),
      );
      expect(result.status).toBe('optimal');
      const difference = Math.abs(result.objective - cost * objective);
      expect(difference).toBeLessThan(1e-6 * (1 + cost + Math.abs(cost * objective)));
    }),
  );
});

test('G8 a repeated row, a slack row and a fixed variable change nothing', () => {
  fc.assert(
    fc.property(seeds, kinds, (seed, isQuadratic) => {
      const { dense: made, objective } = constructedProblem(seed, isQuadratic);
      const extra = made.A[0] ?? made.q.map(() => 0);
      const result = solveGeneral(
        generalProblem({
          P: [...made.P.map((row) => [...row, 0]), [...made.q.map(() => 0), 3]],
          q: [...made.q, 2],
          A: [...made.A, extra, extra].map((row) => [...row, 0]),
          rowLower: [...made.rowLower, made.rowLower[0] ?? -1, -Infinity],
          rowUpper: [...made.rowUpper, made.rowUpper[0] ?? 1, Infinity],
          lower: [...made.lower, 5],
          upper: [...made.upper, 5],
        }),
      );
      expectSameObjective(result, objective + 0.5 * 3 * 25 + 10);
    }),
  );
});
