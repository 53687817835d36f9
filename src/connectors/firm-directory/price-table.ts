import { errorFinding, warningFinding } from '../../domain/index.ts';
import type { AccountId, InstrumentSymbol, PriceBar, TaxLot } from '../../domain/index.ts';
import { compareText, instrumentOfRow, listIn, readFirmTable, sortedByKey } from './reading.ts';
import type { Reading } from './reading.ts';

/**
 * Bars per symbol by ascending date. A symbol with any refused or double bar has no prices at all: the
 * next older close would stand in for the refused one, and no one would see it.
 */
export function readPrices(reading: Reading): Map<InstrumentSymbol, readonly PriceBar[]> {
  const bars = new Map<InstrumentSymbol, PriceBar[]>();
  const refused = new Set<InstrumentSymbol>();
  readFirmTable(reading, 'prices', {
    onRow: (row) => {
      const symbol = instrumentOfRow(reading, row, 'symbol');
      const date = row.date('date');
      const close = row.decimal<'Price'>('close');
      const volume = row.decimal<'Quantity'>('volume');
      const adjustedClose = row.decimal<'Price'>('adjustedClose');
      if (symbol === null) return;
      if (row.isFaulty || date === null || close === null) refused.add(symbol);
      else listIn(bars, symbol).push({ date, close, volume, adjustedClose });
    },
  });
  for (const [symbol, list] of bars) {
    list.sort((a, b) => compareText(a.date, b.date));
    const twice = list.find((bar, index) => bar.date === list[index - 1]?.date);
    if (twice === undefined) continue;
    refused.add(symbol);
    const location = { file: 'prices.csv', row: 2, symbol };
    const message = `${symbol} has two prices on ${twice.date}`;
    reading.findings.push(errorFinding('RECORD_DUPLICATE', message, location));
  }
  for (const symbol of refused) bars.delete(symbol);
  return sortedByKey(bars);
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
