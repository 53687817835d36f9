/** From what an MPS file says to the problem that it means. */
import { sparseMatrix } from '../../domain/index.ts';
import type { GeneralProblem, SparseMatrix } from '../../domain/index.ts';
import { reportError, reportWarning, shown } from './finding-list.ts';
import { finalBounds } from './mps-bounds.ts';
import type { EntryList, MpsDraft } from './mps-draft.ts';

/** The problem as a minimization, with what it lacks or contradicts reported to the draft's findings. */
export function problemOf(draft: MpsDraft): GeneralProblem {
  const objective = objectiveRow(draft);
  const rowOf = constraintRows(draft, objective);
  const limits = rowLimits(draft, rowOf);
  const { A, q } = coefficientsOf(draft, { objective, rowOf, rowCount: limits.names.length });
  const P = quadraticOf(draft);
  const { lower, upper } = finalBounds(draft);
  const given = objective === null ? undefined : draft.rightHandSides.get(objective);
  if (given !== undefined && !Number.isFinite(given.value)) {
    const message = 'the right-hand side of the objective (minus its constant) is infinite';
    reportError(draft.list, 'MPS_NUMBER_INVALID', { message, at: { row: given.line } });
  }
  const sign = draft.sense === 'maximize' ? -1 : 1;
  const isInteger = draft.isInteger.includes(true)
    ? Uint8Array.from(draft.isInteger, (flag) => (flag ? 1 : 0))
    : null;
  return {
    name: draft.name,
    variables: draft.columnNames,
    rows: limits.names,
    P: { ...P, values: P.values.map((value) => signed(value, sign)) },
    q: q.map((value) => signed(value, sign)),
    // The right-hand side of the objective row is subtracted from it (Maros and Meszaros 1999, section 2).
    constant: signed(-(given?.value ?? 0), sign),
    A,
    rowLower: limits.lower,
    rowUpper: limits.upper,
    lower,
    upper,
    isInteger,
  };
}

/** Without a zero of negative sign, which would show in documents. */
function signed(value: number, sign: 1 | -1): number {
  return value === 0 ? 0 : sign * value;
}

/** The objective: the row that OBJNAME names, else the first of type N; null when there is none. */
function objectiveRow(draft: MpsDraft): number | null {
  const wanted = draft.objectiveName;
  if (wanted !== null) {
    const row = draft.rowIndex.get(wanted.name);
    if (row !== undefined && draft.rowTypes[row] === 'N') return row;
    const message = `the objective ${shown(wanted.name)} is not a row of type N`;
    reportError(draft.list, 'MPS_NAME_UNKNOWN', { message, at: { row: wanted.line } });
    return null;
  }
  const first = draft.rowTypes.indexOf('N');
  if (first >= 0) return first;
  if (draft.rowNames.length > 0) {
    reportWarning(draft.list, 'MPS_OBJECTIVE_ABSENT', { message: 'ROWS has no row of type N' });
  }
  return null;
}

/** Place of each declared row among the constraints; -1 for rows of type N. */
function constraintRows(draft: MpsDraft, objective: number | null): Int32Array {
  const rowOf = new Int32Array(draft.rowNames.length).fill(-1);
  let next = 0;
  draft.rowTypes.forEach((type, row) => {
    if (type !== 'N') {
      rowOf[row] = next;
      next += 1;
    } else if (row !== objective) {
      const message = `row ${shown(draft.rowNames[row] as string)} of type N is not the objective`;
      const at = { row: draft.rowLines[row] as number };
      reportWarning(draft.list, 'MPS_ROW_DROPPED', { message, at });
    }
  });
  return rowOf;
}

