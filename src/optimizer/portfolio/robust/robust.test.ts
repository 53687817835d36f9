/**
 * Two assets, ellipsoids that are flat: U = [[1, -1], [-1, 1]] measures w2 - w1 alone, and has a kink where both weigh
 * the same. With w = (1/2 - x, 1/2 + x) the norm is 2 |x|.
 */
import { expect, test } from 'vitest';
import { optimized } from '../../../../test/support/optimized-portfolio.ts';

const FLAT = [
  [1, -1],
  [-1, 1],
];

const robust = (radius: number, riskAversion: number) => ({
  kind: 'robust',
  riskAversion,
  uncertainty: { kind: 'ellipsoid', covariance: FLAT, radius },
});

const spread = (variance: number) => ({
  covariance: [
    [variance, 0],
    [0, variance],
  ],
});

test('an answer on the kink is exact: a difference of 0.001 is not worth a radius of 1', () => {
  const result = optimized({
    assets: ['A', 'B'],
    expectedReturns: [0.05, 0.051],
    risk: spread(0.04),
    objective: robust(1, 2),
  });
  expect(result.status).toBe('optimal');
  expect(result.weights[0]).toBeCloseTo(0.5, 14);
  // 0.0505 - 2 / 2 * 0.04 * (1/4 + 1/4).
  expect(result.objective).toBeCloseTo(0.0305, 14);
  expect(result.certificate?.gap).toBeLessThan(1e-12);
  expect(result.binding.map(({ constraint }) => constraint)).toEqual(['budget']);
});

test('off the kink the slope counts: x - 0.2 x - x^2 is best at 0.4', () => {
  const result = optimized({
    assets: ['A', 'B'],
    expectedReturns: [0, 1],
    risk: spread(1),
    objective: robust(0.1, 1),
  });
  expect(result.status).toBe('optimal');
  expect(result.weights[0]).toBeCloseTo(0.1, 10);
  // 0.9 - 0.1 * 0.8 - (0.01 + 0.81) / 2.
  expect(result.objective).toBeCloseTo(0.41, 12);
});
