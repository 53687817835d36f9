/**
 * Imported records as a firm directory, alone or merged into one that exists.
 *
 *   M1  What no custodian's file says (tax status, model, the date of a lot) is left blank, not guessed: the
 *       reader of the directory names the cell and holds the account back until someone fills it in.
 *   M2  An account with imported holdings has exactly those holdings afterwards; other accounts are untouched.
 */
import { Decimal, derivedId, sum, zero } from '../../kernel/index.ts';
import { DEFAULT_SETTINGS, errorFinding, warningFinding } from '../../domain/index.ts';
import type {
  AccountId,
  Finding,
  FirmBook,
  HouseholdId,
  InstrumentSymbol,
  TaxLot,
  TaxLotId,
} from '../../domain/index.ts';
import { writeCsv } from '../csv/csv-writer.ts';
import { TABLES, writeFirmDirectory } from '../firm-directory/index.ts';
import type {
  ImportedLot,
  ImportedPosition,
  ImportedRecords,
  ImportedTransaction,
} from './imported-records.ts';

export interface FirmDirectoryImport {
  /** Text by file name. */
  readonly files: ReadonlyMap<string, string>;
  /** What is left to do, and what did not go in. */
  readonly findings: readonly Finding[];
}

/** Rows that a book cannot hold because a cell is not known yet. */
interface OpenRows {
  readonly accounts: string[][];
  readonly taxLots: string[][];
}

type Key = string;
const keyOf = (record: { readonly accountId: string; readonly symbol: string }): Key =>
  JSON.stringify([record.accountId, record.symbol]);

/**
 * @param existing the book to merge into: its settings, households, models, restrictions and the accounts
 *   that the import does not touch stay as they are
 */
export function importToFirmDirectory(
  records: ImportedRecords,
  existing: FirmBook = EMPTY,
): FirmDirectoryImport {
  const findings: Finding[] = [];
  const own = inBaseCurrency(records, existing, findings);
  const open: OpenRows = { accounts: [], taxLots: [] };
  const book = {
    ...existing,
    ...mergedMasters(own, existing, open),
    ...mergedHistory(own, existing),
  };
  const withHoldings = { ...book, ...mergedHoldings(own, existing, { open, findings }) };
  for (const [accountId] of open.accounts) {
    const message = `${accountId ?? ''} needs its tax status and model in accounts.csv`;
    findings.push(
      warningFinding('ACCOUNT_SETUP_REQUIRED', message, {
        file: 'accounts.csv',
        ...(accountId === undefined ? {} : { accountId }),
      }),
    );
  }
  const files = writeFirmDirectory(withHoldings);
  append(files, 'accounts', open.accounts);
  append(files, 'taxLots', open.taxLots);
  return { files, findings };
}

function append(files: Map<string, string>, table: 'accounts' | 'taxLots', rows: string[][]): void {
  const { file, columns } = TABLES[table];
  const text = writeCsv(columns, rows);
  files.set(file, (files.get(file) ?? '') + text.slice(text.indexOf('\n') + 1));
}

/** One firm directory has one currency; what is in another is reported and left out. */
function inBaseCurrency(
  records: ImportedRecords,
  existing: FirmBook,
  findings: Finding[],
): ImportedRecords {
  const base = existing.settings.baseCurrency;
  const inBase = <R extends { readonly currency: string; readonly accountId: string }>(
    list: readonly R[],
    what: string,
  ): R[] => {
    const foreign = new Map<string, number>();
    const kept = list.filter(({ currency, accountId }) => {
      if (currency === base) return true;
      const key = `${accountId}\n${currency}`;
      foreign.set(key, (foreign.get(key) ?? 0) + 1);
      return false;
    });
    for (const [key, count] of foreign) {
      const [accountId = '', currency = ''] = key.split('\n');
      const message = `${String(count)} ${what} of ${accountId} in ${currency}, not ${base}, left out`;
      findings.push(errorFinding('CURRENCY_NOT_BASE', message, { accountId }));
    }
    return kept;
  };
  return {
    ...records,
    positions: inBase(records.positions, 'positions'),
    lots: inBase(records.lots, 'lots'),
    cash: inBase(records.cash, 'cash balances'),
    transactions: inBase(records.transactions, 'transactions'),
    securities: records.securities.filter(({ currency }) => currency === base),
  };
}

function mergedMasters(
  records: ImportedRecords,
  existing: FirmBook,
  open: OpenRows,
): Pick<FirmBook, 'households' | 'instruments'> {
  const households = new Map(existing.households);
  const instruments = new Map(existing.instruments);
  for (const { accountId, name, custodian } of records.accounts) {
    if (existing.accounts.has(accountId as AccountId)) continue;
    const householdId = `household-${accountId}`.slice(0, 128) as HouseholdId;
    if (!households.has(householdId)) {
      households.set(householdId, {
        householdId,
        name,
        gainBudgetAmount: null,
        lossCarryforward: zero<'Money'>(),
        federalShortTermRate: null,
        federalLongTermRate: null,
        stateRate: null,
      });
    }
    const known: Readonly<Record<string, string>> = { accountId, householdId, name, custodian };
    open.accounts.push(TABLES.accounts.columns.map((column) => known[column.name] ?? ''));
  }
  for (const security of records.securities) {
    const symbol = security.symbol as InstrumentSymbol;
    if (instruments.has(symbol)) continue;
    const rest = { sector: null, industry: null, lotSize: ONE_SHARE, isFractional: false };
    instruments.set(symbol, { ...security, ...rest, symbol });
  }
  return { households, instruments };
}

