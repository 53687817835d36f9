import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Instant } from '../kernel/index.ts';
import type { AccountId, FirmBook, OrderId, TaxLotId } from '../domain/index.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import { allocationOf, type AllocationRow } from '../../test/support/allocations.ts';
import { bar, cash, date, firmBook } from '../../test/support/firm-books.ts';
import {
  importBook,
  loadBook,
  recordAllocations,
  takeSnapshot,
  type AllocationsReceipt,
  type ImportReceipt,
} from './index.ts';

const AS_OF = date('2024-01-03');
const FIRM = 'firm-1';

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.drop());

const importAs = (book: FirmBook, source = 'files', asOfDate = AS_OF): Promise<ImportReceipt> =>
  db.database.transaction((tx) => importBook(tx, FIRM, { book, asOfDate, source }));

const hashOf = async (asOfDate = AS_OF, recordedAt?: Instant): Promise<string | null> => {
  const options = recordedAt === undefined ? { asOfDate } : { asOfDate, recordedAt };
  const book = await loadBook(db.database, FIRM, options);
  return book === null ? null : takeSnapshot(book, asOfDate).snapshotHash;
};

const now = async (): Promise<Instant> => {
  await sleep(5);
  const { rows } = await db.database.query<{ at: Instant }>('SELECT clock_timestamp() AS at');
  await sleep(5);
  return rows[0]?.at ?? ('' as Instant);
};

const record = (...rows: readonly AllocationRow[]): Promise<AllocationsReceipt> =>
  db.database.transaction((tx) =>
    recordAllocations(tx, FIRM, {
      allocations: rows.map(allocationOf),
      lotSelections: new Map([
        [
          'O1' as OrderId,
          [
            {
              lotId: 'L2' as TaxLotId,
              quantity: allocationOf({ ...SALE, quantity: '1' }).quantity,
            },
            {
              lotId: 'L1' as TaxLotId,
              quantity: allocationOf({ ...SALE, quantity: '4' }).quantity,
            },
          ],
        ],
      ]),
    }),
  );

const SALE: AllocationRow = {
  allocationId: 'AL1',
  accountId: 'A1',
  side: 'sell',
  symbol: 'AAA',
  quantity: '2',
  price: '101',
};

describe('importing', () => {
  test('a loaded book has the same snapshot as the book that was imported', async () => {
    const book = firmBook();
    const receipt = await importAs(book);
    expect(receipt).toEqual({
      datasets: expect.arrayContaining(['accounts', 'settings']) as string[],
      accountStateCount: 2,
      priceBarCount: 5,
    });
    expect(receipt.datasets.length).toBe(6);
    expect(await hashOf()).toBe(takeSnapshot(book, AS_OF).snapshotHash);
    expect(await hashOf(date('2024-01-02'))).toBeNull();
    expect(await loadBook(db.database, 'another firm', { asOfDate: AS_OF })).toBeNull();
  });

  test('P1 the same content again writes nothing', async () => {
    await importAs(firmBook());
    expect(await importAs(firmBook())).toEqual({
      datasets: [],
      accountStateCount: 0,
      priceBarCount: 0,
    });
    // Later, from elsewhere, and still the same: nothing new is known.
    expect((await importAs(firmBook(), 'other', date('2024-01-05'))).accountStateCount).toBe(0);
  });

  test('P1 importing the day again does not undo what executed since', async () => {
    await importAs(firmBook());
    await record(SALE);
    const after = await hashOf(date('2024-01-04'));
    await importAs(firmBook());
    expect(await hashOf(date('2024-01-04'))).toBe(after);
  });

  test('P2 a correction is known from when it was recorded, and not before', async () => {
    await importAs(firmBook());
    const known = await now();
    const corrected = firmBook({
      cash: [cash('A1', '999.99'), cash('A2', '250.5')],
      prices: { AAA: [bar('2024-01-03', '102', '2000')] },
    });
    const receipt = await importAs(corrected, 'correction');
    expect(receipt).toMatchObject({ datasets: [], accountStateCount: 1, priceBarCount: 1 });
    const original = takeSnapshot(firmBook(), AS_OF).snapshotHash;
    expect(await hashOf(AS_OF, known)).toBe(original);
    expect(await hashOf()).not.toBe(original);
    const book = await loadBook(db.database, FIRM, { asOfDate: AS_OF });
    expect(book?.cash.get('A1' as AccountId)?.amount.toString()).toBe('999.99');
  });

  test('P2 a later statement does not change what was true before', async () => {
    await importAs(firmBook());
    const moved = firmBook({ cash: [cash('A1', '1'), cash('A2', '2')] });
    await importAs(moved, 'files', date('2024-01-05'));
    expect(await hashOf()).toBe(takeSnapshot(firmBook(), AS_OF).snapshotHash);
    const later = await loadBook(db.database, FIRM, { asOfDate: date('2024-01-08') });
    expect(later?.cash.get('A2' as AccountId)?.amount.toString()).toBe('2');
  });

  test('two importers at once write one version', async () => {
    const receipts = await Promise.all([importAs(firmBook()), importAs(firmBook())]);
    expect(receipts.map((r) => r.accountStateCount).sort((a, b) => a - b)).toEqual([0, 2]);
  });

  test('versions do not change', async () => {
    await importAs(firmBook());
    for (const table of ['vault_dataset', 'vault_account_state', 'vault_price_bar']) {
      await expect(db.database.query(`DELETE FROM ${table}`)).rejects.toThrow('append-only');
    }
  });
});

