/** From our columns to the grid's: alignment, format, comparison, hover and filters by kind. */
import type {
  ColDef,
  ICellRendererParams,
  ITooltipParams,
  ValueFormatterParams,
  ValueGetterParams,
} from 'ag-grid-community';
import { compareDecimalText, isNegative, isZero } from '../format/decimal-text.ts';
import { Chip } from '../ui/chip.tsx';
import { SideWord } from '../ui/value.tsx';
import { cellText, displayText, isFigureKind, isNumeric, type GridColumn } from './column.ts';

/** A row of the screen, or the row of totals at the bottom. */
export type GridRow<Row> =
  | { readonly kind: 'row'; readonly row: Row }
  | { readonly kind: 'totals'; readonly totals: Readonly<Record<string, string | null>> };

function textOf<Row>(column: GridColumn<Row>, gridRow: GridRow<Row> | undefined): string | null {
  if (gridRow === undefined) return null;
  return gridRow.kind === 'row'
    ? cellText(column, gridRow.row)
    : (gridRow.totals[column.id] ?? null);
}

function GainCell(props: { readonly text: string; readonly shown: string }) {
  const sign = isZero(props.text) ? 'none' : isNegative(props.text) ? 'loss' : 'gain';
  return (
    <span className="ek-gain" data-sign={sign}>
      {sign === 'none' ? null : <span aria-hidden="true">{sign === 'gain' ? '▲ ' : '▼ '}</span>}
      {props.shown}
    </span>
  );
}

function drawnCell<Row>(column: GridColumn<Row>) {
  return function Cell(params: ICellRendererParams<GridRow<Row>>) {
    const gridRow = params.data;
    if (gridRow === undefined) return null;
    const text = textOf(column, gridRow);
    if (gridRow.kind === 'totals') return text === null ? null : displayText(column, text);
    switch (column.kind) {
      case 'chip': {
        const chip = column.value(gridRow.row);
        return chip === null ? null : <Chip tone={chip.tone}>{chip.text}</Chip>;
      }
      case 'side':
        return text === null ? null : <SideWord side={text} />;
      case 'gain':
        return text === null ? 'n/a' : <GainCell text={text} shown={displayText(column, text)} />;
      case 'drawn':
        return column.draw(gridRow.row);
      default:
        return displayText(column, text);
    }
  };
}

const DRAWN_KINDS = new Set(['chip', 'side', 'gain', 'drawn']);

function cellClass<Row>(column: GridColumn<Row>): string {
  if (isNumeric(column)) return 'ek-cell-figure';
  return column.kind === 'id' ? 'ek-cell-id' : '';
}

function hoverText<Row>(column: GridColumn<Row>, gridRow: GridRow<Row> | undefined): string | null {
  if (gridRow?.kind === 'row' && column.hover !== undefined) return column.hover(gridRow.row);
  const text = textOf(column, gridRow);
  return column.kind === 'side' || column.kind === 'chip' ? null : text;
}

/** One column definition of the grid. */
export function columnDef<Row>(column: GridColumn<Row>): ColDef<GridRow<Row>> {
  const numeric = isNumeric(column);
  return {
    colId: column.id,
    headerName: column.header,
    headerTooltip: column.description ?? column.header,
    ...(column.width === undefined ? {} : { width: column.width }),
    ...(column.flex === undefined ? {} : { flex: column.flex, minWidth: column.width ?? 90 }),
    ...(column.isPinned === true ? { pinned: 'left' as const } : {}),
    hide: column.isHidden === true,
    cellClass: cellClass(column),
    ...(numeric ? { headerClass: 'ag-right-aligned-header' } : {}),
    valueGetter: (params: ValueGetterParams<GridRow<Row>>) => textOf(column, params.data),
    valueFormatter: (params: ValueFormatterParams<GridRow<Row>, string | null>) =>
      params.data?.kind === 'totals' && (params.value ?? null) === null
        ? ''
        : displayText(column, params.value ?? null),
    comparator: numeric
      ? (a: string | null, b: string | null) => compareDecimalText(a, b)
      : (a: string | null, b: string | null) => (a ?? '￿').localeCompare(b ?? '￿'),
    getQuickFilterText: (params) => {
      const text = textOf(column, params.data);
      return text === null ? '' : `${text} ${displayText(column, text)}`;
    },
    ...(isFigureKind(column.kind) || column.kind === 'count'
      ? {
          filter: 'agNumberColumnFilter',
          // Filtering compares with a typed bound only; what is shown and exported stays exact.
          filterValueGetter: (params: ValueGetterParams<GridRow<Row>>) => {
            const text = textOf(column, params.data);
            return text === null ? null : Number(text);
          },
        }
      : { filter: 'agTextColumnFilter' }),
    tooltip: (params: ITooltipParams<GridRow<Row>>) => hoverText(column, params.data),
    ...(DRAWN_KINDS.has(column.kind) ? { cellRenderer: drawnCell(column) } : {}),
  };
}
