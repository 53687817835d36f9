import { expect, test } from 'vitest';
import type { OptimizationProblem } from '../../domain/index.ts';
import { certify } from './certificate.ts';

/** Two names, D = 1, target zero, budget one, B costs 0.1 per unit bought: the best is (0.55, 0.45). */
const problem: OptimizationProblem = {
  assets: ['A', 'B'],
  target: Float64Array.of(0, 0),
  current: Float64Array.of(0, 0),
  specificVariance: Float64Array.of(1, 1),
  factors: new Float64Array(0),
  factorCount: 0,
  riskAversion: 1,
  linear: null,
  costs: [null, { breakpoints: [0], slopes: [-0.1, 0.1] }],
  lower: Float64Array.of(0, 0),
  upper: Float64Array.of(1, 1),
  rows: [{ name: 'budget', coefficients: Float64Array.of(1, 1), lower: 1, upper: 1 }],
};
const factorPrices = new Float64Array(0);

test('the right weights with the right price have no gap', () => {
  const { primal, gap, maxViolation } = certify({
    problem,
    weights: Float64Array.of(0.55, 0.45),
    factorPrices,
    rowPrices: Float64Array.of(-0.55),
  });
  // (.3025 + .2025) / 2 + .045
  expect(primal).toBeCloseTo(0.2975, 15);
  expect(gap).toBeCloseTo(0, 15);
  expect(maxViolation).toBeCloseTo(0, 15);
});

test('wrong weights show in the gap, by as much as they cost', () => {
  const { gap } = certify({
    problem,
    weights: Float64Array.of(0.65, 0.35),
    factorPrices,
    rowPrices: Float64Array.of(-0.55),
  });
  // (.4225 + .1225) / 2 + .035 = .3075 against .2975
  expect(gap).toBeCloseTo(0.01, 15);
});

test('wrong prices show in the gap, and still bound the value from below', () => {
  const { dual } = certify({
    problem,
    weights: Float64Array.of(0.55, 0.45),
    factorPrices,
    rowPrices: Float64Array.of(-0.5),
  });
  // A: -.125; B: -(.4^2)/2 = -.08; plus .5
  expect(dual).toBeCloseTo(0.295, 15);
});

test('the largest violation is of rows and boxes alike', () => {
  const { maxViolation } = certify({
    problem,
    weights: Float64Array.of(1.2, -0.3),
    factorPrices,
    rowPrices: Float64Array.of(0),
  });
  // A is 0.2 above its end, B is 0.3 below, the budget 0.1 short.
  expect(maxViolation).toBeCloseTo(0.3, 15);
});
