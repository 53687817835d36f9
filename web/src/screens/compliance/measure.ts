/**
 * The unit of a measure. A rule's expression begins with the fact it measures (`orderAmount <= …`), and the
 * fact's name ends in its unit, as the house vocabulary asks.
 */
import { isDecimalText } from '../../format/decimal-text.ts';
import { formatMoney, formatQuantity, formatWeight, NOT_AVAILABLE } from '../../format/numbers.ts';

const WEIGHT = /(weight|share|deviation|turnover|restriction|activeshare(before|after))$/i;
const MONEY = /(amount|cash|reserve|gain)$/i;
const DAYS = /days$/i;

/** The fact that an expression measures: its first name; null where it begins otherwise. */
export function measuredFactOf(expression: string | undefined): string | null {
  return /^!?\s*([A-Za-z][A-Za-z0-9]*)/.exec(expression ?? '')?.[1] ?? null;
}

/** A measure or a limit as people read it. */
export function measureText(value: string | null, fact: string | null): string {
  if (value === null) return NOT_AVAILABLE;
  if (value === 'true') return 'yes';
  if (value === 'false') return 'no';
  if (!isDecimalText(value)) return value;
  if (fact === null) return formatQuantity(value);
  if (WEIGHT.test(fact)) return formatWeight(value);
  if (MONEY.test(fact)) return formatMoney(value);
  if (DAYS.test(fact)) return `${formatQuantity(value)} days`;
  return formatQuantity(value);
}
