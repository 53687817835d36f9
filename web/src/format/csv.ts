/**
 * CSV of what is on the screen (RFC 4180).
 *
 * Invariants
 * 1. A text cell that a spreadsheet would take for a formula (= + - @ tab CR first) gets an apostrophe.
 * 2. A numeric cell is written exactly as the server gave it: a negative number stays a number.
 * 3. Every cell reads back to the same text (apostrophe aside).
 */

export type CellKind = 'text' | 'number';

const FORMULA_START = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** One cell. Numbers are decimals as text; null is an empty cell. */
export function csvCell(value: string | null | undefined, kind: CellKind): string {
  if (value === null || value === undefined) return '';
  const text = kind === 'text' && FORMULA_START.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export interface CsvColumn {
  readonly header: string;
  readonly kind: CellKind;
}

export interface CsvTable {
  /** Lines of the header block: name and value. */
  readonly heading: readonly (readonly [string, string])[];
  readonly columns: readonly CsvColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Control totals by column, null where a column has none. */
  readonly totals: readonly (string | null)[] | null;
}

/** The file's text: header block, blank line, column heads, rows, control totals. */
export function csvText(table: CsvTable): string {
  const line = (cells: readonly string[]): string => `${cells.join(',')}\r\n`;
  const heading = table.heading.map(([name, value]) =>
    line([csvCell(name, 'text'), csvCell(value, 'text')]),
  );
  const row = (cells: readonly (string | null)[]): string =>
    line(cells.map((cell, i) => csvCell(cell, table.columns[i]?.kind ?? 'text')));
  return [
    ...heading,
    heading.length > 0 ? '\r\n' : '',
    line(table.columns.map((column) => csvCell(column.header, 'text'))),
    ...table.rows.map(row),
    table.totals === null ? '' : row(table.totals),
  ].join('');
}

/** Hands text to the browser as a file. */
export function downloadText(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
