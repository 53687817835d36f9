/** Portfolio problems with choices: limits kept, bounds honest, scale and order irrelevant, lots against enumeration. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomNamesProblem } from '../../../test/support/choice-problems.ts';
import { resolvedProblem, VARIANCE } from '../../../test/support/portfolio-problems.ts';
import { sharedData } from '../../../test/support/shared-data.ts';
import { frontierSets } from '../../../test/support/frontier-sets.ts';
import type { PortfolioConstraints, PortfolioResult } from '../../domain/index.ts';
import { solveIntegers } from './solve-integers.ts';

const seeds = fc.integer({ min: 1, max: 1_000_000 });
const sizes = fc.integer({ min: 3, max: 24 });
const SLACK = 1e-8;

interface Given {
  readonly covariance: Float64Array;
  readonly expectedReturns: Float64Array;
  readonly constraints: Partial<PortfolioConstraints>;
  readonly nodesMax?: number;
}

function solved({ nodesMax, ...given }: Given): PortfolioResult {
  const resolved = resolvedProblem({
    objective: { kind: 'meanRisk', risk: VARIANCE, riskAversion: 4 },
    ...given,
  });
  const outcome = solveIntegers(resolved, nodesMax === undefined ? {} : { nodesMax });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value;
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 3e-7 * (Math.abs(a) + 1e-6);
}

test('I3 names, least weights and rows are kept; one name fewer never improves', () => {
  let answered = 0;
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const one = randomNamesProblem(seed, n);
      const { covariance, expectedReturns, minimumWeight, maximumNames } = one;
      const at = (names: number): PortfolioResult =>
        solved({
          covariance,
          expectedReturns,
          constraints: { maximumNames: names, minimumWeight },
        });
      const result = at(maximumNames);
      if (result.status !== 'optimal') return;
      answered += 1;
      const held = result.weights.filter((x) => x !== 0);
      expect(held.length).toBeLessThanOrEqual(maximumNames);
      expect(held.every((x) => x >= minimumWeight - SLACK)).toBe(true);
      expect(Math.abs(result.weights.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(SLACK);
      expect(result.certificate?.maxViolation).toBeLessThan(SLACK);
      expect(result.integerProof?.kind).toBe('proved');
      const wider = at(maximumNames + 1);
      expect(wider.objective).toBeGreaterThanOrEqual(
        result.objective - 3e-7 * Math.abs(result.objective),
      );
    }),
    { numRuns: 40 },
  );
  expect(answered).toBeGreaterThan(30);
});

test('I2 stopped after any number of nodes the bound holds, and it never loosens', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const one = randomNamesProblem(seed, n);
      const { covariance, expectedReturns, maximumNames } = one;
      const constraints = { maximumNames, minimumWeight: 0.05 };
      const whole = solved({ covariance, expectedReturns, constraints });
      for (const nodesMax of [1, 3, 10]) {
        const early = solved({ covariance, expectedReturns, constraints, nodesMax });
        if (early.status !== 'optimal') continue;
        // Maximized: bounds lie above, answers below.
        expect(early.integerProof?.bound).toBeGreaterThanOrEqual(whole.objective - 1e-9);
        expect(early.objective).toBeLessThanOrEqual(
          whole.objective + 3e-7 * Math.abs(whole.objective),
        );
      }
    }),
    { numRuns: 25 },
  );
});

test('I7 neither the scale of the objective nor the order of the assets changes the answer', () => {
  fc.assert(
    fc.property(seeds, sizes, fc.constantFrom(1e-4, 1e3), (seed, n, scale) => {
      const one = randomNamesProblem(seed, n);
      const constraints = { maximumNames: one.maximumNames, minimumWeight: 0.03 };
      const base = solved({ ...one, constraints });
      const scaled = solved({
        covariance: one.covariance.map((v) => v * scale),
        expectedReturns: one.expectedReturns.map((v) => v * scale),
        constraints,
      });
      expect(scaled.status).toBe(base.status);
      expect(near(scaled.objective / scale, base.objective)).toBe(true);
      const reversed = solved({
        covariance: Float64Array.from(one.covariance).reverse(),
        expectedReturns: Float64Array.from(one.expectedReturns).reverse(),
        constraints,
      });
      expect(near(reversed.objective, base.objective)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('I6 lots: whole, within the money, and the best of all by enumeration', () => {
  let compared = 0;
  fc.assert(
    fc.property(
      seeds,
      fc.array(fc.integer({ min: 8, max: 40 }), { minLength: 2, maxLength: 4 }),
      (seed, prices) => {
        const n = prices.length;
        const { covariance, expectedReturns } = randomNamesProblem(seed, n);
        const budget = 100;
        const least = 75;
        const result = solved({
          covariance,
          expectedReturns,
          constraints: {
            roundLots: {
              prices: Float64Array.from(prices),
              lotSizes: new Float64Array(n).fill(1),
              budget,
              minimumBudget: least,
            },
          },
        });
        const best = bestLots({ covariance, expectedReturns, prices, budget, least });
        if (best === -Infinity) {
          expect(result.status).not.toBe('optimal');
          return;
        }
        compared += 1;
        expect(result.status).toBe('optimal');
        const spent = prices.reduce((sum, p, i) => sum + p * (result.shares?.[i] as number), 0);
        expect(spent).toBeLessThanOrEqual(budget + 1e-7);
        expect(result.integerProof?.kind).toBe('proved');
        expect(near(result.objective, best)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(40);
});

interface Lots {
  readonly covariance: Float64Array;
  readonly expectedReturns: Float64Array;
  readonly prices: readonly number[];
  readonly budget: number;
  readonly least: number;
}

function bestLots({ covariance, expectedReturns, prices, budget, least }: Lots): number {
  const n = prices.length;
  const x = new Float64Array(n);
  let best = -Infinity;
  const visit = (i: number, spent: number): void => {
    if (i === n) {
      if (spent < least) return;
      let value = 0;
      for (let a = 0; a < n; a += 1) {
        value += (expectedReturns[a] as number) * (x[a] as number);
        for (let b = 0; b < n; b += 1) {
          value -= 2 * (covariance[a * n + b] as number) * (x[a] as number) * (x[b] as number);
        }
      }
      best = Math.max(best, value);
      return;
    }
    const price = prices[i] as number;
    for (let count = 0; spent + count * price <= budget; count += 1) {
      x[i] = (count * price) / budget;
      visit(i + 1, spent + count * price);
    }
    x[i] = 0;
  };
  visit(0, 0);
  return best;
}

const orLibrary = sharedData('optimisation-instances/orlib-portfolio');

// Values by SCIP 10 (PySCIPOpt) with binary variables, gap 1e-8; its feasibility tolerance of 1e-6 leaves 1e-5.
const SCIP_VALUES = [
  [0, 24, -0.003480842732531006],
  [0, 44, 0.0001449985014238876],
  [0, 48, 0.0005667399039665236],
  [0, 49, 0.0006422569033745292],
  [1, 24, -0.004215283525018925],
  [1, 40, -0.0010547277862842381],
  [1, 44, -0.0003793440470222356],
] as const;

test.skipIf(!orLibrary.isAvailable)('I1 OR-Library values are those that SCIP finds', () => {
  const { sets } = frontierSets();
  for (const [k, e, expected] of SCIP_VALUES) {
    const set = sets[k];
    if (set === undefined) throw new Error('five sets');
    const lambda = e / 49;
    // lambda x'Sigma x - (1 - lambda) mu'x is minus (1 - lambda) times mean-risk with 2 lambda / (1 - lambda).
    const isRiskAlone = lambda === 1;
    const resolved = resolvedProblem({
      objective: isRiskAlone
        ? { kind: 'minimumRisk', risk: VARIANCE }
        : { kind: 'meanRisk', risk: VARIANCE, riskAversion: (2 * lambda) / (1 - lambda) },
      covariance: set.covariance,
      expectedReturns: set.expectedReturns,
      constraints: { maximumNames: 10, minimumWeight: 0.01 },
    });
    const outcome = solveIntegers(resolved);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
    const { objective, integerProof } = outcome.value;
    const value = isRiskAlone ? objective : -(1 - lambda) * objective;
    expect(integerProof?.kind).toBe('proved');
    expect(Math.abs(value - expected)).toBeLessThan(1e-5 * Math.abs(expected) + 1e-9);
  }
});
