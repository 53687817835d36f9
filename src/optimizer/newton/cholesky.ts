/**
 * Cholesky factor of the Newton matrix over the factors and the rows that have a price, rows last. Sums run in the
 * order of columns; twin of `kernels/assembly/cholesky.ts`.
 */
import type { EngineState } from './engine-state.ts';

/** A row pivot this small beside its diagonal is that of a row that follows from others (sectors add up to all). */
const PIVOT_DEPENDENT = 1e-9;
const PIVOT_ABSOLUTE = 1e-12;
/** Most that the pivot of such a row becomes, beside its diagonal, and of a row without a name inside a segment. */
const PIVOT_MOST = 1e-3;
/** A residual of a row that is neither large nor small, in weight. */
const RESIDUAL_TYPICAL = 0.1;

/**
 * Pivots of rows that follow from others, and of rows without a name inside, become this. The step stays exact
 * where the rows agree, because then the row's own part is zero; where they do not, it reaches across the account's
 * largest slope, for the line search to shorten. With 1e-10 prices ran to 1e9 and took the digits of all others with
 * them; with 1e-3 alone, prices crept where costs are a million times the curvature.
 */
export function raisedPivot({ linear, account }: EngineState): number {
  let slope = 0;
  for (const value of linear) slope = Math.max(slope, Math.abs(value));
  for (const value of account.segmentSlope) slope = Math.max(slope, Math.abs(value));
  return Math.min(PIVOT_MOST, RESIDUAL_TYPICAL / slope);
}

/** Rows that have a price, ascending. */
export function activeRows({ isFixed }: EngineState): number[] {
  const rows: number[] = [];
  isFixed.forEach((fixed, r) => {
    if (fixed === 0) rows.push(r);
  });
  return rows;
}

/** Size of the system over `active`, a multiple of four: places beyond factors and rows are unit rows. */
function sizeOf({ model }: EngineState, active: readonly number[]): number {
  return (model.factorCount + active.length + 3) & ~3;
}

export function factorMatrix(state: EngineState, active: readonly number[]): void {
  const { factor, pivotInverse, width } = state;
  const size = sizeOf(state, active);
  for (let r = 0; r < size; r += 1) {
    for (let c = 0; c <= r; c += 1) {
      let value = entry(state, active, { r, c });
      for (let e = 0; e < c; e += 1) {
        value -= (factor[r * width + e] as number) * (factor[c * width + e] as number);
      }
      if (c < r) {
        factor[r * width + c] = value * (pivotInverse[c] as number);
        continue;
      }
      const root = Math.sqrt(allowedPivot(state, active, { place: r, pivot: value }));
      factor[r * width + r] = root;
      pivotInverse[r] = 1 / root;
    }
  }
}

function entry(
  state: EngineState,
  active: readonly number[],
  { r, c }: { readonly r: number; readonly c: number },
): number {
  const { factorCount: k, stride } = state.model;
  if (r < k) return state.matrix[r * stride + c] as number;
  const row = active[r - k];
  if (row === undefined) return r === c ? 1 : 0;
  if (c < k) return state.rowMatrix[row * stride + c] as number;
  return state.rowSquare[row * state.rowCount + (active[c - k] as number)] as number;
}

function allowedPivot(
  state: EngineState,
  active: readonly number[],
  { place, pivot }: { readonly place: number; readonly pivot: number },
): number {
  const k = state.model.factorCount;
  if (place < k) return pivot > 1 ? pivot : 1;
  const row = active[place - k];
  if (row === undefined) return 1;
  const original = state.rowSquare[row * state.rowCount + row] as number;
  if (state.insideCount[row] === 0 || original <= PIVOT_ABSOLUTE) return state.counters.raisedPivot;
  if (pivot > PIVOT_DEPENDENT * original) return pivot;
  return state.counters.raisedPivot * original;
}

/** Fills the direction with H^-1 gradient over factors and the rows in `active`, zeros elsewhere. */
export function solveDirection(state: EngineState, active: readonly number[]): void {
  const { gradient, direction, model } = state;
  const { factorCount: k, stride } = model;
  const right = new Float64Array(sizeOf(state, active));
  right.set(gradient.subarray(0, k));
  active.forEach((row, place) => {
    right[k + place] = gradient[stride + row] as number;
  });
  solveForward(state, right);
  solveBackward(state, right);
  direction.fill(0);
  direction.set(right.subarray(0, k));
  active.forEach((row, place) => {
    direction[stride + row] = right[k + place] as number;
  });
}

function solveForward({ factor, pivotInverse, width }: EngineState, right: Float64Array): void {
  for (let r = 0; r < right.length; r += 1) {
    let value = right[r] as number;
    for (let c = 0; c < r; c += 1) {
      value -= (factor[r * width + c] as number) * (right[c] as number);
    }
    right[r] = value * (pivotInverse[r] as number);
  }
}

/** Four rows at a time, from the last: their part of the earlier places is taken away in one sum. */
function solveBackward({ factor, pivotInverse, width }: EngineState, right: Float64Array): void {
  for (let first = right.length - 4; first >= 0; first -= 4) {
    for (let a = first + 3; a >= first; a -= 1) {
      let value = right[a] as number;
      for (let q = a + 1; q < first + 4; q += 1) {
        value -= (factor[q * width + a] as number) * (right[q] as number);
      }
      right[a] = value * (pivotInverse[a] as number);
    }
    const product = (row: number, e: number): number =>
      (factor[(first + row) * width + e] as number) * (right[first + row] as number);
    for (let e = 0; e < first; e += 1) {
      const sum = product(0, e) + product(2, e) + (product(1, e) + product(3, e));
      right[e] = (right[e] as number) - sum;
    }
  }
}
