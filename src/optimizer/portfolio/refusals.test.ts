/** What is wrong with a problem is a named answer, never an exception and never a number that is none. */
import { describe, expect, it } from 'vitest';
import { optimized, refusals } from '../../../test/support/optimized-portfolio.ts';

const base = {
  assets: ['A', 'B'],
  expectedReturns: [0.05, 0.07],
  risk: {
    covariance: [
      [0.04, 0.01],
      [0.01, 0.09],
    ],
  },
  objective: { kind: 'minimumRisk' },
};

describe('a covariance that is none is refused', () => {
  it('when it is not symmetric, naming the pair', () => {
    const covariance = [
      [0.04, 0.01],
      [0.02, 0.09],
    ];
    const [finding, ...others] = refusals({ ...base, risk: { covariance } });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      code: 'COVARIANCE_ASYMMETRIC',
      location: { pointer: '/risk/covariance/1/0' },
    });
    expect(finding?.message).toBe('B with A is 0.02, and the other way round 0.01');
  });

  it('when an eigenvalue is negative, naming it and the repair, which is then made', () => {
    // Eigenvalues of [[1, 2], [2, 1]] are 3 and -1.
    const covariance = [
      [1, 2],
      [2, 1],
    ];
    const [finding] = refusals({ ...base, risk: { covariance } });
    expect(finding).toMatchObject({
      code: 'COVARIANCE_INDEFINITE',
      location: { pointer: '/risk/covariance' },
    });
    expect(finding?.message).toContain('the smallest is -1.00000');
    expect(finding?.message).toContain('"repair": "clip" or "nearest"');
    for (const repair of ['clip', 'nearest']) {
      const { status, notes } = optimized({ ...base, risk: { covariance, repair } });
      expect(status).toBe('optimal');
      expect(notes.join()).toContain('repaired');
    }
  });

  it('when a variance is negative, also with a repair', () => {
    const covariance = [
      [-0.04, 0],
      [0, 0.09],
    ];
    const [finding] = refusals({ ...base, risk: { covariance, repair: 'clip' } });
    expect(finding).toMatchObject({
      code: 'VARIANCE_NOT_POSITIVE',
      location: { pointer: '/risk/covariance/0/0' },
    });
  });
});

describe('what an objective needs and does not get', () => {
  const { expectedReturns, ...blind } = base;
  it.each(['meanRisk', 'targetReturn', 'targetRisk', 'maximumRatio'])('%s: returns', (kind) => {
    const objective = { kind, riskAversion: 1, return: 0.1, risk: 0.1 };
    expect(refusals({ ...blind, objective }).map(({ code }) => code)).toEqual([
      'EXPECTED_RETURNS_REQUIRED',
    ]);
    expect(expectedReturns).toHaveLength(2);
  });

  it('a ratio: some return above the rate', () => {
    const objective = { kind: 'maximumRatio', riskFreeRate: 0.07 };
    const [finding] = refusals({ ...base, objective });
    expect(finding?.code).toBe('RATIO_NOT_POSITIVE');
    expect(finding?.message).toBe(
      'the highest return that the limits allow is 0.070000000, the risk-free rate is 0.07',
    );
  });

  it('Black-Litterman: views that do not contradict one another with certainty', () => {
    const views = {
      P: [
        [1, -1],
        [1, -1],
      ],
      Q: [0.02, 0.03],
      confidence: 1,
    };
    const objective = { kind: 'blackLitterman', marketWeights: [0.5, 0.5], riskAversion: 2, views };
    expect(refusals({ ...base, objective })[0]).toMatchObject({
      code: 'METHOD_INPUT_INVALID',
      location: { pointer: '/objective/views/P/1' },
    });
  });
});

