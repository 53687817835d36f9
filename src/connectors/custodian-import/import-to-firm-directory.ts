/**
 * Imported records as a firm directory, alone or merged into one that exists.
 *
 *   M1  What no custodian's file says (tax status, model, the date of a lot) is left blank, not guessed: the
 *       reader of the directory names the cell and holds the account back until someone fills it in.
 *   M2  An account with imported positions has exactly those afterwards, of the latest date among the files;
 *       lots alone replace the lots of their symbol; other accounts are untouched.
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
  ImportedCash,
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
  readonly cash: string[][];
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
  const own = reportForeign(latestHoldings(records, findings), existing, findings);
  const open: OpenRows = { accounts: [], taxLots: [], cash: [] };
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
  append(files, 'cash', open.cash);
  return { files, findings };
}

function append(
  files: Map<string, string>,
  table: 'accounts' | 'taxLots' | 'cash',
  rows: string[][],
): void {
  const { file, columns } = TABLES[table];
  const text = writeCsv(columns, rows);
  files.set(file, (files.get(file) ?? '') + text.slice(text.indexOf('\n') + 1));
}

/** Where files of several dates describe one account, the latest holds; one symbol stands in it once. */
function latestHoldings(records: ImportedRecords, findings: Finding[]): ImportedRecords {
  const latest = new Map<string, string>();
  for (const { accountId, asOfDate } of records.positions) {
    const date = asOfDate ?? '';
    if (date > (latest.get(accountId) ?? '')) latest.set(accountId, date);
  }
  const seen = new Set<Key>();
  const positions = records.positions.filter((position) => {
    const { accountId, symbol, asOfDate } = position;
    if ((asOfDate ?? '') < (latest.get(accountId) ?? '')) return false;
    const isFirst = !seen.has(keyOf(position));
    seen.add(keyOf(position));
    if (!isFirst) {
      const message = `${symbol} of ${accountId} is in two of the files; the first was used`;
      findings.push(errorFinding('RECORD_DUPLICATE', message, { accountId, symbol }));
    }
    return isFirst;
  });
  const byDate = (a: ImportedCash, b: ImportedCash): number =>
    (a.asOfDate ?? '') < (b.asOfDate ?? '') ? -1 : 1;
  return { ...records, positions, cash: records.cash.toSorted(byDate) };
}

/**
 * One firm directory has one currency. Foreign holdings are written all the same, so that the reader holds
 * their accounts back: without them the account would seem to be known in full. History is left out.
 */
function reportForeign(
  records: ImportedRecords,
  existing: FirmBook,
  findings: Finding[],
): ImportedRecords {
  const base = existing.settings.baseCurrency;
  const report = (
    list: readonly { readonly currency: string; readonly accountId: string }[],
    what: string,
  ): void => {
    const foreign = list.filter(({ currency }) => currency !== base);
    const groups = Map.groupBy(foreign, ({ accountId, currency }) => `${accountId} in ${currency}`);
    for (const [group, members] of groups) {
      const accountId = members[0]?.accountId ?? '';
      const message = `${String(members.length)} ${what} of ${group}, not ${base}`;
      findings.push(errorFinding('CURRENCY_NOT_BASE', message, { accountId }));
    }
  };
  report(records.positions, 'positions');
  report(records.cash, 'cash balances');
  report(records.transactions, 'transactions (left out)');
  const held = new Set(records.positions.map(({ symbol }) => symbol));
  return {
    ...records,
    lots: records.lots.filter(({ currency }) => currency === base),
    transactions: records.transactions.filter(({ currency }) => currency === base),
    securities: records.securities.filter(
      ({ currency, symbol }) => currency === base || held.has(symbol),
    ),
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
  const whole = new Set(records.positions.map(({ accountId }) => accountId));
  const imported = new Map<string, TaxLot[]>();
  for (const accountId of held) {
    // A file of lots alone speaks of its symbols only; the account's other holdings stay.
    const before = existing.taxLots.get(accountId as AccountId) ?? [];
    const stays = ({ symbol }: TaxLot): boolean => !lotsByKey.has(keyOf({ accountId, symbol }));
    imported.set(accountId, whole.has(accountId) ? [] : before.filter(stays));
  }
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
    const isKnown = lots.length > 0 && addsUp(position, lots, into.findings);
    if (isKnown && position.currency === existing.settings.baseCurrency) add(lots);
    else openLot(position, into);
  }
  for (const [accountId, lots] of imported) taxLots.set(accountId as AccountId, lots);
  for (const { accountId: id, amount, currency } of records.cash) {
    const accountId = id as AccountId;
    if (currency !== existing.settings.baseCurrency) {
      // The cells are accountId, amount, currency, settledAmount.
      if (!amount.isZero()) into.open.cash.push([accountId, amount.toString(), currency, '']);
    } else cash.set(accountId, { accountId, amount, settledAmount: null });
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
  const message = `${symbol} of ${accountId} has no usable lots: write the date on which it was acquired`;
  const location = { file: 'tax-lots.csv', column: 'acquiredDate', accountId, symbol };
  into.findings.push(warningFinding('ACCOUNT_SETUP_REQUIRED', message, location));
}

/** Lots that do not add up to the position are not used: the row stays open and holds the account back. */
function addsUp(
  position: ImportedPosition,
  lots: readonly ImportedLot[],
  findings: Finding[],
): boolean {
  const total = sum(lots.map(({ quantity }) => quantity));
  if (total.equals(position.quantity)) return true;
  const { accountId, symbol } = position;
  const message = `${symbol} of ${accountId}: ${position.quantity.toString()} held, lots of ${total.toString()}`;
  findings.push(errorFinding('IMPORT_TOTAL_DIFFERS', message, { accountId, symbol }));
  return false;
}

function mergedHistory(
  records: ImportedRecords,
  existing: FirmBook,
): Pick<FirmBook, 'prices' | 'transactions'> {
  const prices = new Map(existing.prices);
  for (const { symbol: text, price, asOfDate, currency } of records.positions) {
    if (currency !== existing.settings.baseCurrency) continue;
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
