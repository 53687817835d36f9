import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, instantOf, parseCalendarDate, toPlainJson } from '../kernel/index.ts';
import {
  ORDER_STATUSES,
  identifier,
  type CancelRejection,
  type ClientOrderId,
  type ExecutionReport,
  type InstrumentSymbol,
  type OrderStatus,
} from '../domain/index.ts';
import { field, type FixMessage } from './codec/message.ts';
import { fix44 } from './dictionary/fix44.ts';
import { Tag } from './dictionary/tags.ts';
import {
  cancelRejectionFromFix,
  cancelRejectionToFix,
  cancelRequestFromFix,
  cancelRequestToFix,
  executionReportFromFix,
  executionReportToFix,
  newOrderFromFix,
  newOrderToFix,
  orderStatusCode,
  rejectionFromFix,
  replaceRequestFromFix,
  replaceRequestToFix,
  reportKindCode,
  statusRequestFromFix,
  statusRequestToFix,
  type ReportedOrder,
  type WireOrderStatus,
} from './mapping.ts';
import type { ApplicationMessage } from './session/effect.ts';
import { problemOf } from './session/validation.ts';

const WIRE_STATUSES = ORDER_STATUSES.filter(
  (status): status is WireOrderStatus => !['pendingSend', 'sent', 'unknown'].includes(status),
);
const KINDS = [
  ...(['pendingNew', 'new', 'trade', 'tradeCorrect', 'tradeCancel', 'pendingCancel'] as const),
  ...(['canceled', 'pendingReplace', 'replaced', 'rejected', 'expired', 'doneForDay'] as const),
  ...(['suspended', 'stopped', 'calculated', 'restated', 'orderStatus'] as const),
];
const decimal = <U extends string>() =>
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 0, max: 12 }))
    .map(([coefficient, scale]) => Decimal.of<U>(coefficient, scale));
const text = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' })
  .filter((t) => t === t.trim() && t !== 'NONE');
const id = text.map((t) => identifier<ClientOrderId>(t));
const symbol = text.map((t) => identifier<InstrumentSymbol>(t));
const side = fc.constantFrom('buy' as const, 'sell' as const);
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(instantOf);
const tradeDate = fc.constantFrom(parseCalendarDate('2026-11-20'), parseCalendarDate('2024-02-29'));
const newOrder = fc
  .record({
    clientOrderId: id,
    symbol,
    side,
    orderQuantity: decimal<'Quantity'>(),
    orderType: fc.constantFrom('market' as const, 'limit' as const),
    price: decimal<'Price'>(),
    timeInForce: fc.constantFrom('day' as const, 'immediateOrCancel' as const),
    tradeDate,
    transactTime: instant,
    referencePrice: fc.option(decimal<'Price'>()),
  })
  .map(({ price, ...order }) => ({
    ...order,
    limitPrice: order.orderType === 'limit' ? price : null,
  }));
const reported: fc.Arbitrary<ReportedOrder> = fc.record({
  symbol,
  side,
  rejectReason: fc.option(fc.constantFrom(0, 5, 99)),
  report: fc
    .record({
      reportKind: fc.constantFrom(...KINDS),
      orderStatus: fc.constantFrom<OrderStatus>(...WIRE_STATUSES),
      clientOrderId: id,
      originalClientOrderId: fc.option(id),
      brokerOrderId: fc.option(text),
      brokerExecutionId: text,
      referenceExecutionId: fc.option(text),
      orderQuantity: fc.option(decimal<'Quantity'>()),
      limitPrice: fc.option(decimal<'Price'>()),
      lastQuantity: fc.option(decimal<'Quantity'>()),
      lastPrice: fc.option(decimal<'Price'>()),
      cumulativeQuantity: decimal<'Quantity'>(),
      leavesQuantity: decimal<'Quantity'>(),
      averagePrice: decimal<'Price'>(),
      transactTime: instant,
      tradeDate,
      text: fc.option(text),
    })
    .map((report): ExecutionReport => ({
      ...report,
      averagePrice: report.cumulativeQuantity.isZero() ? null : report.averagePrice,
    })),
});

const onWire = (message: ApplicationMessage): FixMessage => ({
  BeginString: 'FIX.4.4',
  ...message,
});
/** The dictionary finds nothing wrong with what the mapping writes. */
function expectValid(message: ApplicationMessage): void {
  const header = [field(49, 'A'), field(56, 'B'), field(34, '1'), field(52, '20261120-14:30:00')];
  const full = { ...onWire(message), fields: [...header, ...message.fields], problem: null };
  expect(problemOf(full, fix44)).toBeNull();
}
function expectSame(read: unknown, written: unknown): void {
  expect(toPlainJson(read)).toEqual(toPlainJson({ ok: true, value: written }));
}

