import { describe, expect, it } from 'vitest';
import { optimized } from '../../../test/support/optimized-portfolio.ts';

const two = {
  assets: ['A', 'B'],
  risk: {
    covariance: [
      [0.04, 0.01],
      [0.01, 0.09],
    ],
  },
};

/** Uncorrelated: variances 0.04, 0.09, 0.16. */
const three = {
  assets: ['A', 'B', 'C'],
  expectedReturns: [0.05, 0.07, 0.09],
  risk: {
    covariance: [
      [0.04, 0, 0],
      [0, 0.09, 0],
      [0, 0, 0.16],
    ],
  },
};

function expectWeights(weights: Float64Array, expected: readonly number[], digits = 12): void {
  expected.forEach((value, i) => {
    expect(weights[i]).toBeCloseTo(value, digits);
  });
}

describe('minimum risk', () => {
  it('of two assets: w = (s22 - s12) / (s11 + s22 - 2 s12) = 0.08/0.11', () => {
    const result = optimized({ ...two, objective: { kind: 'minimumRisk' } });
    expect(result.status).toBe('optimal');
    expectWeights(result.weights, [8 / 11, 3 / 11]);
    // (s11 s22 - s12^2) / 0.11 = 0.0035 / 0.11
    expect(result.objective).toBeCloseTo(0.0035 / 0.11, 14);
    expect(result.risk).toBeCloseTo(Math.sqrt(0.0035 / 0.11), 14);
    expect(result.expectedReturn).toBeNull();
    // Every name's marginal risk is the same at the minimum, so shares of risk are the weights.
    expectWeights(result.riskContributions?.map((c) => c / result.risk) ?? new Float64Array(2), [
      8 / 11,
      3 / 11,
    ]);
    // d(variance)/d(budget) = 2 variance / budget, and the price is its fall.
    expect(result.binding).toEqual([
      { constraint: 'budget', shadowPrice: expect.closeTo((-2 * 0.0035) / 0.11, 12) as number },
    ]);
  });

  it('of uncorrelated assets: weights go with 1/variance', () => {
    const { weights } = optimized({ ...three, objective: { kind: 'minimumRisk' } });
    // 25 : 100/9 : 6.25, times 36: 900 : 400 : 225, of 1525
    expectWeights(weights, [900 / 1525, 400 / 1525, 225 / 1525]);
  });

  it('of one asset, of a riskless one, and of two that are the same', () => {
    const one = { assets: ['A'], risk: { covariance: [[0.04]] } };
    const alone = optimized({ ...one, objective: { kind: 'minimumRisk' } });
    expect([...alone.weights]).toEqual([1]);
    expect(alone.risk).toBeCloseTo(0.2, 15);
    const cash = optimized({
      assets: ['CASH', 'A'],
      risk: {
        covariance: [
          [0, 0],
          [0, 0.04],
        ],
      },
      objective: { kind: 'minimumRisk' },
    });
    expect(cash.status).toBe('optimal');
    expectWeights(cash.weights, [1, 0], 7);
    const twins = optimized({
      assets: ['A', 'B'],
      risk: {
        covariance: [
          [0.04, 0.04],
          [0.04, 0.04],
        ],
      },
      objective: { kind: 'minimumRisk' },
    });
    expect(twins.status).toBe('optimal');
    expect(twins.risk).toBeCloseTo(0.2, 12);
  });
});

