/** Facts of the firm: what all accounts together own and trade. */
import { divide, zero } from '../kernel/index.ts';
import {
  notional,
  WEIGHT_SCALE,
  type InstrumentSymbol,
  type Money,
  type OrderId,
  type ProposedOrder,
  type Quantity,
  type Snapshot,
} from '../domain/index.ts';
import { issuerOf } from './account-facts.ts';
import type { FirmFactName } from './fact-catalog.ts';
import { groupWeights, type GroupLine } from './group-weights.ts';
import { factTable, measure, type FactTable, type Measure } from './measure.ts';

/** @param orders every order of the batch, by order id */
export function firmFacts(snapshot: Snapshot, orders: readonly ProposedOrder[]): FactTable {
  const { compliance } = snapshot.settings;
  const { lines, total } = firmLines(snapshot, orders);
  const table: Record<FirmFactName, readonly Measure[]> = {
    firmIssuerWeight: groupWeights(lines, {
      total,
      limit: compliance.firmIssuerWeightMax,
      attribute: 'issuer',
    }),
    firmIssuerWeightMax: [measure(compliance.firmIssuerWeightMax)],
    firmVolumeShare: volumeShares(snapshot, orders),
    volumeShareMax: [measure(compliance.volumeShareMax)],
  };
  return factTable(table);
}

interface FirmHolding {
  before: Quantity;
  after: Quantity;
  readonly buyIds: OrderId[];
}

/** All accounts added up by symbol first: one multiplication per name instead of one per position. */
function firmLines(
  snapshot: Snapshot,
  orders: readonly ProposedOrder[],
): { lines: GroupLine[]; total: Money } {
  const holdings = new Map<InstrumentSymbol, FirmHolding>();
  const holdingOf = (symbol: InstrumentSymbol): FirmHolding => {
    const known = holdings.get(symbol);
    if (known !== undefined) return known;
    const created = { before: zero<'Quantity'>(), after: zero<'Quantity'>(), buyIds: [] };
    holdings.set(symbol, created);
    return created;
  };
  let total = zero<'Money'>();
  for (const account of snapshot.accounts.values()) {
    total = total.plus(account.cash.amount);
    for (const { symbol, quantity } of account.positions) {
      const holding = holdingOf(symbol);
      holding.before = holding.before.plus(quantity);
      holding.after = holding.after.plus(quantity);
    }
  }
  for (const order of orders) {
    const holding = holdingOf(order.symbol);
    if (order.side === 'buy') holding.buyIds.push(order.orderId);
    holding.after =
      order.side === 'buy'
        ? holding.after.plus(order.quantity)
        : holding.after.minus(order.quantity);
  }
  const lines: GroupLine[] = [];
  for (const [symbol, { before, after, buyIds }] of holdings) {
    const price = snapshot.quotes.get(symbol)?.price ?? null;
    if (price !== null) total = total.plus(notional(price, before));
    const instrument = snapshot.instruments.get(symbol);
    const group = instrument === undefined ? null : issuerOf(instrument);
    if (group === undefined) continue;
    lines.push({
      symbol,
      group,
      before: price === null ? null : notional(price, before),
      after: price === null ? null : notional(price, after),
      buyIds,
    });
  }
  return { lines, total };
}

/** Per symbol and side: what all accounts trade against a day's average volume. */
function volumeShares(snapshot: Snapshot, orders: readonly ProposedOrder[]): Measure[] {
  const groups = new Map<string, { first: ProposedOrder; quantity: Quantity; ids: OrderId[] }>();
  for (const order of orders) {
    const name = `${order.symbol} ${order.side}`;
    const group = groups.get(name);
    if (group === undefined) {
      groups.set(name, { first: order, quantity: order.quantity, ids: [order.orderId] });
    } else {
      group.quantity = group.quantity.plus(order.quantity);
      group.ids.push(order.orderId);
    }
  }
  return [...groups.keys()].sort().flatMap((name) => {
    const group = groups.get(name);
    if (group === undefined) return [];
    const { first, quantity, ids } = group;
    const volume = snapshot.quotes.get(first.symbol)?.averageDailyVolume ?? null;
    const options = { name, before: zero<'ratio'>(), orderIds: ids };
    if (volume === null || !volume.isPositive()) {
      return [measure(null, { ...options, missing: `no volume for ${first.symbol}` })];
    }
    const upward = { scale: WEIGHT_SCALE, mode: 'ceiling' } as const;
    return [measure(divide<'ratio'>(quantity, volume, upward), options)];
  });
}
