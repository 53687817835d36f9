import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomProblem } from '../../../test/support/optimization-problems.ts';
import type { HardBudget, OptimizationProblem } from '../../domain/index.ts';
import { measureOf } from '../certificate/measures.ts';
import { optimize } from '../optimize.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const share = fc.double({ min: 0.3, max: 1.2, noNaN: true });

/** All three kinds of limits, each at its share of what the answer without limits has. */
function limited(seed: number, shares: readonly number[]): OptimizationProblem {
  const base = randomProblem(seed, { assetCountMax: 20, hasCosts: true, isFeasible: true });
  const free = optimize(base);
  const measure = (['oneWay', 'gross', 'sellSide'] as const)[seed % 3] ?? 'gross';
  const costs = base.current.reduce<HardBudget & { kind: 'cost' }>(
    (tax, held) => ({
      ...tax,
      costs: [...tax.costs, held > 0 ? { breakpoints: [held], slopes: [-0.2, 0] } : null],
    }),
    { kind: 'cost', name: 'tax', costs: [], maximum: 0 },
  );
  const kinds: HardBudget[] = [
    { kind: 'turnover', name: 'turnover', measure, maximum: 0 },
    { kind: 'trackingError', name: 'tracking error', benchmark: base.target, maximum: 1 },
    costs,
  ];
  const budgets = kinds
    .map((budget, j) => ({
      ...budget,
      maximum: Math.max(1e-3, (shares[j] ?? 1) * measureOf(base, budget, free.weights)),
    }))
    .filter((_, j) => (seed >> j) % 2 === 0);
  return { ...base, budgets };
}

test('O14 hard limits hold to 1e-10, a limit with a price is met, and the prices prove the answer', () => {
  let priced = 0;
  fc.assert(
    fc.property(seeds, fc.tuple(share, share, share), (seed, shares) => {
      const problem = limited(seed, shares);
      const { status, certificate, binding, weights, conflict } = optimize(problem);
      if (status === 'infeasible') {
        expect(conflict.length).toBeGreaterThan(0);
        return;
      }
      expect(status).toBe('optimal');
      expect(Math.abs(certificate.gap)).toBeLessThan(1e-9 * (1 + Math.abs(certificate.primal)));
      expect(certificate.maxViolation).toBeLessThan(1e-10);
      for (const budget of problem.budgets ?? []) {
        const value = measureOf(problem, budget, weights);
        expect(value).toBeLessThan(budget.maximum + 1e-10);
        const price = binding.find(({ constraint }) => constraint === budget.name);
        if (price === undefined) continue;
        priced += 1;
        expect(price.shadowPrice).toBeGreaterThan(0);
        expect(price.shadowPrice * (budget.maximum - value)).toBeLessThan(1e-8);
      }
    }),
  );
  expect(priced).toBeGreaterThan(10);
});

test('O14 a limit raised by its relaxation can be met', () => {
  fc.assert(
    fc.property(seeds, fc.tuple(share, share, share), (seed, shares) => {
      const problem = limited(seed, shares);
      const { status, conflict } = optimize(problem);
      if (status !== 'infeasible' || (problem.budgets ?? []).length !== 1) return;
      const [budget] = problem.budgets ?? [];
      const entry = conflict.find(({ constraint }) => constraint === budget?.name);
      if (budget === undefined || entry === undefined || entry.relaxation === Infinity) return;
      const at = (factor: number): string => {
        const maximum = budget.maximum + entry.relaxation * factor;
        return optimize({ ...problem, budgets: [{ ...budget, maximum }] }).status;
      };
      expect(at(1.001)).toBe('optimal');
      expect(at(0.99)).toBe('infeasible');
    }),
    { numRuns: 60 },
  );
});
