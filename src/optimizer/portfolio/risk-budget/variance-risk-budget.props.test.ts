import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rng } from '../../../kernel/index.ts';
import type { PortfolioConstraints, PortfolioResult } from '../../../domain/index.ts';
import {
  randomCovariance,
  resolvedProblem,
  VARIANCE,
} from '../../../../test/support/portfolio-problems.ts';
import { dot, multiplyVector } from '../../linear-algebra/index.ts';
import { conflictOfLimits } from '../heuristics/honored-limits.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { varianceRiskBudget } from './variance-risk-budget.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const sizes = fc.integer({ min: 1, max: 14 });

interface Case {
  readonly resolved: ResolvedProblem;
  readonly budgets: Float64Array;
  readonly covariance: Float64Array;
  readonly n: number;
}

function randomCase(
  seed: number,
  n: number,
  constraints: Partial<PortfolioConstraints> = {},
): Case {
  const rng = new Rng(seed + 17);
  const raw = Float64Array.from({ length: n }, () => rng.between(0.1, 1));
  const total = raw.reduce((sum, x) => sum + x, 0);
  const budgets = raw.map((x) => x / total);
  const covariance = randomCovariance(seed, n);
  const objective = { kind: 'riskBudget', risk: VARIANCE, budgets } as const;
  return {
    resolved: resolvedProblem({ covariance, objective, constraints }),
    budgets,
    covariance,
    n,
  };
}

function solve({ resolved, budgets }: Case): PortfolioResult {
  const result = varianceRiskBudget(resolved, { kind: 'riskBudget', risk: VARIANCE, budgets });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Griveau-Billion, Richard and Roncalli 2013: one positive root per asset, round after round. */
function coordinateDescent({ covariance, budgets, n }: Case): Float64Array {
  const y = Float64Array.from(
    { length: n },
    (_, i) => 1 / Math.sqrt(covariance[i * (n + 1)] as number),
  );
  for (let round = 0; round < 3000; round += 1) {
    for (let i = 0; i < n; i += 1) {
      const own = covariance[i * (n + 1)] as number;
      let rest = 0;
      for (let j = 0; j < n; j += 1)
        if (j !== i) rest += (covariance[i * n + j] as number) * (y[j] as number);
      y[i] = (-rest + Math.sqrt(rest * rest + 4 * own * (budgets[i] as number))) / (2 * own);
    }
  }
  const total = y.reduce((sum, value) => sum + value, 0);
  return y.map((value) => value / total);
}

function randomLimits(seed: number, n: number, withRows: boolean): Partial<PortfolioConstraints> {
  const rng = new Rng(seed + 5);
  const lower = Float64Array.from({ length: n }, () => (rng.chance(0.4) ? rng.uniform() / n : 0));
  const upper = lower.map((low) => (rng.chance(0.6) ? low + rng.between(0.2, 1.8) / n : 1));
  if (!withRows) return { lower, upper };
  const members = Array.from({ length: n }, (_, i) => i).filter(() => rng.chance(0.4));
  const share = members.length / n;
  const coefficients = Float64Array.from({ length: n }, () => rng.normal());
  const mean = coefficients.reduce((sum, c) => sum + c, 0) / n;
  return {
    lower,
    upper,
    groups: [
      {
        name: 'group',
        members,
        minimum: share * rng.uniform(),
        maximum: share * rng.between(1, 1.4),
        relativeTo: null,
      },
    ],
    linear: [{ name: 'row', coefficients, minimum: null, maximum: mean + rng.between(-0.1, 0.4) }],
  };
}

test('RB1 shares are the budgets, by another method too', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const one = randomCase(seed, n);
      const { status, weights, riskContributions, risk } = solve(one);
      expect(status).toBe('optimal');
      one.budgets.forEach((budget, i) => {
        expect(Math.abs((riskContributions?.[i] as number) / risk - budget)).toBeLessThan(1e-10);
      });
      coordinateDescent(one).forEach((w, i) => {
        expect(weights[i]).toBeCloseTo(w, 8);
      });
    }),
    { numRuns: 60 },
  );
});

