/**
 * The broker's truth: what it accepted and what it executed, as events. A pure fold, so that recovery is
 * reading the log. "Book" here is the list of orders, not a price ladder.
 *
 * Invariants (tested under the same numbers in broker.test.ts and order-book.test.ts):
 *   BB1  A ClOrdID is accepted once, whatever arrives how often.
 *   BB2  The executions of an order never add up to more than its quantity.
 *   BB3  A dead order has no further events but cancel rejects.
 */
import {
  Decimal,
  divide,
  multiply,
  sum,
  zero,
  type CalendarDate,
  type Instant,
} from '../../kernel/index.ts';
import type {
  ClientOrderId,
  InstrumentSymbol,
  Money,
  Price,
  Quantity,
  Side,
} from '../../domain/index.ts';
import type { NewOrder, ReportedOrder } from '../../fix/index.ts';

/** A refused cancel: recorded, so that its answer survives a kill; it changes no order. */
export interface CancelRejected {
  readonly kind: 'cancelRejected';
  /** Of the order that should have been canceled. */
  readonly clientOrderId: string;
  readonly requestId: string;
  /** Null: the order is not known here. */
  readonly orderStatus: BrokerOrderStatus | null;
  readonly at: string;
}

/** What happens to orders. Decimals are text. */
export type BrokerEvent =
  | {
      readonly kind: 'accepted' | 'rejected';
      readonly clientOrderId: string;
      readonly symbol: string;
      readonly side: Side;
      readonly orderQuantity: string;
      readonly limitPrice: string | null;
      readonly referencePrice: string | null;
      readonly isImmediate: boolean;
      readonly tradeDate: string;
      readonly at: string;
      /** Why it was rejected. */
      readonly text: string | null;
    }
  | {
      readonly kind: 'executed';
      readonly clientOrderId: string;
      readonly quantity: string;
      readonly price: string;
      readonly at: string;
    }
  | {
      readonly kind: 'canceled' | 'expired';
      readonly clientOrderId: string;
      /** Of the request; null when nobody asked. */
      readonly requestId: string | null;
      readonly text: string | null;
      readonly at: string;
    };

export type BrokerOrderStatus =
  'new' | 'partiallyFilled' | 'filled' | 'canceled' | 'expired' | 'rejected';

export interface BrokerExecution {
  readonly brokerExecutionId: string;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly at: Instant;
}

export interface BrokerOrder {
  readonly clientOrderId: ClientOrderId;
  readonly brokerOrderId: string;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly orderQuantity: Quantity;
  readonly limitPrice: Price | null;
  readonly referencePrice: Price | null;
  readonly isImmediate: boolean;
  readonly tradeDate: CalendarDate;
  readonly acceptedAt: Instant;
  readonly status: BrokerOrderStatus;
  readonly executions: readonly BrokerExecution[];
  readonly eventCount: number;
}

export type OrderBook = Map<string, BrokerOrder>;

export function isOpen(order: BrokerOrder): boolean {
  return order.status === 'new' || order.status === 'partiallyFilled';
}

export function cumulativeQuantity(order: BrokerOrder): Quantity {
  return sum(order.executions.map(({ quantity }) => quantity));
}

export function acceptedEvent(
  order: NewOrder,
  decision: {
    readonly at: Instant;
    readonly referencePrice: Price | null;
    readonly reject: string | null;
  },
): BrokerEvent {
  return {
    kind: decision.reject === null ? 'accepted' : 'rejected',
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    orderQuantity: order.orderQuantity.toString(),
    limitPrice: order.limitPrice?.toString() ?? null,
    referencePrice: decision.referencePrice?.toString() ?? null,
    isImmediate: order.timeInForce === 'immediateOrCancel',
    tradeDate: order.tradeDate,
    at: decision.at,
    text: decision.reject,
  };
}

/**
 * Applies one event to the book and returns the report of it; null when the event changes nothing
 * because it was applied before or cannot happen to this order.
 */
export function applyEvent(book: OrderBook, event: BrokerEvent): ReportedOrder | null {
  const known = book.get(event.clientOrderId);
  switch (event.kind) {
    case 'accepted':
    case 'rejected':
      return known === undefined ? applyArrival(book, event) : null;
    case 'executed':
      return known !== undefined && isOpen(known) ? applyExecution(book, known, event) : null;
    case 'canceled':
    case 'expired':
      return known !== undefined && isOpen(known) ? applyEnd(book, known, event) : null;
  }
}

type Arrival = Extract<BrokerEvent, { orderQuantity: string }>;
type End = Extract<BrokerEvent, { requestId: string | null }>;

