import { Decimal, maximum, minimum, zero } from '../kernel/index.ts';
import {
  QUANTITY_SCALE,
  quantityFor,
  toCents,
  type FirmSettings,
  type Instrument,
  type Money,
  type Price,
  type Quantity,
} from '../domain/index.ts';

const MILLIONTH: Quantity = Decimal.of<'Quantity'>(1n, QUANTITY_SCALE);

/** A millionth of a share: in it, a size is what a weight means, before the instrument's own step. */
export const EXACT_STEP: Quantity = MILLIONTH;

/** What the instrument trades in: its lot, or a millionth of a share where fractions are allowed. */
export function quantityStep(instrument: Instrument): Quantity {
  return instrument.isFractional ? MILLIONTH : instrument.lotSize;
}

/** The largest (floor) or smallest sufficient (ceiling) multiple of `step` for an amount of money. */
export function sizeFor(
  amount: Money,
  price: Price,
  rounding: { readonly step: Quantity; readonly mode: 'floor' | 'ceiling' },
): Quantity {
  const shares = quantityFor(amount, price, { scale: QUANTITY_SCALE + 6, mode: rounding.mode });
  return shares.roundToMultiple(rounding.step, rounding.mode);
}

/** Spread, impact and commission of an order, rounded up to the cent so that cash always suffices. */
export function costOfOrder(amount: Money, quantity: Quantity, settings: FirmSettings): Money {
  const { linearRate, commissionPerShare } = settings.costs;
  const exact = amount.times(linearRate).plus(commissionPerShare.times(quantity.as<'ratio'>()));
  return toCents(exact, 'ceiling');
}

/** The smallest order the firm sends for an account of this size; an order equal to it is allowed. */
export function minimumTradeAmount(planningTotal: Money, settings: FirmSettings): Money {
  const { minimumTradeAmount: amount, minimumTradeWeight } = settings.rounding;
  return maximum(amount, planningTotal.times(minimumTradeWeight));
}

/** Never more than is there. */
export function atMost(quantity: Quantity, available: Quantity): Quantity {
  return maximum(zero(), minimum(quantity, available));
}
