/** The numbered invariants of the README, on random histories. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  choice,
  randomReturns,
  resolvedProblem,
  type StatedProblem,
} from '../../../../test/support/scenario-problems.ts';
import {
  RISK_MEASURES,
  type PortfolioObjective,
  type PortfolioResult,
  type RiskMeasure,
} from '../../../domain/index.ts';
import { Rng } from '../../../kernel/index.ts';
import { dot } from '../mean-variance/engine-point.ts';
import type { Scenarios } from '../resolved-problem.ts';
import {
  admissibleDensity,
  densityAt,
  measureSlope,
  planeOf,
  riskContributions,
} from './density.ts';
import { isDrawdownMeasure, measureValue, type ScenarioMeasure } from './scenario-measure.ts';
import { solveScenario } from './solve-scenario.ts';

const seed = fc.integer({ min: 1, max: 1_000_000 });
const anyMeasure = fc.constantFrom(...RISK_MEASURES);
const alpha = fc.constantFrom(0.01, 0.05, 0.1, 0.37, 0.5, 1);
/** Rounding of sums over a history, in return units. */
const ROUNDING = 1e-14;

function measureOf(measure: RiskMeasure, tail = 0.1): ScenarioMeasure {
  return { ...choice(measure, { alpha: tail }), ddof: 1 };
}

function history(rng: Rng, T: number, n: number): Scenarios & { readonly rows: number[][] } {
  const rows = randomReturns(rng, T, n);
  return { count: T, returns: Float64Array.from(rows.flat()), rows };
}

function weightsFrom(rng: Rng, n: number): Float64Array {
  return Float64Array.from({ length: n }, () => rng.normal());
}

/** Long-only weights that add up to one, many of them zero. */
function allowedWeights(rng: Rng, n: number): Float64Array {
  const raw = Float64Array.from({ length: n }, () => (rng.chance(0.4) ? 0 : rng.uniform()));
  raw[rng.below(n)] = 1;
  let total = 0;
  for (const w of raw) total += w;
  return raw.map((w) => w / total);
}

function solved(stated: StatedProblem): PortfolioResult {
  const result = solveScenario(resolvedProblem(stated));
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join('; '));
  return result.value;
}

