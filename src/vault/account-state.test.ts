import { describe, expect, test } from 'vitest';
import { Decimal } from '../kernel/index.ts';
import { identifier, type AccountId, type TaxLotId } from '../domain/index.ts';
import { allocationOf } from '../../test/support/allocations.ts';
import { cash, taxLot } from '../../test/support/firm-books.ts';
import { applyAllocation, type AccountState, type AllocationEffect } from './index.ts';

const quantity = (text: string): Decimal<'Quantity'> => Decimal.parse<'Quantity'>(text);

/** 10 at 1000.00 of 2020, 3 at 100.00 of 2021 (12.00 of it a wash sale's), 5 at 600.01 of 2022. */
const state: AccountState = {
  accountId: identifier<AccountId>('A1'),
  lots: [
    { lotId: 'L1', quantity: '10', costBasis: '1000.00', acquiredDate: '2020-01-02' },
    {
      lotId: 'L2',
      quantity: '3',
      costBasis: '100.00',
      acquiredDate: '2021-01-04',
      washSaleAdjustment: '12.00',
    },
    { lotId: 'L3', quantity: '5', costBasis: '600.01', acquiredDate: '2022-01-03' },
  ].map((row) => taxLot({ ...row, accountId: 'A1', symbol: 'AAA' })),
  cash: cash('A1', '50.00', '40.00'),
  transactions: [],
  cashFlows: [],
};

const select = (
  ...rows: readonly (readonly [string, string])[]
): { lotId: TaxLotId; quantity: Decimal<'Quantity'> }[] =>
  rows.map(([lotId, shares]) => ({
    lotId: identifier<TaxLotId>(lotId),
    quantity: quantity(shares),
  }));

function sell(
  shares: string,
  selections: ReturnType<typeof select>,
  before = '0',
): AllocationEffect | string {
  const allocation = allocationOf({
    allocationId: 'AL1',
    accountId: 'A1',
    side: 'sell',
    symbol: 'AAA',
    quantity: shares,
    price: '120.25',
    commission: '1.00',
  });
  const effect = applyAllocation(state, {
    allocation,
    selections,
    quantityBefore: quantity(before),
  });
  return effect.ok ? effect.value : effect.error.code;
}

const lotsOf = (effect: AllocationEffect | string): string[] =>
  typeof effect === 'string'
    ? [effect]
    : effect.state.lots.map(
        (lot) =>
          `${lot.lotId} ${lot.quantity.toString()} ${lot.costBasis.toString()} ${lot.washSaleAdjustment.toString()}`,
      );

describe('a sale', () => {
  test('takes the selected lots in order; a partial fill takes the first of them', () => {
    // Selected: 2 of L2, then 4 of L3. Of 3 shares executed: 2 of L2 and 1 of L3.
    const effect = sell('3', select(['L2', '2'], ['L3', '4']));
    // L2 keeps a third: 100 x 1/3 = 33.33 (66.67 released), 12 x 1/3 = 4. L3 keeps 600.01 - 120.00.
    expect(lotsOf(effect)).toEqual(['L1 10 1000 0', 'L2 1 33.33 4', 'L3 4 480.01 0']);
    expect(typeof effect === 'string' ? null : effect.findings).toEqual([]);
  });

  test('a second fill of the order goes on where the first stopped', () => {
    const effect = sell('3', select(['L2', '2'], ['L3', '4']), '3');
    // 600.01 x 3/5 = 360.006, to the cent 360.01; L3 keeps the exact rest.
    expect(lotsOf(effect)).toEqual(['L1 10 1000 0', 'L2 3 100 12', 'L3 2 240 0']);
  });

  test('a lot sold whole is gone with all its basis', () => {
    expect(lotsOf(sell('5', select(['L3', '5'])))).toEqual(['L1 10 1000 0', 'L2 3 100 12']);
  });

  test('cash rises by the net amount, settled cash only when the custodian says so', () => {
    const effect = sell('2', select(['L1', '2']));
    if (typeof effect === 'string') throw new Error(effect);
    // 50.00 + 2 x 120.25 - 1.00
    expect(effect.state.cash?.amount.toString()).toBe('289.5');
    expect(effect.state.cash?.settledAmount?.toString()).toBe('40');
    expect(
      effect.realized.map((lot) => [lot.costBasis.toString(), lot.proceeds.toString()]),
    ).toEqual([['200', '239.5']]);
    expect(effect.state.transactions).toMatchObject([{ side: 'sell', transactionId: 'AL1' }]);
  });

  test('lots that are gone are replaced by the oldest, and that is said', () => {
    const effect = sell('4', select(['GONE', '4']));
    expect(lotsOf(effect)[0]).toBe('L1 6 600 0');
    expect(typeof effect === 'string' ? [] : effect.findings.map((f) => f.code)).toEqual([
      'LOT_SELECTION_UNAVAILABLE',
    ]);
  });

  test('more than is held is refused', () => {
    expect(sell('18.000001', select(['L1', '10']))).toBe('ALLOCATION_EXCEEDS_POSITION');
    expect(lotsOf(sell('18', []))).toEqual([]);
  });
});

describe('a purchase', () => {
  test('makes a lot whose basis is what was paid, on the trade date', () => {
    const allocation = allocationOf({
      allocationId: 'AL2',
      accountId: 'A1',
      side: 'buy',
      symbol: 'BBB',
      quantity: '2.5',
      price: '10.333',
      commission: '0.75',
    });
    const effect = applyAllocation(state, {
      allocation,
      selections: [],
      quantityBefore: quantity('0'),
    });
    if (!effect.ok) throw new Error(effect.error.message);
    const lot = effect.value.state.lots.at(-1);
    // 2.5 x 10.333 = 25.8325, to the cent 25.83; with the commission 26.58.
    expect([lot?.symbol, lot?.quantity.toString(), lot?.costBasis.toString()]).toEqual([
      'BBB',
      '2.5',
      '26.58',
    ]);
    expect(lot?.acquiredDate).toBe('2024-01-04');
    expect(effect.value.state.cash?.amount.toString()).toBe('23.42');
    expect(effect.value.state.cash?.settledAmount?.toString()).toBe('13.42');
  });
});
