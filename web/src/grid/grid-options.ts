/** What is the same for every grid: how Tab, selection and empty tables behave. */
import type { FocusGridInnerElementParams, OverlayType } from 'ag-grid-community';

/** Tab enters where the arrows last stood, or at the first cell; the head is one arrow up. */
export function enterGrid(params: FocusGridInnerElementParams): boolean {
  const { api } = params;
  if (api.getDisplayedRowCount() === 0) return false;
  const known = api.getFocusedCell();
  const column = known?.column ?? api.getAllDisplayedColumns()[0];
  if (column === undefined) return false;
  const rowIndex = Math.min(known?.rowIndex ?? 0, api.getDisplayedRowCount() - 1);
  api.ensureIndexVisible(rowIndex);
  api.setFocusedCell(rowIndex, column);
  return true;
}

/** Tab leaves the grid: inside, the arrows move. */
export const leaveGrid = () => false;

export const DEFAULT_COLUMN = {
  sortable: true,
  resizable: true,
  filter: true,
  suppressHeaderMenuButton: true,
  suppressHeaderFilterButton: false,
  minWidth: 56,
} as const;

export const ROW_SELECTION = {
  mode: 'multiRow',
  checkboxes: true,
  headerCheckbox: true,
  selectAll: 'filtered',
  enableClickSelection: false,
} as const;

export const SELECTION_COLUMN = {
  pinned: 'left',
  width: 36,
  minWidth: 36,
  resizable: false,
} as const;

/** What is missing is said in our words, below the head. */
export const OWN_OVERLAYS: OverlayType[] = ['noRows', 'noMatchingRows', 'loading'];