describe('measures', () => {
  test('S1 any density in the set bounds the risk of any weights, and the best one meets it', () => {
    fc.assert(
      fc.property(seed, anyMeasure, alpha, (s, kind, tail) => {
        const rng = new Rng(s);
        const scenarios = history(rng, 12, 3);
        const measure = measureOf(kind, tail);
        const weights = weightsFrom(rng, 3);
        const value = measureValue(measure, weights, scenarios);
        const noise = Float64Array.from({ length: 12 }, () => rng.normal() * 0.3);
        const plane = planeOf(measure, admissibleDensity(measure, noise), scenarios);
        expect(plane.constant + dot(plane.gradient, weights)).toBeLessThanOrEqual(value + ROUNDING);
        const own = measureSlope(measure, weights, scenarios);
        expect(own.constant + dot(own.gradient, weights)).toBeCloseTo(value, 13);
        const best = densityAt(
          measure,
          Float64Array.from(scenarios.rows, (row) => dot(Float64Array.from(row), weights)),
        );
        const kept = admissibleDensity(measure, best);
        best.forEach((q, t) => {
          expect(kept[t]).toBeCloseTo(q, 12);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('S2 with a threshold too', () => {
    fc.assert(
      fc.property(seed, fc.constantFrom('semivariance', 'meanAbsoluteDeviation'), (s, kind) => {
        const rng = new Rng(s);
        const scenarios = history(rng, 12, 3);
        const measure = { ...measureOf(kind), threshold: 0.02 * rng.normal() };
        const weights = weightsFrom(rng, 3);
        const other = weightsFrom(rng, 3);
        const { constant, gradient, value } = measureSlope(measure, weights, scenarios);
        expect(constant + dot(gradient, weights)).toBeCloseTo(value, 13);
        const bound = constant + dot(gradient, other);
        expect(bound).toBeLessThanOrEqual(measureValue(measure, other, scenarios) + ROUNDING);
      }),
      { numRuns: 100 },
    );
  });

  test('S3 coherence: convex, proportional to size; cash lowers losses by itself and deviations not', () => {
    fc.assert(
      fc.property(seed, anyMeasure, alpha, (s, kind, tail) => {
        const rng = new Rng(s);
        const scenarios = history(rng, 15, 4);
        const measure = measureOf(kind, tail);
        const [a, b] = [weightsFrom(rng, 4), weightsFrom(rng, 4)];
        const of = (w: Float64Array): number => measureValue(measure, w, scenarios);
        const middle = a.map((w, i) => (w + (b[i] as number)) / 2);
        expect(of(middle)).toBeLessThanOrEqual((of(a) + of(b)) / 2 + ROUNDING);
        expect(of(a.map((w) => 3 * w))).toBeCloseTo(3 * of(a), 13);
        if (isDrawdownMeasure(measure)) return;
        // A fifth asset of a constant return of 1 %.
        const cashed = scenarios.rows.flatMap((row) => [...row, 0.01]);
        const withCash = { count: 15, returns: Float64Array.from(cashed) };
        const shifted = measureValue(measure, Float64Array.of(...a, 1), withCash);
        const isLoss = kind === 'cvar' || kind === 'worstRealization';
        expect(shifted).toBeCloseTo(isLoss ? of(a) - 0.01 : of(a), 13);
      }),
      { numRuns: 200 },
    );
  });

  test('S4 the order of days does not matter but to drawdowns, that of assets to none', () => {
    fc.assert(
      fc.property(seed, anyMeasure, (s, kind) => {
        const rng = new Rng(s);
        const { rows, ...scenarios } = history(rng, 15, 3);
        const measure = measureOf(kind);
        const weights = weightsFrom(rng, 3);
        const value = measureValue(measure, weights, scenarios);
        const turned = rows.flatMap((row) => row.toReversed());
        const sameDays = { count: 15, returns: Float64Array.from(turned) };
        expect(measureValue(measure, weights.toReversed(), sameDays)).toBeCloseTo(value, 13);
        if (isDrawdownMeasure(measure)) return;
        const sameAssets = { count: 15, returns: Float64Array.from(rows.toReversed().flat()) };
        expect(measureValue(measure, weights, sameAssets)).toBeCloseTo(value, 13);
      }),
      { numRuns: 200 },
    );
  });

  test('S5 contributions add up to the risk, and are its slope where it has one', () => {
    fc.assert(
      fc.property(seed, anyMeasure, (s, kind) => {
        const rng = new Rng(s);
        const scenarios = history(rng, 20, 3);
        const measure = measureOf(kind);
        const weights = allowedWeights(rng, 3);
        const value = measureValue(measure, weights, scenarios);
        const parts = riskContributions(measure, weights, scenarios) ?? new Float64Array(3);
        expect(dot(parts, Float64Array.of(1, 1, 1))).toBeCloseTo(value, 13);
        const { gradient } = measureSlope(measure, weights, scenarios);
        for (let i = 0; i < 3; i += 1) {
          const up = weights.slice();
          up[i] = (up[i] as number) + 1e-7;
          const slope = (measureValue(measure, up, scenarios) - value) / 1e-7;
          // Ties have probability zero on these histories; next to one, the slope above is the larger.
          expect(gradient[i]).toBeLessThanOrEqual(slope + 1e-6);
        }
      }),
      { numRuns: 200 },
    );
  });
});

const OBJECTIVES: readonly ((kind: RiskMeasure) => PortfolioObjective)[] = [
  (kind) => ({ kind: 'minimumRisk', risk: choice(kind) }),
  (kind) => ({ kind: 'meanRisk', risk: choice(kind), riskAversion: 0.05 }),
  (kind) => ({ kind: 'maximumRatio', risk: choice(kind), riskFreeRate: 0 }),
];

describe('answers', () => {
  test('S6 every optimal answer is proved, and no allowed portfolio is better', () => {
    fc.assert(
      fc.property(seed, anyMeasure, fc.constantFrom(...OBJECTIVES), (s, kind, objectiveOf) => {
        const rng = new Rng(s);
        const n = 2 + rng.below(5);
        const { rows, ...scenarios } = history(rng, 30 + rng.below(30), n);
        const objective = objectiveOf(kind);
        const outcome = solveScenario(resolvedProblem({ returns: rows, objective }));
        // A history without a positive mean has no ratio to maximize.
        if (!outcome.ok) return;
        const result = outcome.value;
        expect(result.status).toBe('optimal');
        const { certificate } = result;
        expect(certificate?.maxViolation).toBeLessThanOrEqual(1e-9);
        expect(certificate?.gap).toBeGreaterThanOrEqual(-1e-12);
        const means = Float64Array.from({ length: n }, (_, i) => {
          let total = 0;
          for (const row of rows) total += row[i] as number;
          return total / rows.length;
        });
        const measure = { ...choice(kind), ddof: 1 };
        for (let trial = 0; trial < 20; trial += 1) {
          const weights = allowedWeights(rng, n);
          const risk = measureValue(measure, weights, scenarios);
          const earned = dot(means, weights);
          const slack = 1e-8 * Math.abs(result.objective);
          if (objective.kind === 'minimumRisk') {
            expect(risk).toBeGreaterThanOrEqual(result.objective - slack);
          } else if (objective.kind === 'meanRisk') {
            expect(earned - 0.05 * risk).toBeLessThanOrEqual(result.objective + slack);
          } else {
            expect(earned).toBeLessThanOrEqual((result.objective + slack) * risk);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('S7 returns of twice the size double the risk; the days’ order leaves it; assets permute', () => {
    fc.assert(
      fc.property(seed, anyMeasure, (s, kind) => {
        const rng = new Rng(s);
        const { rows } = history(rng, 40, 4);
        const objective: PortfolioObjective = { kind: 'minimumRisk', risk: choice(kind) };
        const { risk } = solved({ returns: rows, objective });
        const near = 1e-8 * risk;
        const doubled = rows.map((row) => row.map((r) => 2 * r));
        expect(Math.abs(solved({ returns: doubled, objective }).risk - 2 * risk)).toBeLessThan(
          near,
        );
        const turned = rows.map((row) => row.toReversed());
        expect(Math.abs(solved({ returns: turned, objective }).risk - risk)).toBeLessThan(near);
        if (isDrawdownMeasure({ measure: kind })) return;
        const shuffled = rows.toReversed();
        expect(Math.abs(solved({ returns: shuffled, objective }).risk - risk)).toBeLessThan(near);
      }),
      { numRuns: 30 },
    );
  });

  test('S8 a tighter limit never improves the value, and its price is the slope of the value', () => {
    fc.assert(
      fc.property(seed, anyMeasure, (s, kind) => {
        const rng = new Rng(s);
        const { rows } = history(rng, 40, 4);
        const current = [1, 0, 0, 0];
        const objective: PortfolioObjective = { kind: 'minimumRisk', risk: choice(kind) };
        const at = (maximum: number): PortfolioResult =>
          solved({
            returns: rows,
            objective,
            current,
            constraints: { turnover: { kind: 'oneWay', maximum } },
          });
        const [tight, loose] = [at(0.2), at(0.3)];
        const near = 1e-9 * tight.risk;
        expect(tight.risk).toBeGreaterThanOrEqual(loose.risk - near);
        const priceOf = (result: PortfolioResult): number =>
          result.binding.find(({ constraint }) => constraint === 'turnover')?.shadowPrice ?? 0;
        // The value is convex in the limit: its fall lies between the two ends' prices.
        const fall = (tight.risk - loose.risk) / 0.1;
        expect(fall).toBeLessThanOrEqual(priceOf(tight) + 1e-6);
        expect(fall).toBeGreaterThanOrEqual(priceOf(loose) - 1e-6);
      }),
      { numRuns: 30 },
    );
  });

  test('S9 target return, target risk and ratio are points of one frontier', () => {
    fc.assert(
      fc.property(seed, anyMeasure, (s, kind) => {
        const rng = new Rng(s);
        const { rows } = history(rng, 40, 4);
        const risk = choice(kind);
        const least = solved({ returns: rows, objective: { kind: 'minimumRisk', risk } });
        const limit = 1.3 * least.risk;
        const most = solved({ returns: rows, objective: { kind: 'targetRisk', risk, limit } });
        expect(most.status).toBe('optimal');
        const earned = most.expectedReturn ?? NaN;
        const objective: PortfolioObjective = { kind: 'targetReturn', risk, return: earned };
        const back = solved({ returns: rows, objective });
        expect(back.risk).toBeLessThanOrEqual(limit * (1 + 1e-8));
        if (most.risk < limit * (1 - 1e-8)) return;
        expect(back.risk).toBeGreaterThanOrEqual(limit * (1 - 1e-6));
      }),
      { numRuns: 30 },
    );
  });

  test('S10 the same problem gives the same bytes', () => {
    for (const kind of RISK_MEASURES) {
      const returns = randomReturns(new Rng(kind), 40, 4);
      const stated = { returns, objective: { kind: 'minimumRisk', risk: choice(kind) } } as const;
      expect([...solved(stated).weights]).toEqual([...solved(stated).weights]);
    }
  });
});
