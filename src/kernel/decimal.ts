/**
 * Exact decimal numbers: an integer coefficient and a scale, value = coefficient / 10^scale.
 *
 * Invariants (tested under the same numbers in decimal.props.test.ts):
 *   D1  plus, minus, times and comparison are exact.
 *   D2  parse and toString are inverse on values; toString never uses an exponent.
 *   D3  every operation that may round takes its mode as an argument, and errs by less than one unit
 *       in the last place (half a unit for the half modes).
 *   D4  allocate returns parts that add up to the total, whatever the weights.
 *
 * The unit of measure is a phantom type: dollars plus shares does not compile, and nothing remains at
 * run time. A library with a precision limit (decimal.js) was rejected as the store of value: it rounds
 * silently past its limit. It is the independent implementation in the tests (docs/decisions/0002).
 */
import { assert } from './assert.ts';

/** Names follow IEEE 754 and java.math.RoundingMode: `up` is away from zero, `down` towards zero. */
export type RoundingMode = 'down' | 'up' | 'floor' | 'ceiling' | 'halfUp' | 'halfDown' | 'halfEven';

declare const unitOf: unique symbol;

const POWERS: bigint[] = [1n];
function powerOfTen(exponent: number): bigint {
  for (let e = POWERS.length; e <= exponent; e += 1) POWERS.push((POWERS[e - 1] as bigint) * 10n);
  return POWERS[exponent] as bigint;
}

const PLAIN = /^([+-]?)(\d+)(?:\.(\d+))?$/;
/** Longest text that `parse` reads: beyond it the input is hostile or broken, not a number of money. */
const TEXT_LENGTH_MAX = 80;
const SCALE_MAX = 60;

/** Powers of ten up to 10^22 are exact in binary64. */
const EXACT_POWER_MAX = 22;
const EXACT_POWERS = Array.from({ length: EXACT_POWER_MAX + 1 }, (_, e) =>
  Number(`1e${String(e)}`),
);
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A decimal number of unit `Unit`; the default unit `ratio` is a plain number. */
export class Decimal<Unit extends string = 'ratio'> {
  declare readonly [unitOf]: Unit;
  readonly coefficient: bigint;
  readonly scale: number;

  private constructor(coefficient: bigint, scale: number) {
    this.coefficient = coefficient;
    this.scale = scale;
  }

  /** The number coefficient / 10^scale. @throws AssertionError unless 0 <= scale <= 60 */
  static of<U extends string = 'ratio'>(coefficient: bigint, scale: number): Decimal<U> {
    assert(
      Number.isInteger(scale) && scale >= 0 && scale <= SCALE_MAX,
      'a decimal scale is an integer from 0 to 60',
    );
    return new Decimal<U>(coefficient, scale);
  }

  static fromInteger<U extends string = 'ratio'>(value: number | bigint): Decimal<U> {
    assert(
      typeof value === 'bigint' || Number.isSafeInteger(value),
      'fromInteger takes a safe integer',
    );
    return new Decimal<U>(BigInt(value), 0);
  }

  /**
   * Reads plain decimal notation: optional sign, digits, optional fraction. Refuses blanks, exponents,
   * separators, NaN and infinities, so that "not available" never becomes zero.
   *
   * @returns null when the text is not a plain decimal number
   */
  static tryParse<U extends string = 'ratio'>(text: string): Decimal<U> | null {
    if (text.length > TEXT_LENGTH_MAX) return null;
    const match = PLAIN.exec(text);
    if (match === null) return null;
    const fraction = match[3] ?? '';
    if (fraction.length > SCALE_MAX) return null;
    const magnitude = BigInt((match[2] as string) + fraction);
    return new Decimal<U>(match[1] === '-' ? -magnitude : magnitude, fraction.length);
  }

  /** As `tryParse`, for text that we wrote ourselves. @throws AssertionError if it is not a number */
  static parse<U extends string = 'ratio'>(text: string): Decimal<U> {
    const value = Decimal.tryParse<U>(text);
    assert(value !== null, `not a plain decimal number: ${JSON.stringify(text.slice(0, 40))}`);
    return value;
  }

