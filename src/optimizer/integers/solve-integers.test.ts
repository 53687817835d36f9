import { expect, test } from 'vitest';
import { resolvedProblem, VARIANCE } from '../../../test/support/portfolio-problems.ts';
import type { PortfolioResult } from '../../domain/index.ts';
import { solveIntegers } from './solve-integers.ts';

const MINIMUM_RISK = { kind: 'minimumRisk', risk: VARIANCE } as const;

function solved(input: Parameters<typeof resolvedProblem>[0]): PortfolioResult {
  const outcome = solveIntegers(resolvedProblem(input));
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value;
}

function diagonal(...variances: number[]): Float64Array {
  const n = variances.length;
  const matrix = new Float64Array(n * n);
  variances.forEach((v, i) => {
    matrix[i * n + i] = v;
  });
  return matrix;
}

test('two of four uncorrelated names: the two of least variance, by inverse variance', () => {
  // Least variance of a set S is 1 / sum of 1/v; of {0.01, 0.02}: 1 / 150, weights 2/3 and 1/3.
  const result = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(0.04, 0.01, 0.02, 0.05),
    constraints: { maximumNames: 2 },
  });
  expect(result.status).toBe('optimal');
  expect(Array.from(result.weights)).toEqual([
    0,
    expect.closeTo(2 / 3, 9),
    expect.closeTo(1 / 3, 9),
    0,
  ]);
  expect(result.objective).toBeCloseTo(1 / 150, 12);
  expect(result.integerProof?.kind).toBe('proved');
  expect(result.integerProof?.bound).toBeLessThanOrEqual(result.objective);
});

test('a least weight drops the name that would be held below it', () => {
  // Inverse variance gives 1/0.01 : 1/0.02 : 1/0.5 = 100 : 50 : 2, so the third would weigh 2/152 < 5 %.
  const result = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(0.01, 0.02, 0.5),
    constraints: { minimumWeight: 0.05 },
  });
  // Held at 5 % it adds 0.5 * 0.0025 = 0.00125 and leaves 0.95^2 / 150 = 0.0060167; without it: 1/150.
  expect(result.weights[2]).toBe(0);
  expect(result.objective).toBeCloseTo(1 / 150, 12);
});

test('exactly three names hold the third at its least weight', () => {
  const result = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(0.01, 0.02, 0.5),
    constraints: { minimumWeight: 0.05, exactNames: 3 },
  });
  expect(result.objective).toBeCloseTo(0.95 ** 2 / 150 + 0.5 * 0.0025, 12);
  expect(result.weights[2]).toBeCloseTo(0.05, 12);
  expect(result.binding.map((one) => one.constraint)).not.toContain('lower:A2');
});

test('a mean-risk objective is reported as maximized, and its bound lies above it', () => {
  // One name only: mu - lambda/2 v is 0.1 - 0.02 = 0.08 for the first, 0.06 - 0.005 = 0.055 for the second.
  const result = solved({
    objective: { kind: 'meanRisk', risk: VARIANCE, riskAversion: 1 },
    covariance: diagonal(0.04, 0.01),
    expectedReturns: Float64Array.of(0.1, 0.06),
    constraints: { maximumNames: 1 },
  });
  expect(result.objective).toBeCloseTo(0.08, 12);
  expect(result.integerProof?.bound).toBeGreaterThanOrEqual(result.objective - 1e-15);
});

test('trades are nothing or at least the least trade', () => {
  // Without the rule 50 % each from 47 % and 53 %: a change of 3 %. With at least 5 % it must be 0 or 5 %:
  // 0.47^2 + 0.53^2 = 0.5018 against 0.52^2 + 0.48^2 = 0.5008.
  const result = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(1, 1),
    current: Float64Array.of(0.47, 0.53),
    constraints: { minimumTrade: 0.05 },
  });
  expect(Array.from(result.weights)).toEqual([expect.closeTo(0.52, 12), expect.closeTo(0.48, 12)]);
  const idle = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(1, 1),
    current: Float64Array.of(0.48, 0.52),
    constraints: { minimumTrade: 0.05 },
  });
  // From 48 %: 0.53^2 + 0.47^2 = 0.5018 is worse than staying at 0.5008.
  expect(Array.from(idle.weights)).toEqual([0.48, 0.52]);
});

test('too few names for the upper bounds: infeasible, with the names that it takes', () => {
  const result = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(0.01, 0.02, 0.03, 0.04),
    constraints: { maximumNames: 2, upper: new Float64Array(4).fill(0.4) },
  });
  expect(result.status).toBe('infeasible');
  // Three names at 40 % reach the budget; all four are held where their number is free.
  expect(result.conflict.map((one) => one.constraint)).toEqual(['maximumNames']);
  expect(result.conflict[0]?.relaxation).toBeGreaterThanOrEqual(1);
});

