/**
 * Facts of one household: wash sales. A loss sale in a taxable account and a purchase of the same symbol in
 * any account of the household, each within the window of the other, meet (IRC section 1091). Substantially
 * identical securities other than the same symbol are not looked for here. Cash (money funds) is left out: a
 * fund that redeems at one dollar has no loss to wash (Rev. Proc. 2014-45; counsel to confirm).
 */
import {
  addDays,
  Decimal,
  divide,
  minimum,
  sum,
  zero,
  type CalendarDate,
} from '../kernel/index.ts';
import {
  isTaxable,
  type AccountId,
  type AccountSnapshot,
  type InstrumentSymbol,
  type OrderId,
  type ProposedOrder,
  type Quantity,
  type Snapshot,
  type TaxLotId,
  type Transaction,
} from '../domain/index.ts';
import type { HouseholdFactName } from './fact-catalog.ts';
import { factTable, measure, type FactTable, type Measure } from './measure.ts';

export interface HouseholdContext {
  readonly snapshot: Snapshot;
  /** Every account of the household. */
  readonly accounts: readonly AccountSnapshot[];
  /** Every order of the household, by order id. */
  readonly orders: readonly ProposedOrder[];
}

interface WashSaleContext extends HouseholdContext {
  /** The first day whose sales and purchases still count. */
  readonly windowStart: CalendarDate;
  readonly isTaxed: ReadonlyMap<AccountId, boolean>;
  readonly ordersOf: ReadonlyMap<InstrumentSymbol, readonly ProposedOrder[]>;
  /** By lot, over all orders. */
  readonly sold: ReadonlyMap<TaxLotId, Quantity>;
  readonly soldAtLoss: ReadonlySet<TaxLotId>;
}

export function householdFacts(context: HouseholdContext): FactTable {
  const { instruments, asOfDate, settings } = context.snapshot;
  const windowStart = addDays(asOfDate, -settings.tax.washSaleWindowDays);
  const ordersOf = Map.groupBy(context.orders, (order) => order.symbol);
  const isTaxed = new Map(
    context.accounts.map(({ account }) => [account.accountId, isTaxable(account.taxStatus)]),
  );
  const shared = { ...context, ...soldLots(context.orders), windowStart, isTaxed, ordersOf };
  const symbols = [...ordersOf.keys()]
    .filter((symbol) => instruments.get(symbol)?.assetClass !== 'cash')
    .sort();
  const table: Record<HouseholdFactName, readonly Measure[]> = {
    washSaleQuantity: symbols.map((symbol) => washSaleMeasure(symbol, shared)),
  };
  return factTable(table);
}

function washSaleMeasure(symbol: InstrumentSymbol, context: WashSaleContext): Measure {
  const { accounts, isTaxed, windowStart } = context;
  const ofSymbol = context.ordersOf.get(symbol) ?? [];
  const buys = ofSymbol.filter((order) => order.side === 'buy');
  const bought = sum(buys.map((order) => order.quantity));
  const lossSells = ofSymbol.filter(
    (order) => isTaxed.get(order.accountId) === true && lossQuantity(order).isPositive(),
  );
  const losses = sum(lossSells.map(lossQuantity));
  const past = pastLosses(symbol, windowStart, accounts);
  const recent = recentPurchases(symbol, context);
  const exposedBuys = minimum(bought, losses.plus(past.quantity));
  const exposedSells = minimum(losses, recent);
  const meets = exposedBuys.plus(exposedSells);
  const orderIds: OrderId[] = [
    ...(bought.isPositive() && (exposedBuys.isPositive() || past.isUnknown) ? buys : []),
    ...(meets.isPositive() ? lossSells : []),
  ].map((order) => order.orderId);
  const options = { name: symbol, before: Decimal.of(0n, 0), orderIds: orderIds.sort() };
  // A sale of unknown gain matters only where it could meet a purchase that is not already in conflict.
  if (past.isUnknown && bought.isGreaterThan(exposedBuys)) {
    const missing = `a recent sale of ${symbol} may be a loss: the cost of what it sold is not known`;
    return exposedBuys.isPositive()
      ? measure(meets.as<'ratio'>(), options)
      : measure(null, { ...options, missing });
  }
  return measure(meets.as<'ratio'>(), options);
}

