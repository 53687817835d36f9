/** Requests of the buy side: NewOrderSingle, OrderCancelRequest, OrderCancelReplaceRequest, OrderStatusRequest. */
import {
  epochMilliseconds,
  type CalendarDate,
  type Instant,
  type Result,
} from '../../kernel/index.ts';
import type {
  ClientOrderId,
  InstrumentSymbol,
  OrderType,
  Price,
  Quantity,
  Side,
  TimeInForce,
} from '../../domain/index.ts';
import { asciiText } from '../codec/encoder.ts';
import { field, type Field, type FieldProblem, type FixMessage } from '../codec/message.ts';
import { MsgType, Tag } from '../dictionary/tags.ts';
import type { ApplicationMessage } from '../session/effect.ts';
import { utcTimestamp } from '../session/timestamps.ts';
import { orderTypeCode, sideCode, timeInForceCode } from './codes.ts';
import { FieldReader, fixDate } from './reading.ts';

export interface NewOrder {
  readonly clientOrderId: ClientOrderId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly orderQuantity: Quantity;
  readonly orderType: OrderType;
  /** Present exactly when the order type is limit. */
  readonly limitPrice: Price | null;
  readonly timeInForce: TimeInForce;
  readonly tradeDate: CalendarDate;
  readonly transactTime: Instant;
  /** For the simulated broker only (tag 5710): the price around which it fills. */
  readonly referencePrice: Price | null;
}

export interface ReplaceRequest extends NewOrder {
  readonly originalClientOrderId: ClientOrderId;
}

export interface CancelRequest {
  readonly clientOrderId: ClientOrderId;
  readonly originalClientOrderId: ClientOrderId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly orderQuantity: Quantity;
  readonly transactTime: Instant;
}

export interface StatusRequest {
  /** Of the order asked about: a status request has no id of its own in FIX 4.4. */
  readonly clientOrderId: ClientOrderId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
}

const time = (instant: Instant): string => utcTimestamp(epochMilliseconds(instant));
const text = (tag: number, value: string): Field => field(tag, asciiText(value));

function orderFields(order: NewOrder): Field[] {
  return [
    field(Tag.HandlInst, '1'),
    text(Tag.Symbol, order.symbol),
    field(Tag.Side, sideCode.toFix(order.side)),
    field(Tag.TransactTime, time(order.transactTime)),
    field(Tag.OrderQty, order.orderQuantity.toString()),
    field(Tag.OrdType, orderTypeCode.toFix(order.orderType)),
    ...(order.limitPrice === null ? [] : [field(Tag.Price, order.limitPrice.toString())]),
    field(Tag.TimeInForce, timeInForceCode.toFix(order.timeInForce)),
    field(Tag.TradeDate, fixDate(order.tradeDate)),
    ...(order.referencePrice === null
      ? []
      : [field(Tag.ReferencePriceHint, order.referencePrice.toString())]),
  ];
}

export function newOrderToFix(order: NewOrder): ApplicationMessage {
  return {
    MsgType: MsgType.NewOrderSingle,
    fields: [text(Tag.ClOrdID, order.clientOrderId), ...orderFields(order)],
  };
}

export function replaceRequestToFix(request: ReplaceRequest): ApplicationMessage {
  return {
    MsgType: MsgType.OrderCancelReplaceRequest,
    fields: [
      text(Tag.OrigClOrdID, request.originalClientOrderId),
      text(Tag.ClOrdID, request.clientOrderId),
      ...orderFields(request),
    ],
  };
}

export function cancelRequestToFix(request: CancelRequest): ApplicationMessage {
  return {
    MsgType: MsgType.OrderCancelRequest,
    fields: [
      text(Tag.OrigClOrdID, request.originalClientOrderId),
      text(Tag.ClOrdID, request.clientOrderId),
      text(Tag.Symbol, request.symbol),
      field(Tag.Side, sideCode.toFix(request.side)),
      field(Tag.TransactTime, time(request.transactTime)),
      field(Tag.OrderQty, request.orderQuantity.toString()),
    ],
  };
}

export function statusRequestToFix(request: StatusRequest): ApplicationMessage {
  return {
    MsgType: MsgType.OrderStatusRequest,
    fields: [
      text(Tag.ClOrdID, request.clientOrderId),
      text(Tag.Symbol, request.symbol),
      field(Tag.Side, sideCode.toFix(request.side)),
    ],
  };
}

/** @returns the first field that is missing, unreadable or not supported, as a problem */
export function newOrderFromFix(message: FixMessage): Result<NewOrder, FieldProblem> {
  const reader = new FieldReader(message);
  const order = readOrder(reader);
  return reader.finish(() => order);
}

export function replaceRequestFromFix(message: FixMessage): Result<ReplaceRequest, FieldProblem> {
  const reader = new FieldReader(message);
  const originalClientOrderId = reader.id<ClientOrderId>(Tag.OrigClOrdID);
  const order = readOrder(reader);
  return reader.finish(() => ({ ...order, originalClientOrderId }));
}

function readOrder(reader: FieldReader): NewOrder {
  const orderType = reader.code(Tag.OrdType, orderTypeCode);
  const transactTime = reader.transactTime();
  const timeInForce =
    reader.optional(Tag.TimeInForce) === null
      ? 'day' // FIX: absence means a day order
      : reader.code(Tag.TimeInForce, timeInForceCode);
  return {
    clientOrderId: reader.id<ClientOrderId>(Tag.ClOrdID),
    symbol: reader.id<InstrumentSymbol>(Tag.Symbol),
    side: reader.code(Tag.Side, sideCode),
    orderQuantity: reader.amount<'Quantity'>(Tag.OrderQty),
    orderType,
    limitPrice: orderType === 'limit' ? reader.amount<'Price'>(Tag.Price) : null,
    timeInForce,
    tradeDate: reader.tradeDate(transactTime),
    transactTime,
    referencePrice: reader.optionalAmount<'Price'>(Tag.ReferencePriceHint),
  };
}

export function cancelRequestFromFix(message: FixMessage): Result<CancelRequest, FieldProblem> {
  const reader = new FieldReader(message);
  const request: CancelRequest = {
    clientOrderId: reader.id<ClientOrderId>(Tag.ClOrdID),
    originalClientOrderId: reader.id<ClientOrderId>(Tag.OrigClOrdID),
    symbol: reader.id<InstrumentSymbol>(Tag.Symbol),
    side: reader.code(Tag.Side, sideCode),
    orderQuantity: reader.amount<'Quantity'>(Tag.OrderQty),
    transactTime: reader.transactTime(),
  };
  return reader.finish(() => request);
}

export function statusRequestFromFix(message: FixMessage): Result<StatusRequest, FieldProblem> {
  const reader = new FieldReader(message);
  const request: StatusRequest = {
    clientOrderId: reader.id<ClientOrderId>(Tag.ClOrdID),
    symbol: reader.id<InstrumentSymbol>(Tag.Symbol),
    side: reader.code(Tag.Side, sideCode),
  };
  return reader.finish(() => request);
}
