/**
 * Twenty names of the S&P 500, 8,312 days: the history on which skfolio shows its examples. Expected figures are those of
 * skfolio 1.12.2 with Clarabel 0.11.1 at tolerances of 1e-13, from simple daily returns.
 */
import { describe, expect, it } from 'vitest';
import { optimized } from '../../../test/support/optimized-portfolio.ts';
import { sharedData } from '../../../test/support/shared-data.ts';

const data = sharedData('peer-inputs');

function history(): { readonly assets: string[]; readonly risk: { readonly returns: number[][] } } {
  const [header = '', ...lines] = data.text('skfolio_sp500_dataset.csv.gz').trim().split('\n');
  const prices = lines.map((line) => line.split(',').slice(1).map(Number));
  const returns = prices
    .slice(1)
    .map((row, t) => row.map((price, i) => price / (prices[t]?.[i] ?? NaN) - 1));
  return { assets: header.trim().split(',').slice(1), risk: { returns } };
}

describe.skipIf(!data.isAvailable)(`agreement with skfolio ${data.reason}`, () => {
  const document = data.isAvailable ? history() : { assets: [], risk: { returns: [] } };
  it.each([
    [
      'least risk',
      { objective: { kind: 'minimumRisk' } },
      { expectedReturn: 0.0005813655, risk: 0.010066695032626935 },
    ],
    [
      'highest ratio',
      { objective: { kind: 'maximumRatio' } },
      { expectedReturn: 0.0009124162, risk: 0.0125815773 },
    ],
    [
      // Its utility is return - 2 variance, ours return - lambda/2 variance.
      'utility',
      { objective: { kind: 'meanRisk', riskAversion: 4 } },
      { expectedReturn: 0.00102948776, risk: 0.0144176053 },
    ],
    [
      'least risk for a return',
      { objective: { kind: 'targetReturn', return: 0.0006 } },
      { expectedReturn: 0.0006, risk: 0.010075643259 },
    ],
    [
      'highest return for a risk',
      { objective: { kind: 'targetRisk', risk: 0.012 } },
      { expectedReturn: 0.00086798127, risk: 0.012 },
    ],
    [
      'highest ratio within bounds',
      {
        objective: { kind: 'maximumRatio' },
        constraints: { bounds: { lower: 0.01, upper: 0.15 } },
      },
      { expectedReturn: 0.00086533302, risk: 0.0121535296 },
    ],
    [
      'highest ratio after costs from equal weights',
      {
        objective: { kind: 'maximumRatio' },
        current: Array.from({ length: 20 }, () => 0.05),
        costs: { linear: 0.00005 },
      },
      { expectedReturn: 0.0008876348, risk: 0.012354214 },
    ],
  ])('%s', (_name, problem, expected) => {
    const result = optimized({ ...document, ...problem });
    expect(result.status).toBe('optimal');
    // Their answers are exact to about 1e-7 in weight, so to some 1e-9 in return and risk.
    expect(Math.abs((result.expectedReturn ?? NaN) - expected.expectedReturn)).toBeLessThan(2e-9);
    expect(Math.abs(result.risk - expected.risk)).toBeLessThan(1e-8);
  });
});
