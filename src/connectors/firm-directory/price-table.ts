import type { CalendarDate } from '../../kernel/index.ts';
import { warningFinding } from '../../domain/index.ts';
import type { AccountId, InstrumentSymbol, PriceBar, TaxLot } from '../../domain/index.ts';
import type { TableRow } from '../csv/table-reader.ts';
import { compareText, listIn, readFirmTable, sortedByKey } from './reading.ts';
import type { Reading } from './reading.ts';

/**
 * Bars per symbol by ascending date. A symbol with any refused or double bar has no prices at all: the
 * next older close would stand in for the refused one, and no one would see it.
 */
export function readPrices(reading: Reading): Map<InstrumentSymbol, readonly PriceBar[]> {
  const bars = new Map<InstrumentSymbol, PriceBar[]>();
  const dates = new Map<InstrumentSymbol, Set<CalendarDate>>();
  const refused = new Set<InstrumentSymbol>();
  const unknown = new Set<string>();
  readFirmTable(reading, 'prices', {
    onRow: (row) => {
      const symbol = pricedSymbol(reading, row, unknown);
      if (symbol === null) return;
      const date = row.date('date');
      const close = row.decimal<'Price'>('close');
      const volume = row.decimal<'Quantity'>('volume');
      const adjustedClose = row.decimal<'Price'>('adjustedClose');
      if (date !== null && isKnownDate(dates, symbol, date)) {
        row.fault('RECORD_DUPLICATE', `${symbol} has two prices on ${date}`, 'date');
      }
      if (row.isFaulty || date === null || close === null) refused.add(symbol);
      else listIn(bars, symbol).push({ date, close, volume, adjustedClose });
    },
  });
  for (const list of bars.values()) list.sort((a, b) => compareText(a.date, b.date));
  for (const symbol of refused) bars.delete(symbol);
  return sortedByKey(bars);
}

/** A price file may cover more than the firm's securities: one warning per symbol, not one error per day. */
function pricedSymbol(
  reading: Reading,
  row: TableRow,
  unknown: Set<string>,
): InstrumentSymbol | null {
  const text = row.id('symbol');
  if (text === null) return null;
  const known = reading.instruments.get(text as InstrumentSymbol);
  if (known !== undefined) return known.symbol;
  if (!unknown.has(text)) {
    unknown.add(text);
    const location = { file: 'prices.csv', row: row.row, column: 'symbol', symbol: text };
    const message = `no security ${text}: its prices are not used`;
    reading.findings.push(warningFinding('SYMBOL_UNKNOWN', message, location));
  }
  return null;
}

/** Notes the date. @returns true when it was noted before */
function isKnownDate(
  dates: Map<InstrumentSymbol, Set<CalendarDate>>,
  symbol: InstrumentSymbol,
  date: CalendarDate,
): boolean {
  const known = dates.get(symbol) ?? new Set();
  dates.set(symbol, known);
  if (known.has(date)) return true;
  known.add(date);
  return false;
}

/** One warning per symbol that is held and has no price; what follows from it is decided later. */
export function warnOfMissingPrices(
  reading: Reading,
  lots: ReadonlyMap<AccountId, readonly TaxLot[]>,
  prices: ReadonlyMap<InstrumentSymbol, readonly PriceBar[]>,
): void {
  const missing = new Map<InstrumentSymbol, AccountId>();
  for (const [accountId, list] of lots) {
    for (const { symbol } of list) {
      if (!prices.has(symbol) && !missing.has(symbol)) missing.set(symbol, accountId);
    }
  }
  for (const [symbol, accountId] of sortedByKey(missing)) {
    const message = `${symbol} is held, by ${accountId} first, and has no usable price`;
    const location = { file: 'prices.csv', symbol };
    reading.findings.push(warningFinding('PRICE_MISSING', message, location));
  }
}
