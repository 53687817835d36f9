/**
 * What a broker's message does to a placement: a pure function from the state and the message to the new
 * state, the executions to book, and the flags a person should see.
 *
 * Invariants (placement-fold.props.test.ts):
 *   PF1  under any interleaving of fills, requests, replies, duplicates and resends the cumulative
 *        quantity and money are those of the distinct executions: nothing is lost and nothing is made.
 *   PF2  leavesQuantity is orderQuantity - cumulativeQuantity while the order lives, and 0 when it is dead.
 *   PF3  a message applied twice has the effect of one; the second is flagged, never booked.
 *   PF4  no message makes the fold throw; what the table does not list is accepted and flagged.
 *   PF5  our totals come from executions alone; the broker's totals are compared, never copied.
 */
import { derivedId, zero } from '../kernel/index.ts';
import {
  isLive,
  settledStatus,
  statusAfter,
  type CancelRejection,
  type Execution,
  type ExecutionId,
  type ExecutionReport,
  type ExecutionType,
  type OrderEvent,
  type OrderStatus,
  type Placement,
  type Quantity,
} from '../domain/index.ts';
import { executionKey, totalsOf } from './execution-ledger.ts';
import { flag, totalsFlags, type ExecutionFlag } from './execution-flag.ts';

export interface PlacementState {
  readonly placement: Placement;
  /** All that were booked, in order of receipt. */
  readonly executions: readonly Execution[];
}

export interface PlacementChange {
  readonly placement: Placement;
  readonly newExecutions: readonly Execution[];
  readonly flags: readonly ExecutionFlag[];
}

/** Applies an ExecutionReport. The caller has matched it to the placement by ClOrdID. */
export function applyExecutionReport(
  state: PlacementState,
  report: ExecutionReport,
): PlacementChange {
  const booking = book(state, report);
  const known = withTermsOf(state.placement, report);
  if (booking.isDuplicate) {
    // Its totals are from when it was first sent: comparing them now would raise false alarms.
    return { placement: state.placement, newExecutions: [], flags: booking.flags };
  }
  const executions = [...state.executions, ...booking.newExecutions];
  const cumulativeQuantity = totalsOf(executions).cumulativeQuantity;
  const resized = withQuantityOf(known, report, cumulativeQuantity);
  const event = eventOf(report, {
    before: state.placement.cumulativeQuantity,
    after: cumulativeQuantity,
    orderQuantity: resized.placement.orderQuantity,
  });
  const moved = moveBy(resized.placement, event, report.brokerExecutionId);
  const placement = withTotals(moved.placement, executions);
  return {
    placement,
    newExecutions: booking.newExecutions,
    flags: [...booking.flags, ...resized.flags, ...moved.flags, ...totalsFlags(placement, report)],
  };
}

/** Applies an OrderCancelReject: the order goes back to where its fills have got to. */
export function applyCancelRejection(
  state: PlacementState,
  rejection: CancelRejection,
): PlacementChange {
  const said = { ...state.placement, text: rejection.text ?? state.placement.text };
  const moved = moveBy(said, 'cancelReject', rejection.clientOrderId);
  return {
    placement: withTotals(moved.placement, state.executions),
    newExecutions: [],
    flags: moved.flags,
  };
}

/** Applies an event of our own making: sending, a request, a lost link. */
export function applyEvent(state: PlacementState, event: OrderEvent): PlacementChange {
  const moved = moveBy(state.placement, event, state.placement.clientOrderId);
  return {
    placement: withTotals(moved.placement, state.executions),
    newExecutions: [],
    flags: moved.flags,
  };
}

interface Booking {
  readonly newExecutions: readonly Execution[];
  readonly flags: readonly ExecutionFlag[];
  readonly isDuplicate: boolean;
}

function executionTypeOf(report: ExecutionReport): ExecutionType | null {
  switch (report.reportKind) {
    case 'trade':
    case 'tradeCorrect':
    case 'tradeCancel':
      return report.reportKind;
    default:
      return null;
  }
}

