import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, Decimal, parseCalendarDate, sum } from '../kernel/index.ts';
import {
  LOT_RELIEFS,
  type Money,
  type Quantity,
  type TaxLot,
  type TaxLotId,
} from '../domain/index.ts';
import { basisOfPart, orderLots, selectLots, type LotSale } from './lot-relief.ts';
import { realizedGains } from './tax-rates.ts';

const SOLD = parseCalendarDate('2026-06-30');
const cents = (value: number): Money => Decimal.of<'Money'>(BigInt(value), 2);
const millionths = (value: number): Quantity => Decimal.of<'Quantity'>(BigInt(value), 6);

const lots = fc
  .array(
    fc.record({
      millionths: fc.integer({ min: 1, max: 5_000_000_000 }),
      basisCents: fc.integer({ min: 0, max: 1_000_000_000 }),
      age: fc.integer({ min: 0, max: 1500 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((rows) =>
    rows.map((row, index): TaxLot => ({
      lotId: `lot-${String(index)}` as TaxLotId,
      accountId: 'A' as TaxLot['accountId'],
      symbol: 'X' as TaxLot['symbol'],
      quantity: millionths(row.millionths),
      costBasis: cents(row.basisCents),
      acquiredDate: addDays(SOLD, -row.age),
      washSaleAdjustment: cents(0),
    })),
  );

const rates = fc
  .record({ short: fc.integer({ min: 0, max: 50 }), long: fc.integer({ min: 0, max: 50 }) })
  .map(({ short, long }) => ({
    shortTerm: Decimal.of<'ratio'>(BigInt(short), 2),
    longTerm: Decimal.of<'ratio'>(BigInt(long), 2),
  }));

const sales = fc
  .record({
    lots,
    share: fc.integer({ min: 1, max: 1000 }),
    priceCents: fc.integer({ min: 1, max: 100_000 }),
    relief: fc.constantFrom(...LOT_RELIEFS),
    rates,
  })
  .map((row): LotSale => {
    const held = sum(row.lots.map((lot) => lot.quantity));
    const part = held.times(Decimal.of(BigInt(row.share), 3)).round(6, 'floor');
    const quantity = part.isPositive() ? part : held;
    const price = Decimal.of<'Price'>(BigInt(row.priceCents), 2);
    const proceeds = price.times(quantity.as<'ratio'>()).as<'Money'>().round(2, 'halfEven');
    return {
      lots: row.lots,
      quantity,
      price,
      proceeds,
      soldDate: SOLD,
      relief: row.relief,
      rates: row.rates,
    };
  });

describe('lot relief', () => {
  it('T1: selections add up to the quantity sold and no lot gives more than it has', () => {
    fc.assert(
      fc.property(sales, (sale) => {
        const selected = selectLots(sale);
        expect(sum(selected.map((s) => s.quantity)).equals(sale.quantity)).toBe(true);
        for (const part of selected) {
          const lot = sale.lots.find((candidate) => candidate.lotId === part.lotId) as TaxLot;
          expect(part.quantity.isPositive() && part.quantity.isAtMost(lot.quantity)).toBe(true);
        }
      }),
    );
  });

  it('T2: proceeds add up to the cent, and each gain is its proceeds less its basis', () => {
    fc.assert(
      fc.property(sales, (sale) => {
        const selected = selectLots(sale);
        expect(sum(selected.map((s) => s.proceeds)).toString()).toBe(sale.proceeds.toString());
        for (const part of selected) {
          expect(part.gain.equals(part.proceeds.minus(part.costBasis))).toBe(true);
        }
      }),
    );
  });

  it('T3: a whole lot releases its whole basis, a part at most the whole and in proportion', () => {
    fc.assert(
      fc.property(lots, fc.integer({ min: 1, max: 999 }), ([lot], share) => {
        const whole = lot as TaxLot;
        expect(basisOfPart(whole, whole.quantity).equals(whole.costBasis)).toBe(true);
        const part = whole.quantity.times(Decimal.of(BigInt(share), 3));
        const released = basisOfPart(whole, part);
        const exact = whole.costBasis.times(Decimal.of(BigInt(share), 3));
        expect(released.minus(exact).abs().isAtMost(cents(1))).toBe(true);
        expect(released.isAtMost(whole.costBasis)).toBe(true);
      }),
    );
  });

  it('T4: the order of the input never changes the selection', () => {
    fc.assert(
      fc.property(sales, (sale) => {
        const reversed = selectLots({ ...sale, lots: [...sale.lots].reverse() });
        expect(reversed.map((s) => `${s.lotId}:${s.quantity.toString()}`)).toEqual(
          selectLots(sale).map((s) => `${s.lotId}:${s.quantity.toString()}`),
        );
      }),
    );
  });

  it('T5: minimumTax never pays more than another relief, up to rounding', () => {
    fc.assert(
      fc.property(sales, (sale) => {
        const taxOf = (relief: LotSale['relief']): Money =>
          realizedGains(selectLots({ ...sale, relief }), sale.rates).estimatedTax as Money;
        const slack = cents(sale.lots.length + 1);
        for (const relief of LOT_RELIEFS) {
          expect(taxOf('minimumTax').isAtMost(taxOf(relief).plus(slack))).toBe(true);
        }
      }),
    );
  });
});

describe('order of lots, by hand', () => {
  // Three lots of 10 shares, price 50: A bought 2020 for 10 a share, B 2025-08 for 60, C 2026-01 for 40.
  const lot = (id: string, acquired: string, basis: number): TaxLot => ({
    lotId: id as TaxLotId,
    accountId: 'A' as TaxLot['accountId'],
    symbol: 'X' as TaxLot['symbol'],
    quantity: Decimal.fromInteger<'Quantity'>(10),
    costBasis: Decimal.fromInteger<'Money'>(basis),
    acquiredDate: parseCalendarDate(acquired),
    washSaleAdjustment: cents(0),
  });
  const three = [
    lot('A', '2020-01-02', 100),
    lot('B', '2025-08-01', 600),
    lot('C', '2026-01-05', 400),
  ];
  const base = {
    lots: three,
    price: Decimal.fromInteger<'Price'>(50),
    soldDate: SOLD,
    rates: { shortTerm: Decimal.parse('0.40'), longTerm: Decimal.parse('0.20') },
  };
  it.each([
    ['fifo', 'ABC'],
    ['lifo', 'CBA'],
    ['hifo', 'BCA'],
    ['lofo', 'ACB'],
    // tax per share: A (50-10)*20 % = 8, B (50-60)*40 % = -4, C (50-40)*40 % = 4
    ['minimumTax', 'BCA'],
  ] as const)('%s takes %s', (relief, expected) => {
    expect(
      orderLots({ ...base, relief })
        .map((l) => l.lotId)
        .join(''),
    ).toBe(expected);
  });
});
