import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, sum, toPlainJson } from '../../kernel/index.ts';
import { planFills, type PlannedOrder } from './fill-plan.ts';
import { SCENARIOS } from './scenario.ts';

const order: fc.Arbitrary<PlannedOrder> = fc.record({
  clientOrderId: fc.string({ minLength: 1, maxLength: 20 }),
  symbol: fc.constant('VTI'),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  orderQuantity: fc
    .tuple(fc.bigInt({ min: 1n, max: 10n ** 10n }), fc.constantFrom(0, 3, 6))
    .map(([coefficient, scale]) => Decimal.of<'Quantity'>(coefficient, scale)),
  limitPrice: fc.option(
    fc.bigInt({ min: 9_000n, max: 11_000n }).map((c) => Decimal.of<'Price'>(c, 2)),
  ),
  isImmediate: fc.boolean(),
  referencePrice: fc.constant(Decimal.of<'Price'>(10_000n, 2)),
});
const scenario = fc.constantFrom(...Object.values(SCENARIOS));

describe('fill plan', () => {
  it('BP1 BP2 BP3 slices add up, respect the limit, and are the same each time', () => {
    fc.assert(
      fc.property(order, scenario, fc.nat(), (o, s, seed) => {
        const plan = planFills(o, s, seed);
        expect(toPlainJson(planFills(o, s, seed))).toEqual(toPlainJson(plan));
        if (plan.kind === 'reject') return;
        const total = sum(plan.slices.map(({ quantity }) => quantity));
        expect(total.isAtMost(o.orderQuantity)).toBe(true);
        const isMarketable =
          o.limitPrice === null ||
          (o.side === 'buy'
            ? o.referencePrice?.isAtMost(o.limitPrice)
            : o.referencePrice?.isAtLeast(o.limitPrice)) === true;
        if (!isMarketable) expect(plan.slices).toEqual([]);
        else if (plan.cancelAfterMs === null || o.isImmediate)
          expect(total.equals(o.orderQuantity)).toBe(true);
        for (const { quantity, price } of plan.slices) {
          expect(quantity.isPositive() && price.isPositive()).toBe(true);
          if (o.orderQuantity.isInteger()) expect(quantity.isInteger()).toBe(true);
          if (o.limitPrice !== null) {
            const [low, high] = o.side === 'buy' ? [price, o.limitPrice] : [o.limitPrice, price];
            expect(low.isAtMost(high)).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('rejects by symbol, by script, and where no price is known', () => {
    const base: PlannedOrder = {
      clientOrderId: 'A',
      symbol: 'VTI',
      side: 'buy',
      orderQuantity: Decimal.of<'Quantity'>(10n, 0),
      limitPrice: null,
      isImmediate: false,
      referencePrice: Decimal.of<'Price'>(100n, 0),
    };
    const calm = SCENARIOS.calm;
    expect(planFills(base, calm, 1).kind).toBe('work');
    expect(planFills(base, { ...calm, rejectSymbols: ['VTI'] }, 1).kind).toBe('reject');
    expect(planFills(base, { ...calm, rejectProbability: 1 }, 1).kind).toBe('reject');
    expect(planFills({ ...base, referencePrice: null }, calm, 1).kind).toBe('reject');
    const canceled = planFills(base, { ...calm, cancelProbability: 1, sliceCountMax: 9 }, 3);
    expect(canceled.kind === 'work' && canceled.cancelAfterMs !== null).toBe(true);
  });
});
