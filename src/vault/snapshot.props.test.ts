import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, sum } from '../kernel/index.ts';
import { bookRowsArbitrary, date, firmBook, type BookRows } from '../../test/support/firm-books.ts';
import { takeSnapshot } from './index.ts';

const AS_OF = date('2024-01-14');

/** The rows in another order: every list turned around. */
function reversed(rows: Required<BookRows>): BookRows {
  const turned = Object.entries(rows).map(([key, value]) => [
    key,
    Array.isArray(value)
      ? [...value].reverse()
      : Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([symbol, bars]) => [symbol, [...(bars as readonly unknown[])].reverse()]),
        ),
  ]);
  return Object.fromEntries(turned) as BookRows;
}

describe('snapshot properties', () => {
  test('S1 the order of rows changes nothing', () => {
    fc.assert(
      fc.property(bookRowsArbitrary, (rows) => {
        const one = takeSnapshot(firmBook(rows), AS_OF);
        const other = takeSnapshot(firmBook(reversed(rows)), AS_OF);
        expect(other).toEqual(one);
      }),
    );
  });

  test('S2 a changed lot changes its account and the snapshot, and no other account', () => {
    fc.assert(
      fc.property(bookRowsArbitrary, fc.nat(), (rows, pick) => {
        fc.pre(rows.taxLots.length > 0);
        const index = pick % rows.taxLots.length;
        const changed = rows.taxLots.map((lot, i) =>
          i === index ? { ...lot, costBasis: lot.costBasis.plus(Decimal.of(1n, 2)) } : lot,
        );
        const before = takeSnapshot(firmBook(rows), AS_OF);
        const after = takeSnapshot(firmBook({ ...rows, taxLots: changed }), AS_OF);
        expect(after.snapshotHash).not.toBe(before.snapshotHash);
        for (const [accountId, account] of before.accounts) {
          const isSame = after.accounts.get(accountId)?.contentHash === account.contentHash;
          expect(isSame).toBe(accountId !== rows.taxLots[index]?.accountId);
        }
      }),
    );
  });

  test('S3 nothing later than the date, no earlier cash flow; later bars change nothing', () => {
    fc.assert(
      fc.property(bookRowsArbitrary, (rows) => {
        const snapshot = takeSnapshot(firmBook(rows), AS_OF);
        for (const bars of snapshot.priceHistory.values()) {
          expect(bars.every((bar) => bar.date <= AS_OF)).toBe(true);
        }
        for (const account of snapshot.accounts.values()) {
          expect(account.transactions.every((t) => t.date <= AS_OF)).toBe(true);
          expect(account.cashFlows.every((flow) => flow.date >= AS_OF)).toBe(true);
        }
        const early = Object.fromEntries(
          Object.entries(rows.prices).map(([s, bars]) => [s, bars.filter((b) => b.date <= AS_OF)]),
        );
        const without = takeSnapshot(firmBook({ ...rows, prices: early }), AS_OF);
        expect(without.snapshotHash).toBe(snapshot.snapshotHash);
      }),
    );
  });

  test('S4 every lot is in one position, whose quantity is the sum of its lots', () => {
    fc.assert(
      fc.property(bookRowsArbitrary, (rows) => {
        const snapshot = takeSnapshot(firmBook(rows), AS_OF);
        const positions = [...snapshot.accounts.values()].flatMap((account) => account.positions);
        for (const position of positions) {
          const total = sum(position.lots.map((lot) => lot.quantity));
          expect(position.quantity.equals(total)).toBe(true);
          expect(position.lots.every((lot) => lot.symbol === position.symbol)).toBe(true);
        }
        const ids = positions.flatMap((position) => position.lots.map((lot) => lot.lotId));
        expect(ids.sort()).toEqual(rows.taxLots.map((lot) => lot.lotId).sort());
      }),
    );
  });

  test('S5 trailing zeros change nothing', () => {
    fc.assert(
      fc.property(bookRowsArbitrary, (rows) => {
        const padded = rows.taxLots.map((lot) => ({
          ...lot,
          quantity: lot.quantity.round(lot.quantity.scale + 3, 'down'),
          costBasis: lot.costBasis.round(lot.costBasis.scale + 1, 'down'),
        }));
        const one = takeSnapshot(firmBook(rows), AS_OF);
        const other = takeSnapshot(firmBook({ ...rows, taxLots: padded }), AS_OF);
        expect(other.snapshotHash).toBe(one.snapshotHash);
      }),
    );
  });
});
