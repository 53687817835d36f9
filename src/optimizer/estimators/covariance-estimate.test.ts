import { describe, expect, test } from 'vitest';
import type { EstimatorChoice } from '../../domain/index.ts';
import { fixedHistory, fixedWideHistory } from '../../../test/support/fixed-history.ts';
import { sharedData } from '../../../test/support/shared-data.ts';
import { symmetricEigenvalues } from '../linear-algebra/index.ts';
import { estimateCovariance, repairCovariance, type CovarianceEstimate } from './index.ts';

/** Different orders of summation: a few hundred roundings of numbers near 1e-4. */
const RELATIVE = 1e-11;

function choose(
  estimator: EstimatorChoice['estimator'],
  more: Partial<EstimatorChoice> = {},
): EstimatorChoice {
  return { estimator, ddof: null, halfLife: null, factorCount: null, ...more };
}

function estimated(
  returns: Float64Array,
  count: number,
  choice: EstimatorChoice,
): CovarianceEstimate {
  const result = estimateCovariance({ count, returns }, choice);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function expectRow(actual: Float64Array, expected: readonly number[], relative = RELATIVE): void {
  expected.forEach((value, i) => {
    expect(Math.abs((actual[i] as number) / value - 1)).toBeLessThan(relative);
  });
}

describe('by hand, three periods of two assets: (1, 2), (3, 2), (5, 8) percent', () => {
  // Means 3 and 4; deviations (-2, -2), (0, -2), (2, 4); products 8, 12, 24.
  const returns = Float64Array.of(0.01, 0.02, 0.03, 0.02, 0.05, 0.08);

  test('sample: 4, 6, 12 with divisor 2; 8/3, 4, 8 with divisor 3', () => {
    expectRow(estimated(returns, 3, choose('sample')).covariance, [4e-4, 6e-4, 6e-4, 12e-4]);
    expectRow(estimated(returns, 3, choose('sample', { ddof: 0 })).covariance, [
      8e-4 / 3,
      4e-4,
      4e-4,
      8e-4,
    ]);
  });

  test('exponential with a half-life of one: weights 1/7, 2/7, 4/7', () => {
    // Means 27/7 and 38/7; second moments (1+18+100)/7, (2+12+160)/7, (4+8+256)/7; sum of squared weights 21/49.
    const xx = 119 / 7 - (27 / 7) ** 2;
    const xy = 174 / 7 - (27 / 7) * (38 / 7);
    const yy = 268 / 7 - (38 / 7) ** 2;
    const plain = estimated(returns, 3, choose('exponential', { halfLife: 1, ddof: 0 }));
    expectRow(
      plain.covariance,
      [xx, xy, xy, yy].map((v) => v * 1e-4),
    );
    const corrected = estimated(returns, 3, choose('exponential', { halfLife: 1 }));
    expectRow(
      corrected.covariance,
      [xx, xy, xy, yy].map((v) => (v * 1e-4) / (1 - 21 / 49)),
    );
  });

  test('semicovariance about the mean: shortfalls (2, 2), (0, 2), (0, 0) over T', () => {
    const { covariance } = estimated(returns, 3, choose('semicovariance'));
    expectRow(covariance, [4e-4 / 3, 4e-4 / 3, 4e-4 / 3, 8e-4 / 3]);
  });

  test('Ledoit and Wolf towards the mean variance', () => {
    // S = [8, 12; 12, 24]/3; mean 16/3; squares 928/9; distance (928 - 512)/18 = 208/9. Noise: fourth-order sum
    // (8^2 + 4^2 + 20^2)/3 = 160; (160 - 928/9)/6 = 256/27... capped at 208/9.
    const share = (160 - 928 / 9) / 6 / (208 / 9);
    const { covariance, shrinkage } = estimated(returns, 3, choose('ledoitWolf'));
    expect(shrinkage).toBeCloseTo(share, 12);
    expectRow(covariance, [
      ((1 - share) * 8 + share * 16) * (1e-4 / 3),
      (1 - share) * 4e-4,
      (1 - share) * 4e-4,
      ((1 - share) * 24 + share * 16) * (1e-4 / 3),
    ]);
  });

  test('Gerber at half a deviation: agreement in one period of the three in which either moves', () => {
    // Deviations 2 and 3.46, thresholds 1 and 1.73 (percent): moves (+, +), (+, +), (+, +) agree three times.
    const { covariance } = estimated(returns, 3, choose('gerber'));
    expect((covariance[1] as number) / Math.sqrt(4e-4 * 12e-4)).toBeCloseTo(1, 12);
    // At 1.1 deviations, 2.2 and 3.81: (0, 0), (+, 0), (+, +): one of two.
    const higher = estimated(returns, 3, choose('gerber', { threshold: 1.1 })).covariance;
    expect((higher[1] as number) / Math.sqrt(4e-4 * 12e-4)).toBeCloseTo(0.5, 12);
  });

  test('one statistical factor of two assets: variances kept, one loading each', () => {
    const { covariance, factorModel } = estimated(
      returns,
      3,
      choose('statisticalFactors', { factorCount: 1 }),
    );
    // Eigenvalues of [4, 6; 6, 12]: 8 +- sqrt(52); the first component's cross term is l v1 v2 = 6 l / (2l - 16).
    const l = 8 + Math.sqrt(52);
    expectRow(covariance, [
      4e-4,
      (6 * l * 1e-4) / (2 * l - 16),
      (6 * l * 1e-4) / (2 * l - 16),
      12e-4,
    ]);
    expect(factorModel?.factorCount).toBe(1);
  });

  test('a market exposure of one for both: the factor is their mean', () => {
    // Factor 1.5, 2.5, 6.5: variance 7; residuals +-(0.5, -0.5, 1.5): variance 1.
    const { covariance } = estimated(
      returns,
      3,
      choose('fundamentalFactors', { exposures: Float64Array.of(1, 1), exposureCount: 1 }),
    );
    expectRow(covariance, [8e-4, 7e-4, 7e-4, 8e-4]);
  });
});

describe('first rows by other programs on the history by formula, T = 60, n = 5', () => {
  const returns = fixedHistory(60, 5);
  const cases: readonly (readonly [string, EstimatorChoice, number | null, readonly number[]])[] = [
    [
      'scikit-learn 1.9.1 LedoitWolf',
      choose('ledoitWolf'),
      0.09341518965248483,
      [
        2.638896990331944e-4, -7.0201127485991925e-5, 4.0593684474939532e-5, 2.1390652635253446e-4,
        -9.9750490599774495e-5,
      ],
    ],
    [
      'scikit-learn 1.9.1 OAS',
      choose('oas'),
      0.15587100071625895,
      [
        2.6745567845113397e-4, -6.5364880171139646e-5, 3.7797132559429902e-5, 1.991702265130732e-4,
        -9.2878549085521477e-5,
      ],
    ],
    [
      'PyPortfolioOpt 1.6.0 single_factor',
      choose('ledoitWolfSingleFactor'),
      0.02433271052517352,
      [
        2.5855606173107794e-4, -7.3831308103610081e-5, 4.4997468550495084e-5, 2.3231599367420143e-4,
        -1.051220991603588e-4,
      ],
    ],
    [
      'Ledoit and Wolf, covCor.m of 2004, transcribed to numpy',
      choose('ledoitWolfConstantCorrelation'),
      0.06995932175201573,
      [
        2.5855606173107794e-4, -6.9218168785721375e-5, 4.4532112879459387e-5, 2.2243020082885891e-4,
        -9.9142382016673226e-5,
      ],
    ],
    [
      'pandas 3.1.1 ewm(halflife=10).cov()',
      choose('exponential', { halfLife: 10 }),
      null,
      [
        2.6573475693490088e-4, -6.8557851156328268e-5, 5.5269482065694067e-5, 2.4287062440104696e-4,
        -1.0816218220201701e-4,
      ],
    ],
    [
      'PyPortfolioOpt 1.6.0 semicovariance, benchmark 0.001',
      choose('semicovariance', { threshold: 0.001 }),
      null,
      [
        1.3337267055493627e-4, 1.6391345305809533e-5, 5.5144121705686618e-5, 1.0875084999751095e-4,
        1.0295069955996044e-5,
      ],
    ],
    [
      'Riskfolio-Lib 7.4.0 gerber_cov_stat1 (divisor of the deviations there: T)',
      choose('gerber', { ddof: 0 }),
      null,
      [
        2.5855606173107794e-4, -7.1369471295000639e-5, 1.607687470158516e-5, 1.6139700190219666e-4,
        -9.2919481655536455e-5,
      ],
    ],
  ];
  test.each(cases)('%s', (_, choice, shrinkage, row) => {
    const estimate = estimated(returns, 60, choice);
    expectRow(estimate.covariance, row);
    if (shrinkage !== null) expect(estimate.shrinkage).toBeCloseTo(shrinkage, 12);
  });

  test('fewer periods than assets: scikit-learn 1.9.1 on T = 12, n = 30', () => {
    const short = fixedHistory(12, 30);
    const lw = estimated(short, 12, choose('ledoitWolf'));
    expect(lw.shrinkage).toBeCloseTo(0.10738751825034493, 12);
    expectRow(lw.covariance.slice(1, 2), [-9.630386749569053e-5]);
    const oas = estimated(short, 12, choose('oas'));
    expect(oas.shrinkage).toBeCloseTo(0.20519521531882293, 12);
    expectRow(oas.covariance.slice(1, 2), [-8.575140526697716e-5]);
  });
});

test('denoising keeps three of twenty eigenvalues: skfolio 1.12.2 DenoiseCovariance and Riskfolio-Lib 7.4.0 shrink', () => {
  const returns = fixedWideHistory();
  const fixed = estimated(returns, 200, choose('denoised'));
  expectRow(
    fixed.covariance,
    [4.465847280330917e-4, -8.146280109068996e-5, 5.985262382969807e-5, 3.022924437814835e-4],
    1e-9,
  );
  expect(fixed.notes.join()).toContain('3 of 20');
  const shrunk = estimated(
    returns,
    200,
    choose('denoised', { denoising: 'targetShrinkage', noiseKept: 0.3 }),
  );
  expectRow(
    shrunk.covariance,
    [4.465847280330925e-4, -8.015505852801556e-5, 5.194292988566871e-5, 2.724366902720865e-4],
    1e-9,
  );
});

const panel = sharedData('peer-inputs');

/** T x n simple returns of the rows that have all prices. */
function panelReturns(file: string): { readonly count: number; readonly returns: Float64Array } {
  const rows = panel
    .text(file)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(1).map(Number));
  const returns = rows
    .slice(1)
    .map((row, t) => row.map((price, i) => price / ((rows[t] as number[])[i] as number) - 1));
  return { count: returns.length, returns: Float64Array.from(returns.flat()) };
}

