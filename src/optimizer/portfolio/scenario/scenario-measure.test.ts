/** The measures on one path of three returns, by hand: y = 5 %, -8 %, 1 %. */
import { expect, test } from 'vitest';
import { choice } from '../../../../test/support/scenario-problems.ts';
import type { MeasureChoice, RiskMeasure } from '../../../domain/index.ts';
import { densityAt, riskContributions } from './density.ts';
import { drawdownsOf, measureValue, riskOfReturns } from './scenario-measure.ts';

const PATH = Float64Array.of(0.05, -0.08, 0.01);
/** Two assets whose half-and-half portfolio has that path. */
const SCENARIOS = { count: 3, returns: Float64Array.of(0.1, 0, -0.2, 0.04, 0.04, -0.02) };

function risk(measure: RiskMeasure, more: Partial<MeasureChoice & { ddof: number }> = {}): number {
  return riskOfReturns({ ...choice(measure), ddof: 1, ...more }, PATH);
}

test('losses in the tail: whole scenarios, and a scenario in part', () => {
  expect(risk('worstRealization')).toBe(0.08);
  expect(risk('cvar', { alpha: 1 / 3 })).toBeCloseTo(0.08, 15);
  expect(risk('cvar', { alpha: 2 / 3 })).toBeCloseTo((0.08 - 0.01) / 2, 15);
  // Half of three scenarios: the worst, and half of the second worst.
  expect(risk('cvar', { alpha: 0.5 })).toBeCloseTo((0.08 - 0.5 * 0.01) / 1.5, 15);
  // A tail smaller than one scenario is the worst one; the whole of it is the mean loss.
  expect(risk('cvar', { alpha: 0.05 })).toBeCloseTo(0.08, 15);
  expect(risk('cvar', { alpha: 1 })).toBeCloseTo(0.02 / 3, 15);
});

test('deviations about the mean, -2/3 %, and about a threshold', () => {
  // Deviations 17/300, -22/300, 5/300.
  expect(risk('meanAbsoluteDeviation')).toBeCloseTo(44 / 900, 15);
  expect(risk('meanAbsoluteDeviation', { threshold: 0.01 })).toBeCloseTo(0.13 / 3, 15);
  expect(risk('semivariance')).toBeCloseTo(22 / 300 / Math.sqrt(2), 15);
  expect(risk('semivariance', { ddof: 0 })).toBeCloseTo(22 / 300 / Math.sqrt(3), 15);
  expect(risk('semivariance', { threshold: 0 })).toBeCloseTo(0.08 / Math.sqrt(2), 15);
  expect(risk('variance')).toBeCloseTo(
    Math.sqrt(17 ** 2 + 22 ** 2 + 5 ** 2) / 300 / Math.SQRT2,
    15,
  );
});

test('drawdowns 0, 8 %, 7 % of the uncompounded path; the start counts as a peak', () => {
  expect(risk('maximumDrawdown')).toBeCloseTo(0.08, 15);
  expect(risk('averageDrawdown')).toBeCloseTo(0.05, 15);
  expect(risk('ulcer')).toBeCloseTo(Math.sqrt((0.0064 + 0.0049) / 3), 15);
  expect(risk('cdar', { alpha: 2 / 3 })).toBeCloseTo(0.075, 15);
  expect(risk('cdar', { alpha: 0.5 })).toBeCloseTo((0.08 + 0.5 * 0.07) / 1.5, 15);
  expect([...drawdownsOf(Float64Array.of(-0.1, 0.05), false)]).toEqual([0.1, 0.05]);
});

test('drawdowns of compounded wealth 1.05, 0.966, 0.97566 are shares of the peak', () => {
  const [first, second, third] = drawdownsOf(PATH, true);
  expect(first).toBe(0);
  expect(second).toBeCloseTo(0.08, 15);
  expect(third).toBeCloseTo(1 - 0.97566 / 1.05, 15);
});

test('equal losses share the tail equally', () => {
  const tied = Float64Array.of(-0.02, 0.01, -0.02, -0.02);
  const density = densityAt({ ...choice('worstRealization'), ddof: 1 }, tied);
  expect([...density]).toEqual([1 / 3, 0, 1 / 3, 1 / 3]);
  const half = densityAt({ ...choice('cvar', { alpha: 0.5 }), ddof: 1 }, tied);
  expect([...half]).toEqual([1 / 3, 0, 1 / 3, 1 / 3]);
});

test('contributions to the worst loss are those of that day', () => {
  const weights = Float64Array.of(0.5, 0.5);
  const measure = { ...choice('worstRealization'), ddof: 1 };
  expect(measureValue(measure, weights, SCENARIOS)).toBeCloseTo(0.08, 15);
  const [a, b] = riskContributions(measure, weights, SCENARIOS) ?? [];
  expect(a).toBeCloseTo(0.1, 15);
  expect(b).toBeCloseTo(-0.02, 15);
});

test('a threshold other than zero leaves no contributions that add up', () => {
  const measure = { ...choice('semivariance', { threshold: 0.01 }), ddof: 1 };
  expect(riskContributions(measure, Float64Array.of(0.5, 0.5), SCENARIOS)).toBeNull();
});
