import { expect, test } from 'vitest';
import { randomProblem } from '../../../test/support/optimization-problems.ts';
import type { OptimizationProblem, PiecewiseCost } from '../../domain/index.ts';
import { optimize } from '../optimize.ts';
import { taxFrontier, type TaxFrontier } from './tax-frontier.ts';

const F = (...values: number[]): Float64Array => Float64Array.from(values);

/** Name A held at 0.8 with the target 0.4; cash absorbs. D = 1 and riskAversion 1: TE is |x - 0.4|. */
const oneName: OptimizationProblem = {
  assets: ['A'],
  target: F(0.4),
  current: F(0.8),
  specificVariance: F(1),
  factors: new Float64Array(0),
  factorCount: 0,
  riskAversion: 1,
  linear: null,
  costs: [null],
  lower: F(0),
  upper: F(1),
  rows: [],
};
const flatTax: PiecewiseCost = { breakpoints: [0.8], slopes: [-0.5, 0] };

function traced(frontier: TaxFrontier): Extract<TaxFrontier, { status: 'traced' }> {
  if (frontier.status !== 'traced') throw new Error(frontier.status);
  return frontier;
}

test('one name at one rate: tax falls in proportion to the error kept', () => {
  // With weight w the name stops at 0.4 + w / 2: TE = w / 2, tax = 0.5 (0.4 - TE). At w = 0.8 nothing is sold.
  const frontier = traced(taxFrontier(oneName, { tax: [flatTax], points: 9, weightNow: 0.2 }));
  expect(frontier.points).toHaveLength(9);
  for (const point of frontier.points) {
    expect(point.tax).toBeCloseTo(0.5 * (0.4 - point.trackingError), 10);
    expect(point.trackingError).toBeCloseTo(Math.min(0.4, point.taxWeight / 2), 10);
    expect(point.turnover).toBeCloseTo((0.4 - point.trackingError) / 2, 10);
    expect(point.objective).toBeCloseTo(point.trackingError ** 2 / 2, 10);
  }
  const now = frontier.points[frontier.now];
  expect(now?.taxWeight).toBe(0.2);
  expect(now?.trackingError).toBeCloseTo(0.1, 10);
  expect(frontier.points[0]?.tax).toBeCloseTo(0, 10);
  expect(frontier.points.at(-1)?.tax).toBeCloseTo(0.2, 10);
  expect(frontier.noTrade).toEqual({ trackingError: expect.closeTo(0.4, 12), violation: 0 });
});

test('limits that force sales leave a least tax above zero, and staying put is no choice', () => {
  const capped = { ...oneName, upper: F(0.7) };
  const frontier = traced(taxFrontier(capped, { tax: [flatTax], points: 5 }));
  expect(frontier.points[0]?.tax).toBeCloseTo(0.05, 10);
  expect(frontier.noTrade.violation).toBeCloseTo(0.1, 12);
});

test('limits that contradict each other come back as their conflict', () => {
  const rows = [{ name: 'floor', coefficients: F(1), lower: 2, upper: 3 }];
  const frontier = taxFrontier({ ...oneName, rows }, { tax: [flatTax] });
  expect(frontier.status).toBe('infeasible');
  if (frontier.status !== 'infeasible') return;
  expect(frontier.conflict.map(({ constraint }) => constraint)).toEqual(['floor', 'upper:A']);
});

const SEEDS = Array.from({ length: 40 }, (_, s) => s);

/** Lots over the holdings of a random account: half of each position dear, half cheap. */
function taxOf(problem: OptimizationProblem): (PiecewiseCost | null)[] {
  return problem.assets.map((_, i) => {
    const held = problem.current[i] as number;
    if (held === 0) return null;
    return { breakpoints: [held / 2, held], slopes: [-0.1 - 0.01 * (i % 7), -0.02, 0] };
  });
}

test.each(SEEDS)('S1 S2 S3 on random account %i', (seed) => {
  const problem = randomProblem(seed, { assetCountMax: 25, hasCosts: true, isFeasible: true });
  const tax = taxOf(problem);
  const { points, now } = traced(taxFrontier(problem, { tax, points: 12 }));
  expect(points[now]?.taxWeight).toBe(1);
  expect(points.at(-1)?.taxWeight).toBe(0);
  points.forEach((point, at) => {
    const { certificate } = point;
    expect(Math.abs(certificate.gap)).toBeLessThan(1e-9 * (1 + Math.abs(certificate.primal)));
    expect(certificate.maxViolation).toBeLessThan(1e-10);
    const next = points[at + 1];
    if (next === undefined) return;
    expect(next.tax).toBeGreaterThanOrEqual(point.tax - 1e-12);
    expect(next.objective).toBeLessThanOrEqual(point.objective + 1e-10);
    expect(next.taxWeight).toBeLessThan(point.taxWeight);
    // Convex: the slope between neighbors lies between their weights.
    if (next.tax - point.tax < 1e-6) return;
    const slope = (point.objective - next.objective) / (next.tax - point.tax);
    expect(slope).toBeLessThan(point.taxWeight * (1 + 1e-4) + 1e-8);
    expect(slope).toBeGreaterThan(next.taxWeight * (1 - 1e-4) - 1e-8);
  });
  // A point of the curve is the answer under a hard limit on its own tax, whose price is its weight or lies
  // between those of a kink.
  const middle = points[Math.floor(points.length / 2)];
  if (middle === undefined || middle.taxWeight === 0 || middle.tax < 1e-6) return;
  const budget = { kind: 'cost', name: 'tax', costs: tax, maximum: middle.tax } as const;
  const limited = optimize({ ...problem, budgets: [budget] });
  expect(limited.status).toBe('optimal');
  expect(limited.certificate.primal).toBeCloseTo(middle.objective, 8);
});

test('a turnover limit holds at every point', () => {
  const problem = randomProblem(7, { assetCountMax: 25, hasCosts: true, isFeasible: true });
  const free = traced(taxFrontier(problem, { tax: taxOf(problem), points: 6 }));
  const maximum = 0.9 * Math.max(...free.points.map(({ turnover }) => turnover));
  const budgets = [{ kind: 'turnover', name: 'turnover', measure: 'oneWay', maximum }] as const;
  const limited = traced(taxFrontier({ ...problem, budgets }, { tax: taxOf(problem), points: 6 }));
  for (const { turnover } of limited.points) expect(turnover).toBeLessThan(maximum + 1e-9);
});