describe.skipIf(!panel.isAvailable)(`twenty S&P 500 names, 8312 days ${panel.reason}`, () => {
  const cases: readonly (readonly [string, EstimatorChoice, number | null, number])[] = [
    ['scikit-learn LedoitWolf', choose('ledoitWolf'), 0.004896666830140248, 3.480801995545736e-4],
    ['scikit-learn OAS', choose('oas'), 0.001405718102244729, 3.493013090507803e-4],
    [
      'PyPortfolioOpt single_factor',
      choose('ledoitWolfSingleFactor'),
      0.012397045211258147,
      3.4895031369761996e-4,
    ],
    [
      'covCor.m transcribed',
      choose('ledoitWolfConstantCorrelation'),
      0.01721775790462724,
      3.493172576145427e-4,
    ],
    ['skfolio DenoiseCovariance', choose('denoised'), null, 3.4308851452573985e-4],
    ['Riskfolio-Lib gerber_cov_stat1', choose('gerber', { ddof: 0 }), null, 2.3416687729229332e-4],
  ];
  test.each(cases)('%s', (_, choice, shrinkage, entry) => {
    const { count, returns } = panelReturns('skfolio_sp500_dataset.csv.gz');
    const estimate = estimated(returns, count, choice);
    expectRow(estimate.covariance.slice(1, 2), [entry], 1e-9);
    if (shrinkage !== null) expect(estimate.shrinkage).toBeCloseTo(shrinkage, 10);
  });
});

