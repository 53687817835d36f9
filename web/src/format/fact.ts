/**
 * Facts of a reason come by name. The name's suffix is its unit (house vocabulary), so the format
 * follows from the name and no screen guesses.
 */
import { isDecimalText } from './decimal-text.ts';
import {
  formatMoney,
  formatQuantity,
  formatPrice,
  formatStatistic,
  formatStatisticPercent,
  formatWeight,
  NOT_AVAILABLE,
} from './numbers.ts';

/** `estimatedTax` becomes `Estimated tax`. */
export function factName(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const MONEY =
  /(amount|tax|gain|cost|proceeds|basis|notional|cash|reserve|cashbefore|cashreserve)$/i;
const WEIGHT = /(weight|weightbefore|weightafter|drift|turnover)$/i;
const QUANTITY = /(quantity|quantitywanted|quantityunrounded|step|shares)$/i;
const PRICE = /price$/i;

/** The value of a named fact as people read it. */
export function factText(name: string, value: string | number | null): string {
  if (value === null) return NOT_AVAILABLE;
  if (typeof value === 'number') {
    return /^(before|after)$/.test(name) ? formatStatisticPercent(value) : formatStatistic(value);
  }
  if (!isDecimalText(value)) return value;
  if (WEIGHT.test(name)) return formatWeight(value);
  if (QUANTITY.test(name) || name.startsWith('quantity')) return formatQuantity(value);
  if (PRICE.test(name)) return formatPrice(value);
  if (MONEY.test(name) || name.startsWith('cash')) return formatMoney(value);
  return value;
}
