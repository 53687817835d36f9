/**
 * Makes the buys fit the cash: the exact counterpart of the optimizer's budget, after rounding and costs.
 *
 *   R1  Cash after all orders is never below zero, and never below the reserve because of a buy.
 *   R2  No buy grows beyond what was wanted rounded up by one step.
 */
import { divide, minimum, ONE, zero } from '../kernel/index.ts';
import type { FirmSettings, Money, Quantity } from '../domain/index.ts';
import { amountOf, cashEffect, type OrderDraft } from './order-draft.ts';
import { sizeFor } from './sizing.ts';

export interface CashPosition {
  readonly cash: Money;
  readonly reserve: Money;
}

/** Fits sells, then buys, to the reserve; changes the drafts' quantities. */
export function fitToCash(
  drafts: readonly OrderDraft[],
  position: CashPosition,
  settings: FirmSettings,
): void {
  const sells = drafts.filter((draft) => draft.side === 'sell');
  const buys = drafts.filter((draft) => draft.side === 'buy');
  raiseRoundedSells(sells, buys, { position, settings });
  const proceeds = total(sells, settings);
  const spendable = position.cash.plus(proceeds).minus(position.reserve);
  cutBuys(buys, spendable, settings);
  spendLeftover(buys, spendable, settings);
}

/**
 * Selling in whole shares rounds down, which may leave the reserve short by less than a share: where no buy
 * can give way, the sells that have shares left are rounded up instead, the largest first.
 */
function raiseRoundedSells(
  sells: readonly OrderDraft[],
  buys: readonly OrderDraft[],
  context: { readonly position: CashPosition; readonly settings: FirmSettings },
): void {
  const { position, settings } = context;
  if (buys.some((buy) => buy.quantity.isPositive())) return;
  const largestFirst = [...sells].sort((a, b) => amountOf(b).compare(amountOf(a)));
  for (const sell of largestFirst) {
    const shortfall = position.reserve.minus(position.cash).minus(total(sells, settings));
    if (!shortfall.isPositive()) return;
    const more = sizeFor(shortfall, sell.line.price, { step: sell.step, mode: 'ceiling' }).plus(
      sell.step,
    );
    const ceiling = sell.wanted.roundToMultiple(sell.step, 'ceiling').plus(sell.step);
    const raised = sell.quantity.plus(more);
    const limit =
      sell.available !== null && sell.available.isLessThan(ceiling) ? sell.available : ceiling;
    sell.quantity = raised.isLessThan(limit) ? raised : limit;
  }
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
  const largestFirst = [...buys].sort((a, b) => amountOf(b).compare(amountOf(a)));
  for (const buy of largestFirst) {
    if (total(buys, settings).negated().isAtMost(spendable)) return;
    if (buy.quantity.isAtLeast(buy.step)) buy.quantity = buy.quantity.minus(buy.step);
  }
  if (total(buys, settings).negated().isGreaterThan(spendable)) {
    for (const buy of buys) buy.quantity = zero<'Quantity'>();
  }
}

/**
 * Rounding down leaves cash idle: steps are added where the shortfall is largest, to the nearest whole step
 * of the wish, while cash lasts. What then still misses a step or more was cut by cash, and says so.
 */
function spendLeftover(
  buys: readonly OrderDraft[],
  spendable: Money,
  settings: FirmSettings,
): void {
  const shortfall = (buy: OrderDraft): Quantity => buy.wanted.minus(buy.quantity);
  const largestFirst = [...buys].sort((a, b) =>
    valueOf(b, shortfall(b)).compare(valueOf(a, shortfall(a))),
  );
  let left = spendable.plus(total(buys, settings));
  for (const buy of largestFirst) {
    const previous = buy.quantity;
    const before = previous.isPositive() ? cashEffect(buy, settings) : zero<'Money'>();
    const wish = buy.wanted.roundToMultiple(buy.step, 'halfUp').minus(previous);
    const step = buy.step;
    let more = minimum(wish, affordable(buy, left, settings));
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
    buy.isCutByCash = shortfall(buy).isAtLeast(step);
  }
}

/** Shares, in whole steps, that an amount buys with its costs. */
function affordable(buy: OrderDraft, amount: Money, settings: FirmSettings): Quantity {
  if (!amount.isPositive()) return zero<'Quantity'>();
  const { linearRate, commissionPerShare } = settings.costs;
  const allIn = buy.line.price.times(ONE.plus(linearRate)).plus(commissionPerShare.as<'Price'>());
  return sizeFor(amount, allIn, { step: buy.step, mode: 'floor' });
}

function valueOf(draft: OrderDraft, quantity: Quantity): Money {
  return draft.line.price.times(quantity.as<'ratio'>()).as<'Money'>();
}

function total(drafts: readonly OrderDraft[], settings: FirmSettings): Money {
  let sum: Money = zero<'Money'>();
  for (const draft of drafts) {
    if (draft.quantity.isPositive()) sum = sum.plus(cashEffect(draft, settings));
  }
  return sum;
}
