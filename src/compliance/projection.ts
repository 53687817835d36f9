/**
 * The projected portfolio: what is held without the orders and with all of them, netted. Every fact reads
 * it, so that the order of the orders cannot matter.
 */
import { sum, zero } from '../kernel/index.ts';
import {
  notional,
  restrictionsReaching,
  toCents,
  type AccountId,
  type AccountSnapshot,
  type Instrument,
  type InstrumentSymbol,
  type Money,
  type OrderId,
  type PriceQuote,
  type ProposedOrder,
  type Quantity,
  type Restriction,
  type Snapshot,
} from '../domain/index.ts';

/** One name that is held or ordered. */
export interface Holding {
  readonly symbol: InstrumentSymbol;
  readonly instrument: Instrument | null;
  readonly quote: PriceQuote | null;
  readonly quantityBefore: Quantity;
  readonly quantityAfter: Quantity;
  readonly buyIds: readonly OrderId[];
  readonly sellIds: readonly OrderId[];
}

export interface Projection {
  readonly accountId: AccountId;
  /** Null when the snapshot does not know the account. */
  readonly snapshot: AccountSnapshot | null;
  /** Those that reach the account; none where it is not known. */
  readonly restrictions: readonly Restriction[];
  /** By order id. */
  readonly orders: readonly ProposedOrder[];
  /** By symbol. */
  readonly holdings: ReadonlyMap<InstrumentSymbol, Holding>;
  /**
   * Priced positions + trade-date cash, before the orders: the denominator of every weight, before and after
   * alike, so that an order changes only the weights of what it trades. A position without a price is left
   * out, which makes every weight larger and never hides a breach.
   */
  readonly accountValue: Money;
  readonly buyAmount: Money;
  readonly sellAmount: Money;
  readonly costAmount: Money;
}

/** Orders in the one sequence that everything here uses. */
export function byOrderId(a: ProposedOrder, b: ProposedOrder): number {
  return a.orderId < b.orderId ? -1 : a.orderId > b.orderId ? 1 : 0;
}

/** @param orders all orders of the account, by order id */
export function projectAccount(
  snapshot: Snapshot,
  accountId: AccountId,
  orders: readonly ProposedOrder[],
): Projection {
  const account = snapshot.accounts.get(accountId) ?? null;
  const holdings = new Map<InstrumentSymbol, MutableHolding>();
  for (const position of account?.positions ?? []) {
    holdings.set(position.symbol, startOf(snapshot, position.symbol, position.quantity));
  }
  for (const order of orders) {
    let holding = holdings.get(order.symbol);
    if (holding === undefined) {
      holding = startOf(snapshot, order.symbol, zero<'Quantity'>());
      holdings.set(order.symbol, holding);
    }
    if (order.side === 'buy') {
      holding.quantityAfter = holding.quantityAfter.plus(order.quantity);
      holding.buyIds.push(order.orderId);
    } else {
      holding.quantityAfter = holding.quantityAfter.minus(order.quantity);
      holding.sellIds.push(order.orderId);
    }
  }
  return {
    accountId,
    snapshot: account,
    restrictions:
      account === null ? [] : restrictionsReaching(account.account, snapshot.restrictions),
    orders,
    holdings,
    accountValue: valueOf(account, holdings),
    buyAmount: sum(orders.filter((o) => o.side === 'buy').map((o) => amountOf(snapshot, o))),
    sellAmount: sum(orders.filter((o) => o.side === 'sell').map((o) => amountOf(snapshot, o))),
    costAmount: sum(orders.map((o) => o.estimatedCost)),
  };
}

interface MutableHolding extends Holding {
  quantityAfter: Quantity;
  readonly buyIds: OrderId[];
  readonly sellIds: OrderId[];
}

function startOf(snapshot: Snapshot, symbol: InstrumentSymbol, quantity: Quantity): MutableHolding {
  return {
    symbol,
    instrument: snapshot.instruments.get(symbol) ?? null,
    quote: snapshot.quotes.get(symbol) ?? null,
    quantityBefore: quantity,
    quantityAfter: quantity,
    buyIds: [],
    sellIds: [],
  };
}

function valueOf(
  account: AccountSnapshot | null,
  holdings: ReadonlyMap<InstrumentSymbol, Holding>,
): Money {
  let total = account?.cash.amount ?? zero<'Money'>();
  for (const { quote, quantityBefore } of holdings.values()) {
    if (quote !== null) total = total.plus(notional(quote.price, quantityBefore));
  }
  return total;
}

/** quantity x snapshot price, to the cent as cash moves; the order's own price where there is no other. */
export function amountOf(snapshot: Snapshot, order: ProposedOrder): Money {
  const quote = snapshot.quotes.get(order.symbol);
  return toCents(notional(quote?.price ?? order.estimatedPrice, order.quantity), 'halfEven');
}
