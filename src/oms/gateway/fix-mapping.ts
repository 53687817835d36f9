/**
 * FIX 4.4 messages to and from our words: the one place where the characters of the wire stand beside our
 * names. FIX names are kept verbatim on the wire's side.
 *
 * Invariants (fix-mapping.test.ts):
 *   FM1  what cannot be read is returned as `unreadable` with the reason; nothing throws.
 *   FM2  numbers are read exactly; an absent number and a zero are two things.
 */
import {
  type Decimal,
  dateInZone,
  instantOf,
  tryParseCalendarDate,
  type CalendarDate,
  type Instant,
} from '../../kernel/index.ts';
import {
  tryIdentifier,
  type CancelRejection,
  type ClientOrderId,
  type ExecutionReport,
  type OrderStatus,
  type Placement,
  type Price,
  type ReportKind,
} from '../../domain/index.ts';
import {
  field,
  MsgType,
  parseFixDecimal,
  parseUtcTimestamp,
  Tag,
  utcTimestamp,
  valueOf,
  type ApplicationMessage,
  type Field,
  type ReceivedMessage,
} from '../../fix/index.ts';

/** The market's zone: a report without TradeDate (75) belongs to the day that its clocks show. */
const MARKET_ZONE = 'America/New_York';

/** Digits after the point of any price or quantity that a market uses; more is garbage. */
const SCALE_MAX = 18;

const SIDE = { buy: '1', sell: '2' } as const;
const ORDER_TYPE = { market: '1', limit: '2' } as const;
const TIME_IN_FORCE = { day: '0', immediateOrCancel: '3' } as const;

/** ExecType (150). 1 and 2 are FIX 4.2's partial fill and fill. */
const REPORT_KINDS: ReadonlyMap<string, ReportKind> = new Map([
  ['0', 'new'],
  ['1', 'trade'],
  ['2', 'trade'],
  ['3', 'doneForDay'],
  ['4', 'canceled'],
  ['5', 'replaced'],
  ['6', 'pendingCancel'],
  ['7', 'stopped'],
  ['8', 'rejected'],
  ['9', 'suspended'],
  ['A', 'pendingNew'],
  ['B', 'calculated'],
  ['C', 'expired'],
  ['D', 'restated'],
  ['E', 'pendingReplace'],
  ['F', 'trade'],
  ['G', 'tradeCorrect'],
  ['H', 'tradeCancel'],
  ['I', 'orderStatus'],
]);

/** OrdStatus (39). Stopped and accepted-for-bidding orders still work; a calculated one is done. */
const STATUSES: ReadonlyMap<string, OrderStatus> = new Map([
  ['0', 'new'],
  ['1', 'partiallyFilled'],
  ['2', 'filled'],
  ['3', 'doneForDay'],
  ['4', 'canceled'],
  ['5', 'new'],
  ['6', 'pendingCancel'],
  ['7', 'new'],
  ['8', 'rejected'],
  ['9', 'suspended'],
  ['A', 'pendingNew'],
  ['B', 'doneForDay'],
  ['C', 'expired'],
  ['D', 'new'],
  ['E', 'pendingReplace'],
]);

/** NewOrderSingle (D). @param now epoch milliseconds */
export function newOrderMessage(
  placement: Placement,
  referencePrice: Price | null,
  now: number,
): ApplicationMessage {
  return {
    MsgType: MsgType.NewOrderSingle,
    fields: [
      field(Tag.ClOrdID, placement.clientOrderId),
      // 1: automated execution, private, no broker intervention.
      field(Tag.HandlInst, '1'),
      field(Tag.Symbol, placement.symbol),
      field(Tag.Side, SIDE[placement.side]),
      field(Tag.TransactTime, utcTimestamp(now)),
      field(Tag.OrderQty, placement.orderQuantity.toString()),
      field(Tag.OrdType, ORDER_TYPE[placement.orderType]),
      ...optional(Tag.Price, placement.limitPrice?.toString() ?? null),
      field(Tag.TimeInForce, TIME_IN_FORCE[placement.timeInForce]),
      field(Tag.TradeDate, placement.tradeDate.replaceAll('-', '')),
      ...optional(Tag.ReferencePriceHint, referencePrice?.toString() ?? null),
    ],
  };
}