test('more names than their least weights leave room for: infeasible', () => {
  const result = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(0.01, 0.02, 0.03),
    constraints: { exactNames: 3, minimumWeight: 0.4 },
  });
  expect(result.status).toBe('infeasible');
  expect(result.conflict.map((one) => one.constraint)).toEqual(['exactNames', 'minimumWeight']);
});

test('a least weight above the upper bound of a name that must be held', () => {
  const result = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(0.01, 0.02),
    constraints: {
      lower: Float64Array.of(0.05, 0),
      upper: Float64Array.of(0.1, 1),
      minimumWeight: 0.2,
    },
  });
  expect(result.status).toBe('infeasible');
  expect(result.conflict).toEqual([{ constraint: 'minimumWeight', relaxation: 0.1 }]);
});

test('whole shares: the best of two prices by hand', () => {
  // 100 to spend on prices 30 and 40; equal weights are best. (2,1) spends 100: 60/40, 0.52.
  // (1,1) leaves 30 in cash, which still buys a share. (0,2): 80, (3,0): 90: worse.
  const result = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(1, 1),
    constraints: {
      roundLots: {
        prices: Float64Array.of(30, 40),
        lotSizes: Float64Array.of(1, 1),
        budget: 100,
        minimumBudget: null,
      },
    },
  });
  expect(Array.from(result.shares ?? [])).toEqual([2, 1]);
  expect(result.objective).toBeCloseTo(0.52, 12);
  expect(result.integerProof?.kind).toBe('proved');
});

test('lots of ten: shares come in tens and at least the least money is spent', () => {
  const result = solved({
    objective: MINIMUM_RISK,
    covariance: diagonal(1, 1, 1),
    constraints: {
      roundLots: {
        prices: Float64Array.of(7, 11, 13),
        lotSizes: Float64Array.of(10, 10, 10),
        budget: 1000,
        minimumBudget: 900,
      },
    },
  });
  const shares = Array.from(result.shares ?? []);
  const spent = (shares[0] ?? 0) * 7 + (shares[1] ?? 0) * 11 + (shares[2] ?? 0) * 13;
  expect(shares.every((s) => s % 10 === 0)).toBe(true);
  expect(spent).toBeLessThanOrEqual(1000);
  expect(spent).toBeGreaterThanOrEqual(900);
  let best = Infinity;
  for (let a = 0; a <= 14; a += 1) {
    for (let b = 0; b <= 9; b += 1) {
      for (let c = 0; c <= 7; c += 1) {
        const money = 70 * a + 110 * b + 130 * c;
        if (money > 1000 || money < 900) continue;
        best = Math.min(best, (0.07 * a) ** 2 + (0.11 * b) ** 2 + (0.13 * c) ** 2);
      }
    }
  }
  expect(result.objective).toBeCloseTo(best, 12);
  expect(result.integerProof?.kind).toBe('proved');
});

test('what it cannot do is refused with every reason', () => {
  const outcome = solveIntegers(
    resolvedProblem({
      objective: { kind: 'maximumRatio', risk: VARIANCE, riskFreeRate: 0 },
      covariance: diagonal(0.01, 0.02),
      expectedReturns: Float64Array.of(0.1, 0.1),
      current: Float64Array.of(0.5, 0.5),
      constraints: { maximumNames: 1, turnover: { kind: 'oneWay', maximum: 0.2 } },
    }),
  );
  expect(outcome.ok).toBe(false);
  if (outcome.ok) return;
  expect(outcome.error.map((one) => [one.code, one.location?.pointer])).toEqual([
    ['METHOD_CONSTRAINT_UNSUPPORTED', '/objective/kind'],
    ['METHOD_CONSTRAINT_UNSUPPORTED', '/constraints/turnover'],
  ]);
});

test('a search that is stopped at once gives an honest distance', () => {
  const n = 12;
  const covariance = new Float64Array(n * n).fill(0.01);
  for (let i = 0; i < n; i += 1) covariance[i * n + i] = 0.02 + 0.001 * i;
  const input = {
    objective: MINIMUM_RISK,
    covariance,
    constraints: { maximumNames: 4, minimumWeight: 0.1 },
  } as const;
  const stopped = solveIntegers(resolvedProblem(input), { nodesMax: 1 });
  const whole = solved(input);
  if (!stopped.ok) throw new Error('refused');
  expect(stopped.value.integerProof?.bound).toBeLessThanOrEqual(whole.objective + 1e-12);
  expect(stopped.value.objective).toBeGreaterThanOrEqual(whole.objective - 1e-12);
});
