/** The broker's events on disk, and the end-of-day statement made from them. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CalendarDate } from '../../kernel/index.ts';
import type { BrokerStatementLine } from '../../domain/index.ts';
import { scanRecords, type ScannedLog } from '../../fix-runtime/index.ts';
import { applyEvent, type BrokerEvent, type CancelRejected, type OrderBook } from './order-book.ts';

export const TRUTH_TITLE = 'evenkeel-broker-truth 1';
export const truthPath = (dataDirectory: string): string => join(dataDirectory, 'truth.log');

/** One line of the truth log. */
export type TruthEntry = BrokerEvent | CancelRejected;

export function eventsOf(records: ScannedLog['records']): TruthEntry[] {
  return records.flatMap(({ payload }) => JSON.parse(payload.toString('utf8')) as TruthEntry[]);
}

/**
 * What the broker executed on a trade date, in order of execution: its own truth, read from its log
 * whether or not it runs.
 *
 * @returns an empty list where the broker has no log yet
 * @throws DamagedLogError
 */
export async function brokerStatement(
  dataDirectory: string,
  date: CalendarDate,
): Promise<readonly BrokerStatementLine[]> {
  const path = truthPath(dataDirectory);
  const bytes = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (bytes === null) return [];
  const book: OrderBook = new Map();
  const lines: BrokerStatementLine[] = [];
  for (const event of eventsOf(scanRecords(bytes, { path, title: TRUTH_TITLE }).records)) {
    if (event.kind === 'cancelRejected') continue;
    const reported = applyEvent(book, event);
    if (event.kind !== 'executed' || reported?.report.tradeDate !== date) continue;
    const { report, symbol, side } = reported;
    if (report.lastQuantity === null || report.lastPrice === null) continue;
    lines.push({
      brokerExecutionId: report.brokerExecutionId,
      clientOrderId: event.clientOrderId,
      symbol,
      side,
      quantity: report.lastQuantity,
      price: report.lastPrice,
      tradeDate: date,
    });
  }
  return lines;
}

const COLUMNS = [
  'brokerExecutionId',
  'clientOrderId',
  'symbol',
  'side',
  'quantity',
  'price',
  'tradeDate',
] as const satisfies readonly (keyof BrokerStatementLine)[];

/** The statement as CSV (RFC 4180), header included. */
export function statementCsv(lines: readonly BrokerStatementLine[]): string {
  const rows = lines.map((line) =>
    COLUMNS.map((column) => cell(line[column].toString())).join(','),
  );
  return [COLUMNS.join(','), ...rows, ''].join('\n');
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes `executions-YYYY-MM-DD.csv` beside the log, whole or not at all. @returns its path */
export async function writeBrokerStatement(
  dataDirectory: string,
  date: CalendarDate,
): Promise<string> {
  const path = join(dataDirectory, `executions-${date}.csv`);
  const text = statementCsv(await brokerStatement(dataDirectory, date));
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
  return path;
}
