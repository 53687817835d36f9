/**
 * Two assets, three days; x is the weight of the first. Losses of the days: -0.10x, 0.24x - 0.04, 0.02 - 0.06x.
 * Every expectation is the corner or parabola worked out beside it.
 */
import { expect, test } from 'vitest';
import {
  choice,
  resolvedProblem,
  type StatedProblem,
} from '../../../../test/support/scenario-problems.ts';
import {
  RISK_MEASURES,
  type MeasureChoice,
  type PortfolioObjective,
  type PortfolioResult,
} from '../../../domain/index.ts';
import { solveScenario } from './solve-scenario.ts';

const RETURNS = [
  [0.1, 0],
  [-0.2, 0.04],
  [0.04, -0.02],
];
const WORST = choice('worstRealization');
const MEANS = [0.02, 0.01];

function outcome(objective: PortfolioObjective, more: Partial<StatedProblem> = {}) {
  const stated = { returns: RETURNS, objective, expectedReturns: MEANS, ...more };
  return solveScenario(resolvedProblem(stated));
}

function solved(objective: PortfolioObjective, more: Partial<StatedProblem> = {}): PortfolioResult {
  const result = outcome(objective, more);
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join('; '));
  return result.value;
}

function priceOf(result: PortfolioResult, constraint: string): number | undefined {
  return result.binding.find((one) => one.constraint === constraint)?.shadowPrice;
}

test.each<[MeasureChoice, number, number]>([
  // Second and third day cross: 0.24x - 0.04 = 0.02 - 0.06x.
  [WORST, 0.2, 0.008],
  // Two worst days of three: the loss left out changes from the second to the first at 0.34x = 0.04.
  [choice('cvar', { alpha: 2 / 3 }), 2 / 17, 1 / 1700],
  // Deviations (19x - 1)/150, (5 - 32x)/150, (13x - 4)/150: their absolute sum turns where the second is zero.
  [choice('meanAbsoluteDeviation'), 5 / 32, 0.00875],
  // (32x - 5)^2 + (13x - 4)^2 is least at 212/1193, where it is 3969/1193.
  [choice('semivariance'), 212 / 1193, 63 / 150 / Math.sqrt(2 * 1193)],
  // The second day's fall begins at x = 1/6; until then only the third day's 0.02 - 0.06x counts.
  [choice('maximumDrawdown'), 1 / 6, 0.01],
  [choice('averageDrawdown'), 1 / 6, 0.01 / 3],
  [choice('cdar', { alpha: 1 / 3 }), 1 / 6, 0.01],
  [choice('ulcer'), 1 / 6, 0.01 / Math.sqrt(3)],
])('least $measure', (risk, weight, value) => {
  const result = solved({ kind: 'minimumRisk', risk });
  expect(result.status).toBe('optimal');
  expect(result.weights[0]).toBeCloseTo(weight, 8);
  expect(result.risk).toBeCloseTo(value, 11);
  expect(result.objective).toBe(result.certificate?.primal);
  expect(result.certificate?.dual).toBeCloseTo(value, 11);
});

test('highest utility: the return gains 0.01 per x, the worst loss costs 0.1 of -0.06, then of 0.24', () => {
  const result = solved({ kind: 'meanRisk', risk: WORST, riskAversion: 0.1 });
  expect(result.weights[0]).toBeCloseTo(0.2, 10);
  expect(result.objective).toBeCloseTo(0.012 - 0.0008, 12);
  expect(result.certificate?.primal).toBe(-result.objective);
});

test('a limit on risk holds x at 1/4, and is worth the return per risk', () => {
  const result = solved({ kind: 'targetRisk', risk: WORST, limit: 0.02 });
  expect(result.weights[0]).toBeCloseTo(0.25, 10);
  expect(result.objective).toBeCloseTo(0.0125, 12);
  expect(priceOf(result, 'risk')).toBeCloseTo(0.01 / 0.24, 8);
});

test('a target return holds x at 1/4: one more unit of it costs 24 of risk', () => {
  const result = solved({ kind: 'targetReturn', risk: WORST, return: 0.0125 });
  expect(result.risk).toBeCloseTo(0.02, 12);
  expect(priceOf(result, 'targetReturn')).toBeCloseTo(-24, 6);
});

test('the highest ratio is the tangent at x = 1/5: 0.012 / 0.008', () => {
  const result = solved({ kind: 'maximumRatio', risk: WORST, riskFreeRate: 0 });
  expect(result.weights[0]).toBeCloseTo(0.2, 9);
  expect(result.objective).toBeCloseTo(1.5, 10);
  // Semivariance: (1 + x) / sqrt of the parabola, whose root solves (1 + x) f' = 2 f, linear in x.
  // f = 1193x^2 - 424x + 41: (1 + x)(2386x - 424) = 2 f gives x = 506 / 2810.
  const root = solved({ kind: 'maximumRatio', risk: choice('semivariance'), riskFreeRate: 0 });
  expect(root.weights[0]).toBeCloseTo(506 / 2810, 8);
});