  /**
   * The nearest decimal with `scale` digits to a binary float: the one gate by which an optimiser's or a
   * statistic's answer becomes exact.
   *
   * @throws AssertionError if the value is not finite or exceeds 1e21 in magnitude
   */
  static fromFloat<U extends string = 'ratio'>(
    value: number,
    rounding: { readonly scale: number; readonly mode: RoundingMode },
  ): Decimal<U> {
    assert(
      Number.isFinite(value) && Math.abs(value) < 1e21,
      'only a finite float becomes a decimal',
    );
    return exactFloat<U>(value).round(rounding.scale, rounding.mode);
  }

  plus(other: Decimal<Unit>): Decimal<Unit> {
    if (this.scale === other.scale) {
      return new Decimal<Unit>(this.coefficient + other.coefficient, this.scale);
    }
    const [a, b, scale] = aligned(this, other);
    return new Decimal<Unit>(a + b, scale);
  }

  minus(other: Decimal<Unit>): Decimal<Unit> {
    if (this.scale === other.scale) {
      return new Decimal<Unit>(this.coefficient - other.coefficient, this.scale);
    }
    const [a, b, scale] = aligned(this, other);
    return new Decimal<Unit>(a - b, scale);
  }

  /** Exact product with a plain ratio; the unit stays. For unit x unit see `multiply`. */
  times(ratio: Decimal): Decimal<Unit> {
    return multiply<Unit>(this, ratio);
  }

  /** Quotient by a plain ratio, rounded to `scale` digits. @throws AssertionError on zero */
  dividedBy(ratio: Decimal, scale: number, mode: RoundingMode): Decimal<Unit> {
    return divide<Unit>(this, ratio, { scale, mode });
  }

  negated(): Decimal<Unit> {
    return new Decimal<Unit>(-this.coefficient, this.scale);
  }

  abs(): Decimal<Unit> {
    return this.coefficient < 0n ? this.negated() : this;
  }

  /** The value with exactly `scale` digits after the point. */
  round(scale: number, mode: RoundingMode): Decimal<Unit> {
    if (scale === this.scale) return this;
    if (scale > this.scale) {
      return new Decimal<Unit>(this.coefficient * powerOfTen(scale - this.scale), scale);
    }
    return new Decimal<Unit>(
      divideRounded(this.coefficient, powerOfTen(this.scale - scale), mode),
      scale,
    );
  }

  /** The largest multiple of `step` not above (mode floor), nearest to … the value. `step` > 0. */
  roundToMultiple(step: Decimal<Unit>, mode: RoundingMode): Decimal<Unit> {
    assert(step.isPositive(), 'a rounding step is positive');
    const [a, b, scale] = aligned(this, step);
    return new Decimal<Unit>(divideRounded(a, b, mode) * b, scale);
  }