function applyArrival(book: OrderBook, event: Arrival): ReportedOrder {
  const order = orderOf(event);
  book.set(event.clientOrderId, order);
  return reportOf(order, {
    kind: event.kind === 'accepted' ? 'new' : 'rejected',
    at: order.acceptedAt,
    text: event.text,
  });
}

function applyExecution(
  book: OrderBook,
  known: BrokerOrder,
  event: Extract<BrokerEvent, { kind: 'executed' }>,
): ReportedOrder | null {
  const execution: BrokerExecution = {
    brokerExecutionId: `${known.brokerOrderId}.${String(known.eventCount + 1)}`,
    quantity: Decimal.parse<'Quantity'>(event.quantity),
    price: Decimal.parse<'Price'>(event.price),
    at: event.at as Instant,
  };
  const total = cumulativeQuantity(known).plus(execution.quantity);
  if (total.isGreaterThan(known.orderQuantity)) return null;
  const order: BrokerOrder = {
    ...known,
    status: total.equals(known.orderQuantity) ? 'filled' : 'partiallyFilled',
    executions: [...known.executions, execution],
    eventCount: known.eventCount + 1,
  };
  book.set(event.clientOrderId, order);
  return reportOf(order, { kind: 'trade', at: execution.at, execution });
}

function applyEnd(book: OrderBook, known: BrokerOrder, event: End): ReportedOrder {
  const order: BrokerOrder = { ...known, status: event.kind, eventCount: known.eventCount + 1 };
  book.set(event.clientOrderId, order);
  return reportOf(order, {
    kind: event.kind,
    at: event.at as Instant,
    text: event.text,
    requestId: event.requestId,
  });
}

function orderOf(event: Arrival): BrokerOrder {
  return {
    clientOrderId: event.clientOrderId as ClientOrderId,
    brokerOrderId: `B-${event.clientOrderId}`,
    symbol: event.symbol as InstrumentSymbol,
    side: event.side,
    orderQuantity: Decimal.parse<'Quantity'>(event.orderQuantity),
    limitPrice: event.limitPrice === null ? null : Decimal.parse<'Price'>(event.limitPrice),
    referencePrice:
      event.referencePrice === null ? null : Decimal.parse<'Price'>(event.referencePrice),
    isImmediate: event.isImmediate,
    tradeDate: event.tradeDate as CalendarDate,
    acceptedAt: event.at as Instant,
    status: event.kind === 'accepted' ? 'new' : 'rejected',
    executions: [],
    eventCount: 1,
  };
}

interface ReportCause {
  readonly kind: ReportedOrder['report']['reportKind'];
  readonly at: Instant;
  readonly text?: string | null;
  readonly execution?: BrokerExecution;
  readonly requestId?: string | null;
  /** Of a status reply, which is no event of the order and must not look like one. */
  readonly replyId?: string;
}

/** The execution report of an order as it stands after its last event. */
export function reportOf(order: BrokerOrder, cause: ReportCause): ReportedOrder {
  const cumulative = cumulativeQuantity(order);
  const requestId = cause.requestId ?? null;
  return {
    symbol: order.symbol,
    side: order.side,
    rejectReason: order.status === 'rejected' ? 99 : null,
    report: {
      reportKind: cause.kind,
      orderStatus: order.status,
      clientOrderId: requestId === null ? order.clientOrderId : (requestId as ClientOrderId),
      originalClientOrderId: requestId === null ? null : order.clientOrderId,
      brokerOrderId: order.brokerOrderId,
      brokerExecutionId:
        cause.replyId ??
        cause.execution?.brokerExecutionId ??
        `${order.brokerOrderId}.${String(order.eventCount)}`,
      referenceExecutionId: null,
      orderQuantity: order.orderQuantity,
      limitPrice: order.limitPrice,
      lastQuantity: cause.execution?.quantity ?? null,
      lastPrice: cause.execution?.price ?? null,
      cumulativeQuantity: cumulative,
      leavesQuantity: isOpen(order) ? order.orderQuantity.minus(cumulative) : zero<'Quantity'>(),
      averagePrice: averagePrice(order),
      transactTime: cause.at,
      tradeDate: order.tradeDate,
      text: cause.text ?? null,
    },
  };
}

/** Mean price of the executions, 12 digits, half to even; null before the first. */
function averagePrice(order: BrokerOrder): Price | null {
  if (order.executions.length === 0) return null;
  const amount: Money = sum(
    order.executions.map(({ quantity, price }) => multiply<'Money'>(price, quantity)),
  );
  return divide<'Price'>(amount, cumulativeQuantity(order), { scale: 12, mode: 'halfEven' });
}
