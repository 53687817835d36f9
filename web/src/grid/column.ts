/**
 * What a column holds, as data. The kind decides alignment, format, sort order, hover text and how the
 * cell is exported, so that a screen never repeats those decisions.
 */
import type { ReactNode } from 'react';
import {
  formatBasisPoints,
  formatCount,
  formatGain,
  formatMoney,
  formatPrice,
  formatQuantity,
  formatWeight,
  formatWeightChange,
} from '../format/numbers.ts';
import { formatInstant } from '../format/dates.ts';
import type { CellKind } from '../format/csv.ts';
import type { Tone } from '../ui/chip.tsx';

/** Decimal text columns: exact from the server to the screen, the clipboard and the file. */
export type FigureKind =
  'money' | 'quantity' | 'price' | 'weight' | 'weightChange' | 'gain' | 'basisPoints';
export type TextKind = 'text' | 'id' | 'date' | 'instant' | 'side';

interface ColumnBase<Row> {
  readonly id: string;
  readonly header: string;
  readonly width?: number;
  /** Takes what is left of the width, in proportion. */
  readonly flex?: number;
  readonly isPinned?: boolean;
  readonly isHidden?: boolean;
  /** What the head says on hover: the definition of the figure. */
  readonly description?: string;
  /** Hover text; without it a figure shows its full precision. */
  readonly hover?: (row: Row) => string | null;
}

export type GridColumn<Row> =
  | (ColumnBase<Row> & {
      readonly kind: FigureKind;
      readonly value: (row: Row) => string | null;
      /** Adds the column up over the rows shown, in the bottom row and the export. */
      readonly hasTotal?: boolean;
    })
  | (ColumnBase<Row> & { readonly kind: TextKind; readonly value: (row: Row) => string | null })
  | (ColumnBase<Row> & { readonly kind: 'count'; readonly value: (row: Row) => number | null })
  | (ColumnBase<Row> & {
      readonly kind: 'chip';
      readonly value: (row: Row) => { readonly text: string; readonly tone: Tone } | null;
    })
  | (ColumnBase<Row> & {
      /** Drawn by the screen; `value` is what is sorted, searched and exported. */
      readonly kind: 'drawn';
      readonly value: (row: Row) => string | null;
      readonly draw: (row: Row) => ReactNode;
      readonly isFigure?: boolean;
    });

export function isFigureKind(kind: GridColumn<never>['kind']): kind is FigureKind {
  switch (kind) {
    case 'money':
    case 'quantity':
    case 'price':
    case 'weight':
    case 'weightChange':
    case 'gain':
    case 'basisPoints':
      return true;
    default:
      return false;
  }
}

/** Right-aligned, tabular: figures and counts. */
export function isNumeric<Row>(column: GridColumn<Row>): boolean {
  return (
    isFigureKind(column.kind) ||
    column.kind === 'count' ||
    (column.kind === 'drawn' && column.isFigure === true)
  );
}

/** A figure as people read it. */
export function formatFigure(kind: FigureKind, text: string | null): string {
  switch (kind) {
    case 'money':
      return formatMoney(text);
    case 'quantity':
      return formatQuantity(text);
    case 'price':
      return formatPrice(text);
    case 'weight':
      return formatWeight(text);
    case 'weightChange':
      return formatWeightChange(text);
    case 'gain':
      return formatGain(text);
    case 'basisPoints':
      return formatBasisPoints(text);
  }
}

/** The column's value of one row as text: what is compared, searched and exported. Null = not available. */
export function cellText<Row>(column: GridColumn<Row>, row: Row): string | null {
  switch (column.kind) {
    case 'count': {
      const count = column.value(row);
      return count === null ? null : String(count);
    }
    case 'chip':
      return column.value(row)?.text ?? null;
    default:
      return column.value(row);
  }
}

/** The same as people read it. */
export function displayText<Row>(column: GridColumn<Row>, text: string | null): string {
  if (isFigureKind(column.kind)) return formatFigure(column.kind, text);
  if (text === null) return 'n/a';
  switch (column.kind) {
    case 'count':
      return formatCount(Number(text));
    case 'instant':
      return formatInstant(text);
    default:
      return text;
  }
}

/** How the export writes it: only text can be taken for a formula, so only text is escaped. */
export function exportKind<Row>(column: GridColumn<Row>): CellKind {
  return isFigureKind(column.kind) || column.kind === 'count' ? 'number' : 'text';
}
