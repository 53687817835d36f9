import { expect, test } from 'vitest';
import type { OptimizationProblem } from '../domain/index.ts';
import { optimize } from './optimize.ts';

const F = (...values: number[]): Float64Array => Float64Array.from(values);

/** n names, no factors, D = 1, box 0..1, nothing held, budget of one. */
function simpleProblem(
  n: number,
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
    rows: [{ name: 'budget', coefficients: new Float64Array(n).fill(1), lower: 1, upper: 1 }],
    ...overrides,
  };
}

function expectWeights(actual: Float64Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 10));
}

test('minimum variance without factors is inverse variance', () => {
  // x_i ~ 1/d_i: 1 : 1/2 : 1/4 over 7/4; the value is 1/2 / (sum of 1/d) = 2/7.
  const result = optimize(simpleProblem(3, { specificVariance: F(1, 2, 4) }));
  expect(result.status).toBe('optimal');
  expectWeights(result.weights, [4 / 7, 2 / 7, 1 / 7]);
  expect(result.certificate.primal).toBeCloseTo(2 / 7, 12);
  expect(result.certificate.dual).toBeCloseTo(2 / 7, 12);
  // d(1/2 B^2 4/7)/dB = 4/7 at B = 1; raising the budget costs that, so the fall is its negative.
  expect(result.binding).toEqual([
    { constraint: 'budget', shadowPrice: expect.closeTo(-4 / 7, 10) },
  ]);
});

test('one factor: two names with opposite exposures', () => {
  // Sigma = [[2,-1],[-1,2]]: by symmetry one half each, variance 1/4 (2 - 2 + 2) = 1/2.
  const result = optimize(simpleProblem(2, { factors: F(1, -1), factorCount: 1 }));
  expectWeights(result.weights, [0.5, 0.5]);
  expect(result.certificate.primal).toBeCloseTo(0.25, 12);
  expectWeights(result.factorPrices, [0]);
});

test('one asset is what the budget says', () => {
  const result = optimize(simpleProblem(1));
  expect(result.status).toBe('optimal');
  expectWeights(result.weights, [1]);
});

test('an upper bound binds, with the price of one more unit', () => {
  // A capped at 0.2: B and C share 0.8. Lagrangian: x_B = 0.4 = -budget price; price of A is 0.4 - 0.2.
  const result = optimize(simpleProblem(3, { upper: F(0.2, 1, 1) }));
  expectWeights(result.weights, [0.2, 0.4, 0.4]);
  expect(result.binding).toEqual([
    { constraint: 'budget', shadowPrice: expect.closeTo(-0.4, 10) },
    { constraint: 'upper:A', shadowPrice: expect.closeTo(0.2, 10) },
  ]);
});

test('a lower bound binds with a negative price: raising the number costs', () => {
  const result = optimize(simpleProblem(3, { lower: F(0.5, 0, 0) }));
  expectWeights(result.weights, [0.5, 0.25, 0.25]);
  expect(result.binding).toContainEqual({
    constraint: 'lower:A',
    shadowPrice: expect.closeTo(-0.25, 10),
  });
});

test('a range row binds on the side that the target pushes against', () => {
  const rows = [
    { name: 'budget', coefficients: F(1, 1, 1), lower: 1, upper: 1 },
    { name: 'sector', coefficients: F(1, 1, 0), lower: 0, upper: 0.5 },
  ];
  const result = optimize(simpleProblem(3, { rows }));
  expectWeights(result.weights, [0.25, 0.25, 0.5]);
  // C: 0.5 = -budget; A: 0.25 = 0.5 - sector.
  expect(result.binding[1]).toEqual({
    constraint: 'sector',
    shadowPrice: expect.closeTo(0.25, 10),
  });
});

test('a cost kink at the holding keeps a name where it is worth less to move than it costs', () => {
  // Held 0.5 each, targets 0.6 and 0.4, D = 1, cost 0.2 per unit both ways: moving a unit saves at most
  // 0.1 each way and costs 0.4, so nothing moves.
  const cost = { breakpoints: [0.5], slopes: [-0.2, 0.2] };
  const held = simpleProblem(2, {
    target: F(0.6, 0.4),
    current: F(0.5, 0.5),
    costs: [cost, cost],
  });
  expect([...optimize(held).weights]).toEqual([0.5, 0.5]);
  // At a cost of 0.05 both ways: minimize (0.1-m)^2/2 x 2 + 0.1 m, so m = 0.1 - 0.05 = 0.05.
  const cheap = { breakpoints: [0.5], slopes: [-0.05, 0.05] };
  expectWeights(optimize({ ...held, costs: [cheap, cheap] }).weights, [0.55, 0.45]);
  // At 0.1 the optimum is the kink itself.
  const edge = { breakpoints: [0.5], slopes: [-0.1, 0.1] };
  expectWeights(optimize({ ...held, costs: [edge, edge] }).weights, [0.5, 0.5]);
});