  /** -1, 0 or 1. */
  compare(other: Decimal<Unit>): -1 | 0 | 1 {
    const { coefficient: own } = this;
    // A sign or a zero settles most comparisons; aligning two scales costs a product.
    if (other.coefficient === 0n) return own < 0n ? -1 : own > 0n ? 1 : 0;
    const [a, b] = this.scale === other.scale ? [own, other.coefficient] : aligned(this, other);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  equals(other: Decimal<Unit>): boolean {
    return this.compare(other) === 0;
  }
  isLessThan(other: Decimal<Unit>): boolean {
    return this.compare(other) < 0;
  }
  isGreaterThan(other: Decimal<Unit>): boolean {
    return this.compare(other) > 0;
  }
  isAtMost(other: Decimal<Unit>): boolean {
    return this.compare(other) <= 0;
  }
  isAtLeast(other: Decimal<Unit>): boolean {
    return this.compare(other) >= 0;
  }
  isZero(): boolean {
    return this.coefficient === 0n;
  }
  isPositive(): boolean {
    return this.coefficient > 0n;
  }
  isNegative(): boolean {
    return this.coefficient < 0n;
  }
  isInteger(): boolean {
    return this.coefficient % powerOfTen(this.scale) === 0n;
  }

  /** The closest binary float: for optimiser, statistics and charts, never for books. */
  toFloat(): number {
    const { coefficient, scale } = this;
    // Both exact in binary64, so one correctly rounded division is the nearest float; text costs ten times it.
    if (scale <= EXACT_POWER_MAX && coefficient <= SAFE && coefficient >= -SAFE) {
      return Number(coefficient) / (EXACT_POWERS[scale] as number);
    }
    return Number(this.toString());
  }

  /** The same number in a unit that the caller vouches for: the only way to change a unit. */
  as<Other extends string>(): Decimal<Other> {
    return this as unknown as Decimal<Other>;
  }

  /** Plain notation without exponent and without trailing zeros after the point: `1250`, `-0.5`. */
  toString(): string {
    const text = plainText(this.coefficient, this.scale);
    if (this.scale === 0) return text;
    let end = text.length;
    while (text.charCodeAt(end - 1) === 48) end -= 1;
    if (text.charCodeAt(end - 1) === 46) end -= 1;
    return text.slice(0, end);
  }

  /** Plain notation with exactly `scale` digits, zeros kept: `toFixed(2, 'halfEven')` gives `1250.00`. */
  toFixed(scale: number, mode: RoundingMode): string {
    const rounded = this.round(scale, mode);
    return plainText(rounded.coefficient, scale);
  }

  toJSON(): string {
    return this.toString();
  }
}

function plainText(coefficient: bigint, scale: number): string {
  const negative = coefficient < 0n;
  const digits = (negative ? -coefficient : coefficient).toString().padStart(scale + 1, '0');
  const sign = negative ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function aligned<U extends string>(a: Decimal<U>, b: Decimal<U>): [bigint, bigint, number] {
  if (a.scale === b.scale) return [a.coefficient, b.coefficient, a.scale];
  if (a.scale > b.scale) {
    return [a.coefficient, b.coefficient * powerOfTen(a.scale - b.scale), a.scale];
  }
  return [a.coefficient * powerOfTen(b.scale - a.scale), b.coefficient, b.scale];
}

/** Exact product; the caller states the unit of the result (price x quantity is money). */
export function multiply<Result extends string>(
  a: Decimal<string>,
  b: Decimal<string>,
): Decimal<Result> {
  return Decimal.of<Result>(a.coefficient * b.coefficient, a.scale + b.scale);
}

/** Quotient rounded to `scale` digits; the caller states the unit. @throws AssertionError if b is 0 */
export function divide<Result extends string>(
  a: Decimal<string>,
  b: Decimal<string>,
  rounding: { readonly scale: number; readonly mode: RoundingMode },
): Decimal<Result> {
  assert(b.coefficient !== 0n, 'a divisor is not zero');
  // a/b = (ca * 10^sb) / (cb * 10^sa); ten to the scale more in the numerator gives the units asked for.
  // Powers common to both are left out: a divisor of one machine word divides several times as fast.
  const shift = b.scale + rounding.scale - a.scale;
  const numerator = shift > 0 ? a.coefficient * powerOfTen(shift) : a.coefficient;
  const denominator = shift < 0 ? b.coefficient * powerOfTen(-shift) : b.coefficient;
  return Decimal.of<Result>(divideRounded(numerator, denominator, rounding.mode), rounding.scale);
}

/** Integer division with a named mode. Source of the modes: IEEE 754-2019, 4.3. */
function divideRounded(numerator: bigint, denominator: bigint, mode: RoundingMode): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const away = numerator < 0n === denominator < 0n ? 1n : -1n;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  const size = denominator < 0n ? -denominator : denominator;
  switch (mode) {
    case 'down':
      return quotient;
    case 'up':
      return quotient + away;
    case 'floor':
      return away < 0n ? quotient - 1n : quotient;
    case 'ceiling':
      return away > 0n ? quotient + 1n : quotient;
    case 'halfUp':
      return twice >= size ? quotient + away : quotient;
    case 'halfDown':
      return twice > size ? quotient + away : quotient;
    case 'halfEven':
      if (twice !== size) return twice > size ? quotient + away : quotient;
      return quotient % 2n === 0n ? quotient : quotient + away;
  }
}

/** From here up to 1e21 the text of a float has no exponent (ECMA-262, Number::toString). */
const PLAIN_FLOAT_MIN = 1e-6;

/** Every finite float is a dyadic rational, and so an exact decimal: m * 2^e with e < 0 is m * 5^-e / 10^-e. */
function exactFloat<U extends string>(value: number): Decimal<U> {
  // The shortest round-trip text is what people mean by a float; 0.1 is 0.1 and not 0.1000000000000000055.
  const text = value.toString();
  if (PLAIN_FLOAT_MIN <= Math.abs(value)) return Decimal.parse<U>(text);
  const [mantissa = '0', exponentText] = text.split('e');
  const parsed = Decimal.parse<U>(mantissa);
  const exponent = exponentText === undefined ? 0 : Number(exponentText);
  if (exponent >= 0) return Decimal.of<U>(parsed.coefficient * powerOfTen(exponent), parsed.scale);
  const scale = parsed.scale - exponent;
  if (scale <= SCALE_MAX) return Decimal.of<U>(parsed.coefficient, scale);
  return Decimal.of<U>(0n, 0);
}

export const ZERO: Decimal = Decimal.of(0n, 0);
export const ONE: Decimal = Decimal.of(1n, 0);
export const zero = <U extends string>(): Decimal<U> => ZERO.as<U>();

export function sum<U extends string>(values: Iterable<Decimal<U>>): Decimal<U> {
  let total = zero<U>();
  for (const value of values) total = total.plus(value);
  return total;
}

export function minimum<U extends string>(a: Decimal<U>, b: Decimal<U>): Decimal<U> {
  return a.compare(b) <= 0 ? a : b;
}

export function maximum<U extends string>(a: Decimal<U>, b: Decimal<U>): Decimal<U> {
  return a.compare(b) >= 0 ? a : b;
}

/**
 * Splits a total in proportion to weights by largest remainder (Hamilton's method; Balinski and Young,
 * *Fair Representation*, 1982). Rounding each share was rejected: the shares would not add up.
 *
 * @param total   non-negative; a multiple of `step`
 * @param weights n non-negative weights with a positive sum; ties go to the lower index, so the caller
 *                sorts by an explicit key first
 * @param step    the smallest part that can be handed out, for example one share or one cent
 * @returns n multiples of `step` that add up to `total` (D4)
 */
export function allocate<U extends string>(
  total: Decimal<U>,
  weights: readonly Decimal<string>[],
  step: Decimal<U>,
): Decimal<U>[] {
  assert(!total.isNegative() && step.isPositive(), 'allocate splits a non-negative total by steps');
  const [totalUnits, stepUnits, scale] = aligned(total, step);
  assert(totalUnits % stepUnits === 0n, 'the total is a multiple of the step');
  const weightScale = weights.reduce((scaleMax, w) => Math.max(scaleMax, w.scale), 0);
  const integers = weights.map((w) => w.coefficient * powerOfTen(weightScale - w.scale));
  const weightSum = integers.reduce((a, b) => a + b, 0n);
  assert(
    weightSum > 0n && integers.every((w) => w >= 0n),
    'allocation weights are >= 0, one is > 0',
  );
  const steps = totalUnits / stepUnits;
  const shares = integers.map((w) => (steps * w) / weightSum);
  const rest = Number(steps - shares.reduce((a, b) => a + b, 0n));
  const remainders = integers.map((w, index) => ({ index, remainder: (steps * w) % weightSum }));
  remainders.sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const { index } of remainders.slice(0, rest)) shares[index] = (shares[index] as bigint) + 1n;
  return shares.map((share) => Decimal.of<U>(share * stepUnits, scale));
}