describe('limits that cannot hold together', () => {
  it('are named with what giving way on one alone takes', () => {
    const { status, conflict } = optimized({
      ...base,
      constraints: { bounds: { upper: 0.4 } },
    });
    expect(status).toBe('infeasible');
    expect(conflict.map(({ constraint }) => constraint).toSorted()).toEqual([
      'budget',
      'upper:A',
      'upper:B',
    ]);
    for (const { relaxation } of conflict) expect(relaxation).toBeCloseTo(0.2, 8);
  });

  it('name a turnover that is too small to reach the bounds', () => {
    const { status, conflict } = optimized({
      ...base,
      current: [1, 0],
      constraints: { bounds: { upper: 0.6 }, turnover: { max: 0.1 } },
    });
    expect(status).toBe('infeasible');
    // 40 % must move one way.
    expect(conflict[0]).toEqual({
      constraint: 'turnover',
      relaxation: expect.closeTo(0.3, 9) as number,
    });
  });

  it('name a tracking error and a risk that cannot be met', () => {
    const tracking = optimized({
      ...base,
      constraints: {
        bounds: { upper: 0.6 },
        trackingError: { benchmark: [1, 0], max: 0.01 },
      },
    });
    expect(tracking.status).toBe('infeasible');
    // The nearest portfolio is 0.4 along (-1, 1), of variance 0.11.
    expect(tracking.conflict[0]).toEqual({
      constraint: 'trackingError',
      relaxation: expect.closeTo(0.4 * Math.sqrt(0.11) - 0.01, 9) as number,
    });
    const risk = optimized({ ...base, objective: { kind: 'targetRisk', risk: 0.1 } });
    expect(risk.status).toBe('infeasible');
    expect(risk.conflict[0]?.constraint).toBe('risk');
    // Least risk: sqrt(0.0035 / 0.11).
    expect(risk.conflict[0]?.relaxation).toBeCloseTo(Math.sqrt(0.0035 / 0.11) - 0.1, 9);
  });

  it('name a return out of reach', () => {
    const { status, conflict } = optimized({
      ...base,
      objective: { kind: 'targetReturn', return: 0.08 },
    });
    expect(status).toBe('infeasible');
    const relaxation = conflict.find(({ constraint }) => constraint === 'targetReturn')?.relaxation;
    expect(relaxation).toBeCloseTo(0.01, 9);
  });
});

describe('no best portfolio', () => {
  it('is unbounded: return without risk and without limits', () => {
    const { status } = optimized({
      ...base,
      objective: { kind: 'meanRisk', riskAversion: 0 },
      constraints: { bounds: null },
    });
    expect(status).toBe('unbounded');
  });

  it('is unbounded: two names of the same risk and different return', () => {
    const covariance = [
      [0.04, 0.04],
      [0.04, 0.04],
    ];
    const { status } = optimized({
      ...base,
      risk: { covariance },
      objective: { kind: 'meanRisk', riskAversion: 3 },
      constraints: { bounds: null },
    });
    expect(status).toBe('unbounded');
  });

  it('is unbounded: the ratio of a portfolio without risk', () => {
    const covariance = [
      [0, 0],
      [0, 0.04],
    ];
    const { status, notes } = optimized({
      ...base,
      risk: { covariance },
      objective: { kind: 'maximumRatio' },
    });
    expect(status).toBe('unbounded');
    expect(notes.join()).toContain('no maximum');
  });

  it('is unbounded: a rate above the return of least risk, sold short without limit', () => {
    const { status } = optimized({
      ...base,
      objective: { kind: 'maximumRatio', riskFreeRate: 0.06 },
      constraints: { bounds: null },
    });
    expect(status).toBe('unbounded');
  });
});

describe('few observations', () => {
  it('of many assets have an exact answer: some mix shows no risk', () => {
    const assets = Array.from({ length: 60 }, (_, i) => `A${String(i)}`);
    const returns = Array.from({ length: 10 }, (_, t) =>
      assets.map((__, i) => Math.sin(1 + t * 7.3 + i * 1.7) / 50),
    );
    const result = optimized({ assets, risk: { returns }, objective: { kind: 'minimumRisk' } });
    expect(result.status).toBe('optimal');
    expect(result.risk).toBeLessThan(1e-10);
    expect(result.notes.join()).toContain('10 observations of 60 assets');
    expect(result.weights.every(Number.isFinite)).toBe(true);
  });
});
