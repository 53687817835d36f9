import { sumDecimalTexts } from '../format/decimal-text.ts';
import { csvText, type CsvTable } from '../format/csv.ts';
import { cellText, exportKind, type GridColumn } from './column.ts';

export interface GridExport<Row> {
  readonly columns: readonly GridColumn<Row>[];
  /** What the screen shows, in its order. */
  readonly rows: readonly Row[];
  readonly heading: readonly (readonly [string, string])[];
}

function hasTotal<Row>(column: GridColumn<Row>): boolean {
  return 'hasTotal' in column && column.hasTotal === true;
}

/** Exact sums of the columns that ask for one; null elsewhere. Rows without a value are left out. */
export function columnTotals<Row>(
  columns: readonly GridColumn<Row>[],
  rows: readonly Row[],
): readonly (string | null)[] {
  return columns.map((column) =>
    hasTotal(column)
      ? sumDecimalTexts(rows.map((row) => cellText(column, row)).filter((text) => text !== null))
      : null,
  );
}

/** CSV of a grid: heading, the rows shown, and control totals that equal the screen's. */
export function gridCsv<Row>({ columns, rows, heading }: GridExport<Row>): string {
  const table: CsvTable = {
    heading: [...heading, ['Rows', String(rows.length)]],
    columns: columns.map((column) => ({ header: column.header, kind: exportKind(column) })),
    rows: rows.map((row) => columns.map((column) => cellText(column, row))),
    totals: columns.some(hasTotal)
      ? columnTotals(columns, rows).map((total, i) => (i === 0 && total === null ? 'Total' : total))
      : null,
  };
  return csvText(table);
}
