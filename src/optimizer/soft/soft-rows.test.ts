import { expect, test } from 'vitest';
import type { LinearRow, OptimizationProblem, SoftLimit } from '../../domain/index.ts';
import { optimize } from '../optimize.ts';

const F = (...values: number[]): Float64Array => Float64Array.from(values);

/** n names, no factors, D = 1, riskAversion 1, target zero, box 0..1. */
function problemOf(
  n: number,
  rows: readonly LinearRow[],
  overrides: Partial<OptimizationProblem> = {},
): OptimizationProblem {
  const zeros = new Float64Array(n);
  return {
    assets: Array.from({ length: n }, (_, i) => 'ABCDEFGH'[i] ?? String(i)),
    target: zeros,
    current: zeros,
    specificVariance: new Float64Array(n).fill(1),
    factors: new Float64Array(0),
    factorCount: 0,
    riskAversion: 1,
    linear: null,
    costs: Array.from({ length: n }, () => null),
    lower: zeros,
    upper: new Float64Array(n).fill(1),
    rows,
    ...overrides,
  };
}

const sumIsOne = { name: 'budget', coefficients: F(1, 1), lower: 1, upper: 1 };
const capOnA = (soft: SoftLimit): LinearRow => ({
  name: 'cap',
  coefficients: F(1, 0),
  lower: -Infinity,
  upper: 0.2,
  soft,
});

function solved(problem: OptimizationProblem): ReturnType<typeof optimize> {
  const result = optimize(problem);
  expect(result.status).toBe('optimal');
  expect(Math.abs(result.certificate.gap)).toBeLessThan(1e-9);
  expect(result.certificate.maxViolation).toBeLessThan(1e-10);
  return result;
}

function expectWeights(actual: Float64Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 9));
}

test('a penalty above the price of the row keeps the row', () => {
  // Hard, the cap gives (0.2, 0.8) at the price 0.8 - 0.2.
  const result = solved(problemOf(2, [sumIsOne, capOnA({ penalty: 0.7 })]));
  expectWeights(result.weights, [0.2, 0.8]);
  expect(result.softViolations).toEqual([
    { row: 'cap', violation: expect.closeTo(0, 10), shadowPrice: expect.closeTo(0.6, 8) },
  ]);
});

test('a penalty below it is paid as far as it is worth it, and is then the price', () => {
  // x_B - x_A = 0.4 on x_A + x_B = 1; value (0.09 + 0.49) / 2 + 0.4 x 0.1.
  const result = solved(problemOf(2, [sumIsOne, capOnA({ penalty: 0.4 })]));
  expectWeights(result.weights, [0.3, 0.7]);
  expect(result.certificate.primal).toBeCloseTo(0.33, 10);
  expect(result.softViolations).toEqual([
    { row: 'cap', violation: expect.closeTo(0.1, 9), shadowPrice: expect.closeTo(0.4, 8) },
  ]);
});

test('a penalty of zero is no limit', () => {
  expectWeights(solved(problemOf(2, [sumIsOne, capOnA({ penalty: 0 })])).weights, [0.5, 0.5]);
});

test('a soft lower limit is paid from below', () => {
  // Least x^2 / 2 + 0.25 max(0, 0.6 - x): x = 0.25.
  const floor = { name: 'floor', coefficients: F(1), lower: 0.6, upper: Infinity };
  const result = solved(problemOf(1, [{ ...floor, soft: { penalty: 0.25 } }]));
  expectWeights(result.weights, [0.25]);
  expect(result.softViolations?.[0]).toEqual({
    row: 'floor',
    violation: expect.closeTo(0.35, 9),
    shadowPrice: expect.closeTo(-0.25, 8),
  });
});

test('a priority that can be met is met, whatever it costs', () => {
  const result = solved(problemOf(2, [sumIsOne, capOnA({ priority: 1 })]));
  expectWeights(result.weights, [0.2, 0.8]);
  expect(result.softViolations?.[0]?.violation).toBeLessThan(1e-10);
});

test('what cannot all be met gives way in order of priority', () => {
  // A + B = 1; first A <= 0.2, then B <= 0.5 (misses by 0.3), then A >= 0.6, which misses by 0.4.
  const rows = [
    sumIsOne,
    { name: 'second', coefficients: F(0, 1), lower: -Infinity, upper: 0.5, soft: { priority: 2 } },
    { name: 'third', coefficients: F(1, 0), lower: 0.6, upper: Infinity, soft: { priority: 3 } },
    capOnA({ priority: 1 }),
  ];
  const result = solved(problemOf(2, rows));
  expectWeights(result.weights, [0.2, 0.8]);
  expect(result.softViolations?.map(({ row, violation }) => [row, violation])).toEqual([
    ['second', expect.closeTo(0.3, 9)],
    ['third', expect.closeTo(0.4, 9)],
    ['cap', expect.closeTo(0, 9)],
  ]);
});

test('within one priority the total is least, and the objective decides who gives way', () => {
  // A + B = 1 with A <= 0.3 and B <= 0.3: any split misses 0.4 in all, and the least risk is one half each.
  const rows = [
    sumIsOne,
    { name: 'a', coefficients: F(1, 0), lower: -Infinity, upper: 0.3, soft: { priority: 1 } },
    { name: 'b', coefficients: F(0, 1), lower: -Infinity, upper: 0.3, soft: { priority: 1 } },
  ];
  const result = solved(problemOf(2, rows));
  expectWeights(result.weights, [0.5, 0.5]);
  // With D = (1, 3) the best is (0.75, 0.25), where B needs nothing and A 0.45: not the least total. B = 0.3.
  const uneven = solved(problemOf(2, rows, { specificVariance: F(1, 3) }));
  expectWeights(uneven.weights, [0.7, 0.3]);
  expect(uneven.softViolations?.[0]?.violation).toBeCloseTo(0.4, 9);
});

test('hard rows in conflict stay a conflict', () => {
  const rows = [{ ...sumIsOne, lower: 3, upper: 3 }, capOnA({ priority: 1 })];
  const result = optimize(problemOf(2, rows));
  expect(result.status).toBe('infeasible');
  expect(result.conflict.map(({ constraint }) => constraint)).toEqual([
    'budget',
    'upper:A',
    'upper:B',
  ]);
});

test('a soft row beside a hard budget', () => {
  // Held (0.5, 0.5): one-way turnover 0.1 lets A fall to 0.4 on the sum; the cap at 0.2 gives way by 0.2.
  const result = solved(
    problemOf(2, [sumIsOne, capOnA({ priority: 1 })], {
      current: F(0.5, 0.5),
      budgets: [{ kind: 'turnover', name: 'turnover', measure: 'oneWay', maximum: 0.1 }],
    }),
  );
  expectWeights(result.weights, [0.4, 0.6]);
  expect(result.softViolations?.[0]?.violation).toBeCloseTo(0.2, 9);
});