test('RB2 limits hold, or contradict each other', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const one = randomCase(seed, n, randomLimits(seed, n, true));
      const { status, weights, certificate } = solve(one);
      const { lower, upper, rows } = one.resolved;
      const isImpossible = conflictOfLimits(one.resolved, lower, upper) !== null;
      expect(status === 'infeasible').toBe(isImpossible);
      if (status !== 'optimal') return;
      expect(certificate?.maxViolation).toBeLessThan(1e-9);
      for (const row of rows) {
        const value = dot(row.coefficients, weights);
        expect(value).toBeGreaterThan(row.lower - 1e-9);
        expect(value).toBeLessThan(row.upper + 1e-9);
      }
      weights.forEach((w, i) => {
        expect(w).toBeGreaterThan((lower[i] as number) - 1e-10);
        expect(w).toBeLessThan((upper[i] as number) + 1e-10);
      });
    }),
  );
});

test('RB3 assets at no bound share in proportion to their budgets', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const one = randomCase(seed, n, randomLimits(seed, n, false));
      const { status, weights, notes, binding } = solve(one);
      if (status !== 'optimal' || notes.some((note) => note.startsWith('no level'))) return;
      const slope = multiplyVector(one.covariance, weights);
      const bound = new Set(binding.map(({ constraint }) => Number(constraint.split(':A')[1])));
      const levels = [...one.budgets.keys()]
        .filter((i) => !bound.has(i))
        .map((i) => ((slope[i] as number) * (weights[i] as number)) / (one.budgets[i] as number));
      for (const level of levels) expect(level / (levels[0] as number)).toBeCloseTo(1, 7);
    }),
  );
});

test('RB4 scale and order do not matter', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const one = randomCase(seed, n, randomLimits(seed, n, false));
      const plain = solve(one);
      const objective = { kind: 'riskBudget', risk: VARIANCE, budgets: one.budgets } as const;
      const { lower, upper } = one.resolved;
      const order = new Rng(seed).shuffle(Array.from({ length: n }, (_, i) => i));
      const pick = (values: Float64Array): Float64Array =>
        Float64Array.from(order, (i) => values[i] as number);
      const moved = one.covariance.map(
        (_, at) =>
          8 *
          (one.covariance[
            (order[Math.floor(at / n)] as number) * n + (order[at % n] as number)
          ] as number),
      );
      const constraints = { lower: pick(lower), upper: pick(upper) };
      const resolved = resolvedProblem({ covariance: moved, objective, constraints });
      const other = solve({ ...one, resolved, budgets: pick(one.budgets) });
      expect(other.status).toBe(plain.status);
      if (plain.status !== 'optimal') return;
      pick(plain.weights).forEach((w, i) => {
        expect(other.weights[i]).toBeCloseTo(w, 9);
      });
    }),
  );
});

test('RB5 the gap is rounding, prices have their sign, and the bound holds for others', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const one = randomCase(seed, n, randomLimits(seed, n, true));
      const { status, weights, certificate, binding } = solve(one);
      // A single asset has the weight one, whose logarithm says nothing of the level.
      if (status !== 'optimal' || certificate === null || n === 1) return;
      expect(certificate.gap).toBeGreaterThanOrEqual(0);
      expect(certificate.gap).toBeLessThan(1e-9 * (1 + Math.abs(certificate.primal)));
      for (const { constraint, shadowPrice } of binding) {
        if (constraint.startsWith('upper:')) expect(shadowPrice).toBeGreaterThan(0);
        if (constraint.startsWith('lower:')) expect(shadowPrice).toBeLessThan(0);
      }
      const other = solve({ ...one, budgets: new Float64Array(n).fill(1 / n) }).weights;
      const step = new Rng(seed).uniform();
      const mixed = weights.map((w, i) => (1 - step) * w + step * (other[i] as number));
      const value = (x: Float64Array): number => dot(multiplyVector(one.covariance, x), x) / 2;
      const logs = (x: Float64Array): number =>
        x.reduce((sum, w, i) => sum + (one.budgets[i] as number) * Math.log(w), 0);
      const level = (value(weights) - certificate.primal) / logs(weights);
      expect(value(mixed) - level * logs(mixed)).toBeGreaterThan(
        certificate.dual - 1e-9 * Math.abs(certificate.primal) - 1e-15,
      );
    }),
  );
});
