import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LinearRow, OptimizationProblem, OptimizationResult } from '../domain/index.ts';
import { randomProblem } from '../../test/support/optimization-problems.ts';
import { optimize } from './optimize.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const feasible = { assetCountMax: 30, hasCosts: true, isFeasible: true } as const;

/** Answers of one problem in two forms agree this far, in weight. */
const SAME_WEIGHT = 1e-7;

function solved(problem: OptimizationProblem): OptimizationResult {
  const result = optimize(problem);
  expect(result.status).toBe('optimal');
  expect(result.certificate.gap).toBeGreaterThan(-1e-9 * (1 + Math.abs(result.certificate.primal)));
  return result;
}

function expectSameWeights(actual: Float64Array, expected: Float64Array): void {
  for (let i = 0; i < expected.length; i += 1) {
    expect(Math.abs((actual[i] as number) - (expected[i] as number))).toBeLessThan(SAME_WEIGHT);
  }
}

function withRow(problem: OptimizationProblem, row: LinearRow): OptimizationProblem {
  return { ...problem, rows: [...problem.rows, row] };
}

test('O1 a feasible problem is solved: gap and violation are rounding', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { certificate } = solved(randomProblem(seed, feasible));
      expect(Math.abs(certificate.gap)).toBeLessThan(1e-9 * (1 + Math.abs(certificate.primal)));
      expect(certificate.maxViolation).toBeLessThan(1e-10);
    }),
  );
});

test('O2 prices have the sign of the side that holds', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, feasible);
      const { binding, weights } = solved(problem);
      for (const { constraint, shadowPrice } of binding) {
        if (constraint.startsWith('upper:')) expect(shadowPrice).toBeGreaterThan(0);
        if (constraint.startsWith('lower:')) expect(shadowPrice).toBeLessThan(0);
        const row = problem.rows.find(({ name }) => name === constraint);
        if (row === undefined) continue;
        const activity = row.coefficients.reduce(
          (total, c, i) => total + c * (weights[i] as number),
          0,
        );
        expect(activity).toBeCloseTo(shadowPrice > 0 ? row.upper : row.lower, 8);
      }
    }),
  );
});

test('O2 a shadow price is the slope of the best value', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, feasible);
      const base = solved(problem);
      const step = 1e-6;
      for (const sign of [1, -1]) {
        const rows = problem.rows.map((row) =>
          row.name === 'budget'
            ? { ...row, lower: row.lower + sign * step, upper: row.upper + sign * step }
            : row,
        );
        const moved = optimize({ ...problem, rows });
        if (moved.status !== 'optimal') continue;
        // Convexity: the value is never below the tangent that the price draws.
        const price = base.binding.find(({ constraint }) => constraint === 'budget');
        const tangent = base.certificate.primal - sign * step * (price?.shadowPrice ?? 0);
        expect(moved.certificate.primal).toBeGreaterThan(
          tangent - 1e-9 * (1 + Math.abs(base.certificate.primal)),
        );
      }
    }),
  );
});

test('O3 permuting the assets permutes the answer', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, feasible);
      const order = problem.assets.map((_, i) => problem.assets.length - 1 - i);
      const moved = solved(permuted(problem, order));
      const back = new Float64Array(order.length);
      order.forEach((from, to) => {
        back[from] = moved.weights[to] as number;
      });
      expectSameWeights(back, solved(problem).weights);
    }),
  );
});

test('O4 the same problem gives the same bytes', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, feasible);
      expect(optimize(structuredClone(problem))).toEqual(optimize(problem));
    }),
  );
});

test('O5 scaling the whole objective changes the values, not the weights', () => {
  fc.assert(
    fc.property(seeds, fc.double({ min: 1e-4, max: 1e4, noNaN: true }), (seed, factor) => {
      const problem = randomProblem(seed, feasible);
      const scaled = solved({
        ...problem,
        riskAversion: problem.riskAversion * factor,
        linear: problem.linear?.map((value) => value * factor) ?? null,
        costs: problem.costs.map((cost) =>
          cost === null ? null : { ...cost, slopes: cost.slopes.map((slope) => slope * factor) },
        ),
      });
      expectSameWeights(scaled.weights, solved(problem).weights);
    }),
  );
});

