/**
 * The life of an order at a broker: one exhaustive table, FIX Order State Changes (Volume 4, Appendix D)
 * in our words. `null` refuses the event: the caller flags it and leaves the status alone. Executions are
 * booked whatever the table says, because shares that traded have traded.
 *
 * Invariants (tested under the same numbers in order-status.test.ts):
 *   OS1  `nextStatus` has a cell for every status and every event (the compiler counts them).
 *   OS2  `settledStatus` depends on the quantities alone for the three open states new, partiallyFilled
 *        and filled, so that a reply that undoes a request comes back to where the fills have got to.
 *   OS3  nothing leaves `unknown` but a broker's statement, and no event that is ours to cause leads out.
 */
import type { Quantity } from './units.ts';

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
  /** A bust or a correction took quantity back. */
  | 'bust'
  | 'requestCancel'
  | 'pendingCancel'
  /** OrderCancelReject (9), for a cancel or a replace request. */
  | 'cancelReject'
  | 'cancel'
  | 'requestReplace'
  | 'replace'
  | 'reject'
  | 'expire'
  | 'doneForDay'
  | 'suspend'
  | 'loseContact';

/**
 * The table. A target of `new`, `partiallyFilled` or `filled` is refined by `settledStatus` from the
 * executions: the event says that the order is open, the executions say how far it has got.
 */
