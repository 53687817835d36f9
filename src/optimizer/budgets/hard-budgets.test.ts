import { expect, test } from 'vitest';
import type { HardBudget, OptimizationProblem } from '../../domain/index.ts';
import { optimize } from '../optimize.ts';

const F = (...values: number[]): Float64Array => Float64Array.from(values);

/** n names, no factors, D = 1, riskAversion 1, box 0..1, no rows. */
function problemOf(
  n: number,
  overrides: Partial<OptimizationProblem> & { readonly budgets: readonly HardBudget[] },
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
    rows: [],
    ...overrides,
  };
}

const fullyInvested = { name: 'budget', coefficients: F(1, 1), lower: 1, upper: 1 };

function solved(problem: OptimizationProblem): ReturnType<typeof optimize> {
  const result = optimize(problem);
  expect(result.status).toBe('optimal');
  expect(Math.abs(result.certificate.gap)).toBeLessThan(1e-9);
  expect(result.certificate.maxViolation).toBeLessThan(1e-10);
  return result;
}

function expectWeights(actual: Float64Array, expected: readonly number[]): void {
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 9));
}

test.each([
  // Both names move m toward the target 0.2 away: value (0.2 - m)^2. One-way turnover is m, gross 2m, sales m.
  ['oneWay', 0.1, 0.2],
  ['gross', 0.2, 0.1],
  ['sellSide', 0.1, 0.2],
] as const)(
  'a limit on %s turnover stops the trade half way, at its price',
  (measure, maximum, price) => {
    const result = solved(
      problemOf(2, {
        target: F(0.7, 0.3),
        current: F(0.5, 0.5),
        rows: [fullyInvested],
        budgets: [{ kind: 'turnover', name: 'turnover', measure, maximum }],
      }),
    );
    expectWeights(result.weights, [0.6, 0.4]);
    expect(result.certificate.primal).toBeCloseTo(0.01, 12);
    expect(result.binding).toContainEqual({
      constraint: 'turnover',
      shadowPrice: expect.closeTo(price, 8),
    });
  },
);

test('a limit that has room changes nothing and has no price', () => {
  const result = solved(
    problemOf(2, {
      target: F(0.7, 0.3),
      current: F(0.5, 0.5),
      budgets: [{ kind: 'turnover', name: 'turnover', measure: 'oneWay', maximum: 0.25 }],
    }),
  );
  expectWeights(result.weights, [0.7, 0.3]);
  expect(result.binding).toEqual([]);
});

test('tracking error about another benchmark than the target', () => {
  // Least |x|^2 / 2 within 0.25 of (1, 0): (0.75, 0); the value (1 - M)^2 / 2 falls by 0.75 per unit of M.
  const result = solved(
    problemOf(2, {
      budgets: [{ kind: 'trackingError', name: 'te', benchmark: F(1, 0), maximum: 0.25 }],
    }),
  );
  expectWeights(result.weights, [0.75, 0]);
  expect(result.binding[0]).toEqual({ constraint: 'te', shadowPrice: expect.closeTo(0.75, 8) });
});

test('a limit on total risk with a tilt and no risk aversion', () => {
  // Most of 3 x + 4 y within x^2 + y^2 <= 0.25: 0.5 (3, 4) / 5; the value is -5 M.
  const result = solved(
    problemOf(2, {
      riskAversion: 0,
      linear: F(-3, -4),
      budgets: [{ kind: 'trackingError', name: 'risk', benchmark: F(0, 0), maximum: 0.5 }],
    }),
  );
  expectWeights(result.weights, [0.3, 0.4]);
  expect(result.certificate.primal).toBeCloseTo(-2.5, 9);
  expect(result.binding[0]).toEqual({ constraint: 'risk', shadowPrice: expect.closeTo(5, 7) });
});

test('a tax limit stops inside the cheap lot', () => {
  // Selling s of the name 0.4 too heavy mends 0.4 - s per unit. At 0.05 per unit a limit of 0.003 is s = 0.06,
  // where a unit of tax buys 0.34 / 0.05.
  const result = solved(
    problemOf(1, {
      target: F(0.4),
      current: F(0.8),
      budgets: [
        {
          kind: 'cost',
          name: 'tax',
          costs: [{ breakpoints: [0.7, 0.8], slopes: [-0.35, -0.05, 0] }],
          maximum: 0.003,
        },
      ],
    }),
  );
  expectWeights(result.weights, [0.74]);
  expect(result.binding[0]).toEqual({ constraint: 'tax', shadowPrice: expect.closeTo(6.8, 7) });
});

