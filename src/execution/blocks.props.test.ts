import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, parseCalendarDate, sum } from '../kernel/index.ts';
import type { ApprovedOrder } from '../domain/index.ts';
import { orderOf, smallFirm } from '../../test/support/small-firm.ts';
import { buildBlocks, whyNotBlocked, type BlockTerms } from './index.ts';

const FIRM = smallFirm({ instruments: { AAA: {}, BBB: {} }, accounts: {} });
const OPTIONS = { tradeDate: parseCalendarDate('2026-06-15') };

/** What compliance would hand over; `never` because nothing else may make one, and blocks read no more. */
function approved(text: string): ApprovedOrder {
  const evidence = { approvedBy: 'carol', proposedBy: 'tom', factsHash: '' };
  return { ...orderOf(FIRM, text), evidence } as never;
}

const orders = fc
  .array(
    fc.record({
      account: fc.constantFrom('A', 'B', 'C'),
      side: fc.constantFrom('buy', 'sell'),
      quantity: fc.integer({ min: 1, max: 500 }),
      symbol: fc.constantFrom('AAA', 'BBB'),
    }),
    { maxLength: 12 },
  )
  .map((rows) =>
    rows.map(({ account, side, quantity, symbol }, i) =>
      approved(`o${i} ${account} ${side} ${quantity} ${symbol}`),
    ),
  );

describe('buildBlocks', () => {
  it('B1: every order is in exactly one statement, whole', () => {
    fc.assert(
      fc.property(orders, (given) => {
        const lines = buildBlocks(given, OPTIONS).flatMap((block) => block.statement);
        const text = (o: { orderId: string; accountId: string; quantity: Decimal<'Quantity'> }) =>
          `${o.orderId} ${o.accountId} ${o.quantity.toString()}`;
        expect(lines.map(text).sort()).toEqual(given.map(text).sort());
      }),
    );
  });

  it('B2: one symbol and side, and the quantity is the sum of the statement', () => {
    fc.assert(
      fc.property(orders, (given) => {
        const blocks = buildBlocks(given, OPTIONS);
        const byId = new Map(given.map((order) => [order.orderId, order]));
        expect(new Set(blocks.map((b) => `${b.symbol} ${b.side}`)).size).toBe(blocks.length);
        for (const block of blocks) {
          expect(block.orderQuantity.equals(sum(block.statement.map((l) => l.quantity)))).toBe(
            true,
          );
          for (const { orderId } of block.statement) {
            expect(byId.get(orderId)).toMatchObject({ symbol: block.symbol, side: block.side });
          }
        }
      }),
    );
  });

  it('B3: the sequence of the orders does not matter, their content does', () => {
    const arrangement = orders.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
    );
    fc.assert(
      fc.property(arrangement, ([given, other]) => {
        expect(buildBlocks(other, OPTIONS)).toEqual(buildBlocks(given, OPTIONS));
      }),
    );
    const ids = ['o1 A buy 10 AAA', 'o1 A buy 11 AAA', 'o1 B buy 10 AAA'].map(
      (text) => buildBlocks([approved(text)], OPTIONS)[0]?.blockId,
    );
    expect(new Set(ids).size).toBe(3);
  });

  it('says why two orders did not block', () => {
    const left = approved('o1 A buy 10 AAA');
    expect(whyNotBlocked(left, approved('o2 B buy 5 AAA'), OPTIONS)).toEqual([]);
    const limited: BlockTerms = {
      orderType: 'limit',
      limitPrice: Decimal.parse<'Price'>('9.5'),
      timeInForce: 'day',
    };
    const market: BlockTerms = { orderType: 'market', limitPrice: null, timeInForce: 'day' };
    const termsOf = (order: ApprovedOrder) => (order.orderId === 'o2' ? limited : market);
    expect(whyNotBlocked(left, approved('o2 B sell 5 AAA'), { ...OPTIONS, termsOf })).toEqual([
      { term: 'side', left: 'buy', right: 'sell' },
      { term: 'orderType', left: 'market', right: 'limit' },
      { term: 'limitPrice', left: 'none', right: '9.5' },
    ]);
    const blocks = buildBlocks([left, approved('o2 B buy 5 AAA')], { ...OPTIONS, termsOf });
    expect(blocks.map((b) => b.orderType)).toEqual(['limit', 'market']);
  });

  it('refuses an order twice and a limit without a price', () => {
    const order = approved('o1 A buy 10 AAA');
    expect(() => buildBlocks([order, order], OPTIONS)).toThrow('blocked once');
    const termsOf = (): BlockTerms => ({
      orderType: 'limit',
      limitPrice: null,
      timeInForce: 'day',
    });
    expect(() => buildBlocks([order], { ...OPTIONS, termsOf })).toThrow('limit price');
  });
});
