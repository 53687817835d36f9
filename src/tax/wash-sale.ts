/**
 * Wash sales as an order's plan needs them: which names a household has bought, or sold at a loss, inside
 * the window (IRC section 1091: 30 days before to 30 days after, 61 days with the sale day).
 *
 *   T6  A purchase on day 30 is inside the window and on day 31 outside, on both sides.
 *   T7  Accounts of the household count whatever their tax status: an IRA's purchase washes a taxable
 *       account's loss (Rev. Rul. 2008-5).
 */
import { addDays, type CalendarDate } from '../kernel/index.ts';
import {
  isTaxable,
  type AccountId,
  type AccountSnapshot,
  type InstrumentSymbol,
  type TaxLot,
  type TaxLotId,
  type Transaction,
} from '../domain/index.ts';

/** What a household did inside the window, that a loss sale or a purchase must respect. */
export interface WashWindow {
  /** Purchases per symbol: a loss sale now would be washed by any but the sold lot's own. */
  readonly purchases: ReadonlyMap<InstrumentSymbol, readonly WashPurchase[]>;
  /** Latest possible loss sale per symbol: a purchase now would wash it. */
  readonly lastLossSale: ReadonlyMap<InstrumentSymbol, CalendarDate>;
}

export interface WashPurchase {
  readonly accountId: AccountId;
  readonly date: CalendarDate;
}

/**
 * Reads a household's history around `asOfDate`. Purchases come from transactions and from the acquired
 * dates of open lots (a custodian file may carry lots without history); the two are one purchase when
 * account and date agree.
 *
 * Whether an earlier sale was at a loss is only known with its basis. Every sale in a taxable account is
 * counted as a possible loss: the cautious reading, reported as such.
 */
export function washWindowOf(
  accounts: readonly AccountSnapshot[],
  asOfDate: CalendarDate,
  windowDays: number,
): WashWindow {
  const earliest = addDays(asOfDate, -windowDays);
  const purchases = new Map<InstrumentSymbol, WashPurchase[]>();
  const lastLossSale = new Map<InstrumentSymbol, CalendarDate>();
  for (const { account, positions, transactions } of accounts) {
    const { accountId, taxStatus } = account;
    for (const position of positions) {
      for (const lot of position.lots) {
        if (isWithin(lot.acquiredDate, earliest, asOfDate)) {
          addPurchase(purchases, lot.symbol, { accountId, date: lot.acquiredDate });
        }
      }
    }
    for (const transaction of transactions) {
      const { date, symbol } = transaction;
      if (!isWithin(date, earliest, asOfDate)) continue;
      if (isPurchase(transaction)) addPurchase(purchases, symbol, { accountId, date });
      if (transaction.side === 'sell' && isTaxable(taxStatus)) {
        keepLatest(lastLossSale, symbol, date);
      }
    }
  }
  return { purchases, lastLossSale };
}

/**
 * Lots whose sale at a loss a purchase would wash: any purchase of the household in the window but the sold
 * lot's own (Rev. Rul. 56-602: the unsold rest of the very lot is no replacement).
 */
export function washedLots(
  lots: readonly TaxLot[],
  options: { readonly isLoss: (lot: TaxLot) => boolean; readonly window: WashWindow },
): Set<TaxLotId> {
  const held = new Set<TaxLotId>();
  for (const lot of lots) {
    const purchases = options.window.purchases.get(lot.symbol);
    if (purchases === undefined || !options.isLoss(lot)) continue;
    const isOwn = (purchase: WashPurchase): boolean =>
      purchase.accountId === lot.accountId && purchase.date === lot.acquiredDate;
    const hasTwin = lots.some((o) => o !== lot && o.acquiredDate === lot.acquiredDate);
    if (purchases.some((purchase) => !isOwn(purchase) || hasTwin)) held.add(lot.lotId);
  }
  return held;
}

/** The latest purchase of a symbol inside the window; null when there is none. */
export function lastPurchaseDate(
  window: WashWindow,
  symbol: InstrumentSymbol,
): CalendarDate | null {
  let last: CalendarDate | null = null;
  for (const { date } of window.purchases.get(symbol) ?? []) {
    if (last === null || date > last) last = date;
  }
  return last;
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

function addPurchase(
  purchases: Map<InstrumentSymbol, WashPurchase[]>,
  symbol: InstrumentSymbol,
  purchase: WashPurchase,
): void {
  const known = purchases.get(symbol);
  if (known === undefined) purchases.set(symbol, [purchase]);
  else if (!known.some((p) => p.accountId === purchase.accountId && p.date === purchase.date)) {
    known.push(purchase);
  }
}

function keepLatest(
  map: Map<InstrumentSymbol, CalendarDate>,
  symbol: InstrumentSymbol,
  date: CalendarDate,
): void {
  const known = map.get(symbol);
  if (known === undefined || known < date) map.set(symbol, date);
}
