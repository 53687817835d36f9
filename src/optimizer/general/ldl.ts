/**
 * Sparse LDL' of a quasi-definite matrix: one row of L after the other (up-looking). Quasi-definite matrices
 * have such a factorization for every symmetric order (Vanderbei, "Symmetric quasidefinite matrices", SIAM J.
 * Optim. 5 (1995)), so the order can be chosen for its fill and kept.
 *
 * A pivot that rounding has driven to the wrong sign, or to nothing, is replaced and counted: the caller repairs
 * the small error by refinement, or sees the count and adds regularization.
 */
import { DenseTail } from './dense-tail.ts';
import type { Elimination } from './elimination.ts';

export interface FactorReport {
  /** Pivots replaced. */
  readonly repaired: number;
  /** First pivot (in the caller's indices) with the wrong sign by more than rounding; -1 if none. */
  readonly wrongSignAt: number;
  /** `shouldStop` ended it halfway: the factors are of no use. */
  readonly isStopped: boolean;
}

/** Rows of L between two questions whether to stop. */
const ASK_EVERY = 64;

/** A tail shorter than this is not worth the copying; a longer one than that not the memory. */
const TAIL_MIN = 32;
const TAIL_MAX = 6000;

/** How many of the last columns of L are full. */
function tailSize({ n, count }: Elimination): number {
  let size = 0;
  while (size < n && size < TAIL_MAX && count[n - 1 - size] === size) size++;
  return size >= TAIL_MIN ? size : 0;
}

export interface FactorOptions {
  /** Whether a dense end may be factored by itself (default); `firstNegative` and `backward` need it not to be. */
  readonly withTail?: boolean;
  /** Asked every so many rows; true ends the factorization at hand. */
  readonly shouldStop?: () => boolean;
}

export class SparseFactor {
  readonly elimination: Elimination;
  readonly #columnStart: Int32Array;
  readonly #rowIndex: Int32Array;
  readonly #values: Float64Array;
  readonly #pivots: Float64Array;
  readonly #filled: Int32Array;
  readonly #mark: Int32Array;
  readonly #pattern: Int32Array;
  readonly #row: Float64Array;

  readonly #tail: DenseTail | null;
  /** First pivot of the tail; n where there is none. */
  readonly #tailStart: number;
  readonly #shouldStop: () => boolean;

  constructor(elimination: Elimination, options: FactorOptions = {}) {
    const { n, count } = elimination;
    const { withTail = true, shouldStop = () => false } = options;
    this.elimination = elimination;
    this.#shouldStop = shouldStop;
    const size = withTail ? tailSize(elimination) : 0;
    this.#tail = size > 0 ? new DenseTail(size) : null;
    this.#tailStart = n - size;
    this.#columnStart = new Int32Array(n + 1);
    for (let j = 0; j < n; j++) {
      const own = j < this.#tailStart ? (count[j] as number) : 0;
      this.#columnStart[j + 1] = (this.#columnStart[j] as number) + own;
    }
    const fill = this.#columnStart[n] as number;
    this.#rowIndex = new Int32Array(fill);
    this.#values = new Float64Array(fill);
    this.#pivots = new Float64Array(n);
    this.#filled = new Int32Array(n);
    this.#mark = new Int32Array(n);
    this.#pattern = new Int32Array(n);
    this.#row = new Float64Array(n);
  }

  /** Pivot k, in elimination order. */
  get pivots(): Float64Array {
    return this.#pivots;
  }

