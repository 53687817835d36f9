/** Facts of one order: size, price, age, account, restrictions, lots. */
import { daysBetween, Decimal, divide, minimum, sum, zero } from '../kernel/index.ts';
import {
  QUANTITY_SCALE,
  WEIGHT_SCALE,
  type Instrument,
  type OrderId,
  type ProposedOrder,
  type Quantity,
  type Restriction,
  type RestrictionKind,
  type Snapshot,
} from '../domain/index.ts';
import type { OrderFactName } from './fact-catalog.ts';
import { factTable, measure, type FactTable, type Measure } from './measure.ts';
import { amountOf, type Projection } from './projection.ts';

/** Facts about the other orders of the account, computed once per account. */
export interface Siblings {
  /** Number of orders per symbol, side and quantity. */
  readonly countByKey: ReadonlyMap<string, number>;
}

export function siblingsOf(orders: readonly ProposedOrder[]): Siblings {
  const countByKey = new Map<string, number>();
  for (const order of orders) {
    const key = duplicateKey(order);
    countByKey.set(key, (countByKey.get(key) ?? 0) + 1);
  }
  return { countByKey };
}

const duplicateKey = (order: ProposedOrder): string =>
  JSON.stringify([order.symbol, order.side, order.quantity]);

export interface OrderContext {
  readonly snapshot: Snapshot;
  readonly projection: Projection;
  readonly siblings: Siblings;
}

/** All order facts; what the snapshot cannot support is null with the reason. */
export function orderFacts(order: ProposedOrder, context: OrderContext): FactTable {
  const { snapshot, projection, siblings } = context;
  const account = projection.snapshot?.account ?? null;
  const holding = projection.holdings.get(order.symbol);
  const { compliance, tolerance } = snapshot.settings;
  // One list for all: a firm's evaluations keep hundreds of thousands of them.
  const orderIds = [order.orderId];
  const own = (value: Measure['after'], missing = 'no data'): readonly Measure[] => [
    measure(value, { before: null, missing, orderIds }),
  ];
  const unknownAccount = `account ${projection.accountId} is not in the snapshot`;
  const table: Record<OrderFactName, readonly Measure[]> = {
    ...priceFacts(order, snapshot, own),
    orderAmountMax: [measure(compliance.orderAmountMax.as<'ratio'>())],
    priceAgeDaysMax: [measure(Decimal.fromInteger(tolerance.priceAgeDaysMax))],
    volumeShareMax: [measure(compliance.volumeShareMax)],
    orderSide: own(order.side),
    accountStatus: own(account?.status ?? null, unknownAccount),
    discretion: own(account?.discretion ?? null, unknownAccount),
    isSideRestricted: own(...sideRestriction(order, context)),
    positionQuantityAfter: [positionAfter(order, holding)],
    lotQuantityMissing: own(lotQuantityMissing(order, context).as<'ratio'>()),
    isOffLot: own(...offLot(order, holding?.instrument ?? null)),
    isDuplicate: own((siblings.countByKey.get(duplicateKey(order)) ?? 0) > 1),
    hasOppositeOrder: own(
      (order.side === 'buy' ? holding?.sellIds : holding?.buyIds)?.length !== 0,
    ),
  };
  return factTable(table);
}

type Own = (value: Measure['after'], missing?: string) => readonly Measure[];
type PriceFactName = 'orderAmount' | 'priceDeviation' | 'priceAgeDays' | 'volumeShare';

function priceFacts(
  order: ProposedOrder,
  snapshot: Snapshot,
  own: Own,
): Record<PriceFactName, readonly Measure[]> {
  const quote = snapshot.quotes.get(order.symbol);
  if (quote === undefined || !quote.price.isPositive()) {
    const unknown = own(null, `no price for ${order.symbol}`);
    return {
      orderAmount: unknown,
      priceDeviation: unknown,
      priceAgeDays: unknown,
      volumeShare: unknown,
    };
  }
  const volume = quote.averageDailyVolume;
  const upward = { scale: WEIGHT_SCALE, mode: 'ceiling' } as const;
  const gap = order.estimatedPrice.minus(quote.price).abs();
  return {
    orderAmount: own(amountOf(snapshot, order).as<'ratio'>()),
    priceDeviation: own(divide<'ratio'>(gap, quote.price, upward)),
    priceAgeDays: own(Decimal.fromInteger(daysBetween(quote.date, snapshot.asOfDate))),
    volumeShare:
      volume === null || !volume.isPositive()
        ? own(null, `no volume for ${order.symbol}`)
        : own(divide<'ratio'>(order.quantity, volume, upward)),
  };
}