/** OrderCancelRequest (F) for the order that `placement.clientOrderId` names. */
export function cancelMessage(
  placement: Placement,
  clientOrderId: ClientOrderId,
  now: number,
): ApplicationMessage {
  return {
    MsgType: MsgType.OrderCancelRequest,
    fields: [
      field(Tag.OrigClOrdID, placement.clientOrderId),
      ...optional(Tag.OrderID, placement.brokerOrderId),
      field(Tag.ClOrdID, clientOrderId),
      field(Tag.Symbol, placement.symbol),
      field(Tag.Side, SIDE[placement.side]),
      field(Tag.TransactTime, utcTimestamp(now)),
      field(Tag.OrderQty, placement.orderQuantity.toString()),
    ],
  };
}

/** OrderStatusRequest (H), always on the ClOrdID that the order was sent with. */
export function statusRequestMessage(placement: Placement): ApplicationMessage {
  return {
    MsgType: MsgType.OrderStatusRequest,
    fields: [
      ...optional(Tag.OrderID, placement.brokerOrderId),
      field(Tag.ClOrdID, placement.clientOrderId),
      field(Tag.Symbol, placement.symbol),
      field(Tag.Side, SIDE[placement.side]),
    ],
  };
}

function optional(tag: number, value: string | null): readonly Field[] {
  return value === null ? [] : [field(tag, value)];
}

export type BrokerMessage =
  | { readonly kind: 'executionReport'; readonly report: ExecutionReport }
  | { readonly kind: 'cancelRejection'; readonly rejection: CancelRejection }
  | {
      readonly kind: 'businessReject';
      /** MsgSeqNum of our message that was refused; null where the broker leaves it out. */
      readonly refusedSequence: number | null;
      readonly refusedClientOrderId: ClientOrderId | null;
      readonly refusedMsgType: string;
      readonly text: string;
    }
  | { readonly kind: 'other'; readonly MsgType: string }
  | { readonly kind: 'unreadable'; readonly MsgType: string; readonly reason: string };

/** What a broker's application message says in our words (FM1). */
export function readBrokerMessage(message: ReceivedMessage): BrokerMessage {
  switch (message.MsgType) {
    case MsgType.ExecutionReport:
      return readExecutionReport(message);
    case MsgType.OrderCancelReject:
      return readCancelReject(message);
    case MsgType.BusinessMessageReject:
      return readBusinessReject(message);
    default:
      return { kind: 'other', MsgType: message.MsgType };
  }
}

function readExecutionReport(message: ReceivedMessage): BrokerMessage {
  const reader = new FieldReader(message);
  const reportKind = REPORT_KINDS.get(reader.text(Tag.ExecType) ?? '');
  const orderStatus = STATUSES.get(reader.text(Tag.OrdStatus) ?? '');
  const clientOrderId = reader.orderId(Tag.ClOrdID);
  const brokerExecutionId = reader.text(Tag.ExecID);
  const transactTime = reader.time();
  if (reportKind === undefined) return reader.unreadable(Tag.ExecType, 'ExecType');
  if (orderStatus === undefined) return reader.unreadable(Tag.OrdStatus, 'OrdStatus');
  if (clientOrderId === null) return reader.unreadable(Tag.ClOrdID, 'ClOrdID');
  if (brokerExecutionId === null) return reader.unreadable(Tag.ExecID, 'ExecID');
  if (transactTime === null) return reader.unreadable(Tag.TransactTime, 'TransactTime');
  const cumulativeQuantity = reader.number<'Quantity'>(Tag.CumQty);
  const leavesQuantity = reader.number<'Quantity'>(Tag.LeavesQty);
  if (cumulativeQuantity === null) return reader.unreadable(Tag.CumQty, 'CumQty');
  if (leavesQuantity === null) return reader.unreadable(Tag.LeavesQty, 'LeavesQty');
  return {
    kind: 'executionReport',
    report: {
      reportKind,
      orderStatus,
      clientOrderId,
      originalClientOrderId: reader.orderId(Tag.OrigClOrdID),
      brokerOrderId: reader.brokerOrderId(),
      brokerExecutionId,
      referenceExecutionId: reader.text(Tag.ExecRefID),
      orderQuantity: reader.number<'Quantity'>(Tag.OrderQty),
      limitPrice: reader.number<'Price'>(Tag.Price),
      lastQuantity: reader.number<'Quantity'>(Tag.LastQty),
      lastPrice: reader.number<'Price'>(Tag.LastPx),
      cumulativeQuantity,
      leavesQuantity,
      averagePrice: reader.number<'Price'>(Tag.AvgPx),
      transactTime,
      tradeDate: reader.date(Tag.TradeDate) ?? dateInZone(transactTime, MARKET_ZONE),
      text: reader.text(Tag.Text),
    },
  };
}

