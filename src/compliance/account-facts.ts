/** Facts of one account: weights, cash, turnover, drift, gains, over the projected portfolio. */
import { Decimal, divide, sum, zero } from '../kernel/index.ts';
import {
  isTaxable,
  notional,
  WEIGHT_SCALE,
  type AccountOutcome,
  type Instrument,
  type Money,
  type OrderId,
  type ProposedOrder,
  type Restriction,
  type Snapshot,
} from '../domain/index.ts';
import type { AccountFactName } from './fact-catalog.ts';
import { groupWeights, nameList, weightUpward, type GroupLine } from './group-weights.ts';
import { factTable, measure, type FactTable, type Measure } from './measure.ts';
import { coversInstrument } from './order-facts.ts';
import type { Projection } from './projection.ts';

export interface AccountContext {
  readonly snapshot: Snapshot;
  readonly projection: Projection;
  /** What the run said of the account; null when it is not part of the run. */
  readonly outcome: AccountOutcome | null;
}

/** The group of an instrument: a name, null = unknown, undefined = outside the rule's universe. */
export type GroupOf = (instrument: Instrument) => string | null | undefined;

/** Issuer concentration: everything but cash; an equity must name its issuer. */
export const issuerOf: GroupOf = (instrument) =>
  instrument.assetClass === 'cash'
    ? undefined
    : (instrument.issuer ?? (instrument.assetClass === 'equity' ? null : undefined));

/** Sector concentration: what has a sector; an equity must. */
export const sectorOf: GroupOf = (instrument) =>
  instrument.sector ?? (instrument.assetClass === 'equity' ? null : undefined);

export function accountFacts(context: AccountContext): FactTable {
  const { snapshot, projection } = context;
  const { compliance } = snapshot.settings;
  const groups = (groupOf: GroupOf, limit: Decimal | null, attribute: string): Measure[] =>
    groupWeights(groupLines(projection, groupOf), {
      total: projection.accountValue,
      limit,
      attribute,
    });
  const table: Record<AccountFactName, readonly Measure[]> = {
    ...cashFacts(context),
    ...activityFacts(context),
    issuerWeight: groups(issuerOf, compliance.issuerWeightMax, 'issuer'),
    issuerWeightMax: [measure(compliance.issuerWeightMax)],
    sectorWeight: groups(sectorOf, compliance.sectorWeightMax, 'sector'),
    sectorWeightMax: [measure(compliance.sectorWeightMax)],
    assetClassWeight: groups((instrument) => instrument.assetClass, null, 'asset class'),
    weightAboveRestriction: restrictionMeasures(context, 'maxWeight'),
    weightBelowRestriction: restrictionMeasures(context, 'minWeight'),
    turnoverWeightMax: [measure(compliance.turnoverWeightMax)],
    shortTermGainAmountMax: [measure(compliance.shortTermGainAmountMax?.as<'ratio'>() ?? null)],
    positionCount: [positionCount(projection)],
  };
  return factTable(table);
}

/** An instrument that the snapshot does not know is in every universe, without a group. */
function groupLines(projection: Projection, groupOf: GroupOf): GroupLine[] {
  const lines: GroupLine[] = [];
  for (const holding of projection.holdings.values()) {
    const group = holding.instrument === null ? null : groupOf(holding.instrument);
    if (group === undefined) continue;
    const price = holding.quote?.price ?? null;
    lines.push({
      symbol: holding.symbol,
      group,
      before: price === null ? null : notional(price, holding.quantityBefore),
      after: price === null ? null : notional(price, holding.quantityAfter),
      buyIds: holding.buyIds,
    });
  }
  return lines;
}

type WeightLimitKind = 'maxWeight' | 'minWeight';

/** By how much each restriction of the kind is exceeded: positive is a breach. */
function restrictionMeasures({ projection }: AccountContext, kind: WeightLimitKind): Measure[] {
  if (projection.snapshot === null) return [measure(null, { missing: 'the account is not known' })];
  return projection.restrictions
    .filter((restriction) => restriction.kind === kind)
    .map((restriction) => restrictionMeasure(restriction, projection));
}

function restrictionMeasure(restriction: Restriction, projection: Projection): Measure {
  const name = restriction.restrictionId;
  const limit = restriction.value;
  const isMinimum = restriction.kind === 'minWeight';
  let before = zero<'Money'>();
  let after = zero<'Money'>();
  const unknown: string[] = [];
  const orderIds: OrderId[] = [];
  for (const { symbol, instrument, quote, ...holding } of projection.holdings.values()) {
    const covers = instrument === null ? null : coversInstrument(restriction, instrument);
    if (covers === false) continue;
    orderIds.push(...(isMinimum ? holding.sellIds : holding.buyIds));
    if (covers === null || quote === null) unknown.push(symbol);
    else {
      before = before.plus(notional(quote.price, holding.quantityBefore));
      after = after.plus(notional(quote.price, holding.quantityAfter));
    }
  }
  orderIds.sort();
  if (limit === null || unknown.length > 0 || !projection.accountValue.isPositive()) {
    const missing = unknown.length > 0 ? `unclassified: ${nameList(unknown.sort())}` : 'no limit';
    return measure(null, { name, missing, orderIds });
  }
  // Both roundings are against the account: -weight upwards is the weight downwards.
  const excess = (value: Money): Decimal =>
    isMinimum
      ? weightUpward(value.negated(), projection.accountValue).plus(limit)
      : weightUpward(value, projection.accountValue).minus(limit);
  return measure(excess(after), { name, before: excess(before), orderIds });
}