/** Shares after all orders, netted. A buy is never at fault for a short position. */
function positionAfter(order: ProposedOrder, holding: HoldingLike | undefined): Measure {
  const orderIds: readonly OrderId[] = order.side === 'sell' ? [order.orderId] : [];
  if (holding === undefined) return measure(null, { orderIds });
  return measure(holding.quantityAfter.as<'ratio'>(), {
    before: holding.quantityBefore.as<'ratio'>(),
    orderIds,
  });
}

interface HoldingLike {
  readonly quantityBefore: Quantity;
  readonly quantityAfter: Quantity;
}

/** Shares of a sell that no lot covers: lots that are not held, or sold beyond what they hold. */
function lotQuantityMissing(order: ProposedOrder, { projection }: OrderContext): Quantity {
  if (order.side === 'buy') return zero<'Quantity'>();
  const position = projection.snapshot?.positions.find(({ symbol }) => symbol === order.symbol);
  const held = new Map(position?.lots.map((lot) => [lot.lotId, lot.quantity]));
  const covered = order.lots.map((selection) => {
    const available = held.get(selection.lotId) ?? zero<'Quantity'>();
    const taken = minimum(available, selection.quantity);
    held.set(selection.lotId, available.minus(taken));
    return taken;
  });
  return order.quantity.minus(sum(covered)).abs();
}

/** Fractional instruments trade in millionths of a share, the others in multiples of their lot. */
export function quantityStep(instrument: Instrument): Quantity {
  return instrument.isFractional ? Decimal.of<'Quantity'>(1n, QUANTITY_SCALE) : instrument.lotSize;
}

function offLot(order: ProposedOrder, instrument: Instrument | null): [boolean | null, string] {
  if (instrument === null) return [null, `${order.symbol} is not in the snapshot`];
  const step = quantityStep(instrument);
  if (!step.isPositive()) return [null, `${order.symbol} has no lot size`];
  const isMultiple = order.quantity.equals(order.quantity.roundToMultiple(step, 'floor'));
  return [!isMultiple || !order.quantity.isPositive(), ''];
}

const FORBIDS: Readonly<Record<ProposedOrder['side'], ReadonlySet<RestrictionKind>>> = {
  buy: new Set<RestrictionKind>(['doNotBuy', 'doNotTrade', 'exclude']),
  sell: new Set<RestrictionKind>(['doNotSell', 'doNotTrade', 'exclude']),
};

function sideRestriction(
  order: ProposedOrder,
  { snapshot, projection }: OrderContext,
): [boolean | null, string] {
  const account = projection.snapshot?.account;
  const instrument = snapshot.instruments.get(order.symbol);
  if (account === undefined) return [null, `account ${order.accountId} is not in the snapshot`];
  if (instrument === undefined) return [null, `${order.symbol} is not in the snapshot`];
  let unknown: string | null = null;
  for (const restriction of projection.restrictions) {
    if (!FORBIDS[order.side].has(restriction.kind)) continue;
    const covers = coversInstrument(restriction, instrument);
    if (covers === true) return [true, ''];
    if (covers === null) unknown = `no ${restriction.subject.kind} for ${order.symbol}`;
  }
  return unknown === null ? [false, ''] : [null, unknown];
}

/** Null where an equity's sector or issuer is not known: it may or may not be meant. */
export function coversInstrument({ subject }: Restriction, instrument: Instrument): boolean | null {
  if (subject.kind === 'symbol') return subject.symbol === instrument.symbol;
  const own = subject.kind === 'sector' ? instrument.sector : instrument.issuer;
  if (own === null) return instrument.assetClass === 'equity' ? null : false;
  return own === (subject.kind === 'sector' ? subject.sector : subject.issuer);
}
