import { describe, expect, it } from 'vitest';
import { Decimal, parseCalendarDate, type Sha256 } from '../kernel/index.ts';
import type {
  AccountSnapshot,
  InstrumentSymbol,
  TaxLot,
  TaxLotId,
  Transaction,
} from '../domain/index.ts';
import { firstCleanPurchaseDate, washedLots, washWindowOf } from './wash-sale.ts';

const X = 'X' as InstrumentSymbol;
const SALE = parseCalendarDate('2026-06-30');

const lot = (id: string, acquired: string): TaxLot => ({
  lotId: id as TaxLotId,
  accountId: 'A' as TaxLot['accountId'],
  symbol: X,
  quantity: Decimal.fromInteger<'Quantity'>(10),
  costBasis: Decimal.fromInteger<'Money'>(600),
  acquiredDate: parseCalendarDate(acquired),
  washSaleAdjustment: Decimal.fromInteger<'Money'>(0),
});

const account = (
  lots: TaxLot[],
  transactions: Partial<Transaction>[] = [],
  accountId = 'A',
): AccountSnapshot =>
  ({
    account: { accountId, taxStatus: 'taxable' },
    positions: [{ symbol: X, quantity: Decimal.fromInteger<'Quantity'>(10), lots }],
    transactions: transactions as Transaction[],
    contentHash: '' as Sha256,
  }) as unknown as AccountSnapshot;

const buy = (date: string): Partial<Transaction> => ({
  side: 'buy',
  symbol: X,
  date: parseCalendarDate(date),
});

describe('wash window', () => {
  it.each([
    ['2026-05-31', true, 'T6: 30 days before is inside'],
    ['2026-05-30', false, 'T6: 31 days before is outside'],
    ['2026-06-30', true, 'the sale day itself is inside'],
  ])('a purchase on %s counts: %s (%s)', (date, isInside) => {
    const window = washWindowOf([account([], [buy(date)])], SALE, 30);
    expect(window.purchases.has(X)).toBe(isInside);
  });

  it('T7: a purchase in another account of the household counts', () => {
    const taxable = account([lot('old', '2024-01-02')]);
    const ira = account([], [buy('2026-06-15')], 'IRA');
    const window = washWindowOf([taxable, ira], SALE, 30);
    const lots = taxable.positions[0]?.lots ?? [];
    expect([...washedLots(lots, { isLoss: () => true, window })]).toEqual(['old']);
  });

  it('a lot sold whole is not its own replacement (Rev. Rul. 56-602)', () => {
    const lots = [lot('new', '2026-06-20')];
    const window = washWindowOf([account(lots)], SALE, 30);
    expect(washedLots(lots, { isLoss: () => true, window }).size).toBe(0);
  });

  it('an older lot at a loss is held back when a newer one was bought inside the window', () => {
    const lots = [lot('new', '2026-06-20'), lot('old', '2024-01-02')];
    const window = washWindowOf([account(lots)], SALE, 30);
    expect([...washedLots(lots, { isLoss: (l) => l.lotId === 'old', window })]).toEqual(['old']);
  });

  it("of two lots bought inside the window each is the other one's replacement", () => {
    const lots = [lot('later', '2026-06-26'), lot('earlier', '2026-06-20')];
    const window = washWindowOf([account(lots)], SALE, 30);
    expect([...washedLots(lots, { isLoss: () => true, window })].sort()).toEqual([
      'earlier',
      'later',
    ]);
  });

  it('lot and transaction of one purchase count once', () => {
    const lots = [lot('new', '2026-06-20')];
    const window = washWindowOf([account(lots, [buy('2026-06-20')])], SALE, 30);
    expect(washedLots(lots, { isLoss: () => true, window }).size).toBe(0);
  });

  it('the first clean purchase is 31 days after the sale', () => {
    expect(firstCleanPurchaseDate(SALE, 30)).toBe('2026-07-31');
  });
});