test('a tax curve with two lots stops selling at the lot that costs more than it mends', () => {
  // One name 0.4 too heavy, cash absorbs (no budget). Gain of selling s: 0.4 s - s^2/2; first 0.1 costs
  // 0.05 per unit, the rest 0.35. Derivative at 0.1 is 0.3 < 0.35: stop at the lot's edge.
  const result = optimize(
    simpleProblem(1, {
      target: F(0.4),
      current: F(0.8),
      costs: [{ breakpoints: [0.7, 0.8], slopes: [-0.35, -0.05, 0] }],
      rows: [],
    }),
  );
  expectWeights(result.weights, [0.7]);
  // (0.3)^2/2 + 0.05 x 0.1
  expect(result.certificate.primal).toBeCloseTo(0.05, 12);
});

test('all bounds equal: the only point, if the rows allow it', () => {
  const fixed = simpleProblem(2, { lower: F(0.3, 0.7), upper: F(0.3, 0.7) });
  const result = optimize(fixed);
  expect(result.status).toBe('optimal');
  expect([...result.weights]).toEqual([0.3, 0.7]);
});

test('no assets: an empty answer', () => {
  const result = optimize(simpleProblem(0, { rows: [] }));
  expect(result.status).toBe('optimal');
  expect(result.weights.length).toBe(0);
});

test('repeated and redundant rows change nothing', () => {
  const budget = { coefficients: F(1, 1, 1), lower: 1, upper: 1 };
  const rows = [
    { name: 'budget', ...budget },
    { name: 'again', ...budget },
    { name: 'twice', coefficients: F(2, 2, 2), lower: 2, upper: 2 },
  ];
  const result = optimize(simpleProblem(3, { specificVariance: F(1, 2, 4), rows }));
  expect(result.status).toBe('optimal');
  expectWeights(result.weights, [4 / 7, 2 / 7, 1 / 7]);
});

test('a name without variance is solved by proximal rounds, and the answer says so', () => {
  // Cash-like C has no risk: everything goes there up to its cap.
  const result = optimize(simpleProblem(3, { specificVariance: F(1, 1, 0), upper: F(1, 1, 0.6) }));
  expect(result.status).toBe('optimal');
  expectWeights(result.weights, [0.2, 0.2, 0.6]);
  expect(result.solver.name).toContain('proximal');
});

test('a budget out of reach names the budget, the caps and what each would have to give', () => {
  const result = optimize(simpleProblem(2, { upper: F(0.3, 0.5) }));
  expect(result.status).toBe('infeasible');
  expect(result.conflict).toEqual([
    { constraint: 'budget', relaxation: expect.closeTo(0.2, 8) },
    { constraint: 'upper:A', relaxation: expect.closeTo(0.2, 8) },
    { constraint: 'upper:B', relaxation: expect.closeTo(0.2, 8) },
  ]);
});

test('two rows in conflict are named without the third that has no part in it', () => {
  const rows = [
    { name: 'budget', coefficients: F(1, 1, 1), lower: 1, upper: 1 },
    { name: 'stocks', coefficients: F(1, 1, 0), lower: -Infinity, upper: 0.3 },
    { name: 'bonds', coefficients: F(0, 0, 1), lower: -Infinity, upper: 0.4 },
    { name: 'loose', coefficients: F(1, 0, 0), lower: -Infinity, upper: 0.9 },
  ];
  const result = optimize(simpleProblem(3, { rows }));
  expect(result.conflict).toEqual(
    ['budget', 'stocks', 'bonds'].map((constraint) => ({
      constraint,
      relaxation: expect.closeTo(0.3, 8),
    })),
  );
});

test('relaxation is in units of the rule: half the row coefficient, twice the amount', () => {
  const rows = [{ name: 'duration', coefficients: F(0.5), lower: 0.6, upper: 0.8 }];
  const result = optimize(simpleProblem(1, { rows }));
  // 0.5 x <= 0.5 at x = 1: short of 0.6 by 0.1; the cap on x would have to be 1.2.
  expect(result.conflict).toEqual([
    { constraint: 'duration', relaxation: expect.closeTo(0.1, 8) },
    { constraint: 'upper:A', relaxation: expect.closeTo(0.2, 8) },
  ]);
});

test('crossed limits of one name are the conflict', () => {
  const result = optimize(simpleProblem(2, { lower: F(0.5, 0), upper: F(0.2, 1) }));
  expect(result.status).toBe('infeasible');
  expect(result.conflict).toEqual([
    { constraint: 'lower:A', relaxation: expect.closeTo(0.3, 12) },
    { constraint: 'upper:A', relaxation: expect.closeTo(0.3, 12) },
  ]);
});

test.each([
  ['NaN target', { target: F(NaN, 0) }, /A: target is finite/],
  ['infinite factor', { factors: F(Infinity, 0), factorCount: 1 }, /factors are finite/],
  ['negative variance', { specificVariance: F(-1, 1) }, /A: specific variance/],
  ['duplicate names', { assets: ['A', 'A'] }, /distinct/],
  [
    'a cost that is not convex',
    { costs: [{ breakpoints: [0.1], slopes: [0.2, 0.1] }, null] },
    /convex/,
  ],
] as const)('refuses %s', (_, overrides, message) => {
  expect(() => optimize(simpleProblem(2, overrides))).toThrow(message);
});
