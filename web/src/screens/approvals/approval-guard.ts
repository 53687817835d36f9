/**
 * What may be approved now, and why not. The server decides; this keeps the screen honest before it is
 * asked.
 *
 * Invariants
 * 1. The maker is refused with the reason in words, whatever is selected.
 * 2. Only submitted orders that are not blocked are approvable; the rest keep their reasons.
 * 3. What is sent names the facts hash of every order as it was shown.
 */
import type { ApprovalBody, ApprovalInboxItem, Order } from '../../../../src/api/contract/index.ts';
import { sumDecimalTexts } from '../../format/decimal-text.ts';

export type Guard =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'nothing'; readonly reason: string }
  | {
      readonly kind: 'ready';
      readonly orders: readonly Order[];
      readonly notional: string;
      /** Selected, but blocked or in another state. */
      readonly leftOut: readonly Order[];
    };

export function isApprovable(order: Order): boolean {
  return order.state === 'submitted' && !isHeldBack(order);
}

/** Compliance keeps it back: a verdict that blocks. Waiting for approval is no block here. */
export function isHeldBack(order: Order): boolean {
  if (order.verdict === 'couldNotCheck') return true;
  if (order.verdict === 'pass') return false;
  const overridden = new Set(order.overrides.map((override) => override.ruleId));
  return (
    order.failedRuleIds.length === 0 ||
    order.failedRuleIds.some((ruleId) => !overridden.has(ruleId))
  );
}

export function approvalGuard(item: ApprovalInboxItem, selected: readonly Order[]): Guard {
  if (!item.canApprove)
    return {
      kind: 'refused',
      reason: item.cannotApproveBecause ?? 'You may not approve this run.',
    };
  const orders = selected.filter(isApprovable);
  if (orders.length === 0)
    return {
      kind: 'nothing',
      reason:
        selected.length === 0
          ? 'Nothing here can be approved.'
          : 'None of the selected orders can be approved: they are blocked or not submitted.',
    };
  return {
    kind: 'ready',
    orders,
    notional: sumDecimalTexts(orders.map((order) => order.estimatedAmount)),
    leftOut: selected.filter((order) => !isApprovable(order)),
  };
}

export function approvalBody(orders: readonly Order[], reasonText: string): ApprovalBody {
  return {
    orders: orders.map((order) => ({ orderId: order.orderId, factsHash: order.factsHash })),
    reasonText,
  };
}