test('turnover of a half from the first asset alone leaves x at 1/2; its price is the slope of the loss', () => {
  const result = solved(
    { kind: 'minimumRisk', risk: WORST },
    { current: [1, 0], constraints: { turnover: { kind: 'oneWay', maximum: 0.5 } } },
  );
  expect(result.weights[0]).toBeCloseTo(0.5, 11);
  expect(result.risk).toBeCloseTo(0.08, 11);
  expect(priceOf(result, 'turnover')).toBeCloseTo(0.24, 8);
});

test('a limit on tracking error of a tenth of the difference’s deviation leaves x at 2/5', () => {
  // Differences 0.10, -0.24, 0.06 deviate by 19, -32, 13 of 1/150.
  const deviation = Math.sqrt((19 ** 2 + 32 ** 2 + 13 ** 2) / 2) / 150;
  const trackingError = { benchmark: Float64Array.of(0.5, 0.5), maximum: 0.1 * deviation };
  const result = solved({ kind: 'minimumRisk', risk: WORST }, { constraints: { trackingError } });
  expect(result.weights[0]).toBeCloseTo(0.4, 9);
  expect(result.risk).toBeCloseTo(0.056, 10);
  expect(priceOf(result, 'trackingError')).toBeCloseTo(0.24 / deviation, 5);
});

test('selling pays while it costs less than the 0.24 it saves', () => {
  const held = { current: [0.5, 0.5] };
  const at = (rate: number) =>
    solved(
      { kind: 'minimumRisk', risk: WORST },
      { ...held, costs: { buy: Float64Array.of(0, 0), sell: Float64Array.of(rate, rate) } },
    );
  expect(at(0.05).weights[0]).toBeCloseTo(0.2, 9);
  expect(at(0.05).objective).toBeCloseTo(0.008 + 0.3 * 0.05, 11);
  expect([...at(0.25).weights]).toEqual([0.5, 0.5]);
});

test('impact c |x - 1/2|^(3/2) on both assets stops where 3 c sqrt(1/2 - x) = 0.24', () => {
  const coefficient = Float64Array.of(0.2, 0.2);
  const result = solved(
    { kind: 'minimumRisk', risk: WORST },
    { current: [0.5, 0.5], costs: { impact: { coefficient, power: 1.5 } } },
  );
  expect(result.status).toBe('optimal');
  expect(result.weights[0]).toBeCloseTo(0.5 - 0.4 ** 2, 5);
  expect(result.objective).toBeCloseTo(0.24 * 0.34 - 0.04 + 0.4 * 0.4 ** 3, 10);
});

test('what cannot be reached is named with what is missing', () => {
  const far = solved({ kind: 'targetReturn', risk: WORST, return: 0.03 });
  expect(far.status).toBe('infeasible');
  const missing = far.conflict.find(({ constraint }) => constraint === 'targetReturn');
  expect(missing?.relaxation).toBeCloseTo(0.01, 8);
  for (const risk of [WORST, choice('semivariance')]) {
    const calm = solved({ kind: 'targetRisk', risk, limit: 0.005 });
    expect(calm.status).toBe('infeasible');
    expect(calm.conflict[0]?.constraint).toBe('risk');
  }
  const worst = solved({ kind: 'targetRisk', risk: WORST, limit: 0.005 });
  expect(worst.conflict[0]?.relaxation).toBeCloseTo(0.003, 9);
});

test('a ratio without a positive excess return is refused with the highest return there is', () => {
  const result = outcome({ kind: 'maximumRatio', risk: WORST, riskFreeRate: 0.02 });
  expect(result.ok ? [] : result.error.map(({ code }) => code)).toEqual(['RATIO_NOT_POSITIVE']);
});

test('a ratio over an asset that never loses has no maximum', () => {
  const returns = RETURNS.map((row) => [...row, 0.001]);
  const expectedReturns = [...MEANS, 0.001];
  for (const risk of [WORST, choice('maximumDrawdown'), choice('semivariance'), choice('ulcer')]) {
    const result = solved(
      { kind: 'maximumRatio', risk, riskFreeRate: 0 },
      { returns, expectedReturns },
    );
    expect(result.status).toBe('unbounded');
    expect(result.notes.join()).toContain('no maximum');
  }
});

test('weights without limits and a return without a price of risk have no best answer', () => {
  const open = {
    constraints: {
      lower: new Float64Array(2).fill(-Infinity),
      upper: new Float64Array(2).fill(Infinity),
    },
  };
  for (const risk of [WORST, choice('ulcer'), choice('semivariance')]) {
    const result = solved({ kind: 'meanRisk', risk, riskAversion: 1e-4 }, open);
    expect(result.status).toBe('unbounded');
  }
});

