/** How Schwab writes numbers, dates, accounts and options. */
import { Decimal, tryParseCalendarDate } from '../../kernel/index.ts';
import type { CalendarDate } from '../../kernel/index.ts';

const MONEY = /^([+-]?)\$?((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)$/;

/** `$1,234.56`, `-$925.1`, `1,000`; null for blanks, `--`, `N/A` and anything else. */
export function schwabNumber<Unit extends string>(text: string): Decimal<Unit> | null {
  const match = MONEY.exec(text.trim());
  if (match === null) return null;
  return Decimal.tryParse<Unit>(`${match[1] ?? ''}${(match[2] ?? '').replaceAll(',', '')}`);
}

/** True where the custodian says that there is no value. */
export function isNoValue(text: string): boolean {
  const trimmed = text.trim();
  return trimmed === '' || trimmed === '--' || trimmed === 'N/A';
}

/** `MM/DD/YYYY`; of `11/14/2020 as of 11/13/2020` the second, on which it took effect. */
export function schwabDate(text: string): CalendarDate | null {
  const match = /^(?:\d{2}\/\d{2}\/\d{4} as of )?(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text.trim());
  if (match === null) return null;
  const [, month = '', day = '', year = ''] = match;
  return tryParseCalendarDate(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
}

/** `Brokerage XXXX-1234` is account XXXX-1234; a label without a number is its own id. */
export function schwabAccountId(label: string): string {
  return /(\S*\d{3,})$/.exec(label.trim())?.[1] ?? label.trim();
}

/** `SMAL 04/01/2020 32.00 P`: an option, whatever the security type column says. */
export function isSchwabOption(symbol: string): boolean {
  return /^\S+ \d{2}\/\d{2}\/\d{4} \d+(\.\d+)? [PC]$/.test(symbol);
}

/** The date in `… as of 06:04 PM ET, 11/15/2020` and in `… as of 11/15/2020 18:00:21 ET`. */
export function schwabTitleDate(title: string): CalendarDate | null {
  const date = / as of .*?(\d{2}\/\d{2}\/\d{4})/.exec(title)?.[1];
  return date === undefined ? null : schwabDate(date);
}
