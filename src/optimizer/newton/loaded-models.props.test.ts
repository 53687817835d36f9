import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { instanceSet } from '../../../bench/instances/index.ts';
import { randomProblem } from '../../../test/support/optimization-problems.ts';
import type { OptimizationProblem, OptimizationResult } from '../../domain/index.ts';
import { optimize } from '../optimize.ts';
import { loadModel } from './loaded-models.ts';

const SETS = ['plain-n40-k3', 'plain-n60-k24', 'ria-n80-k20-l1', 'ria-n80-k20-tax-sec'].map(
  (name) => instanceSet(name),
);

const account = fc.record({
  set: fc.nat(SETS.length),
  number: fc.nat(50),
  /** A copy of the arrays is the same model. */
  isCopied: fc.boolean(),
  hasVariance: fc.boolean(),
  turnover: fc.boolean(),
});
type Account = typeof account extends fc.Arbitrary<infer T> ? T : never;

function problemOf(one: Account): OptimizationProblem {
  const set = SETS[one.set];
  const problem =
    set?.problem(one.number) ??
    randomProblem(one.number, { assetCountMax: 30, hasCosts: true, isFeasible: false });
  const specificVariance = problem.specificVariance.slice();
  if (!one.hasVariance) specificVariance[0] = 0;
  return {
    ...problem,
    ...(one.isCopied ? { factors: problem.factors.slice() } : {}),
    ...(one.hasVariance && !one.isCopied ? {} : { specificVariance }),
    ...(one.turnover
      ? { budgets: [{ kind: 'turnover', name: 'turnover', measure: 'oneWay', maximum: 0.1 }] }
      : {}),
  };
}

/** The answer of a process that has solved nothing yet. */
async function firstAnswer(problem: OptimizationProblem): Promise<OptimizationResult> {
  vi.resetModules();
  const fresh = await import('../optimize.ts');
  expect(fresh.optimize).not.toBe(optimize);
  return fresh.optimize(problem);
}

test('O4 an answer does not depend on what was solved before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(account, { minLength: 1, maxLength: 8 }),
      account,
      async (all, one) => {
        const expected = await firstAnswer(problemOf(one));
        for (const other of all) optimize(problemOf(other));
        expect(optimize(problemOf(one))).toEqual(expected);
        expect(optimize(problemOf(one))).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

test('O4 a row written since is another row', () => {
  const problem = structuredClone(instanceSet('ria-n80-k20-tax-sec').problem(5));
  const before = optimize(problem);
  const coefficients = problem.rows[1]?.coefficients as Float64Array;
  coefficients.forEach((value, i) => {
    coefficients[i] = value + (i % 7) / 7;
  });
  const written = optimize(problem);
  expect(written.weights).not.toEqual(before.weights);
  optimize(instanceSet('plain-n40-k3').problem(0));
  optimize(instanceSet('plain-n40-k3', 7).problem(0));
  expect(optimize(problem)).toEqual(written);
});

test('O4 a model written since is another model, and a wrong number in it is refused', () => {
  const set = instanceSet('ria-n80-k20-tax-sec');
  const problem = set.problem(3);
  const before = optimize(problem);
  const factors = problem.factors.slice();
  const specificVariance = problem.specificVariance.slice();
  const same = { ...problem, factors, specificVariance };
  expect(optimize(same)).toEqual(before);
  // The last bit of one number is enough.
  factors[77] = (factors[77] as number) * (1 + 2 ** -52);
  factors[78] = (factors[78] as number) * 1.5;
  specificVariance[5] = (specificVariance[5] as number) * 2;
  const written = optimize(same);
  expect(written.weights).not.toEqual(before.weights);
  expect(written).toEqual(optimize(structuredClone(same)));
  for (const wrong of [Number.NaN, Infinity]) {
    factors[77] = wrong;
    expect(() => optimize(same)).toThrow('factors are finite');
    loadModel(same);
    expect(() => optimize(same)).toThrow('factors are finite');
  }
  factors[77] = problem.factors[77] as number;
  specificVariance[5] = -1;
  expect(() => optimize(same)).toThrow('specific variance');
});