function book(state: PlacementState, report: ExecutionReport): Booking {
  const executionType = executionTypeOf(report);
  if (executionType === null) return { newExecutions: [], flags: [], isDuplicate: false };
  const { lastQuantity, lastPrice } = report;
  const isCancel = executionType === 'tradeCancel';
  const isComplete =
    lastQuantity !== null &&
    lastPrice !== null &&
    !lastPrice.isNegative() &&
    (executionType === 'trade' ? lastQuantity.isPositive() : !lastQuantity.isNegative());
  if (!isComplete && !isCancel) {
    const received = `${lastQuantity?.toString() ?? 'no LastQty'} at ${lastPrice?.toString() ?? 'no LastPx'}`;
    return {
      newExecutions: [],
      flags: [flag('EXECUTION_INCOMPLETE', report.brokerExecutionId, { expected: null, received })],
      isDuplicate: false,
    };
  }
  const execution: Execution = {
    executionId: executionIdOf(state.placement.executingBroker, report),
    placementId: state.placement.placementId,
    executingBroker: state.placement.executingBroker,
    brokerExecutionId: report.brokerExecutionId,
    executionType,
    referenceExecutionId: executionType === 'trade' ? null : report.referenceExecutionId,
    lastQuantity: isComplete ? lastQuantity : zero(),
    lastPrice: isComplete ? lastPrice : zero(),
    transactTime: report.transactTime,
    tradeDate: report.tradeDate,
  };
  const key = executionKey(execution);
  const earlier = state.executions.find((candidate) => executionKey(candidate) === key);
  if (earlier !== undefined) return duplicateOf(earlier, execution);
  return {
    newExecutions: [execution],
    flags: referenceFlags(state, execution),
    isDuplicate: false,
  };
}

/** The same for every delivery of one execution, so that a replay makes the same ids. */
function executionIdOf(executingBroker: string, report: ExecutionReport): ExecutionId {
  return derivedId(
    'EX',
    executingBroker,
    report.tradeDate,
    report.brokerExecutionId,
  ) as ExecutionId;
}

function duplicateOf(earlier: Execution, again: Execution): Booking {
  const isSame =
    earlier.executionType === again.executionType &&
    earlier.lastQuantity.equals(again.lastQuantity) &&
    earlier.lastPrice.equals(again.lastPrice);
  const duplicate = flag(
    isSame ? 'EXECUTION_DUPLICATE_IGNORED' : 'EXECUTION_DUPLICATE_DIFFERS',
    again.brokerExecutionId,
    { expected: describe(earlier), received: describe(again) },
  );
  return { newExecutions: [], flags: [duplicate], isDuplicate: true };
}

function describe(execution: Execution): string {
  return `${execution.executionType} ${execution.lastQuantity.toString()} at ${execution.lastPrice.toString()}`;
}

function referenceFlags(state: PlacementState, execution: Execution): readonly ExecutionFlag[] {
  if (execution.executionType === 'trade') return [];
  const reference = execution.referenceExecutionId;
  const isKnown = state.executions.some((earlier) => earlier.brokerExecutionId === reference);
  if (isKnown) return [];
  return [
    flag('EXECUTION_REFERENCE_UNKNOWN', execution.brokerExecutionId, {
      expected: null,
      received: reference,
    }),
  ];
}

function withTermsOf(placement: Placement, report: ExecutionReport): Placement {
  const isReplaced = report.reportKind === 'replaced';
  return {
    ...placement,
    brokerOrderId: report.brokerOrderId ?? placement.brokerOrderId,
    text: report.text ?? placement.text,
    // Only an accepted replace moves the chain on; a cancel request's id never becomes the order's.
    clientOrderId: isReplaced ? report.clientOrderId : placement.clientOrderId,
    limitPrice: isReplaced ? (report.limitPrice ?? placement.limitPrice) : placement.limitPrice,
  };
}

