import { describe, expect, it } from 'vitest';
import { readPortfolioDocument, readPortfolioProblem } from './index.ts';

const minimal = {
  assets: ['A', 'B'],
  risk: {
    covariance: [
      [0.04, 0.01],
      [0.01, 0.09],
    ],
  },
  objective: { kind: 'minimumRisk' },
};

/** `pointer code` of every finding of a document. */
function faults(document: unknown): string[] {
  return readPortfolioDocument(document).findings.map(
    ({ code, location }) => `${location.pointer ?? ''} ${code}`,
  );
}

describe('a portfolio problem is read', () => {
  it('with the documented defaults: long-only, fully invested, tolerance 1e-9', () => {
    const { problem, findings } = readPortfolioProblem(JSON.stringify(minimal));
    expect(findings).toEqual([]);
    expect(problem).toMatchObject({
      assets: ['A', 'B'],
      expectedReturns: null,
      current: null,
      frontier: null,
      tolerance: 1e-9,
      objective: { kind: 'minimumRisk', risk: { measure: 'variance', alpha: 0.05 } },
    });
    expect(problem?.constraints).toMatchObject({ budget: 1, groups: [], turnover: null });
    expect([...(problem?.constraints.lower ?? [])]).toEqual([0, 0]);
    expect([...(problem?.constraints.upper ?? [])]).toEqual([1, 1]);
  });

  it('bounds as a number, a list, or null for none; the side not given keeps its default', () => {
    const bounds = (value: unknown) => {
      const { problem } = readPortfolioDocument({ ...minimal, constraints: { bounds: value } });
      return [[...(problem?.constraints.lower ?? [])], [...(problem?.constraints.upper ?? [])]];
    };
    expect(bounds({ lower: -0.1, upper: [0.5, null] })).toEqual([
      [-0.1, -0.1],
      [0.5, Infinity],
    ]);
    expect(bounds({ lower: null })).toEqual([
      [-Infinity, -Infinity],
      [1, 1],
    ]);
    expect(bounds(null)).toEqual([
      [-Infinity, -Infinity],
      [Infinity, Infinity],
    ]);
  });

  it('a budget of null as none, groups by name, costs either way or for sales alone', () => {
    const { problem } = readPortfolioDocument({
      ...minimal,
      current: [0.5, 0.5],
      constraints: {
        budget: null,
        groups: [{ name: 'tech', members: ['B'], max: 0.3, relativeTo: 'budget' }],
        linear: [{ coefficients: [1, -1], min: 0 }],
        turnover: { max: 0.2 },
      },
      costs: {
        linear: 0.001,
        sell: [0.002, 0.003],
        impact: { coefficient: 0.01 },
        piecewise: [{ asset: 'B', breakpoints: [0.5], slopes: [0, 0.01] }],
      },
    });
    expect(problem?.constraints).toMatchObject({
      budget: null,
      groups: [{ name: 'tech', members: [1], minimum: null, maximum: 0.3, relativeTo: 'budget' }],
      linear: [{ name: 'linear 0', minimum: 0, maximum: null }],
      turnover: { kind: 'oneWay', maximum: 0.2 },
    });
    expect(problem?.costs.buy).toEqual(Float64Array.of(0.001, 0.001));
    expect(problem?.costs.sell).toEqual(Float64Array.of(0.002, 0.003));
    expect(problem?.costs.impact?.power).toBe(1.5);
    expect(problem?.costs.piecewise.get(1)).toEqual({ breakpoints: [0.5], slopes: [0, 0.01] });
  });

  it('returns with an estimator, factors, and expected returns from the history', () => {
    const returns = [
      [0.01, 0.02],
      [0.03, -0.01],
      [0, 0.01],
    ];
    const read = readPortfolioDocument({
      ...minimal,
      expectedReturns: { estimator: 'jamesStein' },
      risk: { returns, estimator: 'ledoitWolf', ddof: 0 },
      objective: { kind: 'minimumRisk', measure: 'cvar', alpha: 0.1 },
    });
    expect(read.findings).toEqual([]);
    expect(read.problem).toMatchObject({
      expectedReturns: null,
      expectedReturnsChoice: { estimator: 'jamesStein' },
      risk: { kind: 'returns', observationCount: 3, choice: { estimator: 'ledoitWolf', ddof: 0 } },
      objective: { risk: { measure: 'cvar', alpha: 0.1 } },
    });
    const factors = { loadings: [[1], [2]], specificVariance: [0.1, 0.2] };
    expect(readPortfolioDocument({ ...minimal, risk: { factors } }).problem?.risk).toMatchObject({
      kind: 'factors',
      factorCount: 1,
      factorCovariance: null,
    });
  });

  it('Black-Litterman with the objective that follows; without one, utility at its own aversion', () => {
    const objective = {
      kind: 'blackLitterman',
      marketWeights: [0.6, 0.4],
      riskAversion: 2.5,
      views: { P: [[1, -1]], Q: [0.02], confidence: [0.5] },
    };
    expect(readPortfolioDocument({ ...minimal, objective }).problem?.objective).toMatchObject({
      tau: 0.05,
      // oxlint-disable-next-line unicorn/no-thenable -- the format's own word; no problem is ever awaited
      then: { kind: 'meanRisk', riskAversion: 2.5 },
    });
  });
});

