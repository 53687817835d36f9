/** What the table readers of a firm directory share: where findings go and what is known so far. */
import { errorFinding } from '../../domain/index.ts';
import type {
  Account,
  AccountId,
  Finding,
  Household,
  HouseholdId,
  Instrument,
  InstrumentSymbol,
  ModelPortfolio,
  ModelPortfolioId,
} from '../../domain/index.ts';
import { readTable } from '../csv/table-reader.ts';
import type { TableRow } from '../csv/table-reader.ts';
import { TABLES } from './columns.ts';
import type { TableDefinition, TableName } from './columns.ts';

export type FirmDirectoryFiles = ReadonlyMap<string, string | Uint8Array>;

export interface Reading {
  readonly files: FirmDirectoryFiles;
  readonly findings: Finding[];
  baseCurrency: string;
  readonly households: Map<HouseholdId, Household>;
  readonly instruments: Map<InstrumentSymbol, Instrument>;
  readonly models: Map<ModelPortfolioId, ModelPortfolio>;
  /** Models that models.csv has but that were refused. */
  readonly rejectedModels: Set<string>;
  readonly accounts: Map<AccountId, Account>;
  /** Accounts whose own row was refused: their other records are passed over without a second finding. */
  readonly rejectedAccounts: Set<string>;
}

export function newReading(files: FirmDirectoryFiles): Reading {
  return {
    files,
    findings: [],
    baseCurrency: 'USD',
    households: new Map(),
    instruments: new Map(),
    models: new Map(),
    rejectedModels: new Set(),
    accounts: new Map(),
    rejectedAccounts: new Set(),
  };
}

/** Reads one table of the directory; an absent optional file has no records. */
export function readFirmTable(
  reading: Reading,
  name: TableName,
  handling: { readonly accountColumn?: string; readonly onRow: (row: TableRow) => void },
): void {
  const table: TableDefinition = TABLES[name];
  const content = reading.files.get(table.file);
  if (content === undefined) {
    if (table.isRequired) {
      const location = { file: table.file };
      reading.findings.push(errorFinding('FILE_REQUIRED', `${table.file} is absent`, location));
    }
    return;
  }
  const { accountColumn } = handling;
  readTable(table, content, {
    findings: reading.findings,
    onRow: handling.onRow,
    accountOf: (row) =>
      accountColumn === undefined || row.raw(accountColumn) === '' ? null : row.raw(accountColumn),
  });
}

/**
 * The account that a record names, or null: blank, unknown (both reported), or an account whose own row
 * was refused (reported there).
 */
export function accountOfRow(reading: Reading, row: TableRow, column: string): Account | null {
  const text = row.id(column);
  if (text === null) return null;
  const account = reading.accounts.get(text as AccountId);
  if (account !== undefined) return account;
  if (!reading.rejectedAccounts.has(text)) {
    row.fault('ACCOUNT_UNKNOWN', `no account ${text}`, column);
  }
  return null;
}

/** The symbol as the security master spells it: one string for a million lots. */
export function instrumentOfRow(
  reading: Reading,
  row: TableRow,
  column: string,
): InstrumentSymbol | null {
  const raw = row.raw(column);
  const known = reading.instruments.get(raw as InstrumentSymbol);
  if (known !== undefined) return known.symbol;
  const text = row.id(column);
  if (text === null) return null;
  const unescaped = reading.instruments.get(text as InstrumentSymbol);
  if (unescaped !== undefined) return unescaped.symbol;
  return row.fault('SYMBOL_UNKNOWN', `no security ${text}`, column);
}

/** Order of code units: the same on every machine and in every language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sortedByKey<Key extends string, Value>(map: Map<Key, Value>): Map<Key, Value> {
  return new Map([...map].sort(([a], [b]) => compareText(a, b)));
}

export function listIn<Key, Value>(map: Map<Key, Value[]>, key: Key): Value[] {
  const known = map.get(key);
  if (known !== undefined) return known;
  const list: Value[] = [];
  map.set(key, list);
  return list;
}
