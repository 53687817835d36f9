/** Another quantity for one order: lots, amounts and cash follow from the account as the run saw it. */
import { err, ok, zero, type Result } from '../../kernel/index.ts';
import {
  errorFinding,
  type Finding,
  type Money,
  type ProposedOrder,
  type Quantity,
} from '../../domain/index.ts';
import { reviseOrder } from '../../orders/index.ts';
import { washWindowOf } from '../../tax/index.ts';
import { AccountLots } from '../rebalance/index.ts';
import { isLiveInReview, type RunReview } from './run-review.ts';

/**
 * @refuses what `reviseOrder` refuses, and RESOURCE_UNKNOWN when the books no longer have the account,
 *   the instrument or its price
 */
export function reviseQuantity(
  review: RunReview,
  order: ProposedOrder,
  quantity: Quantity,
): Result<ProposedOrder, readonly Finding[]> {
  const { snapshot } = review;
  const account = snapshot.accounts.get(order.accountId);
  const instrument = snapshot.instruments.get(order.symbol);
  if (account === undefined || instrument === undefined) {
    const text = 'the books no longer have the account or the instrument of this order';
    return err([
      errorFinding('RESOURCE_UNKNOWN', text, { accountId: order.accountId, symbol: order.symbol }),
    ]);
  }
  const { settings } = snapshot;
  const { householdId } = account.account;
  const household = [...snapshot.accounts.values()].filter(
    (other) => other.account.householdId === householdId,
  );
  const lots = new AccountLots({
    account,
    settings,
    asOfDate: snapshot.asOfDate,
    window: washWindowOf(household, snapshot.asOfDate, settings.tax.washSaleWindowDays),
    price: (symbol) => snapshot.quotes.get(symbol)?.price ?? order.estimatedPrice,
  });
  const held = account.positions.find((position) => position.symbol === order.symbol)?.quantity;
  const revised = reviseOrder({
    order,
    quantity,
    instrument,
    settings,
    saleLots: order.side === 'sell' ? lots.saleLots(order.symbol) : null,
    heldQuantity: held ?? zero<'Quantity'>(),
    cashWithoutOrder: cashWithout(review, order),
  });
  return revised.ok ? ok(revised.value) : err(revised.error);
}

/** Cash of the account after its other live orders. */
function cashWithout(review: RunReview, order: ProposedOrder): Money {
  const account = review.accounts.find(({ outcome }) => outcome.accountId === order.accountId);
  let cash: Money = account?.outcome.cashBefore ?? zero<'Money'>();
  for (const { order: other, state } of review.orders) {
    if (other.accountId !== order.accountId || other.orderId === order.orderId) continue;
    if (!isLiveInReview(state)) continue;
    const { estimatedAmount: amount, estimatedCost: cost } = other;
    cash = other.side === 'sell' ? cash.plus(amount).minus(cost) : cash.minus(amount).minus(cost);
  }
  return cash;
}