export const nextStatus = {
  pendingSend: {
    send: 'sent',
    pendingNew: null,
    acknowledge: null,
    partialFill: null,
    fill: null,
    bust: null,
    requestCancel: 'canceled', // not yet on the wire: taken back without asking anybody
    pendingCancel: null,
    cancelReject: null,
    cancel: null,
    requestReplace: null,
    replace: null,
    reject: null,
    expire: null,
    doneForDay: null,
    suspend: null,
    loseContact: null, // nothing was written for the wire, so there is nothing to be in doubt about
  },
  sent: {
    send: null,
    pendingNew: 'pendingNew',
    acknowledge: 'new',
    partialFill: 'partiallyFilled', // a fill can overtake the acknowledgement
    fill: 'filled',
    bust: null,
    requestCancel: 'pendingCancel', // allowed before the acknowledgement: Appendix D, cancel of a pending order
    pendingCancel: 'pendingCancel',
    cancelReject: null,
    cancel: 'canceled',
    requestReplace: 'pendingReplace',
    replace: 'new',
    reject: 'rejected',
    expire: 'expired',
    doneForDay: 'doneForDay',
    suspend: 'suspended',
    loseContact: 'unknown',
  },
  pendingNew: {
    send: null,
    pendingNew: 'pendingNew',
    acknowledge: 'new',
    partialFill: 'partiallyFilled',
    fill: 'filled',
    bust: null,
    requestCancel: 'pendingCancel',
    pendingCancel: 'pendingCancel',
    cancelReject: null,
    cancel: 'canceled',
    requestReplace: 'pendingReplace',
    replace: 'new',
    reject: 'rejected',
    expire: 'expired',
    doneForDay: 'doneForDay',
    suspend: 'suspended',
    loseContact: 'unknown',
  },
  new: {
    send: null,
    pendingNew: 'new', // a late pendingNew is older news than the acknowledgement
    acknowledge: 'new',
    partialFill: 'partiallyFilled',
    fill: 'filled',
    bust: 'new', // the bust of a fill that had itself been refused or taken back before
    requestCancel: 'pendingCancel',
    pendingCancel: 'pendingCancel', // the broker's own desk has begun to cancel
    cancelReject: 'new', // the answer to a request whose effect is already gone
    cancel: 'canceled', // unsolicited
    requestReplace: 'pendingReplace',
    replace: 'new', // unsolicited, or restated
    reject: 'rejected', // some venues reject after they acknowledged
    expire: 'expired',
    doneForDay: 'doneForDay',
    suspend: 'suspended',
    loseContact: 'unknown',
  },
  partiallyFilled: {
    send: null,
    pendingNew: 'partiallyFilled',
    acknowledge: 'partiallyFilled', // the acknowledgement that a fill overtook
    partialFill: 'partiallyFilled',
    fill: 'filled',
    bust: 'partiallyFilled',
    requestCancel: 'pendingCancel',
    pendingCancel: 'pendingCancel',
    cancelReject: 'partiallyFilled',
    cancel: 'canceled',
    requestReplace: 'pendingReplace',
    replace: 'partiallyFilled',
    reject: null, // what has filled cannot be rejected
    expire: 'expired',
    doneForDay: 'doneForDay',
    suspend: 'suspended',
    loseContact: 'unknown',
  },
  filled: {
    send: null,
    pendingNew: 'filled',
    acknowledge: 'filled',
    partialFill: 'filled', // overfill: booked and flagged
    fill: 'filled',
    bust: 'partiallyFilled', // the order works again for what was taken back
    requestCancel: null, // too late to cancel: our own refusal, nothing is sent
    pendingCancel: 'filled', // the broker's acknowledgement of a cancel that the last fill overtook
    cancelReject: 'filled', // too late to cancel
    cancel: 'filled', // nothing was left to cancel
    requestReplace: null,
    replace: 'partiallyFilled', // an accepted increase reopens a filled order (Appendix D, C.1.c)
    reject: null,
    expire: 'filled',
    doneForDay: 'filled',
    suspend: 'filled',
    loseContact: 'filled', // proof of the whole quantity is at hand
  },
  pendingCancel: {
    send: null,
    pendingNew: 'pendingCancel',
    acknowledge: 'pendingCancel', // of the order, while its cancel request is on the way
    partialFill: 'pendingCancel', // counts; pendingCancel ranks above partiallyFilled
    fill: 'filled', // the cancel came too late; its reject follows and changes nothing
    bust: 'pendingCancel',
    requestCancel: 'pendingCancel', // a repeated wish is the same wish
    pendingCancel: 'pendingCancel',
    cancelReject: 'new', // back to where the fills have got to
    cancel: 'canceled',
    requestReplace: null,
    replace: 'pendingCancel', // the broker restated the order under the pending request
    reject: 'rejected', // the order itself was refused, and so there is nothing to cancel
    expire: 'expired',
    doneForDay: 'doneForDay',
    suspend: 'pendingCancel',
    loseContact: 'unknown',
  },
  pendingReplace: {
    send: null,
    pendingNew: 'pendingReplace',
    acknowledge: 'pendingReplace',
    partialFill: 'pendingReplace', // carries the old order's parameters and counts
    fill: 'pendingReplace', // of the old quantity: the pending increase decides whether more works
    bust: 'pendingReplace',
    requestCancel: 'pendingCancel',
    pendingCancel: 'pendingCancel',
    cancelReject: 'new',
    cancel: 'canceled',
    requestReplace: 'pendingReplace', // chained replaces are allowed
    replace: 'new',
    reject: 'rejected',
    expire: 'expired',
    doneForDay: 'doneForDay',
    suspend: 'pendingReplace',
    loseContact: 'unknown',
  },
  canceled: {
    send: null,
    pendingNew: null,
    acknowledge: null,
    partialFill: 'canceled', // late fill after a cancel: happens, book it
    fill: 'filled', // the same, for all that was left
    bust: 'canceled',
    requestCancel: 'canceled', // already so
    pendingCancel: 'canceled',
    cancelReject: 'canceled',
    cancel: 'canceled',
    requestReplace: null,
    replace: null,
    reject: null,
    expire: 'canceled',
    doneForDay: 'canceled',
    suspend: null,
    loseContact: 'canceled',
  },
  rejected: {
    send: null,
    pendingNew: null,
    acknowledge: null,
    partialFill: null, // the shares are booked, the status stays and a person looks
    fill: null,
    bust: 'rejected',
    requestCancel: 'rejected', // nothing to cancel
    pendingCancel: 'rejected',
    cancelReject: 'rejected', // unknown order, too late
    cancel: null,
    requestReplace: null,
    replace: null,
    reject: 'rejected',
    expire: null,
    doneForDay: null,
    suspend: null,
    loseContact: 'rejected',
  },
  expired: {
    send: null,
    pendingNew: null,
    acknowledge: null,
    partialFill: 'expired', // late fill: book it
    fill: 'filled',
    bust: 'expired',
    requestCancel: 'expired',
    pendingCancel: 'expired',
    cancelReject: 'expired',
    cancel: 'expired',
    requestReplace: null,
    replace: null,
    reject: null,
    expire: 'expired',
    doneForDay: 'expired',
    suspend: null,
    loseContact: 'expired',
  },
  doneForDay: {
    send: null,
    pendingNew: null,
    acknowledge: null,
    partialFill: 'doneForDay', // reported after the close
    fill: 'filled',
    bust: 'doneForDay',
    requestCancel: 'doneForDay', // a day order that is done for the day will not trade again
    pendingCancel: 'doneForDay',
    cancelReject: 'doneForDay',
    cancel: 'canceled', // the broker's clean-up after the close
    requestReplace: null,
    replace: null,
    reject: null,
    expire: 'expired',
    doneForDay: 'doneForDay',
    suspend: null,
    loseContact: 'doneForDay',
  },
  suspended: {
    send: null,
    pendingNew: 'suspended',
    acknowledge: 'new', // trading has resumed
    partialFill: 'suspended', // from before the halt: counts
    fill: 'filled',
    bust: 'suspended',
    requestCancel: 'pendingCancel',
    pendingCancel: 'pendingCancel',
    cancelReject: 'suspended',
    cancel: 'canceled',
    requestReplace: 'pendingReplace',
    replace: 'new',
    reject: 'rejected',
    expire: 'expired',
    doneForDay: 'doneForDay',
    suspend: 'suspended',
    loseContact: 'unknown',
  },
  unknown: {
    send: null, // never "assume not sent"
    pendingNew: 'pendingNew',
    acknowledge: 'new',
    partialFill: 'partiallyFilled',
    fill: 'filled',
    bust: 'unknown',
    requestCancel: null, // nobody knows whether there is something to cancel: resolve first
    pendingCancel: 'pendingCancel',
    cancelReject: 'unknown', // says nothing about the order itself
    cancel: 'canceled',
    requestReplace: null,
    replace: 'new',
    reject: 'rejected', // "unknown order": the broker never had it
    expire: 'expired',
    doneForDay: 'doneForDay',
    suspend: 'suspended',
    loseContact: 'unknown',
  },
} as const satisfies Record<OrderStatus, Record<OrderEvent, OrderStatus | null>>;

export const ORDER_STATUSES = Object.keys(nextStatus) as readonly OrderStatus[];
export const ORDER_EVENTS = Object.keys(nextStatus.sent) as readonly OrderEvent[];

/** The table's cell. @returns null where the event is refused */
export function statusAfter(status: OrderStatus, event: OrderEvent): OrderStatus | null {
  return nextStatus[status][event];
}

/**
 * Where an open order stands by its quantities; any other status is returned as it is.
 *
 * @param cumulativeQuantity shares executed, corrections and busts applied
 * @param orderQuantity      shares in force
 */
export function settledStatus(
  status: OrderStatus,
  cumulativeQuantity: Quantity,
  orderQuantity: Quantity,
): OrderStatus {
  if (status !== 'new' && status !== 'partiallyFilled' && status !== 'filled') return status;
  if (cumulativeQuantity.isAtLeast(orderQuantity)) return 'filled';
  return cumulativeQuantity.isPositive() ? 'partiallyFilled' : 'new';
}

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
