import { Decimal as Peer } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, Decimal, divide, multiply, sum, type RoundingMode } from './decimal.ts';

/** The independent implementation, with more digits than any case here needs. */
const Exact = Peer.clone({ precision: 400, toExpNeg: -500, toExpPos: 500 });

const PEER_MODES: Readonly<Record<RoundingMode, Peer.Rounding>> = {
  up: Exact.ROUND_UP,
  down: Exact.ROUND_DOWN,
  ceiling: Exact.ROUND_CEIL,
  floor: Exact.ROUND_FLOOR,
  halfUp: Exact.ROUND_HALF_UP,
  halfDown: Exact.ROUND_HALF_DOWN,
  halfEven: Exact.ROUND_HALF_EVEN,
};
const modes = fc.constantFrom(...(Object.keys(PEER_MODES) as RoundingMode[]));

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 20 }))
  .map(([coefficient, scale]) => Decimal.of(coefficient, scale));
/** Small coefficients make exact halves common. */
const ties = fc
  .tuple(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: 1, max: 3 }))
  .map(([coefficient, scale]) => Decimal.of(BigInt(coefficient), scale));
const peer = (value: Decimal): Peer => new Exact(value.toString());

describe('decimal arithmetic against decimal.js', () => {
  it('D1: plus, minus, times and compare are exact', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(peer(a.plus(b)).equals(peer(a).plus(peer(b)))).toBe(true);
        expect(peer(a.minus(b)).equals(peer(a).minus(peer(b)))).toBe(true);
        expect(peer(multiply<'ratio'>(a, b)).equals(peer(a).times(peer(b)))).toBe(true);
        expect(a.compare(b)).toBe(peer(a).comparedTo(peer(b)));
      }),
    );
  });

  it('D2: text and value are inverse, without exponents', () => {
    fc.assert(
      fc.property(decimals, (a) => {
        expect(a.toString()).toMatch(/^-?\d+(\.\d*[1-9])?$/);
        expect(Decimal.parse(a.toString()).equals(a)).toBe(true);
        expect(a.toString()).toBe(peer(a).toString());
      }),
    );
  });

  it('D3: rounding and division agree in every mode, ties included', () => {
    fc.assert(
      fc.property(
        fc.oneof(decimals, ties),
        modes,
        fc.integer({ min: 0, max: 2 }),
        (a, mode, scale) => {
          const expected = peer(a).toDecimalPlaces(scale, PEER_MODES[mode]);
          expect(peer(a.round(scale, mode)).equals(expected)).toBe(true);
        },
      ),
    );
    fc.assert(
      fc.property(ties, ties, modes, (a, b, mode) => {
        fc.pre(!b.isZero());
        // The quotient itself is rounded by the peer once, to far more digits than the tie needs.
        const exact = peer(a).dividedBy(peer(b));
        const expected = exact.toDecimalPlaces(4, PEER_MODES[mode]);
        expect(peer(divide<'ratio'>(a, b, { scale: 4, mode })).equals(expected)).toBe(true);
      }),
    );
  });

  it('D4: allocate adds up, stays within one step of the exact share, and gives ties to the lower index', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 9n }),
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 12 }),
        (units, weights) => {
          fc.pre(weights.some((w) => w > 0));
          const total = Decimal.of(units, 2);
          const step = Decimal.of(1n, 2);
          const parts = allocate(
            total,
            weights.map((w) => Decimal.fromInteger(w)),
            step,
          );
          expect(sum(parts).equals(total)).toBe(true);
          const weightSum = weights.reduce((a, b) => a + b, 0);
          parts.forEach((part, i) => {
            const exact = peer(total)
              .times(weights[i] ?? 0)
              .dividedBy(weightSum);
            expect(peer(part).minus(exact).abs().lessThan('0.01')).toBe(true);
          });
        },
      ),
    );
    const equal = allocate(
      Decimal.parse('0.05'),
      [1, 1, 1].map((w) => Decimal.fromInteger(w)),
      Decimal.parse('0.01'),
    );
    expect(equal.map(String)).toEqual(['0.02', '0.02', '0.01']);
  });

  it('toFloat is the nearest float, as parsing the text is', () => {
    fc.assert(
      fc.property(decimals, (a) => {
        expect(a.toFloat()).toBe(Number(a.toString()));
      }),
    );
  });

  it('fromFloat takes the shortest text of the float', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }),
        (x) => {
          const rounded = Decimal.fromFloat(x, { scale: 12, mode: 'halfEven' });
          const expected = new Exact(x).toDecimalPlaces(12, Exact.ROUND_HALF_EVEN);
          expect(peer(rounded).equals(expected)).toBe(true);
        },
      ),
    );
  });
});

describe('reading numbers', () => {
  it.each(['', ' ', '1e5', '1,000', '.5', '5.', '0x10', 'NaN', 'Infinity', '--1', '1 ', '\u0661'])(
    'refuses %j',
    (text) => {
      expect(Decimal.tryParse(text)).toBeNull();
    },
  );
  it.each([
    ['0.10', '0.1'],
    ['-0', '0'],
    ['+7', '7'],
    ['00012.500', '12.5'],
  ])('reads %j as %s', (text, canonical) => {
    expect(Decimal.tryParse(text)?.toString()).toBe(canonical);
  });
});
