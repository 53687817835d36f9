/**
 * The life of an order at a broker: one exhaustive table, FIX Order State Changes (Volume 4, Appendix D)
 * in our words. `null` refuses the event: the caller flags it and changes nothing.
 */

/** FIX OrdStatus (39), plus the three states that are ours before and beside the market. */
export type OrderStatus =
  /** Ours: recorded, not yet handed to the session. */
  | 'pendingSend'
  /** Ours: bytes recorded for the wire; no answer yet. */
  | 'sent'
  | 'pendingNew'
  | 'new'
  | 'partiallyFilled'
  | 'filled'
  | 'pendingCancel'
  | 'pendingReplace'
  | 'canceled'
  | 'rejected'
  | 'expired'
  | 'doneForDay'
  | 'suspended'
  /** Ours: possibly at the broker, no proof either way. Blocks until resolved; never "assume not sent". */
  | 'unknown';

/** What can happen to it. */
export type OrderEvent =
  | 'send'
  | 'pendingNew'
  | 'acknowledge'
  | 'partialFill'
  | 'fill'
  | 'requestCancel'
  | 'pendingCancel'
  | 'cancelReject'
  | 'cancel'
  | 'requestReplace'
  | 'replace'
  | 'reject'
  | 'expire'
  | 'doneForDay'
  | 'suspend'
  | 'loseContact';

/** True while shares may still trade: LeavesQty may be positive. */
export function isLive(status: OrderStatus): boolean {
  switch (status) {
    case 'filled':
    case 'canceled':
    case 'rejected':
    case 'expired':
    case 'doneForDay':
      return false;
    default:
      return true;
  }
}