/** Shares that an order sells at a loss. */
function lossQuantity(order: ProposedOrder): Quantity {
  return sum(order.lots.filter((lot) => lot.gain.isNegative()).map((lot) => lot.quantity));
}

interface PastLosses {
  readonly quantity: Quantity;
  /** True when the gain of a sale in the window cannot be told. */
  readonly isUnknown: boolean;
}

function pastLosses(
  symbol: InstrumentSymbol,
  windowStart: CalendarDate,
  accounts: readonly AccountSnapshot[],
): PastLosses {
  let quantity = zero<'Quantity'>();
  let isUnknown = false;
  for (const { account, transactions } of accounts) {
    if (!isTaxable(account.taxStatus)) continue;
    const ofSymbol = transactions.filter((transaction) => transaction.symbol === symbol);
    for (const sale of ofSymbol) {
      if (sale.side !== 'sell' || sale.date < windowStart) continue;
      const isLoss = isLossSale(sale, ofSymbol);
      if (isLoss === null) isUnknown = true;
      else if (isLoss) quantity = quantity.plus(sale.quantity);
    }
  }
  return { quantity, isUnknown };
}

/** Null unless the sale names its lots and the purchases of all of them are on record. */
function isLossSale(sale: Transaction, history: readonly Transaction[]): boolean | null {
  if (sale.amount === null || sale.lots.length === 0) return null;
  let basis = zero<'Money'>();
  let named = zero<'Quantity'>();
  for (const { lotId, quantity } of sale.lots) {
    const purchase = purchaseOf(lotId, history);
    if (purchase?.amount === undefined || purchase.amount === null) return null;
    const share = divide<'ratio'>(quantity, purchase.quantity, { scale: 12, mode: 'halfEven' });
    basis = basis.plus(purchase.amount.times(share));
    named = named.plus(quantity);
  }
  return named.equals(sale.quantity) ? sale.amount.isLessThan(basis) : null;
}

function purchaseOf(lotId: TaxLotId, history: readonly Transaction[]): Transaction | undefined {
  return history.find(
    (transaction) =>
      transaction.lotId === lotId &&
      transaction.quantity.isPositive() &&
      (transaction.side === 'buy' || transaction.side === 'dividendReinvest'),
  );
}

/** What the orders sell of each lot, and which of them at a loss. */
function soldLots(orders: readonly ProposedOrder[]): Pick<WashSaleContext, 'sold' | 'soldAtLoss'> {
  const sold = new Map<TaxLotId, Quantity>();
  const soldAtLoss = new Set<TaxLotId>();
  for (const { lotId, quantity, gain } of orders.flatMap((order) => order.lots)) {
    if (gain.isNegative()) soldAtLoss.add(lotId);
    sold.set(lotId, (sold.get(lotId) ?? zero<'Quantity'>()).plus(quantity));
  }
  return { sold, soldAtLoss };
}

/**
 * Shares bought in the window, still held, and not themselves part of what this batch sells. What is left of
 * a lot that is sold at a loss replaces nothing: both were bought at once (Rev. Rul. 56-602; counsel to
 * confirm).
 */
function recentPurchases(
  symbol: InstrumentSymbol,
  { accounts, windowStart, sold, soldAtLoss }: WashSaleContext,
): Quantity {
  let quantity = zero<'Quantity'>();
  for (const { positions } of accounts) {
    for (const lot of positions.find((position) => position.symbol === symbol)?.lots ?? []) {
      if (lot.acquiredDate < windowStart || soldAtLoss.has(lot.lotId)) continue;
      const left = lot.quantity.minus(sold.get(lot.lotId) ?? zero<'Quantity'>());
      if (left.isPositive()) quantity = quantity.plus(left);
    }
  }
  return quantity;
}
