import fc from 'fast-check';
import { expect, test } from 'vitest';
import { power, smoothSlope, solveSmooth } from './smooth-cost.ts';

test('the square-root law by hand', () => {
  // d = 2, kappa = 3, e = 1/2, center 1: 2 x + 3 sqrt(x - 1) = 16 at x = 5, since 10 + 3 * 2 = 16.
  const cost = { curvature: 2, kappa: 3, center: 1, exponent: 0.5 };
  const { x, slack } = solveSmooth(cost, 16);
  expect(x).toBeCloseTo(5, 14);
  // Slope of the left side: 2 + 3 / (2 * 2) = 2.75.
  expect(slack).toBeCloseTo(1 / 2.75, 14);
});

test('on the selling side by hand', () => {
  // d = 1, kappa = 2, e = 1, center 4: x - 2 (4 - x) = -5 at x = 1.
  const { x, slack } = solveSmooth({ curvature: 1, kappa: 2, center: 4, exponent: 1 }, -5);
  expect(x).toBeCloseTo(1, 14);
  expect(slack).toBeCloseTo(1 / 3, 14);
});

test('at its center a cost with power below two holds a name fast', () => {
  const { x, slack } = solveSmooth({ curvature: 1, kappa: 2, center: 4, exponent: 0.5 }, 4);
  expect([x, slack]).toEqual([4, 0]);
});

test('the weight found has the slope wanted, for every power', () => {
  const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      positive,
      positive,
      fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
      fc.constantFrom(-1, 1),
      fc.constantFrom(0.5, 1, 0.6, 0.25, 0.75, 0.05),
      (curvature, kappa, size, sign, exponent) => {
        const wanted = sign * size;
        const cost = { curvature, kappa, center: 0, exponent };
        const { x } = solveSmooth(cost, wanted);
        expect(Math.abs(smoothSlope(cost, x) - wanted)).toBeLessThanOrEqual(1e-12 * size);
      },
    ),
  );
});

test('powers agree with the platform, without its help', () => {
  const exponents = fc.double({ min: 0, max: 20, noNaN: true });
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e3, noNaN: true }), exponents, (base, exponent) => {
      const expected = base ** exponent;
      expect(Math.abs(power(base, exponent) - expected)).toBeLessThanOrEqual(1e-13 * expected);
    }),
  );
});
