/** tax-lots.csv: the one table with a million rows, so it makes one object per lot and none besides. */
import { sha256, zero } from '../../kernel/index.ts';
import type { CalendarDate } from '../../kernel/index.ts';
import { errorFinding, isIdentifier } from '../../domain/index.ts';
import type {
  AccountId,
  InstrumentSymbol,
  Money,
  Quantity,
  TaxLot,
  TaxLotId,
} from '../../domain/index.ts';
import type { TableRow } from '../csv/table-reader.ts';
import { accountOfRow, instrumentOfRow, readFirmTable, sortedByKey } from './reading.ts';
import type { Reading } from './reading.ts';

/** A lot as its row gives it. */
interface LotDraft {
  readonly row: number;
  /** Empty where the row gives none. */
  lotId: string;
  readonly accountId: AccountId;
  readonly symbol: InstrumentSymbol;
  readonly quantity: Quantity;
  readonly costBasis: Money;
  readonly acquiredDate: CalendarDate;
  readonly washSaleAdjustment: Money;
}

const NO_MONEY: Money = zero<'Money'>();

export function readTaxLots(reading: Reading): Map<AccountId, readonly TaxLot[]> {
  const drafts = new Map<AccountId, LotDraft[]>();
  readFirmTable(reading, 'taxLots', {
    accountColumn: 'accountId',
    onRow: (row) => {
      const draft = draftFrom(reading, row);
      if (draft === null) return;
      const list = drafts.get(draft.accountId);
      if (list === undefined) drafts.set(draft.accountId, [draft]);
      else list.push(draft);
    },
  });
  const lots = new Map<AccountId, readonly TaxLot[]>();
  for (const [accountId, list] of sortedByKey(drafts)) {
    lots.set(accountId, lotsOfAccount(reading, list));
    drafts.delete(accountId);
  }
  return lots;
}

function draftFrom(reading: Reading, row: TableRow): LotDraft | null {
  const account = accountOfRow(reading, row, 'accountId');
  const symbol = instrumentOfRow(reading, row, 'symbol');
  const quantity = row.decimal<'Quantity'>('quantity');
  const costBasis = row.decimal<'Money'>('costBasis');
  const acquiredDate = row.date('acquiredDate');
  const lotId = row.id('lotId') ?? '';
  const washSaleAdjustment = row.decimal<'Money'>('washSaleAdjustment') ?? NO_MONEY;
  if (row.isFaulty || account === null || symbol === null) return null;
  if (quantity === null || costBasis === null || acquiredDate === null) return null;
  const { accountId } = account;
  return {
    row: row.row,
    lotId,
    accountId,
    symbol,
    quantity,
    costBasis,
    acquiredDate,
    washSaleAdjustment,
  };
}

function compareDrafts(a: LotDraft, b: LotDraft): number {
  if (a.symbol !== b.symbol) return a.symbol < b.symbol ? -1 : 1;
  if (a.acquiredDate !== b.acquiredDate) return a.acquiredDate < b.acquiredDate ? -1 : 1;
  if (a.lotId !== b.lotId) return a.lotId < b.lotId ? -1 : 1;
  return a.costBasis.compare(b.costBasis) || a.quantity.compare(b.quantity) || a.row - b.row;
}

/**
 * The lots of one account by symbol, acquired date and lot id, each id once. A missing id is derived from
 * account, symbol, date and the rank among lots of that day, so that the order of rows does not change it.
 */
function lotsOfAccount(reading: Reading, drafts: LotDraft[]): TaxLot[] {
  drafts.sort(compareDrafts);
  const rowOfId = new Map<string, number>();
  const kept: LotDraft[] = [];
  for (const draft of drafts) {
    const earlier = draft.lotId === '' ? undefined : rowOfId.get(draft.lotId);
    if (earlier === undefined) {
      kept.push(draft);
      if (draft.lotId !== '') rowOfId.set(draft.lotId, draft.row);
      continue;
    }
    const location = {
      file: 'tax-lots.csv',
      row: draft.row,
      column: 'lotId',
      accountId: draft.accountId,
    };
    const message = `lot ${draft.lotId} stands in row ${String(earlier)} already`;
    reading.findings.push(errorFinding('RECORD_DUPLICATE', message, location));
  }
  if (kept.some(({ lotId }) => lotId === '')) deriveIds(kept, rowOfId);
  return kept.map(({ row: _row, lotId, ...lot }) => ({ ...lot, lotId: lotId as TaxLotId }));
}

function deriveIds(drafts: LotDraft[], taken: Map<string, number>): void {
  let previous = '';
  let rank = 0;
  for (const draft of drafts) {
    if (draft.lotId !== '') continue;
    const key = `${draft.accountId}:${draft.symbol}:${draft.acquiredDate}`;
    rank = key === previous ? rank + 1 : 1;
    previous = key;
    let id = derivedId(key, rank);
    // An id of the file may look like a derived one; ranks rise until one is free.
    for (; taken.has(id); id = derivedId(key, rank)) rank += 1;
    taken.set(id, draft.row);
    draft.lotId = id;
  }
  drafts.sort(compareDrafts);
}

function derivedId(key: string, rank: number): string {
  const id = `${key}:${String(rank).padStart(4, '0')}`;
  return isIdentifier(id) ? id : `lot-${sha256(id).slice(0, 40)}`;
}