/** A replace or restatement sets the quantity; to below what has filled means: to what has filled. */
function withQuantityOf(
  placement: Placement,
  report: ExecutionReport,
  cumulativeQuantity: Quantity,
): { readonly placement: Placement; readonly flags: readonly ExecutionFlag[] } {
  const isResized = report.reportKind === 'replaced' || report.reportKind === 'restated';
  const asked = report.orderQuantity;
  if (asked === null || asked.equals(placement.orderQuantity)) return { placement, flags: [] };
  const values = { expected: placement.orderQuantity.toString(), received: asked.toString() };
  if (!isResized) {
    return {
      placement,
      flags: [flag('ORDER_QUANTITY_DIFFERS', report.brokerExecutionId, values)],
    };
  }
  if (asked.isAtLeast(cumulativeQuantity) && asked.isPositive()) {
    return { placement: { ...placement, orderQuantity: asked }, flags: [] };
  }
  const orderQuantity = cumulativeQuantity.isPositive()
    ? cumulativeQuantity
    : placement.orderQuantity;
  return {
    placement: { ...placement, orderQuantity },
    flags: [flag('REPLACED_BELOW_CUMULATIVE', report.brokerExecutionId, values)],
  };
}

interface Progress {
  readonly before: Quantity;
  readonly after: Quantity;
  readonly orderQuantity: Quantity;
}

function eventOf(report: ExecutionReport, progress: Progress): OrderEvent | null {
  switch (report.reportKind) {
    case 'trade':
    case 'tradeCorrect':
    case 'tradeCancel':
      if (progress.after.equals(progress.before)) return null;
      if (progress.after.isLessThan(progress.before)) return 'bust';
      return progress.after.isAtLeast(progress.orderQuantity) ? 'fill' : 'partialFill';
    case 'pendingNew':
      return 'pendingNew';
    case 'new':
      return 'acknowledge';
    case 'pendingCancel':
      return 'pendingCancel';
    case 'canceled':
      return 'cancel';
    case 'pendingReplace':
      return 'requestReplace';
    case 'replaced':
    case 'restated':
      return 'replace';
    case 'rejected':
      return 'reject';
    case 'expired':
      return 'expire';
    case 'doneForDay':
      return 'doneForDay';
    case 'suspended':
      return 'suspend';
    case 'stopped':
    case 'calculated':
      // A guaranteed price and an end-of-day settlement price change nothing that we hold.
      return null;
    case 'orderStatus':
      return eventOfStatus(report.orderStatus);
  }
}

/** What a status report says has become of the order; how far it has filled, only executions say. */
function eventOfStatus(status: OrderStatus): OrderEvent | null {
  switch (status) {
    case 'pendingNew':
      return 'pendingNew';
    case 'new':
      return 'acknowledge';
    case 'partiallyFilled':
      return 'partialFill';
    case 'filled':
      return 'fill';
    case 'pendingCancel':
      return 'pendingCancel';
    case 'pendingReplace':
      return 'requestReplace';
    case 'canceled':
      return 'cancel';
    case 'rejected':
      return 'reject';
    case 'expired':
      return 'expire';
    case 'doneForDay':
      return 'doneForDay';
    case 'suspended':
      return 'suspend';
    case 'pendingSend':
    case 'sent':
    case 'unknown':
      return null;
  }
}

function moveBy(
  placement: Placement,
  event: OrderEvent | null,
  reference: string,
): { readonly placement: Placement; readonly flags: readonly ExecutionFlag[] } {
  if (event === null) return { placement, flags: [] };
  const status = statusAfter(placement.status, event);
  if (status === null) {
    const unexpected = flag('ORDER_TRANSITION_UNEXPECTED', reference, {
      expected: placement.status,
      received: event,
    });
    return { placement, flags: [unexpected] };
  }
  return { placement: { ...placement, status }, flags: [] };
}

function withTotals(placement: Placement, executions: readonly Execution[]): Placement {
  const { cumulativeQuantity, averagePrice } = totalsOf(executions);
  const status = settledStatus(placement.status, cumulativeQuantity, placement.orderQuantity);
  const rest = placement.orderQuantity.minus(cumulativeQuantity);
  const leavesQuantity = isLive(status) && rest.isPositive() ? rest : zero<'Quantity'>();
  return { ...placement, status, cumulativeQuantity, averagePrice, leavesQuantity };
}
