/**
 * What the day of the firm of real prices must have come to, computed from purchases, closes and the
 * broker's fills alone: nothing here asks the product for an amount.
 */
import { Decimal, divide, multiply, sum } from '../../src/kernel/index.ts';
import {
  toCents,
  type AccountSnapshot,
  type BrokerStatementLine,
  type Money,
  type Price,
  type Quantity,
  type Snapshot,
} from '../../src/domain/index.ts';
import type { RealDay } from './real-day.ts';
import { closeOn, VOLATILE_DATE, type RealLot } from './real-firm.ts';

export const CASH_RESERVE_WEIGHT = 0.01;
const COMMISSION_PER_SHARE = Decimal.parse<'Money'>('0.005');

export function accountIn(snapshot: Snapshot, id: string): AccountSnapshot {
  for (const account of snapshot.accounts.values()) {
    if (account.account.accountId === id) return account;
  }
  throw new Error(`no account ${id}`);
}

export const lotsOf = (day: RealDay): readonly RealLot[] =>
  day.firm.accounts.flatMap(({ lots }) => lots);

/** basis x part / whole, half to even to the cent. */
export function basisOfPart(lot: RealLot, part: Quantity): Money {
  if (part.equals(lot.quantity)) return lot.costBasis;
  const numerator = lot.costBasis.times(part.as<'ratio'>());
  return divide<'Money'>(numerator, lot.quantity, { scale: 2, mode: 'halfEven' });
}

export function fillsByBlock(day: RealDay): ReadonlyMap<string, readonly BrokerStatementLine[]> {
  const blockOf = new Map<string, string>(
    day.blocks.flatMap(({ block, placements }) =>
      placements.map(({ placement }) => [placement.clientOrderId, block.blockId] as const),
    ),
  );
  return Map.groupBy(day.fills, ({ clientOrderId }) => blockOf.get(clientOrderId) ?? 'no block');
}

export function totalsOf(fills: readonly BrokerStatementLine[]): {
  readonly quantity: Quantity;
  readonly amount: Money;
} {
  return {
    quantity: sum(fills.map(({ quantity }) => quantity)),
    amount: sum(fills.map(({ price, quantity }) => multiply<'Money'>(price, quantity))),
  };
}

export function commissionOf(quantity: Quantity): Money {
  return toCents(COMMISSION_PER_SHARE.times(quantity.as<'ratio'>()), 'halfUp');
}

export function textOf(positions: readonly (readonly [string, Quantity])[]): readonly string[] {
  return positions.map(([symbol, quantity]) => `${symbol} ${quantity.toString()}`).sort();
}

/** Weights of the account at the closes of the day, in floats, and the cash. */
function weightsOf(
  day: RealDay,
  account: AccountSnapshot,
): { readonly weights: ReadonlyMap<string, number>; readonly cash: number } {
  const price = (symbol: string): Price => {
    const close = closeOn(day.firm.bars.get(symbol), VOLATILE_DATE);
    if (close === null) throw new Error(`${symbol} has no close`);
    return close;
  };
  const values = account.positions.map(
    ({ symbol, quantity }) => [symbol, price(symbol).toFloat() * quantity.toFloat()] as const,
  );
  const cash = account.cash.amount.toFloat();
  const total = values.reduce((t, [, value]) => t + value, cash);
  return {
    weights: new Map(values.map(([symbol, value]) => [symbol, value / total])),
    cash: cash / total,
  };
}

/** Half the sum of distances to the index with one percent in cash. */
export function distanceToIndex(day: RealDay, account: AccountSnapshot): number {
  const { weights, cash } = weightsOf(day, account);
  let distance = Math.abs(cash - CASH_RESERVE_WEIGHT);
  for (const symbol of new Set([...weights.keys(), ...day.firm.index.weights.keys()])) {
    const target = day.firm.index.weights.get(symbol)?.toFloat() ?? 0;
    distance += Math.abs((weights.get(symbol) ?? 0) - target * (1 - CASH_RESERVE_WEIGHT));
  }
  return distance / 2;
}

/** Simple returns of the last 252 days by symbol, from adjusted closes. */
export function returnsOf(day: RealDay): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...day.firm.bars].map(([symbol, bars]) => {
      const closes = bars
        .filter(({ date }) => date <= VOLATILE_DATE)
        .slice(-253)
        .map(({ adjustedClose }) => Number(adjustedClose));
      return [symbol, closes.slice(1).map((close, t) => close / (closes[t] ?? NaN) - 1)];
    }),
  );
}

/** Standard deviation of the daily active return, with the weights of today, over the year before. */
export function historicalTrackingError(
  day: RealDay,
  account: AccountSnapshot,
  returns: ReadonlyMap<string, readonly number[]>,
): number {
  const { weights } = weightsOf(day, account);
  const active = Array.from({ length: 252 }, () => 0);
  for (const symbol of new Set([...weights.keys(), ...day.firm.index.weights.keys()])) {
    const target = (day.firm.index.weights.get(symbol)?.toFloat() ?? 0) * (1 - CASH_RESERVE_WEIGHT);
    const difference = (weights.get(symbol) ?? 0) - target;
    (returns.get(symbol) ?? []).forEach((change, t) => {
      active[t] = (active[t] ?? NaN) + difference * change;
    });
  }
  const mean = active.reduce((a, b) => a + b, 0) / active.length;
  return Math.sqrt(active.reduce((a, b) => a + (b - mean) ** 2, 0) / (active.length - 1));
}
