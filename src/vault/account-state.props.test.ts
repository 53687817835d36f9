import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, sum } from '../kernel/index.ts';
import { identifier, type AccountId, type TaxLot } from '../domain/index.ts';
import { allocationOf } from '../../test/support/allocations.ts';
import { cash, taxLot } from '../../test/support/firm-books.ts';
import { compareLots } from './book-order.ts';
import { applyAllocation, type AccountState } from './index.ts';

const micros = (n: number): Decimal<'Quantity'> => Decimal.of<'Quantity'>(BigInt(n), 6);

const lotArbitrary = fc.record({
  quantity: fc.integer({ min: 1, max: 90_000_000 }),
  // Bases to four digits too: custodians report them.
  basis: fc.tuple(fc.integer({ min: 0, max: 1_000_000_00 }), fc.integer({ min: 2, max: 4 })),
  wash: fc.integer({ min: 0, max: 10_000 }),
  day: fc.integer({ min: 1, max: 28 }),
});

const stateArbitrary = fc
  .array(lotArbitrary, { minLength: 1, maxLength: 6 })
  .map((rows): AccountState => {
    const lots = rows.map(({ quantity, basis, wash, day }, i) =>
      taxLot({
        accountId: 'A1',
        symbol: i === 5 ? 'OTHER' : 'AAA',
        lotId: `L${String(i)}`,
        quantity: micros(quantity).toString(),
        costBasis: Decimal.of(BigInt(basis[0]), basis[1]).toString(),
        acquiredDate: `2022-03-${String(day).padStart(2, '0')}`,
        washSaleAdjustment: Decimal.of(BigInt(wash), 2).toString(),
      }),
    );
    return {
      accountId: identifier<AccountId>('A1'),
      lots: lots.sort(compareLots),
      cash: cash('A1', '1000.00'),
      transactions: [],
      cashFlows: [],
    };
  });

const scenarioArbitrary = fc.record({
  state: stateArbitrary,
  /** Parts of the position that successive fills of one order sell, in thousandths. */
  fills: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 3 }),
  price: fc.integer({ min: 1, max: 100_000_000 }).map((n) => Decimal.of(BigInt(n), 5).toString()),
  commission: fc.integer({ min: 0, max: 500 }).map((n) => Decimal.of(BigInt(n), 2).toString()),
  order: fc.nat(),
});

const ofSymbol = (state: AccountState): readonly TaxLot[] =>
  state.lots.filter((lot) => lot.symbol === 'AAA');
const shares = (state: AccountState): Decimal<'Quantity'> =>
  sum(ofSymbol(state).map((lot) => lot.quantity));
const basis = (state: AccountState): Decimal<'Money'> =>
  sum(state.lots.map((lot) => lot.costBasis));

describe('allocations conserve', () => {
  test('V1 V2 V3 V4 V5 over successive fills of one sell order', () => {
    fc.assert(
      fc.property(scenarioArbitrary, ({ state, fills, price, commission, order }) => {
        const held = ofSymbol(state);
        const turn = order % held.length;
        const selected = [...held.slice(turn), ...held.slice(0, turn)];
        let current = state;
        let before = micros(0);
        fills.forEach((part, i) => {
          const position = shares(current);
          const quantity = position
            .times(Decimal.of(BigInt(part), 3))
            .round(6, i === 2 ? 'up' : 'down');
          if (!quantity.isPositive()) return;
          const allocation = allocationOf({
            allocationId: `AL${String(i)}`,
            accountId: 'A1',
            side: 'sell',
            symbol: 'AAA',
            quantity: quantity.toString(),
            price,
            commission,
          });
          const input = { allocation, selections: selected, quantityBefore: before };
          const effect = applyAllocation(current, input);
          if (!effect.ok) throw new Error(effect.error.message);
          const { state: next, realized, findings } = effect.value;
          expect(findings).toEqual([]);
          // V1
          expect(shares(next).equals(position.minus(quantity))).toBe(true);
          expect(sum(realized.map((lot) => lot.quantity)).equals(quantity)).toBe(true);
          // V2
          const released = sum(realized.map((lot) => lot.costBasis));
          expect(basis(next).plus(released).equals(basis(current))).toBe(true);
          // V3
          const moved = next.cash?.amount.minus(current.cash?.amount ?? allocation.netAmount);
          expect(moved?.equals(allocation.netAmount)).toBe(true);
          // V5
          expect(sum(realized.map((l) => l.proceeds)).equals(allocation.netAmount)).toBe(true);
          expect(next.lots.every((lot) => lot.quantity.isPositive())).toBe(true);
          current = next;
          before = before.plus(quantity);
        });
        // V4: what is gone is exactly the beginning of the selection.
        let gone = before;
        for (const lot of selected) {
          const taken = lot.quantity.isLessThan(gone) ? lot.quantity : gone;
          gone = gone.minus(taken);
          const left = current.lots.find((item) => item.lotId === lot.lotId)?.quantity ?? micros(0);
          expect(left.equals(lot.quantity.minus(taken))).toBe(true);
        }
      }),
    );
  });

  test('V1 V2 V3 of a purchase', () => {
    fc.assert(
      fc.property(scenarioArbitrary, ({ state, fills, price, commission }) => {
        const allocation = allocationOf({
          allocationId: 'AL',
          accountId: 'A1',
          side: 'buy',
          symbol: 'AAA',
          quantity: micros(fills[0] ?? 1).toString(),
          price,
          commission,
        });
        const input = { allocation, selections: [], quantityBefore: micros(0) };
        const effect = applyAllocation(state, input);
        if (!effect.ok) throw new Error(effect.error.message);
        const next = effect.value.state;
        expect(shares(next).minus(shares(state)).equals(allocation.quantity)).toBe(true);
        expect(basis(next).minus(basis(state)).equals(allocation.netAmount.negated())).toBe(true);
        const moved = next.cash?.amount.minus(state.cash?.amount ?? allocation.netAmount);
        expect(moved?.equals(allocation.netAmount)).toBe(true);
      }),
    );
  });
});
