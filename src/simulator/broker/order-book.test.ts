import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../kernel/index.ts';
import {
  applyEvent,
  cumulativeQuantity,
  isOpen,
  type BrokerEvent,
  type OrderBook,
} from './order-book.ts';

const at = '2026-11-20T14:30:00.000Z';
const clientOrderId = fc.constantFrom('A', 'B');
const event: fc.Arbitrary<BrokerEvent> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('accepted' as const, 'rejected' as const),
    clientOrderId,
    symbol: fc.constant('VTI'),
    side: fc.constant('buy' as const),
    orderQuantity: fc.constantFrom('10', '25.5'),
    limitPrice: fc.constant(null),
    referencePrice: fc.constant('100'),
    isImmediate: fc.constant(false),
    tradeDate: fc.constant('2026-11-20'),
    at: fc.constant(at),
    text: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('executed' as const),
    clientOrderId,
    quantity: fc.constantFrom('1', '5', '25.5', '0.25'),
    price: fc.constantFrom('99.5', '100'),
    at: fc.constant(at),
  }),
  fc.record({
    kind: fc.constantFrom('canceled' as const, 'expired' as const),
    clientOrderId,
    requestId: fc.option(fc.constant('X')),
    text: fc.constant(null),
    at: fc.constant(at),
  }),
);

describe('broker order book', () => {
  it('BB1 BB2 BB3 hold under any events, and every report has an id of its own', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const book: OrderBook = new Map();
        const ids: string[] = [];
        for (const one of events) {
          const before = book.get(one.clientOrderId);
          const reported = applyEvent(book, one);
          const after = book.get(one.clientOrderId);
          if (reported === null) {
            expect(after).toBe(before);
            continue;
          }
          const isArrival = one.kind === 'accepted' || one.kind === 'rejected';
          expect(before === undefined).toBe(isArrival);
          if (before !== undefined) expect(isOpen(before)).toBe(true);
          ids.push(reported.report.brokerExecutionId);
        }
        expect(new Set(ids).size).toBe(ids.length);
        for (const order of book.values())
          expect(cumulativeQuantity(order).isAtMost(order.orderQuantity)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('reports the mean price of two executions', () => {
    const book: OrderBook = new Map();
    const accepted: BrokerEvent = {
      kind: 'accepted',
      clientOrderId: 'A',
      symbol: 'VTI',
      side: 'buy',
      orderQuantity: '3',
      limitPrice: null,
      referencePrice: '10',
      isImmediate: false,
      tradeDate: '2026-11-20',
      at,
      text: null,
    };
    applyEvent(book, accepted);
    const fill = { kind: 'executed', clientOrderId: 'A', at } as const;
    applyEvent(book, { ...fill, quantity: '1', price: '10' });
    const last = applyEvent(book, { ...fill, quantity: '2', price: '11' });
    // (1 x 10 + 2 x 11) / 3 = 32/3
    expect(last?.report.averagePrice?.toString()).toBe('10.666666666667');
    expect(last?.report.leavesQuantity.equals(Decimal.parse<'Quantity'>('0'))).toBe(true);
    expect(last?.report.orderStatus).toBe('filled');
  });
});
