/** Replies of the sell side: ExecutionReport, OrderCancelReject, BusinessMessageReject, session Reject. */
import { assert, epochMilliseconds, type Instant, type Result } from '../../kernel/index.ts';
import type {
  CancelRejection,
  ClientOrderId,
  ExecutionReport,
  InstrumentSymbol,
  OrderStatus,
  Side,
} from '../../domain/index.ts';
import { asciiText } from '../codec/encoder.ts';
import {
  countOf,
  field,
  type Field,
  type FieldProblem,
  type FixMessage,
} from '../codec/message.ts';
import { MsgType, Tag } from '../dictionary/tags.ts';
import type { ApplicationMessage } from '../session/effect.ts';
import { utcTimestamp } from '../session/timestamps.ts';
import {
  orderStatusCode,
  reportKindCode,
  respondsToCode,
  sideCode,
  type WireOrderStatus,
} from './codes.ts';
import { FieldReader, fixDate } from './reading.ts';

/** FIX has no word for "no order id": brokers write this. */
const NO_ORDER_ID = 'NONE';
/** ... and AvgPx, LeavesQty and CumQty are required even where there is nothing to say. */
const NOTHING = '0';

/** An execution report with the instrument it speaks of. */
export interface ReportedOrder {
  readonly report: ExecutionReport;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  /** OrdRejReason (103), as the broker's number; null where it gives none. */
  readonly rejectReason: number | null;
}

/** The other side does not take a message of ours: of the session (3) or of the business level (j). */
export interface MessageRejection {
  readonly level: 'session' | 'business';
  /** MsgSeqNum of our message. */
  readonly referenceSequence: number | null;
  readonly referenceMsgType: string | null;
  readonly referenceTag: number | null;
  /** The business identifier (ClOrdID) that a business reject may name. */
  readonly referenceId: string | null;
  readonly reason: number | null;
  readonly text: string | null;
}

function wireStatus(status: OrderStatus): string {
  assert(
    status !== 'pendingSend' && status !== 'sent' && status !== 'unknown',
    'a status that goes on the wire is one that FIX has',
  );
  return orderStatusCode.toFix(status satisfies WireOrderStatus);
}

const optionalField = (tag: number, value: string | null): Field[] =>
  value === null || value === '' ? [] : [field(tag, asciiText(value))];

const time = (instant: Instant): string => utcTimestamp(epochMilliseconds(instant));

/** @throws AssertionError for a status that is ours alone (pendingSend, sent, unknown) */
export function executionReportToFix(reported: ReportedOrder): ApplicationMessage {
  const { report, symbol, side, rejectReason } = reported;
  return {
    MsgType: MsgType.ExecutionReport,
    fields: [
      field(Tag.OrderID, asciiText(report.brokerOrderId ?? NO_ORDER_ID)),
      field(Tag.ClOrdID, asciiText(report.clientOrderId)),
      ...optionalField(Tag.OrigClOrdID, report.originalClientOrderId),
      field(Tag.ExecID, asciiText(report.brokerExecutionId)),
      ...optionalField(Tag.ExecRefID, report.referenceExecutionId),
      field(Tag.ExecType, reportKindCode.toFix(report.reportKind)),
      field(Tag.OrdStatus, wireStatus(report.orderStatus)),
      ...optionalField(Tag.OrdRejReason, rejectReason === null ? null : String(rejectReason)),
      field(Tag.Symbol, asciiText(symbol)),
      field(Tag.Side, sideCode.toFix(side)),
      ...optionalField(Tag.OrderQty, report.orderQuantity?.toString() ?? null),
      ...optionalField(Tag.Price, report.limitPrice?.toString() ?? null),
      ...optionalField(Tag.LastQty, report.lastQuantity?.toString() ?? null),
      ...optionalField(Tag.LastPx, report.lastPrice?.toString() ?? null),
      field(Tag.LeavesQty, report.leavesQuantity.toString()),
      field(Tag.CumQty, report.cumulativeQuantity.toString()),
      field(Tag.AvgPx, report.averagePrice?.toString() ?? NOTHING),
      field(Tag.TradeDate, fixDate(report.tradeDate)),
      field(Tag.TransactTime, time(report.transactTime)),
      ...optionalField(Tag.Text, report.text),
    ],
  };
}

