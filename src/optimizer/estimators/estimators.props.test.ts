import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rng } from '../../kernel/index.ts';
import { COVARIANCE_ESTIMATORS, type EstimatorChoice } from '../../domain/index.ts';
import { symmetricEigenvalues } from '../linear-algebra/index.ts';
import {
  covarianceOfModel,
  estimateCovariance,
  estimateExpectedReturns,
  type CovarianceEstimate,
} from './index.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const estimators = fc.constantFrom(...COVARIANCE_ESTIMATORS);

/** A market, noise, and now and then fewer periods than assets. */
interface Sample {
  readonly T: number;
  readonly n: number;
  readonly returns: Float64Array;
  readonly exposures: Float64Array;
}

function randomSample(seed: number): Sample {
  const rng = new Rng(seed);
  const n = 3 + rng.below(7);
  const T = 4 + rng.below(40);
  const betas = Array.from({ length: n }, () => rng.between(0.2, 1.5));
  const returns = new Float64Array(T * n);
  for (let t = 0; t < T; t += 1) {
    const market = 0.01 * rng.normal();
    for (let i = 0; i < n; i += 1) {
      returns[t * n + i] = (betas[i] as number) * market + 0.012 * rng.normal() + 0.0004;
    }
  }
  return { T, n, returns, exposures: Float64Array.from(betas) };
}

function estimate(
  sample: Sample,
  estimator: EstimatorChoice['estimator'],
  more: Partial<EstimatorChoice> = {},
): CovarianceEstimate {
  const choice = {
    estimator,
    ddof: null,
    halfLife: null,
    factorCount: null,
    exposures: sample.exposures,
    exposureCount: 1,
    ...more,
  };
  const result = estimateCovariance({ count: sample.T, returns: sample.returns }, choice);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Compares against the largest entry: products of returns near 1e-2 leave roundings near 1e-19. */
function expectSame(actual: Float64Array, expected: Float64Array, relative: number): void {
  const size = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  actual.forEach((value, at) => {
    expect(Math.abs(value - (expected[at] as number))).toBeLessThan(relative * size);
  });
}

test('ES1 covariances are symmetric and have no negative eigenvalue', () => {
  fc.assert(
    fc.property(seeds, estimators, (seed, estimator) => {
      const sample = randomSample(seed);
      const { covariance } = estimate(sample, estimator);
      const { n } = sample;
      covariance.forEach((value, at) => {
        expect(value).toBe(covariance[(at % n) * n + Math.floor(at / n)]);
      });
      const values = symmetricEigenvalues(covariance, n);
      expect(values[n - 1] as number).toBeGreaterThan(-1e-10 * (values[0] as number));
    }),
  );
});

test('ES2 a permutation permutes', () => {
  fc.assert(
    fc.property(seeds, estimators, (seed, estimator) => {
      const sample = randomSample(seed);
      const { n } = sample;
      const order = new Rng(seed + 1).shuffle(Array.from({ length: n }, (_, i) => i));
      const shuffled = {
        ...sample,
        returns: sample.returns.map(
          (_, at) => sample.returns[at - (at % n) + (order[at % n] as number)] as number,
        ),
        exposures: Float64Array.from(order, (i) => sample.exposures[i] as number),
      };
      const plain = estimate(sample, estimator).covariance;
      const expected = plain.map(
        (_, at) =>
          plain[(order[Math.floor(at / n)] as number) * n + (order[at % n] as number)] as number,
      );
      expectSame(estimate(shuffled, estimator).covariance, expected, 1e-9);
    }),
  );
});

test('ES3 scale and shift', () => {
  fc.assert(
    fc.property(seeds, estimators, (seed, estimator) => {
      const sample = randomSample(seed);
      const plain = estimate(sample, estimator);
      const scaled = estimate(
        { ...sample, returns: sample.returns.map((value) => 4 * value) },
        estimator,
      );
      expectSame(
        scaled.covariance,
        plain.covariance.map((value) => 16 * value),
        1e-12,
      );
      if (plain.shrinkage !== null) expect(scaled.shrinkage).toBeCloseTo(plain.shrinkage, 12);
      if (estimator === 'gerber') return;
      const shifted = estimate(
        { ...sample, returns: sample.returns.map((value, at) => value + 0.001 * (at % sample.n)) },
        estimator,
      );
      expectSame(shifted.covariance, plain.covariance, 1e-9);
    }),
  );
});

test('ES4 shrinkage is a share and keeps the trace', () => {
  fc.assert(
    fc.property(
      seeds,
      fc.constantFrom(
        'ledoitWolf',
        'ledoitWolfSingleFactor',
        'ledoitWolfConstantCorrelation',
        'oas',
      ),
      (seed, estimator) => {
        const sample = randomSample(seed);
        const { covariance, shrinkage } = estimate(sample, estimator as 'oas');
        expect(shrinkage).toBeGreaterThanOrEqual(0);
        expect(shrinkage).toBeLessThanOrEqual(1);
        const trace = (m: Float64Array): number =>
          m.reduce((total, value, at) => total + (at % (sample.n + 1) === 0 ? value : 0), 0);
        const plain = estimate(sample, 'sample', { ddof: 0 }).covariance;
        expect(trace(covariance) / trace(plain)).toBeCloseTo(1, 12);
      },
    ),
  );
});

test('ES5 models give their covariance back, and variances are kept', () => {
  fc.assert(
    fc.property(seeds, estimators, (seed, estimator) => {
      const sample = randomSample(seed);
      const { covariance, factorModel } = estimate(sample, estimator);
      if (factorModel !== null) {
        expect(covarianceOfModel(factorModel)).toEqual(covariance);
        expect(factorModel.specificVariance.every((value) => value >= 0)).toBe(true);
      }
      if (!['statisticalFactors', 'denoised', 'gerber'].includes(estimator)) return;
      const plain = estimate(sample, 'sample').covariance;
      for (let i = 0; i < sample.n; i += 1) {
        const at = i * (sample.n + 1);
        expect((covariance[at] as number) / (plain[at] as number)).toBeCloseTo(1, 11);
      }
    }),
  );
});

test('ES6 an endless half-life is the sample', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const sample = randomSample(seed);
      const endless = estimate(sample, 'exponential', { halfLife: 1e15 }).covariance;
      expectSame(endless, estimate(sample, 'sample').covariance, 1e-11);
    }),
  );
});

test('ES7 means drawn to the grand mean keep their sum', () => {
  fc.assert(
    fc.property(
      seeds,
      fc.constantFrom('jamesStein', 'bayesStein', 'shrunkMean'),
      (seed, estimator) => {
        const { T, n, returns } = randomSample(seed);
        if (T <= n + 1) return;
        const sum = (choice: 'mean' | typeof estimator): number => {
          const result = estimateExpectedReturns(
            { count: T, returns },
            { estimator: choice as 'mean', shrinkage: 0.3 },
          );
          if (!result.ok) throw new Error(JSON.stringify(result.error));
          return result.value.expectedReturns.reduce((total, value) => total + value, 0);
        };
        expect(sum(estimator)).toBeCloseTo(sum('mean'), 14);
      },
    ),
  );
});
