/**
 * Makes the orders fit the cash: the exact counterpart of the optimizer's budget, after rounding and costs.
 *
 *   R1  Cash after all orders is never below zero while something may be sold, and never below the reserve
 *       because of a buy.
 *   R2  No buy grows beyond what was wanted rounded up by one step.
 */
import { Decimal, divide, maximum, minimum, ONE, sum, zero } from '../kernel/index.ts';
import {
  toCents,
  type FirmSettings,
  type Money,
  type Price,
  type Quantity,
} from '../domain/index.ts';
import type { LimitFit } from './limit-fit.ts';
import { amountOf, cashEffect, costOfDraft, valueOf, type OrderDraft } from './order-draft.ts';
import { sizeFor } from './sizing.ts';

/** Rounding an amount to the cent and its costs up to the cent takes less than this. */
const CENTS_LOST: Money = Decimal.of<'Money'>(2n, 2);

export interface CashPosition {
  readonly cash: Money;
  readonly reserve: Money;
  /** The smallest order the firm sends. */
  readonly floor: Money;
}

export interface FitContext {
  readonly position: CashPosition;
  readonly limits: LimitFit;
  readonly settings: FirmSettings;
}

/**
 * Fits sells, then buys, to the reserve; changes the drafts' quantities.
 *
 * @param dropped sells that were wanted and are too small to send; their quantities are zero
 * @returns those of the dropped that are made after all, enlarged
 */
export function fitToCash(
  drafts: readonly OrderDraft[],
  dropped: readonly OrderDraft[],
  context: FitContext,
): ReadonlySet<OrderDraft> {
  const { position, settings } = context;
  const kept = drafts.filter((draft) => draft.side === 'sell');
  const buys = drafts.filter((draft) => draft.side === 'buy');
  raiseSells(kept, dropped, context);
  const sells = [...kept, ...dropped];
  const enlarged = sellForShortfall(sells, context);
  const spendable = position.cash.plus(total(sells, settings)).minus(position.reserve);
  cutBuys(buys, spendable, settings);
  spendLeftover(buys, spendable, context);
  return enlarged;
}

/**
 * Selling in whole shares rounds down and costs take their part, which may leave the reserve short even
 * without any buy: the sells are then raised to what brings the sum wanted after costs, rounded up, the
 * largest first.
 */
function raiseSells(
  sells: readonly OrderDraft[],
  dropped: readonly OrderDraft[],
  context: FitContext,
): void {
  const { limits, settings } = context;
  // A position that goes whole cannot bring its own costs, and a sale too small to send brings nothing: any
  // sale may bring the costs of all, and what the dropped would have brought.
  const costs = sum(sells.map((sell) => costOfDraft(sell, settings))).plus(CENTS_LOST);
  const missing = sum(dropped.map((sell) => valueOf(sell, sell.wanted)));
  for (const sell of largestFirst(sells)) {
    const shortfall = shortfallOf(sells, context);
    if (!shortfall.isPositive()) return;
    const more = sharesFor(sell, shortfall.plus(CENTS_LOST), settings);
    const wanted = valueOf(sell, sell.wanted).plus(costs).plus(missing);
    const most = sharesFor(sell, wanted, settings).plus(sell.step);
    const raised = limits.capped(sell, minimum(sell.quantity.plus(more), most));
    sell.quantity = maximum(sell.quantity, raised);
  }
}

/**
 * Sells that were each too small to send can still leave an overdraft, or a need of cash that is large
 * enough to trade for. One of them is then made in the place of all: the one that covers the need with the
 * least to spare, or else the one that covers most of it.
 */
function sellForShortfall(
  sells: readonly OrderDraft[],
  context: FitContext,
): ReadonlySet<OrderDraft> {
  const { position, settings } = context;
  const enlarged = new Set<OrderDraft>();
  for (let round = 0; round < sells.length; round += 1) {
    const shortfall = shortfallOf(sells, context);
    const isOverdrawn = shortfall.isGreaterThan(position.reserve);
    if (!shortfall.isPositive() || (!isOverdrawn && shortfall.isLessThan(position.floor))) break;
    let best: { sell: OrderDraft; quantity: Quantity; gained: Money } | null = null;
    for (const sell of sells) {
      const quantity = enlargedQuantity(sell, shortfall, context);
      if (!quantity.isGreaterThan(sell.quantity)) continue;
      const bigger = { ...sell, quantity };
      if (amountOf(bigger).isLessThan(position.floor)) continue;
      const gained = cashEffect(bigger, settings).minus(cashEffect(sell, settings));
      if (!gained.isPositive()) continue;
      const isFirst = best === null;
      const isBetter =
        best !== null &&
        (best.gained.isAtLeast(shortfall)
          ? gained.isAtLeast(shortfall) && gained.isLessThan(best.gained)
          : gained.isGreaterThan(best.gained));
      if (isFirst || isBetter) best = { sell, quantity, gained };
    }
    if (best === null) break;
    best.sell.quantity = best.quantity;
    enlarged.add(best.sell);
  }
  return enlarged;
}

