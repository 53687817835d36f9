/** Portfolios that were printed: the answer must be theirs to the digits that they give. */
import { describe, expect, it } from 'vitest';
import { optimized } from '../../../test/support/optimized-portfolio.ts';

/** From a lower triangle. */
function symmetric(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((_, i) =>
    rows.map((__, j) => (j <= i ? (rows[i]?.[j] ?? NaN) : (rows[j]?.[i] ?? NaN))),
  );
}

/** Bailey and López de Prado, An Open-Source Implementation of the Critical-Line Algorithm, Algorithms 6 (2013). */
const bailey = {
  assets: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'],
  expectedReturns: [1.175, 1.19, 0.396, 1.12, 0.346, 0.679, 0.089, 0.73, 0.481, 1.08],
  risk: {
    covariance: symmetric([
      [0.40755159],
      [0.03175842, 0.9063047],
      [0.05183923, 0.03136385, 0.19490901],
      [0.05663904, 0.02687256, 0.04408485, 0.19528471],
      [0.0330226, 0.01917172, 0.03006772, 0.02777345, 0.34059105],
      [0.00827775, 0.00934384, 0.01322738, 0.00526665, 0.00777055, 0.15983874],
      [0.02165938, 0.02495043, 0.03525971, 0.01375808, 0.02067844, 0.02105575, 0.68056711],
      [
        0.01332419, 0.00761036, 0.0115493, 0.00780878, 0.00736409, 0.00518686, 0.01377882,
        0.95526918,
      ],
      [
        0.0343476, 0.02874874, 0.0427563, 0.02914176, 0.02542657, 0.01723737, 0.04627027, 0.0106553,
        0.31681584,
      ],
      [
        0.02249903, 0.01336866, 0.02057303, 0.01640377, 0.01284075, 0.00723779, 0.01926088,
        0.00760955, 0.01854318, 0.11079287,
      ],
    ]),
  },
};

