import { err, ok, type Result } from '../kernel/index.ts';
import {
  errorFinding,
  notional,
  toCents,
  type Finding,
  type FirmSettings,
  type Instrument,
  type Money,
  type ProposedOrder,
  type Quantity,
} from '../domain/index.ts';
import type { SaleLots } from './sale-lots.ts';
import { costOfOrder, quantityStep } from './sizing.ts';

export interface OrderRevision {
  readonly order: ProposedOrder;
  readonly quantity: Quantity;
  readonly instrument: Instrument;
  readonly settings: FirmSettings;
  /** Lots of the account in this name; null on a buy. */
  readonly saleLots: SaleLots | null;
  /** What the account holds, so that selling all of it may take an odd lot. */
  readonly heldQuantity: Quantity;
  /** Cash of the account after its other orders. */
  readonly cashWithoutOrder: Money;
}

/**
 * The order with another quantity: amount, cost and lots follow, reasons of size are replaced. The id stays,
 * because it is the same wish; the facts' hash changes, which voids approvals.
 *
 * @refuses ORDER_QUANTITY_INVALID, ORDER_EXCEEDS_POSITION, ORDER_EXCEEDS_CASH: all that apply
 */
export function reviseOrder(revision: OrderRevision): Result<ProposedOrder, readonly Finding[]> {
  const { order, quantity, saleLots } = revision;
  const location = { accountId: order.accountId, symbol: order.symbol };
  const findings: Finding[] = [];
  const step = quantityStep(revision.instrument);
  const isWholePosition = order.side === 'sell' && quantity.equals(revision.heldQuantity);
  const isMultiple = quantity.equals(quantity.roundToMultiple(step, 'floor'));
  if (!quantity.isPositive() || (!isMultiple && !isWholePosition)) {
    const text = `${quantity.toString()} is not a positive multiple of ${step.toString()}`;
    findings.push(errorFinding('ORDER_QUANTITY_INVALID', text, location));
  }
  if (saleLots !== null && quantity.isGreaterThan(saleLots.sellableQuantity)) {
    const text = `${quantity.toString()} is more than the ${saleLots.sellableQuantity.toString()} shares that may be sold`;
    findings.push(errorFinding('ORDER_EXCEEDS_POSITION', text, location));
  }
  const amount = toCents(notional(order.estimatedPrice, quantity), 'halfEven');
  const cost = costOfOrder(amount, quantity, revision.settings);
  if (order.side === 'buy' && amount.plus(cost).isGreaterThan(revision.cashWithoutOrder)) {
    const text = `${amount.plus(cost).toFixed(2, 'halfEven')} is more than the cash of ${revision.cashWithoutOrder.toFixed(2, 'halfEven')}`;
    findings.push(errorFinding('ORDER_EXCEEDS_CASH', text, location));
  }
  if (findings.length > 0) return err(findings);
  const choice = saleLots?.select(quantity, amount.minus(cost)) ?? null;
  const kept = order.reasons.filter(
    (reason) => !['ROUNDED', 'LIMITED_BY_CASH', 'LOTS_CHOSEN'].includes(reason.code),
  );
  const lotsReason =
    choice === null
      ? []
      : [
          {
            code: 'LOTS_CHOSEN' as const,
            relief: choice.relief,
            realizedGain: choice.realizedGain,
            estimatedTax: choice.estimatedTax,
            alternativeRelief: choice.alternativeRelief,
            alternativeTax: choice.alternativeTax,
          },
        ];
  return ok({
    ...order,
    quantity,
    estimatedAmount: amount,
    estimatedCost: cost,
    lots: choice?.lots ?? [],
    reasons: [...kept, ...lotsReason],
  });
}