function readCancelReject(message: ReceivedMessage): BrokerMessage {
  const reader = new FieldReader(message);
  const clientOrderId = reader.orderId(Tag.ClOrdID);
  const originalClientOrderId = reader.orderId(Tag.OrigClOrdID);
  if (clientOrderId === null) return reader.unreadable(Tag.ClOrdID, 'ClOrdID');
  if (originalClientOrderId === null) return reader.unreadable(Tag.OrigClOrdID, 'OrigClOrdID');
  return {
    kind: 'cancelRejection',
    rejection: {
      clientOrderId,
      originalClientOrderId,
      orderStatus: STATUSES.get(reader.text(Tag.OrdStatus) ?? '') ?? 'unknown',
      respondsTo: reader.text(Tag.CxlRejResponseTo) === '2' ? 'replace' : 'cancel',
      text: reader.text(Tag.Text),
    },
  };
}

function readBusinessReject(message: ReceivedMessage): BrokerMessage {
  const reader = new FieldReader(message);
  const sequence = Number(reader.text(Tag.RefSeqNum) ?? Number.NaN);
  return {
    kind: 'businessReject',
    refusedSequence: Number.isSafeInteger(sequence) && sequence > 0 ? sequence : null,
    refusedClientOrderId: reader.orderId(Tag.BusinessRejectRefID),
    refusedMsgType: reader.text(Tag.RefMsgType) ?? '?',
    text:
      reader.text(Tag.Text) ??
      `BusinessRejectReason ${reader.text(Tag.BusinessRejectReason) ?? 'not given'}`,
  };
}

/** Reads single fields; null for absent and for unreadable, which `unreadable` tells apart. */
class FieldReader {
  readonly #message: ReceivedMessage;

  constructor(message: ReceivedMessage) {
    this.#message = message;
  }

  text(tag: number): string | null {
    return valueOf(this.#message, tag);
  }

  number<Unit extends string>(tag: number): Decimal<Unit> | null {
    const text = this.text(tag);
    const value = text === null ? null : parseFixDecimal<Unit>(text);
    return value === null || value.scale > SCALE_MAX ? null : value;
  }

  orderId(tag: number): ClientOrderId | null {
    const text = this.text(tag);
    return text === null ? null : tryIdentifier<ClientOrderId>(text);
  }

  /** Some brokers write NONE where they have no number, as for an order they do not know. */
  brokerOrderId(): string | null {
    const text = this.text(Tag.OrderID);
    return text === null || text === 'NONE' ? null : text;
  }

  date(tag: number): CalendarDate | null {
    const text = this.text(tag);
    if (text?.length !== 8) return null;
    return tryParseCalendarDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
  }

  /** TransactTime (60), or when the message was sent. */
  time(): Instant | null {
    const text = this.text(Tag.TransactTime) ?? this.text(Tag.SendingTime);
    const time = text === null ? null : parseUtcTimestamp(text);
    return time === null ? null : instantOf(time);
  }

  unreadable(tag: number, name: string): BrokerMessage {
    const reason = `${name} (${String(tag)}) is ${this.text(tag) ?? 'missing'}`;
    return { kind: 'unreadable', MsgType: this.#message.MsgType, reason };
  }
}
