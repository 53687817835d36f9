import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareDecimalText,
  isNegative,
  isZero,
  subtractDecimalText,
  sumDecimalTexts,
} from './decimal-text.ts';

const units = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const scale = fc.integer({ min: 0, max: 12 });

/** The decimal of `count` units at `digits` digits, written plainly. */
function text(count: bigint, digits: number): string {
  const body = (count < 0n ? -count : count).toString().padStart(digits + 1, '0');
  const whole = body.slice(0, body.length - digits);
  return `${count < 0n ? '-' : ''}${whole}${digits === 0 ? '' : `.${body.slice(body.length - digits)}`}`;
}

describe('decimal text', () => {
  it('1: orders as the numbers do, whatever their scale', () => {
    fc.assert(
      fc.property(units, scale, units, scale, (a, scaleA, b, scaleB) => {
        const left = a * 10n ** BigInt(12 - scaleA);
        const right = b * 10n ** BigInt(12 - scaleB);
        const expected = left < right ? -1 : left > right ? 1 : 0;
        expect(Math.sign(compareDecimalText(text(a, scaleA), text(b, scaleB)))).toBe(expected);
      }),
    );
  });

  it('2: the sign agrees with the order', () => {
    fc.assert(
      fc.property(units, scale, (count, digits) => {
        expect(isNegative(text(count, digits))).toBe(count < 0n);
        expect(isZero(text(count, digits))).toBe(count === 0n);
      }),
    );
  });

  it('puts what is not available last, in either order', () => {
    expect(compareDecimalText(null, '1')).toBeGreaterThan(0);
    expect(compareDecimalText('1', null)).toBeLessThan(0);
    expect(compareDecimalText(undefined, null)).toBe(0);
  });

  it('adds what floats cannot', () => {
    expect(sumDecimalTexts(['0.1', '0.2'])).toBe('0.3');
    expect(sumDecimalTexts(['9007199254740993.01', '-0.01'])).toBe('9007199254740993.00');
    expect(sumDecimalTexts([])).toBe('0');
  });

  it('subtracts a negative', () => {
    expect(subtractDecimalText('1.5', '-2.25')).toBe('3.75');
    expect(subtractDecimalText('1.5', '2.25')).toBe('-0.75');
  });
});