/** @returns the first field that is missing, unreadable or not supported, as a problem */
export function executionReportFromFix(message: FixMessage): Result<ReportedOrder, FieldProblem> {
  const reader = new FieldReader(message);
  const transactTime = reader.transactTime();
  const orderId = reader.required(Tag.OrderID);
  const cumulativeQuantity = reader.amount<'Quantity'>(Tag.CumQty);
  const averagePrice = reader.amount<'Price'>(Tag.AvgPx);
  const report = {
    reportKind: reader.code(Tag.ExecType, reportKindCode),
    orderStatus: reader.code(Tag.OrdStatus, orderStatusCode),
    clientOrderId: reader.id<ClientOrderId>(Tag.ClOrdID),
    originalClientOrderId: reader.optionalId<ClientOrderId>(Tag.OrigClOrdID),
    brokerOrderId: orderId === NO_ORDER_ID ? null : orderId,
    brokerExecutionId: reader.required(Tag.ExecID),
    referenceExecutionId: reader.optional(Tag.ExecRefID),
    orderQuantity: reader.optionalAmount<'Quantity'>(Tag.OrderQty),
    limitPrice: reader.optionalAmount<'Price'>(Tag.Price),
    lastQuantity: reader.optionalAmount<'Quantity'>(Tag.LastQty),
    lastPrice: reader.optionalAmount<'Price'>(Tag.LastPx),
    cumulativeQuantity,
    leavesQuantity: reader.amount<'Quantity'>(Tag.LeavesQty),
    averagePrice,
    transactTime,
    tradeDate: reader.tradeDate(transactTime),
    text: reader.optional(Tag.Text),
  };
  const symbol = reader.id<InstrumentSymbol>(Tag.Symbol);
  const side = reader.code(Tag.Side, sideCode);
  return reader.finish(() => ({
    // AvgPx is 0 before the first execution: nothing to compare.
    report: { ...report, averagePrice: cumulativeQuantity.isZero() ? null : averagePrice },
    symbol,
    side,
    rejectReason: countOf(message, Tag.OrdRejReason),
  }));
}

/** @param brokerOrderId null where the broker does not know the order */
export function cancelRejectionToFix(
  rejection: CancelRejection,
  details: { readonly brokerOrderId: string | null; readonly reason: number },
): ApplicationMessage {
  return {
    MsgType: MsgType.OrderCancelReject,
    fields: [
      field(Tag.OrderID, asciiText(details.brokerOrderId ?? NO_ORDER_ID)),
      field(Tag.ClOrdID, asciiText(rejection.clientOrderId)),
      field(Tag.OrigClOrdID, asciiText(rejection.originalClientOrderId)),
      field(Tag.OrdStatus, wireStatus(rejection.orderStatus)),
      field(Tag.CxlRejResponseTo, respondsToCode.toFix(rejection.respondsTo)),
      field(Tag.CxlRejReason, String(details.reason)),
      ...optionalField(Tag.Text, rejection.text),
    ],
  };
}

export function cancelRejectionFromFix(message: FixMessage): Result<CancelRejection, FieldProblem> {
  const reader = new FieldReader(message);
  const rejection: CancelRejection = {
    clientOrderId: reader.id<ClientOrderId>(Tag.ClOrdID),
    originalClientOrderId: reader.id<ClientOrderId>(Tag.OrigClOrdID),
    orderStatus: reader.code(Tag.OrdStatus, orderStatusCode),
    respondsTo: reader.code(Tag.CxlRejResponseTo, respondsToCode),
    text: reader.optional(Tag.Text),
  };
  return reader.finish(() => rejection);
}

export function businessRejectToFix(reject: {
  readonly referenceSequence: number;
  readonly referenceMsgType: string;
  readonly referenceId: string | null;
  readonly reason: number;
  readonly text: string;
}): ApplicationMessage {
  return {
    MsgType: MsgType.BusinessMessageReject,
    fields: [
      field(Tag.RefSeqNum, String(reject.referenceSequence)),
      field(Tag.RefMsgType, asciiText(reject.referenceMsgType)),
      ...optionalField(Tag.BusinessRejectRefID, reject.referenceId),
      field(Tag.BusinessRejectReason, String(reject.reason)),
      field(Tag.Text, asciiText(reject.text)),
    ],
  };
}

/** Reads a Reject (3) or a BusinessMessageReject (j); takes whatever fields are there. */
export function rejectionFromFix(message: FixMessage): MessageRejection {
  const reader = new FieldReader(message);
  const isBusiness = message.MsgType === MsgType.BusinessMessageReject;
  return {
    level: isBusiness ? 'business' : 'session',
    referenceSequence: countOf(message, Tag.RefSeqNum),
    referenceMsgType: reader.optional(Tag.RefMsgType),
    referenceTag: countOf(message, Tag.RefTagID),
    referenceId: reader.optional(Tag.BusinessRejectRefID),
    reason: countOf(message, isBusiness ? Tag.BusinessRejectReason : Tag.SessionRejectReason),
    text: reader.optional(Tag.Text),
  };
}