describe('mean and variance', () => {
  it('without limits: w = Sigma^-1 mu / lambda', () => {
    const { weights, objective, certificate } = optimized({
      ...three,
      objective: { kind: 'meanRisk', riskAversion: 4 },
      constraints: { budget: null, bounds: null },
    });
    const expected = [0.05 / 0.16, 0.07 / 0.36, 0.09 / 0.64];
    expectWeights(weights, expected);
    // mu' Sigma^-1 mu / (2 lambda)
    const value = (0.0025 / 0.04 + 0.0049 / 0.09 + 0.0081 / 0.16) / 8;
    expect(objective).toBeCloseTo(value, 14);
    expect(certificate?.primal).toBeCloseTo(-value, 14);
    expect(Math.abs(certificate?.gap ?? 1)).toBeLessThan(1e-14);
  });

  it('with a target return: on the line between the two frontier portfolios', () => {
    // Two assets, fully invested: the return fixes the weight. 0.05 + w 0.02 = 0.056 at w = 0.3.
    const { weights } = optimized({
      ...two,
      expectedReturns: [0.05, 0.07],
      objective: { kind: 'targetReturn', return: 0.056 },
    });
    // The minimum-risk portfolio returns (8 0.05 + 3 0.07)/11 = 0.0554545, so the target binds.
    expectWeights(weights, [0.7, 0.3]);
  });

  it('with a target risk: the highest return within the volatility', () => {
    const { weights, risk, expectedReturn, binding } = optimized({
      ...two,
      expectedReturns: [0.05, 0.07],
      objective: { kind: 'targetRisk', risk: 0.25 },
    });
    // 0.11 b^2 - 0.06 b + 0.04 = 0.0625 at b = (0.06 + sqrt(0.0036 + 0.0099)) / 0.22
    const b = (0.06 + Math.sqrt(0.0135)) / 0.22;
    expectWeights(weights, [1 - b, b]);
    expect(risk).toBeCloseTo(0.25, 13);
    expect(expectedReturn).toBeCloseTo(0.05 + 0.02 * b, 14);
    // dm/ds = 0.02 / (ds/db), ds/db = (0.22 b - 0.06) / (2 0.25)
    const price = (0.02 * 0.5) / (0.22 * b - 0.06);
    expect(binding.find(({ constraint }) => constraint === 'risk')?.shadowPrice).toBeCloseTo(
      price,
      10,
    );
  });

  it('with the highest ratio: w goes with Sigma^-1 (mu - r), and the ratio is its norm', () => {
    const { weights, objective } = optimized({
      ...three,
      objective: { kind: 'maximumRatio', riskFreeRate: 0.01 },
    });
    // Excess 0.04, 0.06, 0.08 over 0.04, 0.09, 0.16: 1 : 2/3 : 1/2.
    expectWeights(weights, [6 / 13, 4 / 13, 3 / 13]);
    // 0.0016/0.04 + 0.0036/0.09 + 0.0064/0.16 = 0.12
    expect(objective).toBeCloseTo(Math.sqrt(0.12), 13);
  });

  it('tracks a benchmark that it may hold exactly, and says that risk is the difference', () => {
    const result = optimized({
      ...three,
      objective: { kind: 'trackingError', benchmark: [0.2, 0.3, 0.5] },
    });
    expectWeights(result.weights, [0.2, 0.3, 0.5], 10);
    expect(result.risk).toBeLessThan(1e-9);
    expect(result.notes.join()).toContain('tracking error');
  });
});

describe('limits', () => {
  it('hold groups as weights and as shares of the budget', () => {
    const groups = [{ name: 'risky', members: ['B', 'C'], min: 0.6, relativeTo: 'budget' }];
    const { weights, binding } = optimized({
      ...three,
      objective: { kind: 'minimumRisk' },
      constraints: { groups },
    });
    // Within the group 1/0.09 : 1/0.16 = 16 : 9.
    expectWeights(weights, [0.4, (0.6 * 16) / 25, (0.6 * 9) / 25]);
    const price = binding.find(({ constraint }) => constraint === 'risky')?.shadowPrice;
    // Marginal variances: 2 0.04 0.4 = 0.032 outside, 2 0.09 0.384 = 0.06912 inside; a lower limit is < 0.
    expect(price).toBeCloseTo(0.032 - 0.06912, 12);
    const unbudgeted = optimized({
      ...three,
      objective: { kind: 'meanRisk', riskAversion: 4 },
      constraints: {
        budget: null,
        bounds: null,
        groups: [{ name: 'risky', members: ['B', 'C'], max: 0.5, relativeTo: 'budget' }],
      },
    }).weights;
    const [a = 0, b = 0, c = 0] = unbudgeted;
    expect((b + c) / (a + b + c)).toBeCloseTo(0.5, 12);
  });

  it.each([
    ['oneWay', 0.1, [0.6, 0.4]],
    ['gross', 0.1, [0.55, 0.45]],
    ['sellSide', 0.1, [0.6, 0.4]],
    ['perAsset', 0.15, [0.65, 0.35]],
  ] as const)('hold %s turnover to %d from equal weights', (kind, max, expected) => {
    // Unlimited, the minimum is 8/11 in A: every limit binds.
    const { weights } = optimized({
      ...two,
      current: [0.5, 0.5],
      objective: { kind: 'minimumRisk' },
      constraints: { turnover: { kind, max } },
    });
    expectWeights(weights, expected);
  });

  it('hold a tracking error: the move along the only free direction is max / its risk', () => {
    const { weights, binding } = optimized({
      ...two,
      expectedReturns: [0.05, 0.07],
      objective: { kind: 'meanRisk', riskAversion: 0 },
      constraints: { trackingError: { benchmark: [0.5, 0.5], max: 0.033166247903554 } },
    });
    // (-1, 1) has variance 0.11, and sqrt(0.11)/10 is the limit: a move of 0.1.
    expectWeights(weights, [0.4, 0.6]);
    const price = binding.find(({ constraint }) => constraint === 'trackingError')?.shadowPrice;
    expect(price).toBeCloseTo(0.02 / Math.sqrt(0.11), 9);
  });

  it('hold factor exposure by the loadings', () => {
    const { weights } = optimized({
      assets: ['A', 'B'],
      expectedReturns: [0.05, 0.07],
      risk: {
        factors: { loadings: [[0.5], [1.5]], covariance: [[0.04]], specificVariance: [0.01, 0.01] },
      },
      objective: { kind: 'meanRisk', riskAversion: 0 },
      constraints: { factorExposure: [{ factor: 0, max: 0.9 }] },
    });
    // 0.5 a + 1.5 b <= 0.9 with a + b = 1: b = 0.4.
    expectWeights(weights, [0.6, 0.4]);
  });
});

