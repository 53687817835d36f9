/** Judges: HiGHS (branch and cut) for linear problems, enumeration of all integer points for quadratic ones. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Highs } from 'highs';
import '../../../../test/support/fast-check.ts';
import { highsModelData, loadHighs, withHighsModel } from '../../../../test/support/highs-model.ts';
import { sparseMatrix, type GeneralProblem } from '../../../domain/index.ts';
import { solveMixedInteger, type MixedIntegerResult } from './index.ts';

let highs: Highs;
beforeAll(async () => {
  highs = await loadHighs();
});

interface Shape {
  readonly n: number;
  readonly m: number;
  readonly isQuadratic: boolean;
  readonly hasContinuous: boolean;
  readonly boxWidth: number;
}

function problems(shape: Shape): fc.Arbitrary<GeneralProblem> {
  const { n, m, isQuadratic, hasContinuous, boxWidth } = shape;
  const whole = (size: number): fc.Arbitrary<number> => fc.integer({ min: -size, max: size });
  const many = (count: number, value: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
    fc.array(value, { minLength: count, maxLength: count });
  return fc
    .record({
      A: many(n * m, whole(9)),
      G: many(n * n, whole(2)),
      q: many(n, whole(20)),
      low: many(m, whole(12)),
      span: many(m, fc.integer({ min: 0, max: 25 })),
      start: many(n, whole(3)),
      flags: fc.array(fc.boolean(), { minLength: n, maxLength: n }),
    })
    .map(({ A, G, q, low, span, start, flags }) => {
      const grid = (rowCount: number, values: readonly number[]): GeneralProblem['A'] =>
        sparseMatrix(
          { rowCount, columnCount: n },
          {
            rows: values.map((_, e) => Math.floor(e / n)),
            columns: values.map((_, e) => e % n),
            values,
          },
        ).matrix;
      // G'G is convex whatever G is.
      const gram = G.map((_, e) => {
        const [i, j] = [Math.floor(e / n), e % n];
        return q.reduce((sum, __, k) => sum + (G[k * n + i] ?? 0) * (G[k * n + j] ?? 0), 0);
      });
      return {
        name: '',
        variables: q.map((_, j) => `x${String(j)}`),
        rows: low.map((_, i) => `r${String(i)}`),
        P: grid(n, isQuadratic ? gram : []),
        q: Float64Array.from(q),
        constant: 7,
        A: grid(m, A),
        rowLower: Float64Array.from(low, (value, i) => ((span[i] ?? 0) > 20 ? -Infinity : value)),
        rowUpper: Float64Array.from(low, (value, i) => value + (span[i] ?? 0)),
        lower: Float64Array.from(start),
        upper: Float64Array.from(start, (value) => value + boxWidth),
        isInteger: Uint8Array.from(flags, (flag) => (!hasContinuous || flag ? 1 : 0)),
      };
    });
}

/** Value of the objective, the largest violation of a row or bound, and the rows, written out anew. */
function evaluate(
  problem: GeneralProblem,
  x: ArrayLike<number>,
): [value: number, error: number, activity: Float64Array] {
  const at = (values: ArrayLike<number>, i: number): number => values[i] as number;
  const times = (matrix: GeneralProblem['A']): Float64Array => {
    const out = new Float64Array(matrix.rowCount);
    for (let j = 0; j < matrix.columnCount; j += 1) {
      for (let e = at(matrix.columnStart, j); e < at(matrix.columnStart, j + 1); e += 1) {
        const i = at(matrix.rowIndex, e);
        out[i] = at(out, i) + at(matrix.values, e) * at(x, j);
      }
    }
    return out;
  };
  const Px = times(problem.P);
  let value = problem.constant;
  let error = 0;
  problem.variables.forEach((_, j) => {
    value += at(x, j) * (at(problem.q, j) + at(Px, j) / 2);
    error = Math.max(error, at(problem.lower, j) - at(x, j), at(x, j) - at(problem.upper, j));
  });
  const activity = times(problem.A);
  activity.forEach((a, i) => {
    error = Math.max(error, at(problem.rowLower, i) - a, a - at(problem.rowUpper, i));
  });
  return [value, error, activity];
}

function checkPoint(problem: GeneralProblem, result: MixedIntegerResult): void {
  const [value, error] = evaluate(problem, result.x);
  expect(error).toBeLessThan(1e-6);
  expect(Math.abs(value - result.objective)).toBeLessThan(1e-9 * (1 + Math.abs(value)));
  result.x.forEach((x, j) => {
    if (problem.isInteger?.[j] === 1) expect(Number.isInteger(x)).toBe(true);
  });
  expect(result.bound).toBeLessThanOrEqual(result.objective);
}

/** Best value over all integer points of the box; Infinity when none is feasible. */
function enumerate(problem: GeneralProblem): number {
  const n = problem.variables.length;
  const x = Array.from(problem.lower);
  let best = Infinity;
  for (;;) {
    const [value, error] = evaluate(problem, x);
    if (error <= 0 && value < best) best = value;
    let j = 0;
    while (j < n && x[j] === problem.upper[j]) {
      x[j] = problem.lower[j] as number;
      j += 1;
    }
    if (j === n) return best;
    x[j] = (x[j] as number) + 1;
  }
}

