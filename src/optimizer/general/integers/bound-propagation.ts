/**
 * Tightens bounds by rows: when all other variables of a row are at their best, how far may this one go?
 * Integer bounds are rounded inward. Continuous bounds are only used, never moved: moving them gains little and
 * may go on for ever in steps that shrink.
 */
import type { GeneralProblem } from '../../../domain/index.ts';

/** A problem's rows, listed by row: built once per search. */
export interface RowList {
  readonly rowStart: Int32Array;
  readonly columnIndex: Int32Array;
  readonly values: Float64Array;
}

export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

const FEASIBILITY = 1e-7;
/** Rounds over all rows; what is left to tighten then is found by branching. */
const ROUNDS_MAX = 10;

export function rowList({ A }: GeneralProblem): RowList {
  const rowStart = new Int32Array(A.rowCount + 1);
  for (const i of A.rowIndex) rowStart[i + 1] = at(rowStart, i + 1) + 1;
  for (let i = 0; i < A.rowCount; i += 1) rowStart[i + 1] = at(rowStart, i + 1) + at(rowStart, i);
  const next = rowStart.slice();
  const columnIndex = new Int32Array(A.rowIndex.length);
  const values = new Float64Array(A.rowIndex.length);
  for (let j = 0; j < A.columnCount; j += 1) {
    for (let e = at(A.columnStart, j); e < at(A.columnStart, j + 1); e += 1) {
      const i = at(A.rowIndex, e);
      columnIndex[at(next, i)] = j;
      values[at(next, i)] = at(A.values, e);
      next[i] = at(next, i) + 1;
    }
  }
  return { rowStart, columnIndex, values };
}

/** Tightens `box` in place. @returns false when no point of it satisfies the rows */
export function propagate(problem: GeneralProblem, rows: RowList, box: Box): boolean {
  for (let j = 0; j < problem.variables.length; j += 1) {
    if (at(box.lower, j) > at(box.upper, j) + FEASIBILITY) return false;
  }
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    let isTightened = false;
    for (let i = 0; i < problem.rows.length; i += 1) {
      const outcome = tightenRow(problem, rows, { box, i });
      if (outcome === 'empty') return false;
      isTightened ||= outcome === 'tightened';
    }
    if (!isTightened) return true;
  }
  return true;
}

type RowOutcome = 'empty' | 'tightened' | 'same';

function tightenRow(
  problem: GeneralProblem,
  rows: RowList,
  given: { readonly box: Box; readonly i: number },
): RowOutcome {
  const { box, i } = given;
  const least = activity(rows, { box, i, isLeast: true });
  const most = activity(rows, { box, i, isLeast: false });
  const low = at(problem.rowLower, i);
  const high = at(problem.rowUpper, i);
  const slack = FEASIBILITY * Math.max(1, least.size, most.size);
  if (least.value > high + slack || most.value < low - slack) return 'empty';
  if (problem.isInteger === null) return 'same';
  let outcome: RowOutcome = 'same';
  // The activities are of the box before this pass: still true of the smaller one, only less sharp.
  for (let e = at(rows.rowStart, i); e < at(rows.rowStart, i + 1); e += 1) {
    const j = at(rows.columnIndex, e);
    const a = at(rows.values, e);
    if (problem.isInteger[j] !== 1 || a === 0 || at(box.lower, j) >= at(box.upper, j)) continue;
    const others = (end: Activity): number | null => end.without(j, a);
    const fromHigh = limitOf(high, others(least), a);
    const fromLow = limitOf(low, others(most), a);
    const ceiling = a > 0 ? fromHigh : fromLow;
    const floor = a > 0 ? fromLow : fromHigh;
    const margin = slack / Math.abs(a);
    if (ceiling !== null && ceiling + margin < at(box.upper, j)) {
      const rounded = Math.floor(ceiling + margin);
      if (rounded < at(box.upper, j)) {
        box.upper[j] = rounded;
        outcome = 'tightened';
      }
    }
    if (floor !== null && floor - margin > at(box.lower, j)) {
      const rounded = Math.ceil(floor - margin);
      if (rounded > at(box.lower, j)) {
        box.lower[j] = rounded;
        outcome = 'tightened';
      }
    }
    if (at(box.lower, j) > at(box.upper, j)) return 'empty';
  }
  return outcome;
}

/** How far a x_j may go when the others of the row come to `others`; null where nothing limits it. */
function limitOf(limit: number, others: number | null, a: number): number | null {
  return others === null || !Number.isFinite(limit) ? null : (limit - others) / a;
}

interface Activity {
  /** Infinite where a variable without bound contributes. */
  readonly value: number;
  readonly size: number;
  /** Without the contribution of variable j; null where another one is infinite. */
  without(j: number, a: number): number | null;
}

function activity(
  rows: RowList,
  given: { readonly box: Box; readonly i: number; readonly isLeast: boolean },
): Activity {
  const { box, i, isLeast } = given;
  let finite = 0;
  let size = 0;
  let infinite = 0;
  const term = (j: number, a: number): number =>
    a * (a > 0 === isLeast ? at(box.lower, j) : at(box.upper, j));
  for (let e = at(rows.rowStart, i); e < at(rows.rowStart, i + 1); e += 1) {
    const a = at(rows.values, e);
    if (a === 0) continue;
    const value = term(at(rows.columnIndex, e), a);
    if (Number.isFinite(value)) {
      finite += value;
      size = Math.max(size, Math.abs(value));
    } else infinite += 1;
  }
  return {
    value: infinite > 0 ? (isLeast ? -Infinity : Infinity) : finite,
    size,
    without: (j, a) => {
      const value = term(j, a);
      if (Number.isFinite(value)) return infinite === 0 ? finite - value : null;
      return infinite === 1 ? finite : null;
    },
  };
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}
