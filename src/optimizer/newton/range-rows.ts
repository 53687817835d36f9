import type { EngineProblem } from '../problem/engine-problem.ts';

/**
 * Which rows have a price and on which side they hold. A range row at price zero is *fixed* there while
 * it is slack; it is released when it is violated and fixed again when its price would change sign
 * (docs/concepts/optimizer.md). Rejected: a proximal term on the slack, which needs four times the
 * iterations, and releasing all violated rows at once, which jams.
 */
export interface RowState {
  /** m; 1 where the price stays zero. */
  readonly isFixed: Uint8Array;
  /** m; +1 held at the upper limit, -1 at the lower one; equality rows keep +1. */
  readonly side: Int8Array;
  /** m; 1 for a row released in this iteration. */
  readonly isReleased: Uint8Array;
}

export function newRowState(problem: EngineProblem, prices: Float64Array): RowState {
  const m = problem.rowCount;
  const state = {
    isFixed: new Uint8Array(m),
    side: new Int8Array(m).fill(1),
    isReleased: new Uint8Array(m),
  };
  for (let r = 0; r < m; r += 1) {
    if (isEquality(problem, r)) continue;
    const price = prices[problem.factorCount + r] as number;
    state.isFixed[r] = price === 0 ? 1 : 0;
    state.side[r] = price < 0 ? -1 : 1;
  }
  return state;
}

export function isEquality(problem: EngineProblem, row: number): boolean {
  return problem.rowLower[row] === problem.rowUpper[row];
}

/** The limit that a row with a price is held at. */
export function heldLimit(problem: EngineProblem, rows: RowState, row: number): number {
  return (rows.side[row] === 1 ? problem.rowUpper[row] : problem.rowLower[row]) as number;
}

/** > 0 above the upper limit, < 0 below the lower one, 0 inside. */
export function rowExcess(problem: EngineProblem, activity: Float64Array, row: number): number {
  const value = activity[row] as number;
  const upper = problem.rowUpper[row] as number;
  if (value > upper) return value - upper;
  const lower = problem.rowLower[row] as number;
  return value < lower ? value - lower : 0;
}

/** Largest violation over the rows that have no price. */
export function largestFixedExcess(
  problem: EngineProblem,
  rows: RowState,
  activity: Float64Array,
): number {
  let largest = 0;
  for (let r = 0; r < problem.rowCount; r += 1) {
    if (rows.isFixed[r] === 0) continue;
    largest = Math.max(largest, Math.abs(rowExcess(problem, activity, r)));
  }
  return largest;
}

/** Gives a price to the rows violated by more than half of the largest violation. */
export function releaseRows(
  problem: EngineProblem,
  rows: RowState,
  against: { readonly activity: Float64Array; readonly largest: number },
): void {
  for (let r = 0; r < problem.rowCount; r += 1) {
    if (rows.isFixed[r] === 0) continue;
    const excess = rowExcess(problem, against.activity, r);
    if (Math.abs(excess) <= against.largest / 2) continue;
    rows.isFixed[r] = 0;
    rows.isReleased[r] = 1;
    rows.side[r] = excess > 0 ? 1 : -1;
  }
}

/** Fixes newly released rows whose price would move against their violation; true if there was one. */
export function refixMisdirected(
  problem: EngineProblem,
  rows: RowState,
  direction: Float64Array,
): boolean {
  let hasChanged = false;
  for (let r = 0; r < problem.rowCount; r += 1) {
    if (rows.isReleased[r] === 0) continue;
    if ((direction[problem.factorCount + r] as number) * (rows.side[r] as number) > 0) continue;
    rows.isReleased[r] = 0;
    rows.isFixed[r] = 1;
    hasChanged = true;
  }
  return hasChanged;
}

/** First step at which the price of a range row changes sign, and whose. */
export function firstSignChange(
  problem: EngineProblem,
  rows: RowState,
  along: { readonly prices: Float64Array; readonly direction: Float64Array },
): { readonly step: number; readonly row: number } {
  let step = Infinity;
  let row = -1;
  for (let r = 0; r < problem.rowCount; r += 1) {
    if (rows.isFixed[r] === 1 || isEquality(problem, r)) continue;
    const price = along.prices[problem.factorCount + r] as number;
    const change = along.direction[problem.factorCount + r] as number;
    if (price * change >= 0) continue;
    const at = -price / change;
    if (at < step) {
      step = at;
      row = r;
    }
  }
  return { step, row };
}