interface RowLimits {
  readonly names: readonly string[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

function rowLimits(draft: MpsDraft, rowOf: Int32Array): RowLimits {
  const names: string[] = [];
  const lower: number[] = [];
  const upper: number[] = [];
  draft.rowTypes.forEach((type, row) => {
    if (rowOf[row] === -1) {
      reportRangeOfFreeRow(draft, row);
      return;
    }
    const [low, high] = limitsOf(draft, row, type);
    names.push(draft.rowNames[row] as string);
    lower.push(low);
    upper.push(high);
  });
  return { names, lower: Float64Array.from(lower), upper: Float64Array.from(upper) };
}

function reportRangeOfFreeRow(draft: MpsDraft, row: number): void {
  const range = draft.ranges.get(row);
  if (range === undefined) return;
  const message = `the range of row ${shown(draft.rowNames[row] as string)} limits nothing: the row is of type N`;
  reportWarning(draft.list, 'MPS_ROW_DROPPED', { message, at: { row: range.line } });
}

/**
 * Limits of one row from its type, right-hand side b and range r: L [b - |r|, b], G [b, b + |r|],
 * E [b, b + r] where r > 0 and [b + r, b] where r < 0 (IBM MPSX).
 */
function limitsOf(draft: MpsDraft, row: number, type: string): readonly [number, number] {
  const rhs = draft.rightHandSides.get(row);
  const b = rhs?.value ?? 0;
  const isImpossible =
    (type === 'E' && !Number.isFinite(b)) ||
    (type === 'L' && b === -Infinity) ||
    (type === 'G' && b === Infinity);
  const range = draft.ranges.get(row);
  const r = range?.value;
  if (isImpossible || (r !== undefined && !Number.isFinite(b))) {
    const message = `row ${shown(draft.rowNames[row] as string)} of type ${type} has an infinite right-hand side`;
    reportError(draft.list, 'MPS_NUMBER_INVALID', { message, at: { row: rhs?.line ?? 0 } });
    return [-Infinity, Infinity];
  }
  if (type === 'L') return [r === undefined ? -Infinity : b - Math.abs(r), b];
  if (type === 'G') return [b, r === undefined ? Infinity : b + Math.abs(r)];
  if (r === undefined) return [b, b];
  return r < 0 ? [b + r, b] : [b, b + r];
}

function coefficientsOf(
  draft: MpsDraft,
  rows: {
    readonly objective: number | null;
    readonly rowOf: Int32Array;
    readonly rowCount: number;
  },
): { A: SparseMatrix; q: Float64Array } {
  const { columnNames, rowNames, coefficients } = draft;
  const shape = { rowCount: rowNames.length, columnCount: columnNames.length };
  const { matrix, repeated } = sparseMatrix(shape, coefficients);
  reportRepeated(draft, coefficients, repeated);
  const q = new Float64Array(columnNames.length);
  const kept: number[] = [];
  const values: number[] = [];
  const columnStart = new Int32Array(columnNames.length + 1);
  for (let j = 0; j < columnNames.length; j += 1) {
    const end = matrix.columnStart[j + 1] as number;
    for (let e = matrix.columnStart[j] as number; e < end; e += 1) {
      const declared = matrix.rowIndex[e] as number;
      const row = rows.rowOf[declared] as number;
      if (declared === rows.objective) q[j] = matrix.values[e] as number;
      if (row === -1) continue;
      kept.push(row);
      values.push(matrix.values[e] as number);
    }
    columnStart[j + 1] = kept.length;
  }
  const A = {
    rowCount: rows.rowCount,
    columnCount: columnNames.length,
    columnStart,
    rowIndex: Int32Array.from(kept),
    values: Float64Array.from(values),
  };
  return { A, q };
}

/** P in both triangles. The objective has the factor 1/2, so an entry of one triangle counts for two. */
function quadraticOf(draft: MpsDraft): SparseMatrix {
  const n = draft.columnNames.length;
  const shape = { rowCount: n, columnCount: n };
  if (draft.quadraticForm === 'bothTriangles') {
    const { matrix, repeated } = sparseMatrix(shape, draft.quadratic);
    reportRepeated(draft, draft.quadratic, repeated);
    reportAsymmetric(draft, matrix);
    return matrix;
  }
  // The lower triangle, so that an entry and its mirror image are found to be the same.
  const { rows, columns, values } = draft.quadratic;
  const low = rows.map((row, e) => Math.max(row, columns[e] as number));
  const high = rows.map((row, e) => Math.min(row, columns[e] as number));
  const { repeated } = sparseMatrix(shape, { rows: low, columns: high, values });
  reportRepeated(draft, draft.quadratic, repeated);
  const mirrored = rows.flatMap((row, e) => (row === columns[e] ? [] : [e]));
  return sparseMatrix(shape, {
    rows: [...rows, ...mirrored.map((e) => columns[e] as number)],
    columns: [...columns, ...mirrored.map((e) => rows[e] as number)],
    values: [...values, ...mirrored.map((e) => values[e] as number)],
  }).matrix;
}

function reportAsymmetric(draft: MpsDraft, matrix: SparseMatrix): void {
  const key = (row: number, column: number): number => row * matrix.columnCount + column;
  const values = new Map<number, number>();
  for (let j = 0; j < matrix.columnCount; j += 1) {
    const end = matrix.columnStart[j + 1] as number;
    for (let e = matrix.columnStart[j] as number; e < end; e += 1) {
      values.set(key(matrix.rowIndex[e] as number, j), matrix.values[e] as number);
    }
  }
  const { rows, columns, lines } = draft.quadratic;
  rows.forEach((row, e) => {
    const column = columns[e] as number;
    const here = values.get(key(row, column)) ?? 0;
    const mirror = values.get(key(column, row)) ?? 0;
    if (here === mirror) return;
    const names = `${shown(draft.columnNames[column] as string)}, ${shown(draft.columnNames[row] as string)}`;
    const message = `QMATRIX has ${String(here)} for ${names} and ${String(mirror)} for its mirror image`;
    const at = { row: lines[e] as number };
    reportError(draft.list, 'MPS_QUADRATIC_ASYMMETRIC', { message, at });
  });
}

function reportRepeated(
  draft: MpsDraft,
  entries: EntryList,
  repeated: readonly { readonly first: number; readonly second: number }[],
): void {
  for (const { first, second } of repeated) {
    const names =
      entries === draft.quadratic
        ? [entries.columns[second], entries.rows[second]].map((j) => draft.columnNames[j as number])
        : [
            draft.columnNames[entries.columns[second] as number],
            draft.rowNames[entries.rows[second] as number],
          ];
    const message = `${names.map((name) => shown(name as string)).join(', ')} is given on line ${String(entries.lines[first])} already`;
    const at = { row: entries.lines[second] as number };
    reportError(draft.list, 'MPS_ENTRY_DUPLICATE', { message, at });
  }
}
