/** What has been read of an MPS file so far, and the names it has declared. */
import type { FindingList } from './finding-list.ts';

export type RowType = 'N' | 'E' | 'L' | 'G';
export type ObjectiveSense = 'minimize' | 'maximize';

/** Entries in the order of the file, each with its line. */
export interface EntryList {
  readonly rows: number[];
  readonly columns: number[];
  readonly values: number[];
  readonly lines: number[];
}

export interface LimitEntry {
  readonly value: number;
  readonly line: number;
}

/** Bounds as the file states them; null where it does not. */
export interface ColumnBounds {
  lower: LimitEntry | null;
  upper: LimitEntry | null;
}

export interface MpsDraft {
  readonly list: FindingList;
  name: string;
  sense: ObjectiveSense;
  /** Wanted by OBJNAME, with its line. */
  objectiveName: { readonly name: string; readonly line: number } | null;
  readonly rowIndex: Map<string, number>;
  readonly rowNames: string[];
  readonly rowTypes: RowType[];
  readonly rowLines: number[];
  readonly columnIndex: Map<string, number>;
  readonly columnNames: string[];
  readonly isInteger: boolean[];
  /** The column stands between markers: without any bound it is 0 or 1. */
  readonly isMarked: boolean[];
  readonly coefficients: EntryList;
  readonly quadratic: EntryList;
  quadraticForm: 'oneTriangle' | 'bothTriangles' | null;
  readonly rightHandSides: Map<number, LimitEntry>;
  readonly ranges: Map<number, LimitEntry>;
  readonly bounds: Map<number, ColumnBounds>;
  /** First set of RHS, RANGES and BOUNDS; later sets are left out, each counted once. */
  readonly sets: Map<string, string>;
  readonly ignoredSets: Map<string, number>;
  /** True between INTORG and INTEND. */
  isInMarkers: boolean;
}

export function emptyDraft(list: FindingList): MpsDraft {
  const entries = (): EntryList => ({ rows: [], columns: [], values: [], lines: [] });
  return {
    list,
    name: '',
    sense: 'minimize',
    objectiveName: null,
    rowIndex: new Map(),
    rowNames: [],
    rowTypes: [],
    rowLines: [],
    columnIndex: new Map(),
    columnNames: [],
    isInteger: [],
    isMarked: [],
    coefficients: entries(),
    quadratic: entries(),
    quadraticForm: null,
    rightHandSides: new Map(),
    ranges: new Map(),
    bounds: new Map(),
    sets: new Map(),
    ignoredSets: new Map(),
    isInMarkers: false,
  };
}

export function addEntry(
  entries: EntryList,
  entry: {
    readonly row: number;
    readonly column: number;
    readonly value: number;
    readonly line: number;
  },
): void {
  entries.rows.push(entry.row);
  entries.columns.push(entry.column);
  entries.values.push(entry.value);
  entries.lines.push(entry.line);
}