test('O6 a row that is slack changes nothing, and a repeated row neither', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, feasible);
      const base = solved(problem);
      const coefficients = problem.target.map((_, i) => (i % 2 === 0 ? 1 : 0.5));
      const slack = { name: 'slack', coefficients, lower: -5, upper: 5 };
      expectSameWeights(solved(withRow(problem, slack)).weights, base.weights);
      const twin = { ...(problem.rows.at(-1) as LinearRow), name: 'twin' };
      expectSameWeights(solved(withRow(problem, twin)).weights, base.weights);
    }),
  );
});

test('O7 a tighter limit never improves the value', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 0, max: 29 }), (seed, index) => {
      const problem = randomProblem(seed, feasible);
      const base = solved(problem);
      const i = index % problem.assets.length;
      const upper = problem.upper.slice();
      upper[i] = Math.max(problem.lower[i] as number, (base.weights[i] as number) * 0.9);
      const tighter = optimize({ ...problem, upper });
      if (tighter.status === 'infeasible') return;
      expect(tighter.certificate.primal).toBeGreaterThan(
        base.certificate.primal - 1e-9 * (1 + Math.abs(base.certificate.primal)),
      );
    }),
  );
});

test('O8 without costs or tilts a target that the limits allow is reached', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, { ...feasible, hasCosts: false });
      const free = {
        ...problem,
        linear: null,
        lower: problem.lower.map(() => 0),
        upper: problem.upper.map(() => 1),
        rows: problem.rows.slice(0, 1),
      };
      expectSameWeights(solved(free).weights, problem.target);
    }),
  );
});

test('O9 a warm start from the answer of a neighbor reaches the same answer', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, feasible);
      const neighbor = optimize({
        ...problem,
        target: problem.target.map((value, i) => value * (1 + 0.05 * Math.sin(i))),
      });
      const warm = optimize(problem, { start: neighbor });
      expect(warm.status).toBe('optimal');
      expectSameWeights(warm.weights, solved(problem).weights);
    }),
  );
});

test('O10 an infeasible problem names limits that cannot hold, each of them needed', () => {
  let infeasible = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, { ...feasible, assetCountMax: 8, isFeasible: false });
      const result = optimize(problem);
      expect(result.status).not.toBe('iterationLimit');
      if (result.status !== 'infeasible') return;
      infeasible += 1;
      const names = result.conflict.map(({ constraint }) => constraint);
      expect(names.length).toBeGreaterThan(0);
      expect(optimize(onlyLimits(problem, names)).status).toBe('infeasible');
      for (const { constraint, relaxation } of result.conflict) {
        const others = names.filter((name) => name !== constraint);
        const without = onlyLimits(problem, others);
        expect(optimize(without).status).toBe('optimal');
        expect(relaxation).toBeGreaterThan(0);
      }
    }),
  );
  expect(infeasible).toBeGreaterThan(5);
});

/** The problem with every limit open that is not named. */
function onlyLimits(problem: OptimizationProblem, names: readonly string[]): OptimizationProblem {
  return {
    ...problem,
    rows: problem.rows.filter(({ name }) => names.includes(name)),
    lower: problem.lower.map((value, i) =>
      names.includes(`lower:${problem.assets[i] as string}`) ? value : -Infinity,
    ),
    upper: problem.upper.map((value, i) =>
      names.includes(`upper:${problem.assets[i] as string}`) ? value : Infinity,
    ),
  };
}

function permuted(problem: OptimizationProblem, order: readonly number[]): OptimizationProblem {
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(order, (from) => values[from] as number);
  const k = problem.factorCount;
  const factors = new Float64Array(problem.factors.length);
  order.forEach((from, to) => {
    factors.set(problem.factors.subarray(from * k, from * k + k), to * k);
  });
  return {
    ...problem,
    assets: order.map((from) => problem.assets[from] as string),
    target: pick(problem.target),
    current: pick(problem.current),
    specificVariance: pick(problem.specificVariance),
    factors,
    linear: problem.linear === null ? null : pick(problem.linear),
    costs: order.map((from) => problem.costs[from] ?? null),
    lower: pick(problem.lower),
    upper: pick(problem.upper),
    rows: problem.rows.map((row) => ({ ...row, coefficients: pick(row.coefficients) })),
  };
}