describe('solveMixedInteger', () => {
  it('I1 I2 I3 mixed linear problems have the value, or the infeasibility, that HiGHS finds', () => {
    const seen = { optimal: 0, infeasible: 0 };
    const shape = { n: 7, m: 4, isQuadratic: false, hasContinuous: true, boxWidth: 6 };
    fc.assert(
      fc.property(problems(shape), (problem) => {
        const result = solveMixedInteger(problem);
        const [status, value] = withHighsModel(highs, (model) => {
          model.options.set({ mip_rel_gap: 0, mip_abs_gap: 0, mip_feasibility_tolerance: 1e-9 });
          model.passModel(highsModelData(problem));
          model.run();
          return [model.getModelStatus(), model.getObjectiveValue()];
        });
        const { optimal, infeasible } = highs.constants.modelStatus;
        expect([optimal, infeasible]).toContain(status);
        expect(result.status).toBe(status === optimal ? 'optimal' : 'infeasible');
        seen[result.status as 'optimal' | 'infeasible'] += 1;
        if (result.status === 'infeasible') return;
        checkPoint(problem, result);
        expect(Math.abs(result.objective - value)).toBeLessThan(2e-6 * (1 + Math.abs(value)));
        expect(result.bound).toBeLessThan(value + 1e-6 * (1 + Math.abs(value)));
      }),
    );
    expect(seen.optimal).toBeGreaterThan(20);
    expect(seen.infeasible).toBeGreaterThan(5);
  });

  it('I1 I2 I3 quadratic integer problems have the value that enumeration finds', () => {
    const shape = { n: 5, m: 2, isQuadratic: true, hasContinuous: false, boxWidth: 5 };
    let solved = 0;
    fc.assert(
      fc.property(problems(shape), (problem) => {
        const result = solveMixedInteger(problem);
        const best = enumerate(problem);
        expect(result.status).toBe(best === Infinity ? 'infeasible' : 'optimal');
        if (best === Infinity) return;
        solved += 1;
        checkPoint(problem, result);
        expect(Math.abs(result.objective - best)).toBeLessThan(1e-6 * (1 + Math.abs(best)));
        expect(result.bound).toBeLessThanOrEqual(best + 1e-9 * (1 + Math.abs(best)));
      }),
    );
    expect(solved).toBeGreaterThan(20);
  });

  it('I1 I2 ranges without end, around a point that is feasible', () => {
    let compared = 0;
    const shape = { n: 7, m: 4, isQuadratic: false, hasContinuous: true, boxWidth: 5 };
    const points = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(problems(shape), points, (given, point) => {
        const [, , activity] = evaluate(given, point);
        const problem: GeneralProblem = {
          ...given,
          // Costs of what has no end are not negative, so that the best value has one.
          upper: given.q.map((cost) => (cost >= 0 ? Infinity : 5)),
          lower: new Float64Array(7),
          rowLower: activity.map((a, i) => (i % 3 === 2 ? -Infinity : a)),
          rowUpper: activity.map((a, i) => (i % 3 === 1 ? Infinity : a + (i % 2))),
        };
        const result = solveMixedInteger(problem);
        expect(result.status).toBe('optimal');
        checkPoint(problem, result);
        expect(result.bound).toBeLessThanOrEqual(evaluate(problem, point)[0] + 1e-9);
        const { optimal } = highs.constants.modelStatus;
        withHighsModel(highs, (model) => {
          model.options.set({ mip_rel_gap: 0, mip_abs_gap: 0 });
          model.passModel(highsModelData(problem));
          model.run();
          // HiGHS calls a few of these infeasible, which the point refutes.
          if (model.getModelStatus() !== optimal) return;
          compared += 1;
          const value = model.getObjectiveValue();
          expect(Math.abs(result.objective - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
        });
      }),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(50);
  });

  it('I2 a search that is stopped has an honest bound', () => {
    const shape = { n: 6, m: 3, isQuadratic: true, hasContinuous: false, boxWidth: 4 };
    fc.assert(
      fc.property(problems(shape), fc.integer({ min: 0, max: 6 }), (problem, nodesMax) => {
        const result = solveMixedInteger(problem, { nodesMax });
        const best = enumerate(problem);
        expect(result.bound).toBeLessThanOrEqual(best + 1e-9 * (1 + Math.abs(best)));
        if (result.status === 'infeasible') expect(best).toBe(Infinity);
        const isPoint = result.status !== 'infeasible' && Number.isFinite(result.objective);
        if (isPoint) checkPoint(problem, result);
        if (result.status === 'optimal') {
          expect(result.objective).toBeLessThanOrEqual(best + 1e-6 * (1 + Math.abs(best)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('I4 the same problem gives the same bytes', () => {
    const shape = { n: 6, m: 3, isQuadratic: true, hasContinuous: true, boxWidth: 4 };
    fc.assert(
      fc.property(problems(shape), (problem) => {
        expect(solveMixedInteger(problem)).toEqual(solveMixedInteger(problem));
      }),
      { numRuns: 20 },
    );
  });
});
