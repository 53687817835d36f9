/**
 * Values and prices of an independent conic solver: Clarabel 0.11.1 through cvxpy 1.9.3, asked for 1e-11, on
 * random accounts with 3/2-power impact (power cones), a turnover limit and a tracking error limit (a
 * second-order cone).
 */
import { expect, test } from 'vitest';
import { randomProblem } from '../../../test/support/optimization-problems.ts';
import type { OptimizationProblem } from '../../domain/index.ts';
import { optimize } from '../optimize.ts';

interface Limits {
  readonly seed: number;
  readonly turnover: number;
  readonly trackingError: number;
}

function limited({ seed, turnover, trackingError }: Limits): OptimizationProblem {
  const base = randomProblem(seed, { assetCountMax: 15, hasCosts: true, isFeasible: true });
  return {
    ...base,
    impact: { coefficient: base.target.map((_, i) => 0.01 * ((i * 7) % 5)), power: 1.5 },
    budgets: [
      { kind: 'turnover', name: 'turnover', measure: 'oneWay', maximum: turnover },
      {
        kind: 'trackingError',
        name: 'tracking error',
        benchmark: base.target,
        maximum: trackingError,
      },
    ],
  };
}

test.each([
  [
    { seed: 2, turnover: 0.39, trackingError: 0.0205 },
    -0.013892073892657108,
    0.022840401255,
    0.137724320753,
  ],
  [
    { seed: 30, turnover: 0.406, trackingError: 0.0113 },
    0.007489157253418358,
    0.064074845958,
    0.383760590448,
  ],
  [
    { seed: 50, turnover: 0.246, trackingError: 0.0482 },
    0.0029746549475961497,
    0.003344491446,
    0.021225609629,
  ],
  [
    { seed: 52, turnover: 0.729, trackingError: 0.0656 },
    -0.006324348291657443,
    0.008877363342,
    0.019639228134,
  ],
] as const)('Clarabel finds the same value and prices: %o', (limits, value, turnover, error) => {
  const { status, certificate, binding } = optimize(limited(limits));
  expect(status).toBe('optimal');
  expect(certificate.primal).toBeCloseTo(value, 8);
  expect(certificate.maxViolation).toBeLessThan(1e-10);
  const priceOf = (name: string): number =>
    binding.find(({ constraint }) => constraint === name)?.shadowPrice ?? 0;
  expect(priceOf('turnover')).toBeCloseTo(turnover, 7);
  expect(priceOf('tracking error')).toBeCloseTo(error, 7);
});

test.each([
  { seed: 5, turnover: 0.562, trackingError: 0.0126 },
  { seed: 8, turnover: 0.432, trackingError: 0.0235 },
  { seed: 12, turnover: 0.516, trackingError: 0.0313 },
  { seed: 17, turnover: 0.523, trackingError: 0.0165 },
  { seed: 21, turnover: 0.484, trackingError: 0.0299 },
  { seed: 33, turnover: 0.406, trackingError: 0.0655 },
  { seed: 45, turnover: 0.461, trackingError: 0.0062 },
])('Clarabel finds no point either: %o', (limits) => {
  const { status, conflict } = optimize(limited(limits));
  expect(status).toBe('infeasible');
  expect(conflict.length).toBeGreaterThan(0);
  for (const { relaxation } of conflict) expect(relaxation).toBeGreaterThan(0);
});
