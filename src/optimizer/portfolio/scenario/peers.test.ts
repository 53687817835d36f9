/**
 * Expectations from three independent libraries on a panel of their own (11 US names, 500 daily returns of
 * `riskfolio_stock_prices_3.csv`), long-only and fully invested, alpha 5 %, each with Clarabel 0.11.1 at 1e-11:
 * Riskfolio-Lib 7.4.0, skfolio 1.12.2, PyPortfolioOpt 1.6.0. Figures are per day.
 */
import { describe, expect, test } from 'vitest';
import { choice, resolvedProblem } from '../../../../test/support/scenario-problems.ts';
import { sharedData } from '../../../../test/support/shared-data.ts';
import type { PortfolioObjective, PortfolioResult, RiskMeasure } from '../../../domain/index.ts';
import { solveScenario } from './solve-scenario.ts';

/** A ten-millionth of the risk in the utility. */
const UTILITY_NEAR = 1e-10;
const data = sharedData('peer-inputs');
const returns = data.isAvailable ? returnsOf(data.text('riskfolio_stock_prices_3.csv')) : [];

function returnsOf(csv: string): number[][] {
  const prices = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(1).map(Number));
  return prices.slice(1).map((row, t) => row.map((p, i) => p / (prices[t]?.[i] as number) - 1));
}

function solved(
  objective: PortfolioObjective,
  more: Partial<Parameters<typeof resolvedProblem>[0]> = {},
): PortfolioResult {
  const result = solveScenario(resolvedProblem({ returns, objective, ...more }));
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join('; '));
  expect(result.value.status).toBe('optimal');
  return result.value;
}

/** The solver's certificate is far below the peers' own accuracy, which sets the tolerance. */
function expectNear(value: number, expected: number, relative: number): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));
}

describe.skipIf(!data.isAvailable)(`published libraries ${data.reason}`, () => {
  test.each<[RiskMeasure, number]>([
    ['variance', 0.00844749086795],
    ['meanAbsoluteDeviation', 0.00602325583969],
    ['semivariance', 0.00635334676791],
    ['cvar', 0.0204398791851],
    ['worstRealization', 0.0261206442755],
    ['maximumDrawdown', 0.156785780494],
    ['averageDrawdown', 0.0236656065431],
    ['cdar', 0.0989342218827],
    ['ulcer', 0.0355204041029],
  ])('least %s is Riskfolio-Lib’s', (measure, expected) => {
    const result = solved({ kind: 'minimumRisk', risk: choice(measure) });
    expectNear(result.risk, expected, 1e-9);
    expectNear(result.objective, measure === 'variance' ? result.risk : expected, 1e-9);
  });

  test.each<[RiskMeasure, number]>([
    ['variance', 0.0904464418759],
    ['meanAbsoluteDeviation', 0.13182357339],
    ['semivariance', 0.136551675161],
    ['cvar', 0.0453039312617],
    ['worstRealization', 0.0288567876319],
    ['maximumDrawdown', 0.00467532198043],
    ['averageDrawdown', 0.0343536764555],
    ['cdar', 0.00741539446906],
    ['ulcer', 0.0216296024989],
  ])('highest ratio to %s above 1 bp a day is Riskfolio-Lib’s', (measure, expected) => {
    const result = solved({ kind: 'maximumRatio', risk: choice(measure), riskFreeRate: 0.0001 });
    expectNear(result.objective, expected, 1e-8);
  });

  test.each<[RiskMeasure, number]>([
    ['semivariance', 0.00101217771402],
    ['meanAbsoluteDeviation', 0.000999684748534],
    ['cvar', -1.46885819739e-5],
    ['worstRealization', -0.000481528301876],
    ['maximumDrawdown', -0.00713938181549],
    ['averageDrawdown', -0.000322210739822],
    ['cdar', -0.00424063382169],
    ['ulcer', -0.000972127701338],
  ])('highest utility over %s is skfolio’s', (measure, expected) => {
    const result = solved({ kind: 'meanRisk', risk: choice(measure), riskAversion: 0.05 });
    expect(Math.abs(result.objective - expected)).toBeLessThanOrEqual(UTILITY_NEAR);
  });

  // skfolio takes costs from every period's return, which a deviation does not see: the others differ by design.
  test.each<[RiskMeasure, number]>([
    ['semivariance', 2.83364687856e-5],
    ['meanAbsoluteDeviation', 3.0793563616e-5],
  ])('highest utility over %s with costs of 10 bp is skfolio’s', (measure, expected) => {
    const n = returns[0]?.length ?? 0;
    const rate = new Float64Array(n).fill(0.001);
    const result = solved(
      { kind: 'meanRisk', risk: choice(measure), riskAversion: 0.05 },
      { current: Array.from({ length: n }, () => 1 / n), costs: { buy: rate, sell: rate } },
    );
    expect(Math.abs(result.objective - expected)).toBeLessThanOrEqual(UTILITY_NEAR);
  });

  test('CVaR and CDaR with a target return or risk are PyPortfolioOpt’s', () => {
    const cvar = choice('cvar');
    const cdar = choice('cdar');
    expectNear(
      solved({ kind: 'targetReturn', risk: cvar, return: 0.0008 }).risk,
      0.02058338177473745,
      1e-8,
    );
    expectNear(
      solved({ kind: 'targetReturn', risk: cdar, return: 0.0008 }).risk,
      0.10109293234725512,
      1e-8,
    );
    const limited = solved({ kind: 'targetRisk', risk: cvar, limit: 0.022 });
    expectNear(limited.expectedReturn ?? NaN, 0.0010560784408202982, 1e-8);
  });

  test('semivariance below a benchmark is PyPortfolioOpt’s, which divides by T', () => {
    const risk = choice('semivariance', { threshold: 0.0001 });
    const least = solved({ kind: 'minimumRisk', risk }, { ddof: 0 });
    expectNear(least.risk, 0.006105428710987218, 1e-8);
    const aimed = solved({ kind: 'targetReturn', risk, return: 0.0008 }, { ddof: 0 });
    expectNear(aimed.risk, 0.0061957506608992675, 1e-8);
    const limited = solved({ kind: 'targetRisk', risk, limit: 0.007 }, { ddof: 0 });
    expectNear(limited.expectedReturn ?? NaN, 0.0011137579592970012, 1e-7);
  });
});
