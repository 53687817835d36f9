/**
 * Properties of the mean-variance family, by number:
 *
 * V1 every answer is proved: gap within 1e-9 of its terms, violation within 1e-9
 * V2 permuting the assets permutes the answer
 * V3 the unit of money and time does not matter: scaling returns by s and covariance by s^2 keeps the weights
 * V4 a tighter limit never improves the objective
 * V5 the frontier rises and is convex in (return, variance); no point of it has a higher ratio than the best
 * V6 risk contributions add up to the risk
 * V7 a shadow price is the slope of the best value
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PortfolioResult } from '../../domain/index.ts';
import { optimized } from '../../../test/support/optimized-portfolio.ts';
import {
  randomPortfolio,
  type PortfolioDocument,
} from '../../../test/support/portfolio-documents.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });

function solved(document: object): PortfolioResult {
  const result = optimized(document);
  expect(result.status).toBe('optimal');
  return result;
}

/** One of the objectives that every one of the random problems has an answer to. */
function objectiveOf(real: (low: number, high: number) => number): Record<string, unknown> {
  const kinds: Record<string, unknown>[] = [
    { kind: 'minimumRisk' },
    { kind: 'meanRisk', riskAversion: real(0, 20) },
    { kind: 'maximumRatio', riskFreeRate: -0.001 },
    {
      kind: 'robust',
      riskAversion: real(0.5, 5),
      uncertainty: { kind: 'box', width: real(0, 0.0005) },
    },
  ];
  return kinds[Math.floor(real(0, kinds.length))] ?? kinds[0] ?? {};
}

function withObjective(seed: number, hasLimits = true): PortfolioDocument {
  const { document, real } = randomPortfolio(seed, { hasLimits });
  return { ...document, objective: objectiveOf(real) };
}

function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThan(tolerance);
}

test('V1 every answer is proved', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), (seed, hasLimits) => {
      const { certificate } = solved(withObjective(seed, hasLimits));
      expect(certificate?.gap).toBeGreaterThan(-1e-12);
      expect(certificate?.gap).toBeLessThan(1e-9 * Math.abs(certificate?.primal ?? 0) + 1e-13);
      expect(certificate?.maxViolation).toBeLessThan(1e-9);
    }),
  );
});

test('V2 permuting the assets permutes the answer', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const document = withObjective(seed, false);
      const order = document.assets.map((_, i) => i).reverse();
      const pick = <T>(list: readonly T[]): T[] => order.map((i) => list[i] as T);
      const turned = solved({
        ...document,
        assets: pick(document.assets),
        expectedReturns: pick(document.expectedReturns),
        current: pick(document.current),
        risk: { covariance: pick(document.risk.covariance).map(pick) },
      });
      const { weights } = solved(document);
      order.forEach((i, at) => {
        expectClose(turned.weights[at] ?? NaN, weights[i] ?? NaN, 1e-7);
      });
    }),
  );
});

test('V3 the unit of returns does not matter', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom(1e-3, 100, 1e4), (seed, unit) => {
      const { document } = randomPortfolio(seed, { hasLimits: false });
      const objective = { kind: 'maximumRatio', riskFreeRate: -0.001 };
      const scaled = solved({
        ...document,
        objective: { ...objective, riskFreeRate: -0.001 * unit },
        expectedReturns: document.expectedReturns.map((mu) => mu * unit),
        risk: { covariance: document.risk.covariance.map((row) => row.map((x) => x * unit ** 2)) },
      });
      const { weights, objective: ratio } = solved({ ...document, objective });
      expectClose(scaled.objective, ratio, 1e-9 * Math.abs(ratio));
      weights.forEach((w, i) => {
        expectClose(scaled.weights[i] ?? NaN, w, 1e-7);
      });
    }),
  );
});

test('V4 a tighter limit never improves the objective', () => {
  fc.assert(
    fc.property(seeds, fc.double({ min: 0.05, max: 0.9, noNaN: true }), (seed, share) => {
      const document = withObjective(seed);
      const isMinimized = document.objective['kind'] === 'minimumRisk';
      const cost = (result: PortfolioResult): number =>
        isMinimized ? result.objective : -result.objective;
      const loose = solved(document);
      const { turnover } = document.constraints as { turnover: { kind: string; max: number } };
      const tight = solved({
        ...document,
        constraints: {
          ...document.constraints,
          turnover: { ...turnover, max: turnover.max * share },
        },
      });
      expect(cost(tight)).toBeGreaterThan(cost(loose) - 1e-9 * (1 + Math.abs(cost(loose))));
    }),
  );
});

test('V5 the frontier rises, is convex, and holds no higher ratio than the best', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), (seed, hasLimits) => {
      const { document } = randomPortfolio(seed, { hasLimits });
      const objective = { kind: 'maximumRatio', riskFreeRate: -0.001 };
      const best = solved({ ...document, objective, frontier: { points: 7 } });
      const points = best.frontier ?? [];
      const size = Math.max(...points.map(({ risk }) => risk ** 2));
      points.forEach(({ expectedReturn, risk }, k) => {
        expect((expectedReturn + 0.001) / risk).toBeLessThan(best.objective * (1 + 1e-9));
        const before = points[k - 1];
        const after = points[k + 1];
        if (before === undefined) return;
        expect(expectedReturn).toBeGreaterThan(before.expectedReturn);
        expect(risk ** 2).toBeGreaterThan(before.risk ** 2 - 1e-9 * size);
        if (after === undefined) return;
        const chord = (before.risk ** 2 + after.risk ** 2) / 2;
        expect(risk ** 2).toBeLessThan(chord + 1e-9 * size);
      });
    }),
    { numRuns: 30 },
  );
});

test('V6 risk contributions add up to the risk', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { riskContributions, risk } = solved(withObjective(seed));
      const total = riskContributions?.reduce((sum, x) => sum + x, 0) ?? NaN;
      expectClose(total, risk, 1e-12);
    }),
  );
});

test('V7 a shadow price is the slope of the best value', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { document, real } = randomPortfolio(seed, { hasLimits: true });
      const objective = { kind: 'meanRisk', riskAversion: real(0.5, 20) };
      const limits = document.constraints as {
        turnover: { kind: string; max: number };
        trackingError: { benchmark: number[]; max: number };
      };
      const at = (turnover: number, trackingError: number): PortfolioResult =>
        solved({
          ...document,
          objective,
          constraints: {
            ...limits,
            turnover: { ...limits.turnover, max: limits.turnover.max + turnover },
            trackingError: {
              ...limits.trackingError,
              max: limits.trackingError.max + trackingError,
            },
          },
        });
      const { binding } = at(0, 0);
      const priceOf = (name: string): number =>
        binding.find(({ constraint }) => constraint === name)?.shadowPrice ?? 0;
      for (const [name, dt, de] of [
        ['turnover', 1e-5, 0],
        ['trackingError', 0, 1e-7],
      ] as const) {
        const step = dt + de;
        // The value is concave in a limit: its price lies between the slopes on both sides.
        const here = at(0, 0).objective;
        const above = (at(dt, de).objective - here) / step;
        const below = (here - at(-dt, -de).objective) / step;
        const slack = 1e-7 + 1e-4 * Math.abs(below);
        expect(priceOf(name)).toBeGreaterThan(above - slack);
        expect(priceOf(name)).toBeLessThan(below + slack);
      }
    }),
    { numRuns: 40 },
  );
});
