/**
 * End-of-day statements in our own layout, read and written from one definition of columns:
 * positions and cash as the custodian books them, and the executions as the broker books them.
 *
 *   S1  Reading what was written gives the same lines in the same order.
 *   S2  A line with any fault is left out and reported; a key that stands twice is refused, not added up.
 */
import { isIdentifier } from '../../domain/index.ts';
import type {
  AccountId,
  BrokerStatementLine,
  CustodianCashLine,
  CustodianPositionLine,
  Finding,
  InstrumentSymbol,
  Side,
} from '../../domain/index.ts';
import { writeCsv } from '../csv/csv-writer.ts';
import { readTable } from '../csv/table-reader.ts';
import type { Table, TableRow } from '../csv/table-reader.ts';

const required = (name: string, kind: string, rest: object = {}) =>
  ({ name, kind, isRequired: true, ...rest }) as const;

const POSITIONS: Table = {
  file: 'custodian-positions.csv',
  columns: [
    required('accountId', 'identifier'),
    required('symbol', 'identifier'),
    required('quantity', 'decimal', { range: 'nonNegative' }),
  ],
};
const CASH: Table = {
  file: 'custodian-cash.csv',
  columns: [required('accountId', 'identifier'), required('amount', 'decimal')],
};
const EXECUTIONS: Table = {
  file: 'broker-executions.csv',
  columns: [
    required('brokerExecutionId', 'identifier'),
    required('clientOrderId', 'identifier'),
    required('symbol', 'identifier'),
    required('side', 'choice', { values: ['buy', 'sell'] }),
    required('quantity', 'decimal', { range: 'positive' }),
    required('price', 'decimal', { range: 'positive' }),
    required('tradeDate', 'date'),
  ],
};

/** The tables of this folder, for the published schemas. */
export const STATEMENT_TABLES = {
  custodianPositions: POSITIONS,
  custodianCash: CASH,
  brokerExecutions: EXECUTIONS,
} as const;

export interface StatementReading<Line> {
  readonly lines: readonly Line[];
  readonly findings: readonly Finding[];
}

function readLines<Line>(
  table: Table,
  content: string | Uint8Array,
  of: { readonly read: (row: TableRow) => Line | null; readonly key: (line: Line) => string },
): StatementReading<Line> {
  const findings: Finding[] = [];
  const lines: Line[] = [];
  const rows = new Map<string, number>();
  const hasAccounts = table.columns.some(({ name }) => name === 'accountId');
  readTable(table, content, {
    findings,
    accountOf: (row) =>
      hasAccounts && isIdentifier(row.raw('accountId')) ? row.raw('accountId') : null,
    onRow: (row) => {
      const line = of.read(row);
      if (line === null || row.isFaulty) return;
      const key = of.key(line);
      const earlier = rows.get(key);
      if (earlier !== undefined) {
        row.fault('RECORD_DUPLICATE', `${key} stands in row ${String(earlier)} already`);
        return;
      }
      rows.set(key, row.row);
      lines.push(line);
    },
  });
  return { lines, findings };
}

/** Positions CSV: accountId, symbol, quantity. One line per account and symbol. */
export function readCustodianPositions(
  content: string | Uint8Array,
): StatementReading<CustodianPositionLine> {
  return readLines<CustodianPositionLine>(POSITIONS, content, {
    key: ({ accountId, symbol }) => `${accountId} ${symbol}`,
    read: (row) => {
      const accountId = row.id('accountId') as AccountId | null;
      const symbol = row.id('symbol') as InstrumentSymbol | null;
      const quantity = row.decimal<'Quantity'>('quantity');
      if (accountId === null || symbol === null || quantity === null) return null;
      return { accountId, symbol, quantity };
    },
  });
}

/** Cash CSV: accountId, amount. One line per account. */
export function readCustodianCash(
  content: string | Uint8Array,
): StatementReading<CustodianCashLine> {
  return readLines<CustodianCashLine>(CASH, content, {
    key: ({ accountId }) => accountId,
    read: (row) => {
      const accountId = row.id('accountId') as AccountId | null;
      const amount = row.decimal<'Money'>('amount');
      return accountId === null || amount === null ? null : { accountId, amount };
    },
  });
}

/** Executions CSV: one line per execution of the broker. */
export function readBrokerStatement(
  content: string | Uint8Array,
): StatementReading<BrokerStatementLine> {
  return readLines<BrokerStatementLine>(EXECUTIONS, content, {
    key: ({ brokerExecutionId }) => brokerExecutionId,
    read: (row) => {
      const brokerExecutionId = row.id('brokerExecutionId');
      const clientOrderId = row.id('clientOrderId');
      const symbol = row.id('symbol') as InstrumentSymbol | null;
      const side = row.choice('side') as Side | null;
      const quantity = row.decimal<'Quantity'>('quantity');
      const price = row.decimal<'Price'>('price');
      const tradeDate = row.date('tradeDate');
      if (brokerExecutionId === null || clientOrderId === null || symbol === null) return null;
      if (side === null || quantity === null || price === null || tradeDate === null) return null;
      return { brokerExecutionId, clientOrderId, symbol, side, quantity, price, tradeDate };
    },
  });
}

function writeLines(table: Table, lines: readonly object[]): string {
  return writeCsv(
    table.columns,
    lines.map((line) =>
      table.columns.map(({ name }) => String((line as Readonly<Record<string, unknown>>)[name])),
    ),
  );
}

export function writeCustodianPositions(lines: readonly CustodianPositionLine[]): string {
  return writeLines(POSITIONS, lines);
}

export function writeCustodianCash(lines: readonly CustodianCashLine[]): string {
  return writeLines(CASH, lines);
}

export function writeBrokerStatement(lines: readonly BrokerStatementLine[]): string {
  return writeLines(EXECUTIONS, lines);
}
