/**
 * Wash sales as an order's plan needs them: which names a household has bought, or sold at a loss, inside
 * the window (IRC section 1091: 30 days before to 30 days after, 61 days with the sale day).
 *
 *   T6  A purchase on day 30 is inside the window and on day 31 outside, on both sides.
 *   T7  Accounts of the household count whatever their tax status: an IRA's purchase washes a taxable
 *       account's loss (Rev. Rul. 2008-5).
 */
import { addDays, type CalendarDate } from '../kernel/index.ts';
import type {
  AccountSnapshot,
  InstrumentSymbol,
  TaxLot,
  TaxLotId,
  Transaction,
} from '../domain/index.ts';

/** What the rest of a household did, or is about to do, that a loss sale or a purchase must respect. */
export interface WashWindow {
  /** Latest purchase inside the window per symbol: a loss sale now would be washed by it. */
  readonly lastPurchase: ReadonlyMap<InstrumentSymbol, CalendarDate>;
  /** Latest possible loss sale inside the window per symbol: a purchase now would wash it. */
  readonly lastLossSale: ReadonlyMap<InstrumentSymbol, CalendarDate>;
}

/**
 * Reads a household's history around `asOfDate`. Purchases come from transactions and from the acquired
 * dates of open lots (a custodian file may carry lots without history).
 *
 * Whether an earlier sale was at a loss is only known with its basis. A sale that names lots which are
 * closed is counted as a possible loss: the cautious reading, reported as such.
 */
export function washWindowOf(
  accounts: readonly AccountSnapshot[],
  asOfDate: CalendarDate,
  windowDays: number,
): WashWindow {
  const earliest = addDays(asOfDate, -windowDays);
  const lastPurchase = new Map<InstrumentSymbol, CalendarDate>();
  const lastLossSale = new Map<InstrumentSymbol, CalendarDate>();
  for (const { positions, transactions } of accounts) {
    for (const position of positions) {
      for (const lot of position.lots) {
        if (isWithin(lot.acquiredDate, earliest, asOfDate)) {
          keepLatest(lastPurchase, lot.symbol, lot.acquiredDate);
        }
      }
    }
    for (const transaction of transactions) {
      if (!isWithin(transaction.date, earliest, asOfDate)) continue;
      if (isPurchase(transaction)) keepLatest(lastPurchase, transaction.symbol, transaction.date);
      if (transaction.side === 'sell')
        keepLatest(lastLossSale, transaction.symbol, transaction.date);
    }
  }
  return { lastPurchase, lastLossSale };
}

/** Lots that would be sold at a loss and washed by a purchase that is not that very lot (Rev. Rul. 56-602). */
export function washedLots(
  lots: readonly TaxLot[],
  options: { readonly isLoss: (lot: TaxLot) => boolean; readonly window: WashWindow },
): Set<TaxLotId> {
  const held = new Set<TaxLotId>();
  for (const lot of lots) {
    const purchase = options.window.lastPurchase.get(lot.symbol);
    if (purchase === undefined || !options.isLoss(lot)) continue;
    // The only purchase in the window is this lot's own: selling all of it leaves no replacement shares.
    const isOwnPurchase =
      purchase === lot.acquiredDate && lots.every((o) => o === lot || o.acquiredDate < purchase);
    if (!isOwnPurchase) held.add(lot.lotId);
  }
  return held;
}

/** The first date on which a purchase no longer washes a loss taken on `saleDate`. */
export function firstCleanPurchaseDate(saleDate: CalendarDate, windowDays: number): CalendarDate {
  return addDays(saleDate, windowDays + 1);
}

function isPurchase(transaction: Transaction): boolean {
  return transaction.side === 'buy' || transaction.side === 'dividendReinvest';
}

function isWithin(date: CalendarDate, earliest: CalendarDate, latest: CalendarDate): boolean {
  return date >= earliest && date <= latest;
}

function keepLatest(
  map: Map<InstrumentSymbol, CalendarDate>,
  symbol: InstrumentSymbol,
  date: CalendarDate,
): void {
  const known = map.get(symbol);
  if (known === undefined || known < date) map.set(symbol, date);
}
