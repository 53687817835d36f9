import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rng } from '../kernel/index.ts';
import {
  covariance,
  estimate,
  named,
  randomReturns,
  sampleCovariance,
} from '../../test/support/price-worlds.ts';
import { SPECIFIC_VARIANCE_FLOOR } from './risk-model.ts';
import { trackingError } from './tracking-error.ts';

test('R1 the diagonal is the sample variance up to the floor, with names many or few', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.constantFrom([6, 60], [50, 30]),
      fc.integer({ min: 0, max: 5 }),
      (seed, [n, length], factorCount) => {
        const returns = randomReturns(seed, n as number, length as number);
        const { model } = estimate({ histories: named(returns) }, factorCount);
        returns.forEach((one, i) => {
          const variance = sampleCovariance(one, one);
          expect(covariance(model, i, i)).toBeGreaterThan(variance - 1e-9);
          expect(covariance(model, i, i)).toBeLessThan(variance + SPECIFIC_VARIANCE_FLOOR + 1e-9);
        });
      },
    ),
    { numRuns: 20 },
  );
});

test('R2 no portfolio has negative variance', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { model } = estimate({ histories: named(randomReturns(seed, 8, 40)) }, 3);
      const rng = new Rng(seed);
      const active = new Map(model.assets.map((name) => [name, rng.normal()]));
      expect(trackingError(active, model)).toBeGreaterThan(0);
    }),
    { numRuns: 20 },
  );
});

test('R3 a permutation of the symbols permutes the model, bit for bit', () => {
  const histories = named(randomReturns(3, 7, 50));
  const order = Object.keys(histories).toReversed();
  const forward = estimate({ histories }, 3).model;
  const backward = estimate({ histories, order }, 3).model;
  expect(backward.assets).toEqual(forward.assets.toReversed());
  forward.assets.forEach((_, i) => {
    const j = forward.assets.length - 1 - i;
    expect(backward.specificVariance[j]).toBe(forward.specificVariance[i]);
    expect(backward.factors.slice(j * 3, j * 3 + 3)).toEqual(
      forward.factors.slice(i * 3, i * 3 + 3),
    );
  });
});