describe('every fault is told at once', () => {
  it('under its pointer, with its code', () => {
    const document = {
      assets: ['A', 'B', 'A', ''],
      expectedReturns: [0.1, 'x', 0.2],
      risk: { covariance: [[1, 0], [0, 1, 0, 0], 7] },
      objective: { kind: 'meanRisk', riskAversion: -1, alpha: 0.1 },
      constraints: {
        bounds: { lower: 0.5, upper: 0.2 },
        groups: [{ name: 'budget', members: ['Z', 'A', 'A'], min: 0.4, max: 0.3 }],
        exactNames: 9,
        turnover: { kind: 'weekly', max: 0.1 },
        colour: 'blue',
      },
      costs: { piecewise: [{ asset: 'B', breakpoints: [0.2, 0.1], slopes: [2, 1] }] },
      frontier: { points: 1 },
      tolerance: 0,
    };
    const found = faults(document);
    for (const fault of [
      '/assets/2 PORTFOLIO_NAME_DUPLICATE',
      '/assets/3 PORTFOLIO_FIELD_INVALID',
      '/expectedReturns PORTFOLIO_LENGTH_MISMATCH',
      '/expectedReturns/1 PORTFOLIO_FIELD_INVALID',
      '/risk/covariance PORTFOLIO_LENGTH_MISMATCH',
      '/risk/covariance/0 PORTFOLIO_LENGTH_MISMATCH',
      '/risk/covariance/2 PORTFOLIO_FIELD_INVALID',
      '/objective/riskAversion PORTFOLIO_NUMBER_OUT_OF_RANGE',
      '/constraints/bounds/lower PORTFOLIO_BOUNDS_CROSSED',
      '/constraints/groups/0/members/0 PORTFOLIO_NAME_UNKNOWN',
      '/constraints/groups/0/members/2 PORTFOLIO_NAME_DUPLICATE',
      '/constraints/groups/0/min PORTFOLIO_BOUNDS_CROSSED',
      '/constraints/groups/0/name PORTFOLIO_NAME_DUPLICATE',
      '/constraints/exactNames PORTFOLIO_NUMBER_OUT_OF_RANGE',
      '/constraints/turnover/kind PORTFOLIO_KIND_UNKNOWN',
      '/constraints/turnover CURRENT_WEIGHTS_REQUIRED',
      '/constraints/colour PORTFOLIO_FIELD_UNKNOWN',
      '/costs/piecewise/0/slopes PORTFOLIO_LENGTH_MISMATCH',
      '/costs/piecewise/0/slopes/1 PORTFOLIO_COST_NOT_CONVEX',
      '/costs/piecewise/0/breakpoints/1 PORTFOLIO_COST_NOT_CONVEX',
      '/frontier/points PORTFOLIO_NUMBER_OUT_OF_RANGE',
      '/tolerance PORTFOLIO_NUMBER_OUT_OF_RANGE',
    ]) {
      expect(found).toContain(fault);
    }
    expect(readPortfolioDocument(document).problem).toBeNull();
  });

  it('NaN and infinities, which are no JSON, with the place where they stand', () => {
    const text =
      '{"assets":["NaN","B"],"risk":{"covariance":[[NaN,0],[0,-Infinity]]},"objective":{"kind":"minimumRisk"}}';
    const { problem, findings } = readPortfolioProblem(text);
    expect(problem).toBeNull();
    expect(findings.map(({ code, location }) => [location.pointer, code])).toEqual([
      ['/risk/covariance/0/0', 'PORTFOLIO_NUMBER_INVALID'],
      ['/risk/covariance/1/1', 'PORTFOLIO_NUMBER_INVALID'],
    ]);
    expect(findings[0]?.message).toContain('NaN');
    expect(faults({ ...minimal, expectedReturns: [Infinity, 0] })).toEqual([
      '/expectedReturns/0 PORTFOLIO_NUMBER_INVALID',
    ]);
  });

  it('an unknown kind with the kinds there are', () => {
    const { findings } = readPortfolioDocument({ ...minimal, objective: { kind: 'best' } });
    expect(findings[0]?.code).toBe('PORTFOLIO_KIND_UNKNOWN');
    expect(findings[0]?.message).toContain('minimumRisk, meanRisk');
  });

  it('a measure that needs a history where there is none, and two kinds of risk at once', () => {
    expect(faults({ ...minimal, objective: { kind: 'minimumRisk', measure: 'cvar' } })).toEqual([
      '/risk RETURN_HISTORY_REQUIRED',
    ]);
    expect(faults({ ...minimal, risk: { ...minimal.risk, returns: [[0, 0]] } })).toEqual([
      '/risk PORTFOLIO_FIELD_REQUIRED',
    ]);
  });

  it('a document that is none', () => {
    for (const text of ['', '[]', '{"assets":', 'null', '3']) {
      const { problem, findings } = readPortfolioProblem(text);
      expect(problem).toBeNull();
      expect(findings.length).toBeGreaterThan(0);
    }
    expect(faults({})).toEqual([
      '/assets PORTFOLIO_FIELD_REQUIRED',
      '/risk PORTFOLIO_FIELD_REQUIRED',
      '/objective PORTFOLIO_FIELD_REQUIRED',
    ]);
    expect(readPortfolioProblem(Uint8Array.of(0xff, 0xfe)).findings[0]?.code).toBe('TEXT_NOT_UTF8');
  });

  it('at most some hundred of a document full of them, and how many more there are', () => {
    const covariance = Array.from({ length: 30 }, () => Array.from({ length: 30 }, () => 'x'));
    const assets = Array.from({ length: 30 }, (_, i) => `A${String(i)}`);
    const { findings } = readPortfolioDocument({ ...minimal, assets, risk: { covariance } });
    expect(findings).toHaveLength(201);
    expect(findings.at(-1)?.message).toBe('700 more errors are not listed');
  });
});

