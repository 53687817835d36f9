/**
 * The one grid of the product. Screens say what a column holds; this decides how it looks, sorts,
 * filters, exports and answers the keyboard.
 *
 * Keys: arrows move, Space selects, Enter opens, Home/End and Page keys as usual; the grid is one tab
 * stop. `/` in the page focuses its quick filter.
 */
import './modules.ts';
import './grid.css';
import type {
  CellFocusedEvent,
  CellKeyDownEvent,
  FullWidthCellKeyDownEvent,
  GridApi,
  GridReadyEvent,
  RowClickedEvent,
  SelectionChangedEvent,
} from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { downloadText } from '../format/csv.ts';
import { formatCount, pluralOf } from '../format/numbers.ts';
import { usePreferences, ROW_HEIGHT } from '../theme/preferences.ts';
import { EmptyState } from '../ui/state.tsx';
import { columnDef, type GridRow } from './column-defs.tsx';
import type { GridColumn } from './column.ts';
import { columnTotals, gridCsv } from './export.ts';
import { GridBar } from './grid-bar.tsx';
import {
  DEFAULT_COLUMN,
  enterGrid,
  leaveGrid,
  OWN_OVERLAYS,
  ROW_SELECTION,
  SELECTION_COLUMN,
} from './grid-options.ts';
import { gridTheme } from './theme.ts';
import { filterText, parseFilter, parseSort, sortText, type GridView } from './view-state.ts';

export interface DataGridProps<Row> {
  /** Names the grid for assistive technology, the export and its file. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly GridColumn<Row>[];
  readonly rowId: (row: Row) => string;
  /** What one row is: `account`, `order`. */
  readonly noun: string;
  readonly view?: GridView;
  readonly onViewChange?: (view: GridView) => void;
  /** The row shown in the side sheet. */
  readonly openRowId?: string | null;
  readonly onOpen?: (row: Row) => void;
  /** Present = rows can be selected with Space or their checkbox. */
  readonly onSelect?: (rows: readonly Row[]) => void;
  /** Lines of the export's header block. */
  readonly exportHeading?: readonly (readonly [string, string])[];
  /** False leaves the quick filter out, for a second grid on a screen. */
  readonly hasFilter?: boolean;
  readonly tools?: ReactNode;
  readonly emptyTitle?: string;
  readonly emptyText?: string;
}

function useGridRows<Row>(rows: readonly Row[]): GridRow<Row>[] {
  return useMemo(() => rows.map((row) => ({ kind: 'row', row })), [rows]);
}

/** What the grid shows now: filtered, in its order. */
function shownRows<Row>(api: GridApi<GridRow<Row>>): Row[] {
  const shown: Row[] = [];
  api.forEachNodeAfterFilterAndSort((node) => {
    if (node.data?.kind === 'row') shown.push(node.data.row);
  });
  return shown;
}

