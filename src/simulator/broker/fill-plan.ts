/**
 * How the simulated broker fills an order: a pure function of the seed, the ClOrdID, the quantity and the
 * prices, so that a restart in the middle goes on with the same plan. Only the timing meets a clock.
 *
 * Invariants (tested under the same numbers in fill-plan.props.test.ts):
 *   BP1  The slices of a plan that fills add up to the order's quantity; each is positive and has at most
 *        the quantity's own number of digits.
 *   BP2  No slice of a limit order trades at a price worse than its limit.
 *   BP3  The same inputs give the same plan.
 */
import { Decimal, Rng, allocate, type Instant } from '../../kernel/index.ts';
import type { Price, Quantity, Side } from '../../domain/index.ts';
import type { BrokerScenario } from './scenario.ts';

export interface PlannedOrder {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly orderQuantity: Quantity;
  readonly limitPrice: Price | null;
  readonly isImmediate: boolean;
  readonly referencePrice: Price | null;
}

export interface FillSlice {
  readonly quantity: Quantity;
  readonly price: Price;
  /** Milliseconds after the acceptance. */
  readonly afterMs: number;
}

export type FillPlan =
  | { readonly kind: 'reject'; readonly text: string }
  | {
      readonly kind: 'work';
      readonly slices: readonly FillSlice[];
      /** The broker takes the rest back at this time, unasked; null: it does not. */
      readonly cancelAfterMs: number | null;
    };

const PRICE_SCALE = 4;
const BPS = 10_000;

export function planFills(
  order: PlannedOrder,
  scenario: BrokerScenario,
  seed: string | number,
): FillPlan {
  const rng = Rng.stream(seed, `order/${order.clientOrderId}`);
  // Drawn in a fixed order whatever the outcome, so that a changed probability moves nothing else.
  const isRejected = rng.chance(scenario.rejectProbability);
  const isCanceled = rng.chance(scenario.cancelProbability);
  const reason = rejectReason(order, scenario, isRejected);
  if (reason !== null) return { kind: 'reject', text: reason };
  const slices = order.referencePrice === null ? [] : slicesOf(order, scenario, rng);
  if (!isCanceled || slices.length < 2) {
    const last = slices.at(-1)?.afterMs ?? 0;
    // What an immediate order cannot get at once goes back at once.
    return { kind: 'work', slices, cancelAfterMs: order.isImmediate ? last : null };
  }
  const kept = slices.slice(0, 1 + rng.below(slices.length - 1));
  return { kind: 'work', slices: kept, cancelAfterMs: (kept.at(-1)?.afterMs ?? 0) + 1 };
}

function rejectReason(
  order: PlannedOrder,
  scenario: BrokerScenario,
  isRejected: boolean,
): string | null {
  if (!order.orderQuantity.isPositive()) return 'Quantity is not positive';
  if (scenario.rejectSymbols.includes(order.symbol)) return `${order.symbol} is not traded here`;
  if (order.referencePrice?.isPositive() !== true) return `No price known for ${order.symbol}`;
  return isRejected ? 'Rejected by script' : null;
}

function slicesOf(order: PlannedOrder, scenario: BrokerScenario, rng: Rng): FillSlice[] {
  const count = order.isImmediate ? 1 : 1 + rng.below(scenario.sliceCountMax);
  const weights = Array.from({ length: count }, () => Decimal.fromInteger(1 + rng.below(9)));
  let afterMs = rng.between(scenario.firstFillMs[0], scenario.firstFillMs[1]);
  const planned = splitQuantity(order.orderQuantity, weights).map((quantity) => {
    const price = slicePrice(order, scenario, rng);
    const at = Math.round(afterMs);
    afterMs += rng.between(scenario.betweenFillsMs[0], scenario.betweenFillsMs[1]);
    return { quantity, price, afterMs: at };
  });
  return planned.flatMap(({ quantity, price, afterMs: at }) =>
    price === null || quantity.isZero() ? [] : [{ quantity, price, afterMs: at }],
  );
}

/** Whole shares where the order is in whole shares; otherwise in the unit of its last digit. */
function splitQuantity(quantity: Quantity, weights: readonly Decimal[]): Quantity[] {
  const step = Decimal.of<'Quantity'>(1n, quantity.isInteger() ? 0 : quantity.scale);
  return allocate(quantity, weights, step);
}

/** The reference price with a small slippage, mostly against the order; null when the limit forbids it. */
function slicePrice(order: PlannedOrder, scenario: BrokerScenario, rng: Rng): Price | null {
  const bps = rng.between(-scenario.slippageBpsMax / 3, scenario.slippageBpsMax);
  const reference = order.referencePrice;
  if (reference === null) return null;
  const signed = order.side === 'buy' ? bps : -bps;
  const factor = Decimal.fromFloat(1 + signed / BPS, { scale: 8, mode: 'halfEven' });
  const slipped = reference.times(factor).round(PRICE_SCALE, 'halfEven');
  // A price under half of the last digit would trade for nothing.
  const price = slipped.isPositive() ? slipped : reference;
  const limit = order.limitPrice;
  if (limit === null) return price;
  const isBuy = order.side === 'buy';
  const isMarketable = isBuy ? reference.isAtMost(limit) : reference.isAtLeast(limit);
  if (!isMarketable) return null;
  const isWorse = isBuy ? price.isGreaterThan(limit) : price.isLessThan(limit);
  return isWorse ? limit : price;
}

/** Milliseconds between two instants. */
export function elapsedMs(from: Instant, to: Instant): number {
  return Date.parse(to) - Date.parse(from);
}