/** Their turning points: return, risk, and weights (the paper prints three digits; the figures are its code's). */
const turningPoints: readonly (readonly [number, number, readonly number[]])[] = [
  [1.19, 0.9520003676469878, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
  [
    1.1802594588936024,
    0.5456568742682376,
    [0.6493694070931811, 0.3506305929068189, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  [
    1.1600564524217891,
    0.4172556503733193,
    [0.4339841341086239, 0.23124750065448754, 0, 0.334768365236889, 0, 0, 0, 0, 0, 0],
  ],
  [
    1.1112622642799619,
    0.2667196142113227,
    [
      0.12688785385570883, 0.07234334721032556, 0, 0.28125374926334057, 0, 0, 0, 0, 0,
      0.5195150496706249,
    ],
  ],
  [
    1.0224838894431951,
    0.2296800735960956,
    [
      0.0869215492990579, 0.050451042268558385, 0, 0.22359401742288823, 0, 0.17383161507156486, 0,
      0.03017301555135618, 0, 0.4350287603865743,
    ],
  ],
  [
    0.9499368157550272,
    0.21602457168689138,
    [
      0.06834400480527462, 0.041387026820649334, 0.015215259551836627, 0.18813443107045838,
      0.03416248599274816, 0.20231943214747125, 0, 0.0339293235595669, 0.03363264959172938,
      0.38287538646026537,
    ],
  ],
];

describe('Bailey and López de Prado 2013, ten assets', () => {
  it.each(turningPoints)('turning point of return %d', (expectedReturn, risk, weights) => {
    const result = optimized({
      ...bailey,
      objective: { kind: 'targetReturn', return: expectedReturn },
    });
    expect(result.status).toBe('optimal');
    expect(result.risk).toBeCloseTo(risk, 12);
    weights.forEach((weight, i) => {
      expect(result.weights[i]).toBeCloseTo(weight, 11);
    });
  });

  it('minimum variance', () => {
    const { weights, risk, expectedReturn } = optimized({
      ...bailey,
      objective: { kind: 'minimumRisk' },
    });
    expect(risk).toBeCloseTo(0.20523761981386526, 13);
    expect(expectedReturn).toBeCloseTo(0.8032153598765337, 12);
    [
      0.03696858147921504, 0.02690083780081047, 0.0949424305647986, 0.1257759521946726,
      0.0767460810325476, 0.21935567131616898, 0.029987096882220312, 0.035963284621386274,
      0.06134983772972688, 0.29201022637845325,
    ].forEach((weight, i) => {
      expect(weights[i]).toBeCloseTo(weight, 12);
    });
  });

  it('maximum Sharpe ratio, printed as 4.4535 at risk 0.2274', () => {
    const { objective, risk } = optimized({ ...bailey, objective: { kind: 'maximumRatio' } });
    expect(objective).toBeCloseTo(4.4535, 4);
    expect(risk).toBeCloseTo(0.2274, 4);
  });
});

const countries = ['AUL', 'CAN', 'FRA', 'GER', 'JAP', 'UKG', 'USA'];
const volatility = [0.16, 0.203, 0.248, 0.271, 0.21, 0.2, 0.187];
const marketWeights = [0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615];
const correlation = symmetric([
  [1],
  [0.488, 1],
  [0.478, 0.664, 1],
  [0.515, 0.655, 0.861, 1],
  [0.439, 0.31, 0.355, 0.354, 1],
  [0.512, 0.608, 0.783, 0.777, 0.405, 1],
  [0.491, 0.779, 0.668, 0.653, 0.306, 0.652, 1],
]);

/** He and Litterman, The Intuition Behind Black-Litterman Model Portfolios (1999): Tables 1, 2, 4 and 5. */
function heLitterman(P: number[][], Q: number[]) {
  const covariance = correlation.map((row, i) =>
    row.map((c, j) => c * (volatility[i] ?? NaN) * (volatility[j] ?? NaN)),
  );
  return optimized({
    assets: countries,
    risk: { covariance },
    objective: {
      kind: 'blackLitterman',
      marketWeights,
      riskAversion: 2.5,
      tau: 0.05,
      views: { P, Q },
    },
    constraints: { budget: null, bounds: null },
  });
}

/**
 * Percent as printed, within one unit of the last digit: half of it is the table's rounding, half that of the inputs,
 * which are printed to three digits themselves.
 */
function expectPrinted(
  values: Float64Array | undefined,
  printed: readonly number[],
  unit: number,
): void {
  expect(values).toHaveLength(printed.length);
  printed.forEach((figure, i) => {
    expect(Math.abs(100 * (values?.[i] ?? NaN) - figure)).toBeLessThan(unit);
  });
}

describe('He and Litterman 1999, seven countries', () => {
  const germany = [0, 0, -0.295, 1, 0, -0.705, 0];

  it('equilibrium returns (Table 2)', () => {
    const { blackLitterman } = heLitterman([], []);
    expectPrinted(blackLitterman?.equilibriumReturns, [3.9, 6.9, 8.4, 9, 4.3, 6.8, 7.6], 0.1);
  });

  it('Germany against the rest of Europe by 5 % (Table 4)', () => {
    const { blackLitterman, weights } = heLitterman([germany], [0.05]);
    expectPrinted(blackLitterman?.posteriorReturns, [4.3, 7.6, 9.3, 11, 4.5, 7, 8.1], 0.1);
    expectPrinted(weights, [1.5, 2.1, -4, 35.4, 11, -9.5, 58.6], 0.1);
  });

  it('and Canada against the United States by 3 % (Table 5)', () => {
    const { blackLitterman, weights } = heLitterman(
      [germany, [0, 1, 0, 0, 0, 0, -1]],
      [0.05, 0.03],
    );
    expectPrinted(blackLitterman?.posteriorReturns, [4.4, 8.7, 9.5, 11.2, 4.6, 7, 7.5], 0.1);
    expectPrinted(weights, [1.5, 41.9, -3.4, 33.6, 11, -8.2, 18.8], 0.1);
  });

  it('without a view the market less what is unsure about it: w = w_market / (1 + tau)', () => {
    heLitterman([], []).weights.forEach((w, i) => {
      expect(w).toBeCloseTo((marketWeights[i] ?? NaN) / 1.05, 13);
    });
  });
});

/** Idzorek, A Step-by-Step Guide to the Black-Litterman Model (2005): Tables 1, 2, 5 and 6. */
describe('Idzorek 2005, eight asset classes', () => {
  const covariance = symmetric([
    [0.001005],
    [0.001328, 0.007277],
    [-0.000579, -0.001307, 0.059852],
    [-0.000675, -0.00061, 0.027588, 0.029609],
    [0.000121, -0.002237, 0.063497, 0.026572, 0.102488],
    [0.000128, -0.000989, 0.023036, 0.021465, 0.042744, 0.032056],
    [-0.000445, 0.001442, 0.032967, 0.020697, 0.039943, 0.019881, 0.028355],
    [-0.000437, -0.001535, 0.048039, 0.029854, 0.065994, 0.032235, 0.035064, 0.079958],
  ]);
  const objective = {
    kind: 'blackLitterman',
    marketWeights: [0.1934, 0.2613, 0.1209, 0.1209, 0.0134, 0.0134, 0.2418, 0.0349],
    riskAversion: 3.07,
    tau: 0.025,
    views: {
      P: [
        [0, 0, 0, 0, 0, 0, 1, 0],
        [-1, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 0.9, -0.9, 0.1, -0.1, 0, 0],
      ],
      Q: [0.0525, 0.0025, 0.02],
    },
  };
  const assets = ['US bonds', 'bonds', 'LG', 'LV', 'SG', 'SV', 'developed', 'emerging'];
  const returns = (views: object) =>
    optimized({
      assets,
      risk: { covariance },
      objective: { ...objective, views: { ...objective.views, ...views } },
      constraints: { budget: null, bounds: null },
    }).blackLitterman;

  it("implied returns, and the new ones with omega = tau diag(P Sigma P')", () => {
    const result = returns({});
    expectPrinted(result?.equilibriumReturns, [0.08, 0.67, 6.41, 4.08, 7.43, 3.7, 4.8, 6.6], 0.02);
    expectPrinted(result?.posteriorReturns, [0.07, 0.5, 6.5, 4.32, 7.59, 3.94, 4.93, 6.84], 0.02);
  });

  it('a confidence of one half is that omega, certainty is the view, none leaves the view out', () => {
    const half = returns({ confidence: 0.5 })?.posteriorReturns;
    const plain = returns({})?.posteriorReturns;
    half?.forEach((x, i) => {
      expect(x).toBeCloseTo(plain?.[i] ?? NaN, 15);
    });
    const sure = returns({ confidence: [1, 0, 0] })?.posteriorReturns;
    expect(sure?.[6]).toBeCloseTo(0.0525, 14);
    const none = returns({ confidence: 0 });
    expect(none?.posteriorReturns).toEqual(none?.equilibriumReturns);
  });
});
