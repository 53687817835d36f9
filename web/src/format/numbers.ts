/**
 * How figures look. `Intl.NumberFormat` takes decimal text exactly, so no digit is lost on the way to
 * the screen; the true minus sign and the grouping come from the locale.
 */
import { isDecimalText } from './decimal-text.ts';

/** What stands where a value is not available: not zero, not blank. */
export const NOT_AVAILABLE = 'n/a';

const LOCALE = 'en-US';

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(LOCALE, options);
  formats.set(key, made);
  return made;
}

function render(format: Intl.NumberFormat, text: string): string {
  // The pattern above guarantees the numeral that the type asks for.
  return format.format(text as `${number}`).replace('-', '−');
}

function shown(
  text: string | null | undefined,
  key: string,
  options: Intl.NumberFormatOptions,
): string {
  if (text === null || text === undefined) return NOT_AVAILABLE;
  if (!isDecimalText(text)) return text;
  return render(formatOf(key, options), text);
}

/** Money to the cent, grouped: `−1,234.50`. The currency stands in the column's head. */
export function formatMoney(text: string | null | undefined): string {
  return shown(text, 'money', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** Money without cents, for tiles and totals where the cent is on hover. */
export function formatMoneyWhole(text: string | null | undefined): string {
  return shown(text, 'moneyWhole', { maximumFractionDigits: 0 });
}

/** Shares with as many as six digits, as few as are needed. */
export function formatQuantity(text: string | null | undefined): string {
  return shown(text, 'quantity', { maximumFractionDigits: 6 });
}

/** Prices with two to six digits. */
export function formatPrice(text: string | null | undefined): string {
  return shown(text, 'price', { minimumFractionDigits: 2, maximumFractionDigits: 6 });
}

/** A weight of 0 to 1 as percent: `12.34%`. */
export function formatWeight(text: string | null | undefined, digits = 2): string {
  return shown(text, `weight${String(digits)}`, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A change of weight with its sign: `+1.20%`, `−0.40%`. */
export function formatWeightChange(text: string | null | undefined): string {
  return shown(text, 'weightChange', {
    style: 'percent',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  });
}

/** Money with its sign always written: gains and losses. */
export function formatGain(text: string | null | undefined): string {
  return shown(text, 'gain', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  });
}

/** Basis points to the hundredth. */
export function formatBasisPoints(text: string | null | undefined): string {
  return shown(text, 'basisPoints', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** Whole counts. */
export function formatCount(count: number): string {
  return formatOf('count', {}).format(count);
}

/** A statistic that the server gives as a float (a shadow price, a tracking error): significant digits. */
export function formatStatistic(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined) return NOT_AVAILABLE;
  const notation = value !== 0 && Math.abs(value) < 1e-4 ? 'scientific' : 'standard';
  const format = formatOf(`${notation}${String(digits)}`, {
    maximumSignificantDigits: digits,
    notation,
  });
  return format.format(value).replace('-', '−').replace('E-', 'e−').replace('E', 'e');
}

/** A float fraction as percent, for tracking error. */
export function formatStatisticPercent(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOT_AVAILABLE;
  return formatOf('statisticPercent', {
    style: 'percent',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(value);
}

/** `account` to `accounts`, `entry` to `entries`. */
export function pluralOf(noun: string): string {
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** `1 account`, `2 accounts`. */
export function plural(count: number, one: string, many = pluralOf(one)): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