/** Enough for the shortfall and for the smallest order, as far as lots and limits allow. */
function enlargedQuantity(sell: OrderDraft, shortfall: Money, context: FitContext): Quantity {
  const { position, limits, settings } = context;
  const { step, line } = sell;
  const enough = sell.quantity.plus(sharesFor(sell, shortfall.plus(CENTS_LOST), settings));
  // An amount is in cents, and the floor, a weight of the account, need not be.
  const floor = toCents(position.floor, 'ceiling');
  const least = sizeFor(floor, line.price, { step, mode: 'ceiling' });
  return limits.capped(sell, maximum(enough, least));
}

/** By how much the reserve is missed without any buy. */
function shortfallOf(sells: readonly OrderDraft[], { position, settings }: FitContext): Money {
  return position.reserve.minus(position.cash).minus(total(sells, settings));
}

/** Shares, rounded up to whole steps, whose sale brings an amount after costs; none where costs take all. */
function sharesFor(sell: OrderDraft, amount: Money, settings: FirmSettings): Quantity {
  const { linearRate, commissionPerShare } = settings.costs;
  const net: Price = sell.line.price
    .times(ONE.minus(linearRate))
    .minus(commissionPerShare.as<'Price'>());
  if (!net.isPositive() || !amount.isPositive()) return zero();
  return sizeFor(amount, net, { step: sell.step, mode: 'ceiling' });
}

/** Scales all buys down alike; `spendLeftover` then hands back what rounding freed. */
function cutBuys(buys: readonly OrderDraft[], spendable: Money, settings: FirmSettings): void {
  const needed = total(buys, settings).negated();
  if (needed.isAtMost(spendable)) return;
  const share = spendable.isPositive()
    ? divide<'ratio'>(spendable, needed, { scale: 12, mode: 'down' })
    : zero<'ratio'>();
  for (const buy of buys) {
    buy.quantity = buy.quantity.times(share).roundToMultiple(buy.step, 'floor');
  }
  // Costs rounded up to the cent can still leave a few cents short; the largest buys give a step each.
  for (const buy of largestFirst(buys)) {
    if (total(buys, settings).negated().isAtMost(spendable)) return;
    if (buy.quantity.isAtLeast(buy.step)) buy.quantity = buy.quantity.minus(buy.step);
  }
  if (total(buys, settings).negated().isGreaterThan(spendable)) {
    for (const buy of buys) buy.quantity = zero<'Quantity'>();
  }
}

/**
 * Rounding down leaves cash idle: steps are added where the shortfall is largest, to the nearest whole step
 * of the wish (the next one where a minimum asks for the name), while cash and limits last. What then still
 * misses a step or more was cut by cash, and says so.
 */
function spendLeftover(buys: readonly OrderDraft[], spendable: Money, context: FitContext): void {
  const { limits, settings } = context;
  const missing = (buy: OrderDraft): Quantity => buy.wanted.minus(buy.quantity);
  const byMissing = byValue(buys, (buy) => valueOf(buy, missing(buy)));
  let left = spendable.plus(total(buys, settings));
  for (const buy of byMissing) {
    const previous = buy.quantity;
    const nearest = buy.wanted.roundToMultiple(buy.step, 'halfUp');
    const isShort = limits.isShortWith(buy, nearest);
    const size = isShort ? buy.wanted.roundToMultiple(buy.step, 'ceiling') : nearest;
    const wish = limits.capped(buy, size).minus(previous);
    const step = buy.step;
    let more = wish.isPositive() ? minimum(wish, affordable(buy, left, settings)) : wish;
    const isEnlarged = more.isPositive() && previous.isPositive();
    const before = isEnlarged ? cashEffect(buy, settings) : zero<'Money'>();
    // The estimate ignores rounding to the cent: a step less always fits.
    for (let attempt = 0; attempt < 2 && more.isPositive(); attempt += 1) {
      buy.quantity = previous.plus(more);
      const extra = before.minus(cashEffect(buy, settings));
      if (extra.isAtMost(left)) {
        left = left.minus(extra);
        break;
      }
      buy.quantity = previous;
      more = more.minus(step);
    }
    // Where a limit holds the buy, it is the limit that the order names.
    const allowed = limits.capped(buy, buy.wanted);
    buy.isCutByCash = allowed.minus(buy.quantity).isAtLeast(step);
  }
}

/** Shares, in whole steps, that an amount buys with its costs. */
function affordable(buy: OrderDraft, amount: Money, settings: FirmSettings): Quantity {
  if (!amount.isPositive()) return zero<'Quantity'>();
  const { linearRate, commissionPerShare } = settings.costs;
  const allIn = buy.line.price.times(ONE.plus(linearRate)).plus(commissionPerShare.as<'Price'>());
  return sizeFor(amount, allIn, { step: buy.step, mode: 'floor' });
}

function largestFirst(drafts: readonly OrderDraft[]): OrderDraft[] {
  return byValue(drafts, amountOf);
}

/** Largest first; each value is computed once, not at every comparison. */
function byValue(drafts: readonly OrderDraft[], value: (draft: OrderDraft) => Money): OrderDraft[] {
  return drafts
    .map((draft) => ({ draft, amount: value(draft) }))
    .sort((a, b) => b.amount.compare(a.amount))
    .map(({ draft }) => draft);
}

function total(drafts: readonly OrderDraft[], settings: FirmSettings): Money {
  const sized = drafts.filter((draft) => draft.quantity.isPositive());
  return sum(sized.map((draft) => cashEffect(draft, settings)));
}