describe('costs', () => {
  it('leave a holding alone inside the band that they open around it', () => {
    const document = {
      ...two,
      current: [0.7, 0.3],
      objective: { kind: 'minimumRisk' },
      costs: { linear: [0.002, 0.002] },
    };
    // At 0.7: d(variance)/dw = 2 (0.11 0.7 - 0.08) = -0.006 per unit moved from B to A; both ways cost 0.004.
    const moved = optimized(document).weights;
    // 2 (0.11 w - 0.08) + 0.004 = 0 at w = 0.078/0.11
    expectWeights(moved, [0.078 / 0.11, 0.032 / 0.11]);
    const kept = optimized({ ...document, costs: { linear: [0.0031, 0.0031] } });
    expect([...kept.weights]).toEqual([0.7, 0.3]);
  });

  it('of the power 3/2: the trade is (gain / (3 c))^2 of each side', () => {
    const { weights } = optimized({
      assets: ['A', 'B'],
      expectedReturns: [0.05, 0.053],
      risk: two.risk,
      current: [0.5, 0.5],
      objective: { kind: 'meanRisk', riskAversion: 0 },
      costs: { impact: { coefficient: 0.01 } },
    });
    // max 0.003 d - 2 (0.01 d^1.5): 0.003 = 0.03 sqrt(d), d = 0.01
    expectWeights(weights, [0.49, 0.51], 10);
  });

  it('of a curve: pieces are used in their order', () => {
    const { weights } = optimized({
      assets: ['A', 'B'],
      expectedReturns: [0.05, 0.06],
      risk: two.risk,
      objective: { kind: 'meanRisk', riskAversion: 0 },
      costs: { piecewise: [{ asset: 'B', breakpoints: [0.3], slopes: [0.005, 0.02] }] },
    });
    // Gain 0.01 beats 0.005 up to 0.3, not 0.02 beyond.
    expectWeights(weights, [0.7, 0.3]);
  });
});

describe('robust means', () => {
  const one = {
    assets: ['A'],
    expectedReturns: [0.05],
    risk: { covariance: [[0.04]] },
    constraints: { budget: null, bounds: null },
  };

  it('in a box: the mean less its half-width, and nothing when that is below zero', () => {
    const held = (width: number): number =>
      optimized({
        ...one,
        objective: { kind: 'robust', riskAversion: 2, uncertainty: { kind: 'box', width } },
      }).weights[0] ?? NaN;
    expect(held(0.01)).toBeCloseTo(0.04 / 0.08, 13);
    expect(held(0.06)).toBe(0);
  });

  it('in an ellipsoid: the mean less radius times its own deviation', () => {
    const { weights, objective } = optimized({
      ...one,
      objective: {
        kind: 'robust',
        riskAversion: 2,
        uncertainty: { kind: 'ellipsoid', covariance: [[0.0004]], radius: 1.5 },
      },
    });
    // 0.05 - 1.5 0.02 = 0.02: w = 0.02/0.08, value 0.02^2 / (2 2 0.04)
    expect(weights[0]).toBeCloseTo(0.25, 10);
    expect(objective).toBeCloseTo(0.0025, 12);
  });
});

describe('the frontier', () => {
  it('has exact ends and equal steps of return', () => {
    const { frontier, status } = optimized({
      ...three,
      objective: { kind: 'minimumRisk' },
      frontier: { points: 4 },
    });
    expect(status).toBe('optimal');
    const low = (900 * 0.05 + 400 * 0.07 + 225 * 0.09) / 1525;
    const returns = frontier?.map(({ expectedReturn }) => expectedReturn) ?? [];
    [0, 1, 2, 3].forEach((k) => {
      expect(returns[k]).toBeCloseTo(low + ((0.09 - low) * k) / 3, 12);
    });
    expect([...(frontier?.[3]?.weights ?? [])]).toEqual([0, 0, 1]);
  });

  it('ends at the least risky of several portfolios of highest return', () => {
    const { frontier } = optimized({
      ...three,
      expectedReturns: [0.05, 0.09, 0.09],
      objective: { kind: 'minimumRisk' },
      frontier: { points: 3 },
    });
    // Between B and C: 1/0.09 : 1/0.16.
    expectWeights(frontier?.[2]?.weights ?? new Float64Array(3), [0, 16 / 25, 9 / 25]);
  });
});
