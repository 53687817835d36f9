import { describe, expect, test } from 'vitest';
import type { ExpectedReturnsChoice } from '../../domain/index.ts';
import { fixedHistory } from '../../../test/support/fixed-history.ts';
import { estimateExpectedReturns } from './index.ts';

function estimated(
  returns: Float64Array,
  count: number,
  choice: ExpectedReturnsChoice,
): readonly number[] {
  const result = estimateExpectedReturns({ count, returns }, choice);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return [...result.value.expectedReturns];
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-15);
  });
}

describe('by hand, (1, 2), (3, 2), (5, 8) percent', () => {
  const returns = Float64Array.of(0.01, 0.02, 0.03, 0.02, 0.05, 0.08);
  test('mean, geometric mean, exponential', () => {
    expectClose(estimated(returns, 3, { estimator: 'mean' }), [0.03, 0.04]);
    expectClose(estimated(returns, 3, { estimator: 'geometricMean' }), [
      (1.01 * 1.03 * 1.05) ** (1 / 3) - 1,
      (1.02 * 1.02 * 1.08) ** (1 / 3) - 1,
    ]);
    expectClose(estimated(returns, 3, { estimator: 'exponential', halfLife: 1 }), [
      0.27 / 7,
      0.38 / 7,
    ]);
  });
  test('capm: the market is 1.5, 2.5, 6.5; betas 5/7 and 9/7 on its mean of 3.5', () => {
    expectClose(estimated(returns, 3, { estimator: 'capm', riskFreeRate: 0.007 }), [
      0.007 + (5 / 7) * 0.028,
      0.007 + (9 / 7) * 0.028,
    ]);
    const own = { estimator: 'capm', marketReturns: Float64Array.of(0.01, 0.03, 0.05) } as const;
    expectClose(estimated(returns, 3, own), [0.03, 1.5 * 0.03]);
  });
  test('equilibrium: 2 Sigma (0.75, 0.25) with Sigma = [4, 6; 6, 12] 1e-4', () => {
    const marketWeights = Float64Array.of(0.75, 0.25);
    expectClose(
      estimated(returns, 3, { estimator: 'equilibrium', riskAversion: 2, marketWeights }),
      [2 * 4.5e-4, 2 * 7.5e-4],
    );
  });
  test('half way to the grand mean', () => {
    expectClose(
      estimated(returns, 3, { estimator: 'shrunkMean', shrinkage: 0.5 }),
      [0.0325, 0.0375],
    );
  });
});

describe('skfolio 1.12.2 ShrunkMu and EquilibriumMu, PyPortfolioOpt 1.6.0, pandas 3.1.1 on T = 60, n = 5', () => {
  const cases: readonly (readonly [ExpectedReturnsChoice, readonly number[]])[] = [
    [
      { estimator: 'jamesStein' },
      [
        0.00144596636380194, 0.00193829301007248, 0.00244389201597718, 0.00335505862983387,
        0.00367789819812548,
      ],
    ],
    [
      { estimator: 'jamesStein', shrinkTo: 'minimumVariance' },
      [
        0.00055523457259017, 0.00135740086275919, 0.00218119230681777, 0.00366579028236923,
        0.00419180491265179,
      ],
    ],
    [
      { estimator: 'bayesStein' },
      [
        0.00092986251560075, 0.00164779669621848, 0.0023850852642353, 0.00371379184812789,
        0.00418457189362853,
      ],
    ],
    [
      { estimator: 'bayesStein', shrinkTo: 'minimumVariance' },
      [
        3.7930763538061049e-5, 6.4574640703264467e-4, 1.2699478136640463e-3, 2.3948540642750476e-3,
        2.7934246909781376e-3,
      ],
    ],
    [
      { estimator: 'bodnarOkhrin' },
      [
        -8.5160222634648596e-6, 5.81849599215978e-4, 1.1881305584153668e-3, 2.2807414262927608e-3,
        2.6678693297211252e-3,
      ],
    ],
    [
      { estimator: 'capm', riskFreeRate: 0.001 },
      [
        0.00209446488760781, 0.00257871433199391, 0.0022034231492281, 0.00293723085751374,
        0.00304727499146739,
      ],
    ],
    [
      { estimator: 'geometricMean' },
      [
        0.00052382896807357, 0.00134558298353271, 0.00219769448390372, 0.00373953601289578,
        0.0042664021798271,
      ],
    ],
    [
      { estimator: 'equilibrium', riskAversion: 2.5 },
      [
        0.00017888979960648, 0.00025804015613835, 0.00019669897905793, 0.00031663952294494,
        0.00033462618774682,
      ],
    ],
    [
      { estimator: 'exponential', halfLife: 10 },
      [
        0.0008821795672303, 0.00275478684209909, 0.00237371433702782, 0.00501000935298276,
        0.00555029762256491,
      ],
    ],
  ];
  test.each(cases)('%o', (choice, expected) => {
    const actual = estimated(fixedHistory(60, 5), 60, choice);
    actual.forEach((value, i) => {
      expect(Math.abs(value - (expected[i] as number))).toBeLessThan(2e-14);
    });
  });
});

test('refusals', () => {
  const refuse = (choice: ExpectedReturnsChoice, returns: Float64Array, count: number): string => {
    const result = estimateExpectedReturns({ count, returns }, choice);
    return result.ok ? '' : result.error.map(({ code }) => code).join();
  };
  const short = Float64Array.of(0.1, 0.2);
  expect(refuse({ estimator: 'bayesStein' }, short, 1)).toBe('ESTIMATOR_HISTORY_SHORT');
  expect(refuse({ estimator: 'equilibrium' }, short, 1)).toBe('ESTIMATOR_SETTING_INVALID');
  expect(refuse({ estimator: 'geometricMean' }, Float64Array.of(-1, 0), 2)).toBe(
    'ESTIMATOR_DATA_DEGENERATE',
  );
  const repeated = Float64Array.of(0.1, 0.1, 0.2, 0.2, 0, 0);
  expect(refuse({ estimator: 'bayesStein' }, repeated, 3)).toBe('ESTIMATOR_DATA_DEGENERATE');
});