describe('refusals name what is wrong, all at once', () => {
  const codes = (returns: Float64Array, count: number, choice: EstimatorChoice): string[] => {
    const result = estimateCovariance({ count, returns }, choice, ['A', 'B']);
    return result.ok ? [] : result.error.map(({ code, message }) => `${code}: ${message}`);
  };

  test('a missing return is named by asset and period', () => {
    expect(codes(Float64Array.of(0, 1, NaN, 0, 0, Infinity), 3, choose('sample'))).toEqual([
      'ESTIMATOR_DATA_DEGENERATE: the return of A in period 1 (counted from 0) is not a finite number',
      'ESTIMATOR_DATA_DEGENERATE: the return of B in period 2 (counted from 0) is not a finite number',
    ]);
  });

  test('too short, and a bad setting', () => {
    expect(codes(Float64Array.of(0.1, 0.2), 1, choose('exponential', { halfLife: 0 }))).toEqual([
      'ESTIMATOR_SETTING_INVALID: halfLife is above zero',
      'ESTIMATOR_HISTORY_SHORT: a covariance needs at least 2 periods; the history has 1',
    ]);
    expect(codes(Float64Array.of(), 0, choose('sample'))[0]).toContain('ESTIMATOR_HISTORY_SHORT');
  });

  test('an asset that never moves has no correlation', () => {
    const returns = Float64Array.of(0.1, 0.01, 0.2, 0.01, 0.3, 0.01);
    for (const estimator of ['denoised', 'gerber', 'ledoitWolfConstantCorrelation'] as const) {
      expect(codes(returns, 3, choose(estimator))[0]).toContain('B has the same return');
    }
    expect(codes(returns, 3, choose('ledoitWolf'))).toEqual([]);
  });

  test('exposures that repeat', () => {
    const returns = fixedHistory(10, 4);
    const result = estimateCovariance(
      { count: 10, returns },
      choose('fundamentalFactors', {
        exposures: Float64Array.of(1, 2, 1, 2, 1, 2, 1, 2),
        exposureCount: 2,
      }),
    );
    expect(result.ok ? '' : result.error[0]?.message).toContain('factor 1');
  });
});