describe('hostile documents', () => {
  it('of lists within lists are refused where a number is wanted, not run out of stack', () => {
    const depth = 4000;
    const nested = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
    const document = (covariance: string): string =>
      `{"assets":["A"],"objective":{"kind":"minimumRisk"},"risk":{"covariance":${covariance}}}`;
    const { problem, findings } = readPortfolioProblem(document(nested));
    expect(problem).toBeNull();
    expect(findings.map(({ location }) => location.pointer)).toEqual(['/risk/covariance/0/0']);
    const whole = readPortfolioProblem(nested);
    expect(whole.findings.map(({ code }) => code)).toEqual(['PORTFOLIO_FIELD_INVALID']);
  });

  it('of numbers whose squares overflow are refused with every pointer', () => {
    const document = {
      ...minimal,
      expectedReturns: [1e300, -1e101],
      constraints: { bounds: { lower: -1e300, upper: null } },
    };
    expect(faults(document)).toEqual([
      '/expectedReturns/0 PORTFOLIO_NUMBER_OUT_OF_RANGE',
      '/expectedReturns/1 PORTFOLIO_NUMBER_OUT_OF_RANGE',
      '/constraints/bounds/lower PORTFOLIO_NUMBER_OUT_OF_RANGE',
    ]);
  });
});

it('tells settings that do not belong to the measure', () => {
  const objective = { kind: 'minimumRisk', alpha: 0.1, threshold: 0, compounded: false };
  expect(faults({ ...minimal, objective })).toEqual([
    '/objective/alpha PORTFOLIO_FIELD_UNKNOWN',
    '/objective/threshold PORTFOLIO_FIELD_UNKNOWN',
    '/objective/compounded PORTFOLIO_FIELD_UNKNOWN',
  ]);
});

it('tells settings that do not belong to the kind of risk or to the estimator', () => {
  const { covariance } = minimal.risk;
  expect(faults({ ...minimal, risk: { covariance, estimator: 'oas', ddof: 0 } })).toEqual([
    '/risk/estimator PORTFOLIO_FIELD_UNKNOWN',
    '/risk/ddof PORTFOLIO_FIELD_UNKNOWN',
  ]);
  const returns = [
    [0.01, 0.02],
    [0.02, -0.01],
    [0, 0.01],
  ];
  expect(faults({ ...minimal, risk: { returns, halfLife: 5, repair: 'clip' } })).toEqual([
    '/risk/repair PORTFOLIO_FIELD_UNKNOWN',
    '/risk/halfLife PORTFOLIO_FIELD_UNKNOWN',
  ]);
});

it('reads ends of 1e20 and beyond as no limit, as other programs write it', () => {
  const bounds = { lower: -1e20, upper: [1e30, 0.5] };
  const { problem } = readPortfolioDocument({ ...minimal, constraints: { bounds } });
  expect([...(problem?.constraints.lower ?? [])]).toEqual([-Infinity, -Infinity]);
  expect([...(problem?.constraints.upper ?? [])]).toEqual([Infinity, 0.5]);
});