const ONE_SHARE = Decimal.fromInteger<'Quantity'>(1);

function mergedHoldings(
  records: ImportedRecords,
  existing: FirmBook,
  into: { readonly open: OpenRows; readonly findings: Finding[] },
): Pick<FirmBook, 'taxLots' | 'cash'> {
  const taxLots = new Map(existing.taxLots);
  const cash = new Map(existing.cash);
  const lotsByKey = Map.groupBy(records.lots, keyOf);
  const positionKeys = new Set(records.positions.map(keyOf));
  const held = new Set([...records.positions, ...records.lots].map(({ accountId }) => accountId));
  const imported = new Map([...held].map((accountId): [string, TaxLot[]] => [accountId, []]));
  const add = (lots: readonly ImportedLot[]): void => {
    for (const lot of lots) {
      const list = imported.get(lot.accountId) ?? [];
      list.push(lotOf(lot, list.length));
      imported.set(lot.accountId, list);
    }
  };
  for (const [key, lots] of lotsByKey) if (!positionKeys.has(key)) add(lots);
  for (const position of records.positions) {
    const lots = lotsByKey.get(keyOf(position)) ?? [];
    if (lots.length === 0) openLot(position, into);
    else {
      checkSum(position, lots, into.findings);
      add(lots);
    }
  }
  for (const [accountId, lots] of imported) taxLots.set(accountId as AccountId, lots);
  for (const { accountId: id, amount } of records.cash) {
    const accountId = id as AccountId;
    cash.set(accountId, { accountId, amount, settledAmount: null });
  }
  return { taxLots, cash };
}

function lotOf(lot: ImportedLot, rank: number): TaxLot {
  const { quantity, costBasis, acquiredDate } = lot;
  const content = [lot.accountId, lot.symbol, acquiredDate, rank];
  return {
    lotId: (lot.lotId ?? derivedId('lot', ...content)) as TaxLotId,
    accountId: lot.accountId as AccountId,
    symbol: lot.symbol as InstrumentSymbol,
    quantity,
    costBasis,
    acquiredDate,
    washSaleAdjustment: zero<'Money'>(),
  };
}

/** A position without lots becomes one row whose date, and perhaps cost, someone must still fill in. */
function openLot(
  position: ImportedPosition,
  into: { readonly open: OpenRows; readonly findings: Finding[] },
): void {
  const { accountId, symbol, quantity, costBasis } = position;
  const known: Readonly<Record<string, string>> = {
    accountId,
    symbol,
    quantity: quantity.toString(),
    costBasis: costBasis?.toString() ?? '',
  };
  into.open.taxLots.push(TABLES.taxLots.columns.map((column) => known[column.name] ?? ''));
  const message = `${symbol} of ${accountId} has no lots: write the date on which it was acquired`;
  const location = { file: 'tax-lots.csv', column: 'acquiredDate', accountId, symbol };
  into.findings.push(warningFinding('ACCOUNT_SETUP_REQUIRED', message, location));
}

function checkSum(
  position: ImportedPosition,
  lots: readonly ImportedLot[],
  findings: Finding[],
): void {
  const total = sum(lots.map(({ quantity }) => quantity));
  if (total.equals(position.quantity)) return;
  const { accountId, symbol } = position;
  const message = `${symbol} of ${accountId}: ${position.quantity.toString()} held, lots of ${total.toString()}`;
  findings.push(errorFinding('IMPORT_TOTAL_DIFFERS', message, { accountId, symbol }));
}

function mergedHistory(
  records: ImportedRecords,
  existing: FirmBook,
): Pick<FirmBook, 'prices' | 'transactions'> {
  const prices = new Map(existing.prices);
  for (const { symbol: text, price, asOfDate } of records.positions) {
    const symbol = text as InstrumentSymbol;
    const bars = prices.get(symbol) ?? [];
    if (price === null || asOfDate === null || bars.some(({ date }) => date === asOfDate)) continue;
    const bar = { date: asOfDate, close: price, volume: null, adjustedClose: null };
    prices.set(
      symbol,
      [...bars, bar].sort((a, b) => (a.date < b.date ? -1 : 1)),
    );
  }
  const transactions = new Map(existing.transactions);
  for (const [id, imported] of Map.groupBy(records.transactions, ({ accountId }) => accountId)) {
    const accountId = id as AccountId;
    const before = existing.transactions.get(accountId) ?? [];
    const known = new Set(before.map(({ transactionId }) => transactionId));
    const added = imported.filter(({ transactionId }) => !known.has(transactionId));
    transactions.set(accountId, [...before, ...added.map(transactionOf)]);
  }
  return { prices, transactions };
}

function transactionOf({ currency: _currency, ...imported }: ImportedTransaction) {
  return {
    ...imported,
    accountId: imported.accountId as AccountId,
    symbol: imported.symbol as InstrumentSymbol,
    lotId: null,
    lots: [],
  };
}

const EMPTY: FirmBook = {
  households: new Map(),
  accounts: new Map(),
  taxLots: new Map(),
  cash: new Map(),
  instruments: new Map(),
  prices: new Map(),
  models: new Map(),
  restrictions: [],
  transactions: new Map(),
  cashFlows: new Map(),
  settings: DEFAULT_SETTINGS,
};
