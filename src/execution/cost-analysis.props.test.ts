import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, multiply, sum, type Instant } from '../kernel/index.ts';
import type { Price, Quantity } from '../domain/index.ts';
import { analyzeCosts, type EffectiveExecution } from './index.ts';

const price = fc.bigInt({ min: 1n, max: 9_999_999n }).map((c) => Decimal.of<'Price'>(c, 4));
const fill = fc.record({
  executingBroker: fc.constant('BROKER'),
  brokerExecutionId: fc.uuid(),
  quantity: fc.bigInt({ min: 1n, max: 9_999n }).map((c) => Decimal.of<'Quantity'>(c, 2)),
  price,
  transactTime: fc.constant('2026-06-15T14:30:00.000Z' as Instant),
});

describe('analyzeCosts', () => {
  it('T1: the parts add up to paper return minus actual return, exactly', () => {
    fc.assert(
      fc.property(
        fc.array(fill, { maxLength: 5 }),
        fc.bigInt({ min: 0n, max: 9_999n }),
        fc.tuple(price, price, price),
        fc.constantFrom('buy' as const, 'sell' as const),
        (fills, unfilled, [decisionPrice, arrivalPrice, endPrice], side) => {
          const filled = sum(fills.map((f) => f.quantity));
          const orderQuantity = filled.plus(Decimal.of<'Quantity'>(unfilled, 2));
          const fees = Decimal.parse<'Money'>('1.23');
          const analysis = analyzeCosts({ side, orderQuantity }, fills, {
            decisionPrice,
            arrivalPrice,
            endPrice,
            fees,
          });
          // Paper: all of it at the decision price, valued at the end. Actual: what was filled, less fees.
          const value = (quantity: Quantity, at: Price) => multiply<'Money'>(quantity, at);
          const paper = value(orderQuantity, endPrice).minus(value(orderQuantity, decisionPrice));
          const paid = sum(fills.map((f) => value(f.quantity, f.price)));
          const actual = value(filled, endPrice).minus(paid);
          const sign = Decimal.fromInteger(side === 'buy' ? 1 : -1);
          const shortfall = paper.minus(actual).times(sign).plus(fees);
          expect(analysis.total.equals(shortfall)).toBe(true);
        },
      ),
    );
  });

  it('T2: paying more on a buy and receiving less on a sell are both costs', () => {
    const at = (text: string) => Decimal.parse<'Price'>(text);
    const fills: EffectiveExecution[] = [
      {
        executingBroker: 'BROKER',
        brokerExecutionId: '1',
        quantity: Decimal.parse<'Quantity'>('100'),
        price: at('10.05'),
        transactTime: '2026-06-15T14:30:00.000Z' as Instant,
      },
    ];
    const benchmarks = {
      decisionPrice: at('9.98'),
      arrivalPrice: at('10'),
      endPrice: at('10.10'),
      fees: Decimal.parse<'Money'>('1'),
    };
    const orderQuantity = Decimal.parse<'Quantity'>('150');
    const bought = analyzeCosts({ side: 'buy', orderQuantity }, fills, benchmarks);
    // delay 100 x 0.02, execution 100 x 0.05, opportunity 50 x 0.12, fees 1; 5 over 1000 is 50 bps.
    const parts = [
      bought.delay,
      bought.execution,
      bought.opportunity,
      bought.explicit,
      bought.total,
    ];
    expect(parts.map(String)).toEqual(['2', '5', '6', '1', '14']);
    expect(bought.slippageBps?.toString()).toBe('50');
    const sold = analyzeCosts({ side: 'sell', orderQuantity }, fills, benchmarks);
    expect(sold.total.toString()).toBe('-12');
    expect(analyzeCosts({ side: 'buy', orderQuantity }, [], benchmarks).slippageBps).toBeNull();
  });
});
