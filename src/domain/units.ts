/**
 * Money, quantity, price and ratio: exact decimals told apart by type.
 *
 * All money of one firm is in its base currency; records in another currency are refused at the edge
 * (docs/decisions/0003), so that no sum can mix currencies.
 */
import { divide, multiply, type Decimal, type RoundingMode } from '../kernel/index.ts';

export type Money = Decimal<'Money'>;
export type Quantity = Decimal<'Quantity'>;
export type Price = Decimal<'Price'>;
/** A plain number: a weight (0 to 1), a rate, a factor. */
export type Ratio = Decimal<'ratio'>;

/** Books are kept to the cent. */
export const MONEY_SCALE = 2;
/** Fractional shares are kept to the millionth, as custodians report them. */
export const QUANTITY_SCALE = 6;
/** Digits of a weight: enough that a cent shows in a billion. */
export const WEIGHT_SCALE = 12;

/** price x quantity, exact. */
export function notional(price: Price, quantity: Quantity): Money {
  return multiply<'Money'>(price, quantity);
}

/** part / whole as a ratio of 12 digits, half to even. @throws AssertionError if whole is zero */
export function weightOf(part: Money, whole: Money): Ratio {
  return divide<'ratio'>(part, whole, { scale: WEIGHT_SCALE, mode: 'halfEven' });
}

/** amount / price, in shares of `scale` digits. */
export function quantityFor(
  amount: Money,
  price: Price,
  rounding: { readonly scale: number; readonly mode: RoundingMode },
): Quantity {
  return divide<'Quantity'>(amount, price, rounding);
}

/** Rounded to the cent. */
export function toCents(amount: Money, mode: RoundingMode): Money {
  return amount.round(MONEY_SCALE, mode);
}