test('1000 assets with 30 periods: factors by the 30 x 30 matrix, variances kept', () => {
  const returns = fixedHistory(30, 1000);
  const { factorModel, covariance } = estimated(returns, 30, choose('statisticalFactors'));
  const sample = estimated(returns, 30, choose('sample'));
  for (let i = 0; i < 1000; i += 1) {
    expect(covariance[i * 1001]).toBeCloseTo(sample.covariance[i * 1001] as number, 12);
  }
  expect(factorModel?.factorCount).toBeLessThan(30);
});

test('a repair says what it found, and keeps a good matrix', () => {
  // Correlations 0.9, 0.9, -0.9 contradict: the smallest eigenvalue of the correlation is -0.8.
  const bad = Float64Array.of(4, 1.8, 3.6, 1.8, 1, -1.8, 3.6, -1.8, 4);
  const kept = repairCovariance(bad, 3, 'nearestCovariance');
  expect(kept.notes[0]).toContain('1 negative eigenvalues');
  expect([kept.covariance[0], kept.covariance[4], kept.covariance[8]]).toEqual([4, 1, 4]);
  expect(symmetricEigenvalues(kept.covariance, 3)[2]).toBeGreaterThan(-1e-12);
  const good = Float64Array.of(1, 0.5, 0.5, 1);
  expect(repairCovariance(good, 2, 'clippedEigenvalues')).toEqual({ covariance: good, notes: [] });
});
