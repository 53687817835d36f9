import { expect, test } from 'vitest';
import type { OptimizationProblem } from '../../domain/index.ts';
import { optimize } from '../optimize.ts';

const F = (...values: number[]): Float64Array => Float64Array.from(values);

/** Two names without limits or variance; A earns 0.02 per unit more than B. */
const free: OptimizationProblem = {
  assets: ['A', 'B'],
  target: F(0, 0),
  current: F(0.5, 0.5),
  specificVariance: F(0, 0),
  factors: F(1, 1),
  factorCount: 1,
  riskAversion: 1,
  linear: F(-0.03, -0.01),
  costs: [null, null],
  lower: F(-Infinity, -Infinity),
  upper: F(Infinity, Infinity),
  rows: [{ name: 'budget', coefficients: F(1, 1), lower: 1, upper: 1 }],
};

test('equal exposures and unlimited shorting: A is bought against B for ever', () => {
  const result = optimize(free);
  expect(result.status).toBe('unbounded');
  expect(result.direction?.[0]).toBeCloseTo(1, 9);
  expect(result.direction?.[1]).toBeCloseTo(-1, 9);
});

test.each([
  // The pair earns 0.02 per unit of both and costs 0.03.
  [
    'costs above the gain',
    { costs: [0, 1].map(() => ({ breakpoints: [0.5], slopes: [-0.015, 0.015] })) },
  ],
  ['a lower bound', { lower: F(-1, -1) }],
  ['different exposures', { factors: F(1, 0.5) }],
  ['specific variance', { specificVariance: F(0.04, 0.04) }],
  [
    'a limit on turnover',
    { budgets: [{ kind: 'turnover', name: 'turnover', measure: 'gross', maximum: 1 }] as const },
  ],
] as const)('%s ends it', (_, overrides) => {
  const result = optimize({ ...free, ...overrides });
  expect(result.status).toBe('optimal');
  expect(result.direction).toBeUndefined();
});

test('limits that contradict each other are infeasible before they are unbounded', () => {
  const rows = [...free.rows, { name: 'other', coefficients: F(1, 1), lower: 2, upper: 2 }];
  expect(optimize({ ...free, rows }).status).toBe('infeasible');
});

test('a soft row that costs more than the gain ends it, a cheaper one does not', () => {
  const row = { name: 'short', coefficients: F(0, 1), lower: -1, upper: Infinity };
  const withPenalty = (penalty: number): OptimizationProblem => ({
    ...free,
    rows: [...free.rows, { ...row, soft: { penalty } }],
  });
  expect(optimize(withPenalty(0.01)).status).toBe('unbounded');
  expect(optimize(withPenalty(0.03)).status).toBe('optimal');
});
