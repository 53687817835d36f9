import fc from 'fast-check';
import { expect, test } from 'vitest';
import { discreteAllocation } from './discrete-allocation.ts';

test('whole shares by hand', () => {
  // Money 60 and 40 of 100; prices 35 and 9. (2, 3): |60 - 70| + |40 - 27| + 3 in cash = 26.
  // Rounded down (1, 4): 25 + 4 + 29 = 58; with the cash spent on the second, (1, 7): 25 + 23 + 2 = 50.
  const result = discreteAllocation(Float64Array.of(0.6, 0.4), Float64Array.of(35, 9), {
    budget: 100,
  });
  expect(Array.from(result.shares)).toEqual([2, 3]);
  expect(result.cash).toBeCloseTo(3, 12);
  expect(result.deviation).toBeCloseTo(26, 12);
  expect(result.proof.kind).toBe('proved');
});

test('sells a cheap share when that lets a dear one fit', () => {
  // Money 199 and 10 of 209; prices 100 and 1: floors 1 and 10 leave cash 99, the raise of the first gains 198
  // and needs 100: one share of the second sold costs 2.
  const weights = Float64Array.of(199 / 209, 10 / 209);
  const result = discreteAllocation(weights, Float64Array.of(100, 1), { budget: 209 });
  expect(Array.from(result.shares)).toEqual([2, 9]);
  expect(result.deviation).toBeCloseTo(2, 9);
});

function enumerated(weights: readonly number[], prices: readonly number[], budget: number): number {
  let best = Infinity;
  const visit = (i: number, spent: number, deviation: number): void => {
    if (spent > budget + 1e-9) return;
    if (i === weights.length) {
      best = Math.min(best, deviation + budget - spent);
      return;
    }
    const price = prices[i] as number;
    for (let count = 0; count * price <= budget - spent + 1e-9; count += 1) {
      const money = count * price;
      visit(i + 1, spent + money, deviation + Math.abs((weights[i] as number) * budget - money));
    }
  };
  visit(0, 0, 0);
  return best;
}

test('I6 whole shares are the nearest of all, and cash is never overspent', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ size: fc.integer({ min: 0, max: 9 }), price: fc.integer({ min: 3, max: 60 }) }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      fc.integer({ min: 20, max: 150 }),
      fc.constantFrom(1, 0.9),
      (drawn, budget, invested) => {
        const total = drawn.reduce((sum, { size }) => sum + size, 0);
        const weights = drawn.map(({ size }) => (total === 0 ? 0 : (size / total) * invested));
        const prices = drawn.map(({ price }) => price);
        const result = discreteAllocation(Float64Array.from(weights), Float64Array.from(prices), {
          budget,
        });
        const spent = prices.reduce((sum, p, i) => sum + p * (result.shares[i] as number), 0);
        expect(spent).toBeLessThanOrEqual(budget + 1e-9);
        expect(result.proof.kind).toBe('proved');
        expect(result.deviation).toBeCloseTo(enumerated(weights, prices, budget), 7);
      },
    ),
  );
});

test('stopped early, the bound is below what the whole search finds', () => {
  const n = 40;
  const weights = Float64Array.from({ length: n }, (_, i) => (1 + (i % 7)) / 200);
  const prices = Float64Array.from({ length: n }, (_, i) => 13 + ((i * 37) % 101));
  const early = discreteAllocation(weights, prices, { budget: 9000, nodesMax: 5 });
  const whole = discreteAllocation(weights, prices, { budget: 9000 });
  expect(early.proof.bound).toBeLessThanOrEqual(whole.deviation + 1e-9);
  expect(early.deviation).toBeGreaterThanOrEqual(whole.deviation - 1e-9);
  expect(early.cash).toBeGreaterThanOrEqual(0);
});
