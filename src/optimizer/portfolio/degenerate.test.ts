/** Problems at the edge of having an answer, each with the answer that arithmetic gives. */
import { describe, expect, it } from 'vitest';
import { optimized, refusals } from '../../../test/support/optimized-portfolio.ts';

const base = {
  assets: ['A', 'B', 'C'],
  expectedReturns: [0.05, 0.07, 0.09],
  risk: {
    covariance: [
      [0.04, 0, 0],
      [0, 0.09, 0],
      [0, 0, 0.16],
    ],
  },
  objective: { kind: 'minimumRisk' },
};
const minimum = [900 / 1525, 400 / 1525, 225 / 1525];

function expectWeights(document: object, expected: readonly number[], digits = 10): void {
  const { status, weights } = optimized(document);
  expect(status).toBe('optimal');
  expected.forEach((value, i) => {
    expect(weights[i]).toBeCloseTo(value, digits);
  });
}

describe('limits without room', () => {
  it('a tracking error, a turnover and boxes of nothing hold what is given', () => {
    const benchmark = [0.2, 0.3, 0.5];
    const constraints = [
      { trackingError: { benchmark, max: 0 } },
      { turnover: { max: 0 } },
      { bounds: { lower: benchmark, upper: benchmark } },
    ];
    for (const one of constraints) {
      expectWeights({ ...base, current: benchmark, constraints: one }, benchmark);
    }
  });

  it('a risk of nothing is cash', () => {
    const covariance = [
      [0, 0, 0],
      [0, 0.09, 0],
      [0, 0, 0.16],
    ];
    const objective = { kind: 'targetRisk', risk: 0 };
    expectWeights({ ...base, risk: { covariance }, objective }, [1, 0, 0]);
    const none = optimized({ ...base, objective });
    expect(none.status).toBe('infeasible');
    expect(none.conflict[0]?.constraint).toBe('risk');
  });

  it('rows that say the same thing again change nothing', () => {
    const all = { members: ['A', 'B', 'C'], min: 1, max: 1 };
    const groups = [
      { name: 'all', ...all },
      { name: 'again', ...all },
    ];
    expectWeights({ ...base, constraints: { groups } }, minimum);
  });
});

describe('budgets', () => {
  it.each([100, 1e6, -2])('of %d scale the answer', (budget) => {
    const bounds = budget > 0 ? { upper: budget } : { lower: budget, upper: 0 };
    const { weights } = optimized({ ...base, constraints: { budget, bounds } });
    minimum.forEach((w, i) => {
      expect((weights[i] ?? NaN) / budget).toBeCloseTo(w, 10);
    });
  });

  it('of zero: money-neutral weights are the unlimited ones less their projection', () => {
    const { weights } = optimized({
      ...base,
      objective: { kind: 'meanRisk', riskAversion: 4 },
      constraints: { budget: 0, bounds: null },
    });
    // w_i = (mu_i - eta) / (4 s_i), eta the mean of mu with weights 1/s: that of the least-risk portfolio.
    const eta = minimum.reduce((sum, w, i) => sum + w * (base.expectedReturns[i] ?? 0), 0);
    [0.04, 0.09, 0.16].forEach((variance, i) => {
      const mu = base.expectedReturns[i] ?? 0;
      expect(weights[i]).toBeCloseTo((mu - eta) / (4 * variance), 12);
    });
  });

  it('without one, any multiple of the tangency portfolio has the highest ratio', () => {
    const { objective, weights } = optimized({
      ...base,
      objective: { kind: 'maximumRatio' },
      constraints: { budget: null, bounds: { upper: null } },
    });
    const squares = 0.0025 / 0.04 + 0.0049 / 0.09 + 0.0081 / 0.16;
    expect(objective).toBeCloseTo(Math.sqrt(squares), 12);
    expect((weights[1] ?? NaN) / (weights[0] ?? NaN)).toBeCloseTo(0.07 / 0.09 / (0.05 / 0.04), 8);
  });
});

describe('returns and units', () => {
  it('returns that are all equal: the highest ratio is the least risk, the frontier one point', () => {
    const equal = { ...base, expectedReturns: [0.05, 0.05, 0.05] };
    expectWeights({ ...equal, objective: { kind: 'maximumRatio' } }, minimum);
    expect(optimized({ ...equal, frontier: { points: 9 } }).frontier).toHaveLength(1);
  });

  it.each([1e-12, 1, 1e10])('variances of order %d', (unit) => {
    const covariance = base.risk.covariance.map((row) => row.map((x) => x * unit));
    expectWeights({ ...base, risk: { covariance } }, minimum);
  });

  it('no risk at all: any portfolio is the least risky, and the highest return is taken', () => {
    const covariance = base.risk.covariance.map((row) => row.map(() => 0));
    const { status, risk } = optimized({ ...base, risk: { covariance } });
    expect([status, risk]).toEqual(['optimal', 0]);
    const objective = { kind: 'meanRisk', riskAversion: 2 };
    expectWeights({ ...base, risk: { covariance }, objective }, [0, 0, 1]);
  });
});

describe('names, weights and lots', () => {
  it('at most two names: the two of least variance, in their proportion', () => {
    const { weights, integerProof } = optimized({ ...base, constraints: { maximumNames: 2 } });
    // 1/(25 + 100/9) is less than any other pair's.
    expect(weights[0]).toBeCloseTo(25 / (25 + 100 / 9), 8);
    expect(weights[2]).toBe(0);
    expect(integerProof?.kind).toBe('proved');
  });

  it('limits that no portfolio can break are none', () => {
    const { integerProof } = optimized({
      ...base,
      current: [1, 0, 0],
      constraints: { maximumNames: 3, minimumWeight: 0, minimumTrade: 0 },
    });
    expect(integerProof).toBeNull();
  });

  it('are refused where they cannot be honored', () => {
    for (const kind of ['hierarchical', 'riskBudget', 'equalWeight', 'mostDiversified']) {
      const found = refusals({ ...base, objective: { kind }, constraints: { maximumNames: 2 } });
      expect(found.map(({ code }) => code)).toContain('METHOD_CONSTRAINT_UNSUPPORTED');
    }
    const bounded = { ...base, objective: { kind: 'equalWeight' }, frontier: { points: 5 } };
    expect(refusals(bounded).length).toBeGreaterThan(0);
  });
});

describe('a return history', () => {
  const returns = [
    [0.02, -0.01, 0.01],
    [-0.03, 0.02, 0],
    [0.01, 0.01, -0.02],
    [0.02, -0.02, 0.03],
  ];
  const history = { assets: base.assets, risk: { returns } };

  it('its worst realization: least over mixes, found as a linear program', () => {
    const { status, risk, weights } = optimized({
      ...history,
      objective: { kind: 'minimumRisk', measure: 'worstRealization' },
    });
    expect(status).toBe('optimal');
    const worst = Math.max(
      ...returns.map((row) => -row.reduce((sum, r, i) => sum + r * (weights[i] ?? NaN), 0)),
    );
    expect(risk).toBeCloseTo(worst, 12);
  });

  it('views and measures of a history do not go together', () => {
    const objective = {
      kind: 'blackLitterman',
      marketWeights: [0.4, 0.3, 0.3],
      riskAversion: 2,
      // oxlint-disable-next-line unicorn/no-thenable -- the format's own word; no problem is ever awaited
      then: { kind: 'minimumRisk', measure: 'cvar' },
    };
    expect(refusals({ ...history, objective })[0]).toMatchObject({
      code: 'METHOD_INPUT_INVALID',
      location: { pointer: '/objective/then' },
    });
  });
});