export function DataGrid<Row>(props: DataGridProps<Row>) {
  const { rows, columns, rowId, label, view = {}, onViewChange, onOpen, onSelect } = props;
  const { density } = usePreferences();
  const [api, setApi] = useState<GridApi<GridRow<Row>> | null>(null);
  const [shownCount, setShownCount] = useState(rows.length);
  const [selectedCount, setSelectedCount] = useState(0);
  const [totals, setTotals] = useState<Readonly<Record<string, string | null>> | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const gridRows = useGridRows(rows);
  const theme = useMemo(() => gridTheme(density), [density]);
  const columnDefs = useMemo(() => columns.map((column) => columnDef(column)), [columns]);
  const hasTotals = columns.some((column) => 'hasTotal' in column && column.hasTotal === true);

  const latest = useRef({ view, onViewChange, onOpen, openRowId: props.openRowId ?? null });
  latest.current = { view, onViewChange, onOpen, openRowId: props.openRowId ?? null };

  const refreshShown = useCallback(
    (from: GridApi<GridRow<Row>>) => {
      const shown = shownRows(from);
      setShownCount(shown.length);
      if (!hasTotals) return;
      const sums = columnTotals(columns, shown);
      setTotals(Object.fromEntries(columns.map((column, i) => [column.id, sums[i] ?? null])));
    },
    [columns, hasTotals],
  );

  const onGridReady = useCallback(
    (event: GridReadyEvent<GridRow<Row>>) => {
      setApi(event.api);
      const root = host.current?.querySelector('[role="grid"], [role="treegrid"]');
      root?.setAttribute('aria-label', label);
    },
    [label],
  );

  // Rows drawn later get the class from getRowClass. Redrawing rows for it would drop the keyboard's focus.
  useEffect(() => {
    for (const row of host.current?.querySelectorAll('.ag-row') ?? [])
      row.classList.toggle('ek-row-open', row.getAttribute('row-id') === props.openRowId);
  }, [api, props.openRowId]);

  const changeView = useCallback((change: GridView) => {
    latest.current.onViewChange?.({ ...latest.current.view, ...change });
  }, []);

  const onRowClicked = useCallback((event: RowClickedEvent<GridRow<Row>>) => {
    const target = event.event?.target;
    // The checkbox selects; the rest of the row opens.
    if (target instanceof Element && target.closest('.ag-selection-checkbox') !== null) return;
    if (event.data?.kind === 'row') latest.current.onOpen?.(event.data.row);
  }, []);

  // Space selects: the grid does that itself.
  const onCellKeyDown = useCallback(
    (event: CellKeyDownEvent<GridRow<Row>> | FullWidthCellKeyDownEvent<GridRow<Row>>) => {
      const key = event.event;
      if (!(key instanceof KeyboardEvent) || event.data?.kind !== 'row') return;
      if (key.key === 'Enter') latest.current.onOpen?.(event.data.row);
    },
    [],
  );

  // With the sheet open the arrows walk through the details, row by row.
  const onCellFocused = useCallback(
    (event: CellFocusedEvent<GridRow<Row>>) => {
      const { openRowId, onOpen: open } = latest.current;
      if (openRowId === null || open === undefined || event.rowIndex === null) return;
      if (event.rowPinned !== null && event.rowPinned !== undefined) return;
      const data = event.api.getDisplayedRowAtIndex(event.rowIndex)?.data;
      if (data?.kind === 'row' && rowId(data.row) !== openRowId) open(data.row);
    },
    [rowId],
  );

  const onSelectionChanged = useCallback(
    (event: SelectionChangedEvent<GridRow<Row>>) => {
      const selected = event.api
        .getSelectedRows()
        .flatMap((data) => (data.kind === 'row' ? [data.row] : []));
      setSelectedCount(selected.length);
      onSelect?.(selected);
    },
    [onSelect],
  );

  const exportCsv = useCallback(() => {
    if (api === null) return;
    const heading: (readonly [string, string])[] = [
      ['Evenkeel', label],
      ...(props.exportHeading ?? []),
      ['Quick filter', view.q ?? 'none'],
      ['Column filters', view.filter ?? 'none'],
      ['Sort', view.sort ?? 'none'],
      ['Exported at', new Date().toISOString()],
    ];
    const text = gridCsv({
      columns: columns.filter((column) => column.isHidden !== true),
      rows: shownRows(api),
      heading,
    });
    downloadText(`${label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.csv`, text);
  }, [api, columns, label, props.exportHeading, view.q, view.filter, view.sort]);

  const hidden = rows.length - shownCount;
  const count = `${formatCount(shownCount)}${hidden > 0 ? ` of ${formatCount(rows.length)}` : ''} ${rows.length === 1 ? props.noun : pluralOf(props.noun)}${selectedCount > 0 ? ` · ${formatCount(selectedCount)} selected` : ''}`;

  return (
    <section className="ek-grid" aria-label={label}>
      <GridBar
        label={label}
        hasFilter={props.hasFilter !== false}
        quickFilter={view.q ?? ''}
        onQuickFilter={(q) => changeView({ q: q === '' ? undefined : q })}
        count={count}
        tools={props.tools}
        onExport={exportCsv}
      />
      <div className="ek-grid-body">
        <div
          className="ek-grid-host"
          ref={host}
          style={{ ['--ag-row-height' as string]: `${String(ROW_HEIGHT[density])}px` }}
        >
          {/* How rows are named is fixed when the grid is made: another table is another grid. */}
          <AgGridReact<GridRow<Row>>
            key={label}
            theme={theme}
            rowData={gridRows}
            columnDefs={columnDefs}
            defaultColDef={DEFAULT_COLUMN}
            getRowId={(params) => (params.data.kind === 'row' ? rowId(params.data.row) : 'totals')}
            {...(onSelect === undefined
              ? {}
              : { rowSelection: ROW_SELECTION, selectionColumnDef: SELECTION_COLUMN })}
            {...(totals === null ? {} : { pinnedBottomRowData: [{ kind: 'totals', totals }] })}
            getRowClass={(params) =>
              params.data?.kind === 'totals'
                ? 'ek-row-totals'
                : params.data?.kind === 'row' && rowId(params.data.row) === latest.current.openRowId
                  ? 'ek-row-open'
                  : undefined
            }
            quickFilterText={view.q ?? ''}
            initialState={{
              partialColumnState: true,
              sort: { sortModel: parseSort(view.sort) },
              filter: { filterModel: parseFilter(view.filter) },
            }}
            onGridReady={onGridReady}
            onModelUpdated={(event) => refreshShown(event.api)}
            onSortChanged={(event) => {
              if (event.source === 'gridInitializing') return;
              const model = event.api
                .getColumnState()
                .flatMap((state) =>
                  state.sort === 'asc' || state.sort === 'desc'
                    ? [{ colId: state.colId, sort: state.sort, index: state.sortIndex ?? 0 }]
                    : [],
                );
              model.sort((a, b) => a.index - b.index);
              changeView({ sort: sortText(model) });
            }}
            onFilterChanged={(event) => {
              if (event.source === 'quickFilter') return;
              changeView({ filter: filterText(event.api.getFilterModel()) });
            }}
            onRowClicked={onRowClicked}
            onCellKeyDown={onCellKeyDown}
            onCellFocused={onCellFocused}
            onSelectionChanged={onSelectionChanged}
            enableBrowserTooltips
            suppressCellFocus={false}
            suppressOverlays={OWN_OVERLAYS}
            suppressMovableColumns={false}
            suppressDragLeaveHidesColumns
            focusGridInnerElement={enterGrid}
            tabToNextCell={leaveGrid}
            tabToNextHeader={leaveGrid}
            animateRows={false}
            suppressScrollOnNewData
          />
        </div>
        {shownCount > 0 ? null : (
          <div className="ek-grid-none">
            {rows.length === 0 ? (
              <EmptyState title={props.emptyTitle ?? `No ${pluralOf(props.noun)}`}>
                {props.emptyText}
              </EmptyState>
            ) : (
              <EmptyState title={`No ${props.noun} matches the filter`}>
                Clear the filter to see all {formatCount(rows.length)}.
              </EmptyState>
            )}
          </div>
        )}
      </div>
    </section>
  );
}