describe('allocations', () => {
  test('move lots and cash, in the selected order, and are seen from the trade date on', async () => {
    await importAs(firmBook());
    const receipt = await record(SALE, {
      ...SALE,
      allocationId: 'AL2',
      orderId: 'O2',
      side: 'buy',
      symbol: 'BBB',
      quantity: '3',
      price: '10.25',
    });
    expect(receipt.recorded).toEqual(['AL1', 'AL2']);
    const book = await loadBook(db.database, FIRM, { asOfDate: date('2024-01-04') });
    const lots = book?.taxLots
      .get('A1' as AccountId)
      ?.map((lot) => `${lot.symbol} ${lot.quantity.toString()} ${lot.costBasis.toString()}`);
    // L2 (2.5 at 300.01): 1 sold, basis 120.00 released. L1 (10 at 1000): 1 sold, 100 released.
    expect(lots).toEqual(['AAA 9 900', 'AAA 1.5 180.01', 'BBB 7 70', 'BBB 3 30.75']);
    // 1000 + 202 - 30.75
    expect(book?.cash.get('A1' as AccountId)?.amount.toString()).toBe('1171.25');
    expect(book?.transactions.get('A1' as AccountId)?.length).toBe(2);
    expect(await hashOf()).toBe(takeSnapshot(firmBook(), AS_OF).snapshotHash);
  });

  test('P3 an allocation counts once, also twice in one call and beside itself', async () => {
    await importAs(firmBook());
    const receipts = await Promise.all([record(SALE, SALE), record(SALE), record(SALE)]);
    expect(receipts.map((r) => r.recorded.length).sort((a, b) => a - b)).toEqual([0, 0, 1]);
    const book = await loadBook(db.database, FIRM, { asOfDate: date('2024-01-04') });
    expect(book?.cash.get('A1' as AccountId)?.amount.toString()).toBe('1202');
  });

  test('P3 many accounts and orders at once neither block for ever nor lose anything', async () => {
    await importAs(firmBook());
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => {
        const row = {
          ...SALE,
          side: 'buy' as const,
          symbol: 'CCC',
          quantity: '1',
          price: '1',
          orderId: `O${String(i + 10)}`,
        };
        const one = { ...row, accountId: 'A1', allocationId: `X${String(i)}` };
        const two = { ...row, accountId: 'A2', allocationId: `Y${String(i)}` };
        return i % 2 === 0 ? record(one, two) : record(two, one);
      }),
    );
    const book = await loadBook(db.database, FIRM, { asOfDate: date('2024-01-04') });
    expect(book?.cash.get('A1' as AccountId)?.amount.toString()).toBe('988');
    expect(book?.cash.get('A2' as AccountId)?.amount.toString()).toBe('238.5');
  });

  test('a second fill of an order goes on in its selection', async () => {
    await importAs(firmBook());
    await record(SALE);
    await record({ ...SALE, allocationId: 'AL3' });
    const book = await loadBook(db.database, FIRM, { asOfDate: date('2024-01-04') });
    const lots = book?.taxLots.get('A1' as AccountId)?.map((lot) => lot.quantity.toString());
    // First L2 x 1 and L1 x 1, then L1 x 2: L1 keeps 7, L2 keeps 1.5.
    expect(lots).toEqual(['7', '1.5', '7']);
  });

  test('what cannot be is reported, and the others are recorded', async () => {
    await importAs(firmBook());
    const receipt = await record(
      { ...SALE, quantity: '999', orderId: 'O9' },
      { ...SALE, allocationId: 'AL4' },
    );
    expect(receipt.recorded).toEqual(['AL4']);
    expect(receipt.findings.map((finding) => finding.code)).toEqual([
      'ALLOCATION_EXCEEDS_POSITION',
    ]);
  });

  test('a rolled back transaction leaves nothing', async () => {
    await importAs(firmBook());
    const attempt = db.database.transaction(async (tx) => {
      await recordAllocations(tx, FIRM, {
        allocations: [allocationOf(SALE)],
        lotSelections: new Map(),
      });
      throw new Error('no');
    });
    await expect(attempt).rejects.toThrow('no');
    expect((await record(SALE)).recorded).toEqual(['AL1']);
  });
});
