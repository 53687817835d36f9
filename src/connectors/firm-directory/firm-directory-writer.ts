/** The book as a firm directory, in canonical order: equal books give equal bytes. */
import type { FirmBook } from '../../domain/index.ts';
import { writeCsv } from '../csv/csv-writer.ts';
import { SETTINGS_FILE, TABLES } from './columns.ts';
import type { TableName } from './columns.ts';
import { componentText } from './model-table.ts';
import { scopeText } from './restriction-table.ts';
import { writeSettings } from './settings-file.ts';

/** Text, a decimal, a flag or nothing, by column name. */
type Cell = string | boolean | null | { toString(): string };
type WrittenRow = Readonly<Record<string, Cell | undefined>>;

/**
 * Writes a book (reading it back gives the same book).
 *
 * @returns text by file name, all files of FORMATS section 1
 */
export function writeFirmDirectory(book: FirmBook): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, rows] of Object.entries(rowsOf(book))) {
    const { file, columns } = TABLES[name as TableName];
    const cells = rows.map((row) => columns.map((column) => cellText(row[column.name])));
    files.set(file, writeCsv(columns, cells));
  }
  files.set(SETTINGS_FILE, writeSettings(book.settings));
  return files;
}

function cellText(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? '' : cell.toString();
}

function rowsOf(book: FirmBook): Record<TableName, WrittenRow[]> {
  return {
    households: book.households
      .values()
      .map((household) => ({ ...household }))
      .toArray(),
    accounts: book.accounts
      .values()
      .map((account) => ({ ...account }))
      .toArray(),
    taxLots: [...book.taxLots.values()].flatMap((lots) => lots.map((lot) => ({ ...lot }))),
    cash: book.cash
      .values()
      .map((balance) => ({ ...balance, currency: book.settings.baseCurrency }))
      .toArray(),
    securities: book.instruments
      .values()
      .map(({ isFractional, ...instrument }) => ({ ...instrument, fractional: isFractional }))
      .toArray(),
    prices: [...book.prices].flatMap(([symbol, bars]) => bars.map((bar) => ({ symbol, ...bar }))),
    models: [...book.models.values()].flatMap(({ modelId, lines }) =>
      lines.map((line) => ({
        modelId,
        component: componentText(line.component),
        weight: line.weight,
        bandAbsolute: line.bandAbsolute,
        bandRelative: line.bandRelative,
        substitutes: line.substitutes.join(';'),
      })),
    ),
    restrictions: book.restrictions.map(({ scope, subject, kind, value, reason }) => ({
      scope: scopeText(scope),
      symbol: subject.kind === 'symbol' ? subject.symbol : null,
      sector: subject.kind === 'sector' ? subject.sector : null,
      issuer: subject.kind === 'issuer' ? subject.issuer : null,
      kind,
      value,
      reason,
    })),
    ...activityRows(book),
  };
}

function activityRows(book: FirmBook): Record<'transactions' | 'cashFlows', WrittenRow[]> {
  return {
    transactions: [...book.transactions.values()].flatMap((list) =>
      list.map(({ transactionId, accountId, lots, ...transaction }) => ({
        ...transaction,
        id: transactionId,
        account: accountId,
        lots: lots.map(({ lotId, quantity }) => `${lotId}:${quantity.toString()}`).join(';'),
      })),
    ),
    cashFlows: [...book.cashFlows.values()].flatMap((flows) => flows.map((flow) => ({ ...flow }))),
  };
}