type CashFactName = 'projectedCash' | 'projectedSettledCash' | 'cashReserve';

function cashFacts(context: AccountContext): Record<CashFactName, readonly Measure[]> {
  const { projection, outcome } = context;
  const account = projection.snapshot;
  const orderIds = idsOf(projection.orders, (order) => order.side === 'buy');
  const reserve = [measure(outcome?.cashReserve.as<'ratio'>() ?? null, { missing: 'not in run' })];
  if (account === null) {
    const unknown = [measure(null, { missing: 'the account is not known', orderIds })];
    return { projectedCash: unknown, projectedSettledCash: unknown, cashReserve: reserve };
  }
  const change = projection.sellAmount.minus(projection.buyAmount).minus(projection.costAmount);
  const cash = (before: Money): Measure =>
    measure(before.plus(change).as<'ratio'>(), { before: before.as<'ratio'>(), orderIds });
  return {
    projectedCash: [cash(account.cash.amount)],
    projectedSettledCash: [cash(account.cash.settledAmount ?? account.cash.amount)],
    cashReserve: reserve,
  };
}

type ActivityFactName =
  'turnoverWeight' | 'activeShareBefore' | 'activeShareAfter' | 'shortTermGainAmount';

function activityFacts(context: AccountContext): Record<ActivityFactName, readonly Measure[]> {
  const { projection } = context;
  const all = idsOf(projection.orders, () => true);
  const traded = projection.buyAmount.plus(projection.sellAmount);
  // Half of the traded amount over the value: the 2 goes to the denominator, which stays exact.
  const twiceValue = projection.accountValue.times(Decimal.fromInteger(2));
  const turnover = projection.accountValue.isPositive()
    ? divide<'ratio'>(traded, twiceValue, { scale: WEIGHT_SCALE, mode: 'ceiling' })
    : null;
  const drift = driftOf(context);
  const gain = (order: ProposedOrder): Money =>
    sum(order.lots.filter((lot) => lot.term === 'short').map((lot) => lot.gain));
  const status = projection.snapshot?.account.taxStatus ?? 'taxable';
  const gains = isTaxable(status) ? sum(projection.orders.map(gain)) : zero<'Money'>();
  const missing = 'the orders are not those of the run';
  return {
    turnoverWeight: [
      measure(turnover, {
        before: Decimal.of(0n, 0),
        missing: 'the account value is not positive',
        orderIds: all,
      }),
    ],
    activeShareBefore: [measure(drift.before, { missing })],
    activeShareAfter: [measure(drift.after, { before: drift.before, missing, orderIds: all })],
    shortTermGainAmount: [
      measure(gains.as<'ratio'>(), {
        before: Decimal.of(0n, 0),
        orderIds: idsOf(projection.orders, (order) => gain(order).isPositive()),
      }),
    ],
  };
}

/** The run's drift is that of the run's orders; after an edit it describes something else. */
function driftOf({ projection, outcome }: AccountContext): {
  before: Decimal | null;
  after: Decimal | null;
} {
  if (outcome === null) return { before: null, after: null };
  const planned = new Map(outcome.orders.map((order) => [order.orderId, order.quantity]));
  const isPlanned =
    planned.size === projection.orders.length &&
    projection.orders.every((o) => planned.get(o.orderId)?.equals(o.quantity) ?? false);
  return {
    before: outcome.driftBefore?.activeShare ?? null,
    after: isPlanned ? (outcome.driftAfter?.activeShare ?? null) : null,
  };
}

function positionCount(projection: Projection): Measure {
  let before = 0;
  let after = 0;
  const openers: OrderId[] = [];
  for (const holding of projection.holdings.values()) {
    if (!holding.quantityBefore.isZero()) before += 1;
    if (!holding.quantityAfter.isZero()) after += 1;
    if (holding.quantityBefore.isZero()) openers.push(...holding.buyIds);
  }
  return measure(Decimal.fromInteger(after), {
    before: Decimal.fromInteger(before),
    orderIds: openers.sort(),
  });
}

function idsOf(
  orders: readonly ProposedOrder[],
  isMeant: (order: ProposedOrder) => boolean,
): OrderId[] {
  return orders.filter(isMeant).map((order) => order.orderId);
}