test('without a budget the least risk is to hold nothing', () => {
  for (const risk of [choice('ulcer'), choice('semivariance'), choice('maximumDrawdown')]) {
    const result = solved({ kind: 'minimumRisk', risk }, { constraints: { budget: null } });
    expect(result.status).toBe('optimal');
    expect(result.risk).toBeLessThan(1e-9);
  }
});

test('what cannot be solved is refused, all reasons at once', () => {
  const result = outcome(
    {
      kind: 'minimumRisk',
      risk: choice('cdar', { alpha: 0, isCompounded: true }),
    },
    { constraints: { maximumNames: 1 } },
  );
  expect(result.ok).toBe(false);
  const pointers = result.ok ? [] : result.error.map(({ location }) => location.pointer);
  expect(pointers).toEqual([
    '/objective/risk/alpha',
    '/objective/compounded',
    '/constraints/maximumNames',
  ]);
});

test('one asset: the answer is the asset', () => {
  const result = solved(
    { kind: 'minimumRisk', risk: choice('cvar') },
    { returns: [[-0.01], [0.02]], expectedReturns: [0.01] },
  );
  expect([...result.weights]).toEqual([1]);
  expect(result.risk).toBeCloseTo(0.01, 15);
});

test('histories without a unique or a risky answer: each has a proved one', () => {
  const day = [0.01, 0.02];
  const histories: Record<string, number[][]> = {
    'every day the same': Array.from({ length: 10 }, () => day),
    'assets twice': RETURNS.map((row) => [...row, ...row]),
    'days twice': [...RETURNS, ...RETURNS],
    'an asset that never moves': RETURNS.map((row) => [...row, 0]),
    'fewer days than assets': RETURNS.slice(0, 2).map((row) => [...row, 0.01, -0.03]),
    'assets of very different size': RETURNS.map((row) => [...row, 1e-5 * (row[0] as number)]),
  };
  for (const [name, returns] of Object.entries(histories)) {
    for (const measure of RISK_MEASURES) {
      const n = returns[0]?.length ?? 0;
      const expectedReturns = Array.from({ length: n }, (_, i) => 0.01 + 0.001 * i);
      const stated = { returns, expectedReturns };
      const risk = choice(measure);
      const least = solved({ kind: 'minimumRisk', risk }, stated);
      expect([name, measure, least.status]).toEqual([name, measure, 'optimal']);
      const utility = solved({ kind: 'meanRisk', risk, riskAversion: 0.1 }, stated);
      expect([name, measure, utility.status]).toEqual([name, measure, 'optimal']);
    }
  }
});

test('where no risk is possible, the least is exactly found', () => {
  // The second asset undoes the first: half and half never moves.
  const returns = [
    [0.02, -0.02],
    [-0.01, 0.01],
    [0.03, -0.03],
  ];
  for (const measure of RISK_MEASURES) {
    const result = solved({ kind: 'minimumRisk', risk: choice(measure) }, { returns });
    expect(result.status).toBe('optimal');
    expect(result.risk).toBeLessThan(1e-11);
    expect(result.weights[0]).toBeCloseTo(0.5, 8);
  }
});

test('the least risk there is can be asked for as a limit', () => {
  for (const risk of [WORST, choice('ulcer'), choice('semivariance')]) {
    const least = solved({ kind: 'minimumRisk', risk });
    const result = solved({ kind: 'targetRisk', risk, limit: least.risk });
    expect(result.status).toBe('optimal');
    expect(result.risk).toBeCloseTo(least.risk, 9);
  }
});

test('limits that contradict each other are a conflict, not a ratio without end', () => {
  // Both weights are at most 0.4 and have to add up to one.
  const objective = { kind: 'maximumRatio', risk: choice('cdar'), riskFreeRate: 0 } as const;
  const result = solved(objective, { constraints: { upper: Float64Array.of(0.4, 0.4) } });
  expect(result.status).toBe('infeasible');
  expect(result.conflict.length).toBeGreaterThan(0);
});

test('nothing held is proved the least semivariance where nothing has to be', () => {
  const objective = {
    kind: 'targetReturn',
    risk: choice('semivariance'),
    return: -0.001,
  } as const;
  const limits = {
    budget: 0,
    lower: Float64Array.of(-0.5, -0.5),
    upper: Float64Array.of(1.5, 1.5),
  };
  const result = solved(objective, { constraints: limits });
  expect(result.status).toBe('optimal');
  expect(result.objective).toBeCloseTo(0, 12);
  expect(result.certificate?.gap).toBeLessThan(1e-12);
});