test('two limits at once, each with its price', () => {
  // A wants down by 0.4, B by 0.2, apart. Tax (A only, 0.1 per unit sold) at 0.01 holds A at 0.1 sold; sales of
  // both at 0.2 leave 0.1 to B. B: 0.1 = price of sales. A: 0.3 = price of sales + 0.1 price of tax.
  const result = solved(
    problemOf(2, {
      current: F(0.5, 0.5),
      target: F(0.1, 0.3),
      budgets: [
        { kind: 'turnover', name: 'sales', measure: 'sellSide', maximum: 0.2 },
        {
          kind: 'cost',
          name: 'tax',
          costs: [{ breakpoints: [0.5], slopes: [-0.1, 0] }, null],
          maximum: 0.01,
        },
      ],
    }),
  );
  expectWeights(result.weights, [0.4, 0.4]);
  expect(result.binding).toEqual([
    { constraint: 'sales', shadowPrice: expect.closeTo(0.1, 8) },
    { constraint: 'tax', shadowPrice: expect.closeTo(2, 7) },
  ]);
});

test('a turnover limit too small for the rows is named with what each would have to give', () => {
  // Held half and half, A at most 0.2: it takes 0.3 one way. With 0.2 one way, A comes down to 0.3 only, or
  // the sum of A = 0.2 and B = 0.6 stays 0.2 short.
  const cap = { name: 'cap', coefficients: F(1, 0), lower: -Infinity, upper: 0.2 };
  const result = optimize(
    problemOf(2, {
      current: F(0.5, 0.5),
      target: F(0.5, 0.5),
      rows: [fullyInvested, cap],
      budgets: [{ kind: 'turnover', name: 'turnover', measure: 'oneWay', maximum: 0.2 }],
    }),
  );
  expect(result.status).toBe('infeasible');
  expect(result.conflict).toEqual([
    { constraint: 'budget', relaxation: expect.closeTo(0.2, 8) },
    { constraint: 'cap', relaxation: expect.closeTo(0.1, 8) },
    { constraint: 'turnover', relaxation: expect.closeTo(0.1, 8) },
  ]);
  expect(result.cheapestRelaxation?.constraint).toMatch(/cap|turnover/);
});

test('a tracking error below what the rows force is out of reach by the difference', () => {
  // On x + y = 1 the point nearest to the origin is at sqrt(1/2).
  const result = optimize(
    problemOf(2, {
      rows: [fullyInvested],
      budgets: [{ kind: 'trackingError', name: 'risk', benchmark: F(0, 0), maximum: 0.5 }],
    }),
  );
  expect(result.conflict).toEqual([
    { constraint: 'budget', relaxation: expect.closeTo(1 - 0.5 * Math.SQRT2, 7) },
    { constraint: 'risk', relaxation: expect.closeTo(Math.SQRT1_2 - 0.5, 8) },
  ]);
});

test('two limits that each can be met, but not together', () => {
  // Risk at most 0.2 about the origin needs A <= 0.2: 0.3 of sales; sales may be 0.1.
  const result = optimize(
    problemOf(1, {
      current: F(0.5),
      target: F(0.5),
      budgets: [
        { kind: 'turnover', name: 'sales', measure: 'sellSide', maximum: 0.1 },
        { kind: 'trackingError', name: 'risk', benchmark: F(0), maximum: 0.2 },
      ],
    }),
  );
  expect(result.conflict).toEqual([
    { constraint: 'sales', relaxation: expect.closeTo(0.2, 8) },
    { constraint: 'risk', relaxation: expect.closeTo(0.2, 8) },
  ]);
});

test('a quantity that jumps over its limit: the answer is the mixture on the limit', () => {
  // No risk: gain 1 per unit of A against sales of B at equal price; any price of turnover below 1 trades all
  // that boxes allow and any above trades nothing. The limit is met in between.
  const result = solved(
    problemOf(2, {
      riskAversion: 0,
      specificVariance: F(0, 0),
      current: F(0.5, 0.5),
      linear: F(-1, 0),
      rows: [fullyInvested],
      budgets: [{ kind: 'turnover', name: 'turnover', measure: 'oneWay', maximum: 0.2 }],
    }),
  );
  expectWeights(result.weights, [0.7, 0.3]);
  expect(result.binding).toContainEqual({
    constraint: 'turnover',
    shadowPrice: expect.closeTo(1, 7),
  });
});
