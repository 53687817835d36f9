/**
 * Sigma = v v' + nugget I: one factor that the best mix hedges to nothing. The least variance is, by the inverse of a
 * rank-one change, nugget / (n - (sum v)^2 / (nugget + v'v)); the terms of w'Sigma w are larger by ten orders, and no
 * program can tell their sum to nine digits.
 */
import { expect, test } from 'vitest';
import { optimized } from '../../../../test/support/optimized-portfolio.ts';

const V = [0.31, -0.17, 0.23, -0.41, 0.13, 0.29, -0.37, 0.19];

const total = V.reduce((sum, v) => sum + v, 0);
const square = V.reduce((sum, v) => sum + v * v, 0);

const leastVariance = (nugget: number): number =>
  nugget / (V.length - total ** 2 / (nugget + square));

const hedged = (nugget: number) => ({
  assets: V.map((_, i) => `A${String(i)}`),
  expectedReturns: V.map(() => 0.02),
  risk: { covariance: V.map((v, i) => V.map((u, j) => v * u + (i === j ? nugget : 0))) },
  constraints: { bounds: { lower: -1, upper: 1 } },
});

test('a risk at the edge of what sums can tell is an answer', () => {
  const result = optimized({ ...hedged(1e-11), objective: { kind: 'minimumRisk' } });
  expect(result.status).toBe('optimal');
  expect(result.objective / leastVariance(1e-11)).toBeCloseTo(1, 4);
});

test.each([1e-7, 1e-8, 1e-9])('and so is a ratio to it, with six digits: nugget %d', (nugget) => {
  const objective = { kind: 'maximumRatio', riskFreeRate: 0 };
  const result = optimized({ ...hedged(nugget), objective });
  expect(result.status).toBe('optimal');
  expect(result.objective / (0.02 / Math.sqrt(leastVariance(nugget)))).toBeCloseTo(1, 6);
});

test.each([10, 1e10, 1e15])('ends at %d that nothing reaches change nothing', (end) => {
  const result = optimized({
    assets: ['A', 'B'],
    risk: {
      covariance: [
        [0.04, 0],
        [0, 0.09],
      ],
    },
    objective: { kind: 'minimumRisk' },
    constraints: { bounds: { lower: -end, upper: end } },
  });
  expect(result.status).toBe('optimal');
  // In inverse proportion to the variances.
  expect(result.weights[0]).toBeCloseTo(9 / 13, 12);
});

test('a ratio is found across thirty decades between holding nothing and holding much', () => {
  // Without a budget the ratio rises with the size of a hedged mix until an upper end holds: w = t (1, 1) on A and B.
  const end = 1;
  const result = optimized({
    assets: ['A', 'B'],
    expectedReturns: [0.02, 0.02],
    risk: {
      covariance: [
        [0.01, -0.0099999999],
        [-0.0099999999, 0.01],
      ],
    },
    objective: { kind: 'maximumRatio', riskFreeRate: 0.001 },
    constraints: { budget: null, bounds: { lower: 0, upper: end } },
  });
  expect(result.status).toBe('optimal');
  // (0.04 - 0.001) / sqrt(2e-10).
  expect(result.objective / (0.039 / Math.sqrt(2e-10))).toBeCloseTo(1, 5);
});
