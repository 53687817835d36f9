/**
 * The instruction by which the custodian books allocations: one CSV file per run, the same bytes whenever
 * it is written again. Columns: allocationId, accountId, symbol, side, quantity, averagePrice, grossAmount,
 * commission, netAmount, tradeDate.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CalendarDate } from '../../kernel/index.ts';
import type { Allocation } from '../../domain/index.ts';

const COLUMNS = [
  'allocationId',
  'accountId',
  'symbol',
  'side',
  'quantity',
  'averagePrice',
  'grossAmount',
  'commission',
  'netAmount',
  'tradeDate',
] as const satisfies readonly (keyof Allocation)[];

/** `allocation-instruction-2026-11-20-run-….csv`: the name that the custodian acknowledges. */
export function instructionName(tradeDate: CalendarDate, runId: string): string {
  return `allocation-instruction-${tradeDate}-${runId}.csv`;
}

export function instructionText(allocations: readonly Allocation[]): string {
  const rows = [...allocations]
    .sort((a, b) => (a.allocationId < b.allocationId ? -1 : 1))
    .map((allocation) => COLUMNS.map((column) => quoted(allocation[column].toString())).join(','));
  return `${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`;
}

/** RFC 4180. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes the file whole or not at all; leaves a file that is there already. */
export async function writeInstruction(
  directory: string,
  name: string,
  text: string,
): Promise<void> {
  const path = join(directory, name);
  if ((await readFile(path, 'utf8').catch(() => null)) === text) return;
  await mkdir(directory, { recursive: true });
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}
