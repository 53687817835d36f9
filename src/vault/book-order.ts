/** The fixed orders of a book's lists: whatever order rows arrive in, they leave in this one. */
import type {
  CashFlow,
  InstrumentSymbol,
  Position,
  PriceBar,
  TaxLot,
  Transaction,
} from '../domain/index.ts';
import { sum } from '../kernel/index.ts';
import { cashFlowText } from './content-text.ts';

/** Code unit order, the same on every machine; never `localeCompare`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The map's entries by key. */
export function sortedEntries<K extends string, V>(map: ReadonlyMap<K, V>): [K, V][] {
  return [...map].sort(([a], [b]) => compareText(a, b));
}

/** The same array when it is in order already, which it nearly always is; else a sorted copy. */
export function inOrder<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  for (let i = 1; i < items.length; i += 1) {
    if (compare(items[i - 1] as T, items[i] as T) > 0) return [...items].sort(compare);
  }
  return items;
}

export function compareLots(a: TaxLot, b: TaxLot): number {
  return (
    compareText(a.symbol, b.symbol) ||
    compareText(a.acquiredDate, b.acquiredDate) ||
    compareText(a.lotId, b.lotId)
  );
}

export function compareBars(a: PriceBar, b: PriceBar): number {
  return compareText(a.date, b.date);
}

export function compareTransactions(a: Transaction, b: Transaction): number {
  return (
    compareText(a.date, b.date) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.transactionId, b.transactionId)
  );
}

export function compareFlows(a: CashFlow, b: CashFlow): number {
  return compareText(cashFlowText(a), cashFlowText(b));
}

/** Positions by symbol from lots in order; each quantity is the exact sum of its lots. */
export function positionsOf(lots: readonly TaxLot[]): readonly Position[] {
  const positions: Position[] = [];
  for (let start = 0; start < lots.length;) {
    const symbol: InstrumentSymbol = (lots[start] as TaxLot).symbol;
    let end = start + 1;
    while (end < lots.length && (lots[end] as TaxLot).symbol === symbol) end += 1;
    const group = lots.slice(start, end);
    positions.push({ symbol, quantity: sum(group.map((lot) => lot.quantity)), lots: group });
    start = end;
  }
  return positions;
}