describe('mapping', () => {
  it('FM1 requests come back as they were written, and are valid FIX', () => {
    fc.assert(
      fc.property(newOrder, id, (order, originalClientOrderId) => {
        expectValid(newOrderToFix(order));
        expectSame(newOrderFromFix(onWire(newOrderToFix(order))), order);
        const replace = { ...order, originalClientOrderId };
        expectSame(replaceRequestFromFix(onWire(replaceRequestToFix(replace))), replace);
        const { clientOrderId, symbol: s, side: d, orderQuantity, transactTime } = order;
        const status = { clientOrderId, symbol: s, side: d };
        expectValid(statusRequestToFix(status));
        expectSame(statusRequestFromFix(onWire(statusRequestToFix(status))), status);
        const cancel = { ...status, originalClientOrderId, orderQuantity, transactTime };
        expectValid(cancelRequestToFix(cancel));
        expectSame(cancelRequestFromFix(onWire(cancelRequestToFix(cancel))), cancel);
      }),
    );
  });

  it('FM1 replies come back as they were written, and are valid FIX', () => {
    fc.assert(
      fc.property(reported, (report) => {
        expectValid(executionReportToFix(report));
        expectSame(executionReportFromFix(onWire(executionReportToFix(report))), report);
      }),
    );
    const rejection: CancelRejection = {
      clientOrderId: identifier<ClientOrderId>('C'),
      originalClientOrderId: identifier<ClientOrderId>('O'),
      orderStatus: 'filled',
      respondsTo: 'replace',
      text: 'too late',
    };
    const message = cancelRejectionToFix(rejection, { brokerOrderId: null, reason: 0 });
    expectValid(message);
    expectSame(cancelRejectionFromFix(onWire(message)), rejection);
  });

  it('FM2 every word has its own character, as FIX 4.4 lists them', () => {
    // OrdStatus (39) and ExecType (150), FIX 4.4 volume 6, typed here a second time.
    expect(
      WIRE_STATUSES.map((status) => `${status} ${orderStatusCode.toFix(status)}`).sort(),
    ).toEqual([
      'canceled 4',
      'doneForDay 3',
      'expired C',
      'filled 2',
      'new 0',
      'partiallyFilled 1',
      'pendingCancel 6',
      'pendingNew A',
      'pendingReplace E',
      'rejected 8',
      'suspended 9',
    ]);
    expect(
      KINDS.map((kind) => reportKindCode.toFix(kind))
        .sort()
        .join(''),
    ).toBe('03456789ABCDEFGHI');
    for (const kind of KINDS) expect(reportKindCode.fromFix(reportKindCode.toFix(kind))).toBe(kind);
  });

  it('FM3 any fields: a value or the first problem with its tag, never a throw', () => {
    const anyField = fc.record({
      tag: fc.constantFrom(...Object.values(Tag)),
      value: fc.oneof(
        fc.string({ minLength: 1, maxLength: 6 }),
        fc.constantFrom('-1', '1', '0', '2'),
      ),
    });
    fc.assert(
      fc.property(fc.array(anyField), (fields) => {
        const message = { BeginString: 'FIX.4.4', MsgType: '8', fields };
        for (const read of [executionReportFromFix, newOrderFromFix, cancelRequestFromFix]) {
          const result = read(message);
          if (!result.ok) expect(result.error.RefTagID).not.toBeNull();
        }
        rejectionFromFix(message);
      }),
    );
  });

  it.each([
    ['a negative quantity', Tag.OrderQty, '-5', 5],
    ['a quantity with an exponent', Tag.OrderQty, '1e3', 6],
    ['a side that we do not trade', Tag.Side, '5', 5],
    ['an order type that we do not trade', Tag.OrdType, '3', 5],
    ['a time in force that we do not trade', Tag.TimeInForce, '1', 5],
  ])('refuses %s and names the tag', (_name, tag, value, reason) => {
    const order = newOrderToFix({
      clientOrderId: identifier<ClientOrderId>('A'),
      symbol: identifier<InstrumentSymbol>('VTI'),
      side: 'buy',
      orderQuantity: Decimal.parse<'Quantity'>('1'),
      orderType: 'market',
      limitPrice: null,
      timeInForce: 'day',
      tradeDate: parseCalendarDate('2026-11-20'),
      transactTime: instantOf(0),
      referencePrice: null,
    });
    const fields = order.fields.map((f) => (f.tag === tag ? field(tag, value) : f));
    expect(newOrderFromFix(onWire({ ...order, fields }))).toMatchObject({
      ok: false,
      error: { RefTagID: tag, reason },
    });
  });
});
