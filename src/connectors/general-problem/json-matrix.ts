/** The matrices of a JSON problem: three lists, entries checked one by one. */
import { sparseMatrix } from '../../domain/index.ts';
import type { SparseMatrix } from '../../domain/index.ts';
import { reportWarning, type FindingList } from './finding-list.ts';
import { fault, isObject, jsonText, reportUnknown } from './json-fields.ts';
import { MATRIX_FIELD_NAMES } from './json-schema.ts';

export interface Entries {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

const NO_ENTRIES: Entries = { rows: [], columns: [], values: [] };

interface MatrixShape {
  readonly pointer: string;
  readonly rowCount: number;
  readonly columnCount: number;
  /** False where the shape is not known, which has been reported. */
  readonly isChecked: boolean;
}

/** A matrix of three lists; entries at fault are reported and left out. */
export function entriesOf(list: FindingList, value: unknown, shape: MatrixShape): Entries {
  const { pointer } = shape;
  if (value === undefined || value === null) return NO_ENTRIES;
  if (!isObject(value)) {
    fault(list, pointer, {
      message: `${jsonText(value)} is not an object of the lists rows, columns and values`,
    });
    return NO_ENTRIES;
  }
  reportUnknown(list, value, { known: MATRIX_FIELD_NAMES, pointer });
  const [rows, columns, values] = MATRIX_FIELD_NAMES.map((name) => {
    const items = value[name];
    if (Array.isArray(items)) return items as readonly unknown[];
    fault(list, `${pointer}/${name}`, { message: `${jsonText(items)} is not a list` });
    return null;
  });
  if (rows == null || columns == null || values == null) return NO_ENTRIES;
  if (rows.length !== columns.length || rows.length !== values.length) {
    fault(list, pointer, {
      message: `${String(rows.length)} rows, ${String(columns.length)} columns and ${String(values.length)} values`,
      code: 'PROBLEM_SIZE_DIFFERS',
    });
    return NO_ENTRIES;
  }
  return shape.isChecked ? checkedEntries(list, { rows, columns, values }, shape) : NO_ENTRIES;
}

function checkedEntries(
  list: FindingList,
  given: {
    readonly rows: readonly unknown[];
    readonly columns: readonly unknown[];
    readonly values: readonly unknown[];
  },
  shape: MatrixShape,
): Entries {
  const { pointer, rowCount, columnCount } = shape;
  const entries = { rows: [] as number[], columns: [] as number[], values: [] as number[] };
  const places = new Map<number, number>();
  given.values.forEach((value, e) => {
    const row = given.rows[e];
    const column = given.columns[e];
    const isRow = isIndex(list, row, { pointer: `${pointer}/rows/${String(e)}`, below: rowCount });
    const isColumn = isIndex(list, column, {
      pointer: `${pointer}/columns/${String(e)}`,
      below: columnCount,
    });
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      fault(list, `${pointer}/values/${String(e)}`, {
        message: `${jsonText(value)} is not a finite number`,
      });
      return;
    }
    if (!isRow || !isColumn) return;
    const place = (row as number) * columnCount + (column as number);
    const earlier = places.get(place);
    if (earlier !== undefined) {
      fault(list, `${pointer}/values/${String(e)}`, {
        message: `row ${String(row)}, column ${String(column)} is given at ${String(earlier)} already`,
        code: 'PROBLEM_ENTRY_DUPLICATE',
      });
      return;
    }
    places.set(place, e);
    entries.rows.push(row as number);
    entries.columns.push(column as number);
    entries.values.push(value);
  });
  return entries;
}

function isIndex(
  list: FindingList,
  value: unknown,
  field: { readonly pointer: string; readonly below: number },
): boolean {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < field.below) {
    return true;
  }
  fault(list, field.pointer, {
    message: `${jsonText(value)} is not an index from 0 to ${String(field.below - 1)}`,
  });
  return false;
}

/** (P + P')/2, with a warning where one triangle alone is given. */
export function symmetric(
  list: FindingList,
  given: { readonly entries: Entries; readonly columnCount: number },
): SparseMatrix {
  const { rows, columns, values } = given.entries;
  const above = values.filter((v, e) => v !== 0 && (rows[e] as number) < (columns[e] as number));
  const below = values.filter((v, e) => v !== 0 && (rows[e] as number) > (columns[e] as number));
  if ((above.length === 0) !== (below.length === 0)) {
    const which = above.length === 0 ? 'lower' : 'upper';
    const message = `/P: entries off the diagonal in the ${which} triangle only; each is read as given, without its mirror image`;
    reportWarning(list, 'PROBLEM_ONE_TRIANGLE', { message, at: { pointer: '/P' } });
  }
  const halves = values.map((value) => value / 2);
  return sparseMatrix(
    { rowCount: given.columnCount, columnCount: given.columnCount },
    {
      rows: [...rows, ...columns],
      columns: [...columns, ...rows],
      values: [...halves, ...halves],
    },
  ).matrix;
}