  /**
   * @param values entries of the permuted upper triangle (`Elimination.rowIndex` order)
   * @param signs expected sign of each pivot, in elimination order
   */
  factor(values: Float64Array, signs: Int8Array): FactorReport {
    const { n, order } = this.elimination;
    this.#filled.fill(0);
    this.#mark.fill(-1);
    const row = this.#row;
    let repaired = 0;
    let wrongSignAt = -1;
    const accept = (k: number, computed: number, scale: number): number => {
      const sign = signs[k] as number;
      let pivot = computed;
      if (!(pivot * sign > 1e-14 * scale + 1e-16)) {
        if (wrongSignAt < 0 && pivot * sign < -1e-9 * scale - 1e-9)
          wrongSignAt = order[k] as number;
        pivot = sign * Math.max(1e-8 * scale, 1e-8);
        repaired++;
      }
      this.#pivots[k] = pivot;
      return pivot;
    };
    const stopped = { repaired, wrongSignAt, isStopped: true };
    for (let k = 0; k < this.#tailStart; k++) {
      if (k % ASK_EVERY === 0 && this.#shouldStop()) return this.#abandon(stopped);
      const diagonal = this.#scatter(values, k);
      const top = this.#reach(k);
      accept(k, this.#eliminateRow(k, top, diagonal), Math.abs(diagonal));
    }
    const tail = this.#tail;
    if (tail === null) return { repaired, wrongSignAt, isStopped: false };
    const start = this.#tailStart;
    const scales = new Float64Array(n - start);
    for (let k = start; k < n; k++) {
      if (k % ASK_EVERY === 0 && this.#shouldStop()) return this.#abandon(stopped);
      const diagonal = this.#scatter(values, k);
      scales[k - start] = Math.abs(diagonal);
      const top = this.#reach(k);
      const at = (k - start) * tail.size;
      tail.values[at + k - start] = this.#eliminateRow(k, top, diagonal);
      for (let j = start; j < k; j++) {
        tail.values[at + j - start] = row[j] as number;
        row[j] = 0;
      }
    }
    const isDone = tail.factor((k, pivot) => accept(start + k, pivot, scales[k] as number), {
      shouldStop: this.#shouldStop,
    });
    return { repaired, wrongSignAt, isStopped: !isDone };
  }

  #abandon(report: FactorReport): FactorReport {
    this.#row.fill(0);
    return report;
  }

  /** Spreads column k of the matrix into the working row; returns the diagonal. */
  #scatter(values: Float64Array, k: number): number {
    const { columnStart, rowIndex } = this.elimination;
    const row = this.#row;
    let diagonal = 0;
    for (let p = columnStart[k] as number; p < (columnStart[k + 1] as number); p++) {
      const i = rowIndex[p] as number;
      if (i === k) diagonal += values[p] as number;
      else row[i] = (row[i] as number) + (values[p] as number);
    }
    return diagonal;
  }

  /**
   * Factors until a pivot is not positive and returns its place in the order; -1 if all are positive, null where
   * it was told to stop before it knew.
   */
  firstNegative(values: Float64Array): number | null {
    const { n } = this.elimination;
    this.#filled.fill(0);
    this.#mark.fill(-1);
    for (let k = 0; k < n; k++) {
      if (k % ASK_EVERY === 0 && this.#shouldStop()) return null;
      const diagonal = this.#scatter(values, k);
      const pivot = this.#eliminateRow(k, this.#reach(k), diagonal);
      this.#pivots[k] = pivot;
      if (!(pivot > 0)) return k;
    }
    return -1;
  }

  /** v with L'v = e_k, from the rows of L known so far: v'(matrix)v is pivot k. */
  backward(k: number): Float64Array {
    const v = new Float64Array(this.elimination.n);
    v[k] = 1;
    for (let j = k - 1; j >= 0; j--) {
      let value = 0;
      const from = this.#columnStart[j] as number;
      for (let p = from; p < from + (this.#filled[j] as number); p++) {
        const i = this.#rowIndex[p] as number;
        if (i <= k) value -= (this.#values[p] as number) * (v[i] as number);
      }
      v[j] = value;
    }
    return v;
  }

  /** Columns that take part in row k, children first, at the end of the pattern array from the result on. */
  #reach(k: number): number {
    const { n, columnStart, rowIndex, parent } = this.elimination;
    const mark = this.#mark;
    const pattern = this.#pattern;
    const end = Math.min(k, this.#tailStart);
    let top = n;
    mark[k] = k;
    for (let p = columnStart[k] as number; p < (columnStart[k + 1] as number); p++) {
      let i = rowIndex[p] as number;
      let length = 0;
      while (i < end && mark[i] !== k) {
        pattern[length++] = i;
        mark[i] = k;
        i = parent[i] as number;
      }
      while (length > 0) pattern[--top] = pattern[--length] as number;
    }
    return top;
  }

  #eliminateRow(k: number, top: number, diagonal: number): number {
    const start = this.#columnStart;
    const index = this.#rowIndex;
    const L = this.#values;
    const filled = this.#filled;
    const row = this.#row;
    const pattern = this.#pattern;
    const pivots = this.#pivots;
    const n = this.elimination.n;
    let pivot = diagonal;
    for (let t = top; t < n; t++) {
      const j = pattern[t] as number;
      const value = row[j] as number;
      row[j] = 0;
      const from = start[j] as number;
      const end = from + (filled[j] as number);
      for (let p = from; p < end; p++) {
        const i = index[p] as number;
        row[i] = (row[i] as number) - (L[p] as number) * value;
      }
      const entry = value / (pivots[j] as number);
      pivot -= entry * value;
      index[end] = k;
      L[end] = entry;
      filled[j] = (filled[j] as number) + 1;
    }
    return pivot;
  }

  /** Overwrites b (in elimination order) with the solution. */
  solve(b: Float64Array): void {
    const n = this.elimination.n;
    const start = this.#columnStart;
    const index = this.#rowIndex;
    const L = this.#values;
    const pivots = this.#pivots;
    for (let j = 0; j < n; j++) {
      const value = b[j] as number;
      if (value === 0) continue;
      const end = start[j + 1] as number;
      for (let p = start[j] as number; p < end; p++) {
        const i = index[p] as number;
        b[i] = (b[i] as number) - (L[p] as number) * value;
      }
    }
    this.#tail?.forward(b, this.#tailStart);
    for (let j = 0; j < n; j++) b[j] = (b[j] as number) / (pivots[j] as number);
    this.#tail?.backward(b, this.#tailStart);
    for (let j = n - 1; j >= 0; j--) {
      let value = b[j] as number;
      const end = start[j + 1] as number;
      for (let p = start[j] as number; p < end; p++) {
        value -= (L[p] as number) * (b[index[p] as number] as number);
      }
      b[j] = value;
    }
  }
}
