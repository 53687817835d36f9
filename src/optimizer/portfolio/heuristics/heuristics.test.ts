import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rng, type Result } from '../../../kernel/index.ts';
import type { Finding, PortfolioResult } from '../../../domain/index.ts';
import { randomCovariance, resolvedProblem } from '../../../../test/support/portfolio-problems.ts';
import { multiplyVector } from '../../linear-algebra/index.ts';
import { equalWeight, inverseVolatility, mostDiversified } from './index.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const sizes = fc.integer({ min: 1, max: 12 });

function valueOf(result: Result<PortfolioResult, readonly Finding[]>): PortfolioResult {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const sum = (values: Float64Array): number => values.reduce((total, x) => total + x, 0);

function resolvedFor(covariance: Float64Array, constraints = {}) {
  return resolvedProblem({ covariance, objective: { kind: 'mostDiversified' }, constraints });
}

describe('by hand', () => {
  test('volatilities 1 and 2: 2/3 and 1/3; equal weights; budget of 3', () => {
    const resolved = resolvedFor(Float64Array.of(1, 0.4, 0.4, 4));
    const inverse = valueOf(inverseVolatility(resolved)).weights;
    expect(inverse[0]).toBeCloseTo(2 / 3, 15);
    expect(inverse[1]).toBeCloseTo(1 / 3, 15);
    const { weights, risk, objective } = valueOf(equalWeight(resolved));
    expect([...weights]).toEqual([0.5, 0.5]);
    expect(risk).toBeCloseTo(Math.sqrt(0.25 + 0.2 + 1), 14);
    expect(objective).toBe(risk);
    const upper = new Float64Array(2).fill(3);
    const tripled = valueOf(
      equalWeight(resolvedFor(Float64Array.of(1, 0, 0, 4), { budget: 3, upper })),
    );
    expect([...tripled.weights]).toEqual([1.5, 1.5]);
  });

  test('two assets are most diversified in inverse proportion to volatility, whatever their correlation', () => {
    const { weights, objective } = valueOf(
      mostDiversified(resolvedFor(Float64Array.of(1, 0.4, 0.4, 4))),
    );
    expect(weights[0]).toBeCloseTo(2 / 3, 9);
    // (2/3 + 2/3) / sqrt(4/9 + 2 * 0.4 * 2/9 + 4/9)
    expect(objective).toBeCloseTo(4 / 3 / Math.sqrt(8 / 9 + 1.6 / 9), 12);
  });

  test('a broken limit is refused by name', () => {
    const upper = Float64Array.of(0.4, 1);
    const result = equalWeight(resolvedFor(Float64Array.of(1, 0, 0, 4), { upper }));
    expect(result.ok ? '' : result.error[0]?.message).toBe(
      'equalWeight is a rule without choice, and gives A0 the value 0.50000000, above 0.4',
    );
    const none = inverseVolatility(resolvedFor(Float64Array.of(0, 0, 0, 4)));
    expect(none.ok ? '' : none.error[0]?.message).toContain('A0 has no variance');
  });
});

test('HE1 HE2 rules add up, and limits are met or refused', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const rng = new Rng(seed);
      const upper = Float64Array.from({ length: n }, () => rng.between(0.8, 3) / n);
      const covariance = randomCovariance(seed, n);
      for (const rule of [equalWeight, inverseVolatility]) {
        const result = rule(resolvedFor(covariance, { upper }));
        if (!result.ok) {
          expect(result.error[0]?.code).toBe('METHOD_CONSTRAINT_UNSUPPORTED');
          continue;
        }
        expect(sum(result.value.weights)).toBeCloseTo(1, 13);
        result.value.weights.forEach((w, i) => {
          expect(w).toBeLessThanOrEqual((upper[i] as number) + 1e-9);
        });
      }
      const same = covariance.map((x, at) => {
        const r = Math.floor(at / n);
        const c = at % n;
        return x / Math.sqrt((covariance[r * n + r] as number) * (covariance[c * n + c] as number));
      });
      for (const w of valueOf(inverseVolatility(resolvedFor(same))).weights) {
        expect(w).toBeCloseTo(1 / n, 12);
      }
    }),
  );
});

test('HE3 HE4 equal correlations with the most diversified portfolio, and the highest ratio', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const covariance = randomCovariance(seed, n);
      const resolved = resolvedFor(covariance);
      const { weights, risk, objective } = valueOf(mostDiversified(resolved));
      const image = multiplyVector(covariance, weights);
      const volatility = Float64Array.from({ length: n }, (_, i) =>
        Math.sqrt(covariance[i * (n + 1)] as number),
      );
      const correlation = image.map((x, i) => x / (risk * (volatility[i] as number)));
      const least = Math.min(...correlation);
      weights.forEach((w, i) => {
        if (w > 1e-6) expect(correlation[i]).toBeCloseTo(least, 6);
      });
      expect(objective).toBeGreaterThan(1 - 1e-9);
      for (const rule of [equalWeight, inverseVolatility]) {
        const other = valueOf(rule(resolved));
        const mean = other.weights.reduce(
          (total, w, i) => total + w * (volatility[i] as number),
          0,
        );
        expect(mean / other.risk).toBeLessThan(objective + 1e-9);
      }
    }),
  );
});
