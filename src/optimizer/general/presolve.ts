/**
 * Light presolve with an exact way back: fixed variables, rows that are empty, unlimited or hold one variable
 * only, and variables that stand in no row and no product.
 *
 * The way back recovers the prices: a bound that came from a row of one variable hands its price to that row.
 * Removed variables are restored newest first, so that each one's reduced cost already knows every price that
 * a later removal put on a row holding it.
 */
import type { GeneralProblem, SparseMatrix } from '../../domain/index.ts';
import type { Candidate } from './certificate.ts';
import type { CoreProblem } from './scaling.ts';
import { sparseFromTriplets, transpose } from './sparse-matrix.ts';

export interface Presolved {
  readonly core: CoreProblem;
  /** Original index of each core variable and row. */
  readonly variables: Int32Array;
  readonly rows: Int32Array;
  /** Row prices (m) of a proof of infeasibility, from core prices of rows and bounds. */
  liftProof(core: { readonly y: Float64Array; readonly z: Float64Array }): Float64Array;
  restore(core: {
    readonly x: Float64Array;
    readonly y: Float64Array;
    readonly z: Float64Array;
  }): Candidate;
}

/** Row prices (m) that should prove the problem infeasible; the caller verifies them. */
export interface PresolveConflict {
  readonly rowPrices: Float64Array;
}

/** Limits this close, relative to their size, are one value: rounding in the data must not be a conflict. */
const CLOSE = 1e-11;
/** Limits that exclude each other by more than this, relative to their size, are a conflict. */
const CONFLICT = 1e-8;

export function presolve(problem: GeneralProblem): Presolved | PresolveConflict {
  return new Reduction(problem).run();
}

class Reduction {
  readonly #problem: GeneralProblem;
  readonly #At: SparseMatrix;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;
  /** The row a bound was taken from, or -1. */
  readonly #lowerFrom: Int32Array;
  readonly #upperFrom: Int32Array;
  /** Live entries of each row. */
  readonly #rowCount: Int32Array;
  /** What removed variables contribute to each row. */
  readonly #rowOffset: Float64Array;
  readonly #rowIsLive: Uint8Array;
  readonly #isLive: Uint8Array;
  readonly #x: Float64Array;
  readonly #fixedOrder: number[] = [];
  readonly #queue: number[] = [];

  constructor(problem: GeneralProblem) {
    const n = problem.q.length;
    const m = problem.rowLower.length;
    this.#problem = problem;
    this.#At = transpose(problem.A);
    this.#lower = problem.lower.slice();
    this.#upper = problem.upper.slice();
    this.#lowerFrom = new Int32Array(n).fill(-1);
    this.#upperFrom = new Int32Array(n).fill(-1);
    this.#rowCount = new Int32Array(m);
    this.#rowOffset = new Float64Array(m);
    this.#rowIsLive = new Uint8Array(m).fill(1);
    this.#isLive = new Uint8Array(n).fill(1);
    this.#x = new Float64Array(n);
  }

  run(): Presolved | PresolveConflict {
    const n = this.#isLive.length;
    const m = this.#rowIsLive.length;
    for (let i = 0; i < m; i++) {
      this.#rowCount[i] =
        (this.#At.columnStart[i + 1] as number) - (this.#At.columnStart[i] as number);
    }
    for (let j = 0; j < n; j++) if (this.#isFixed(j)) this.#fix(j, this.#lower[j] as number);
    for (let i = 0; i < m; i++) this.#queue.push(i);
    // Every visit of a row either removes it or ends its stay; a fixed variable requeues each of its rows once.
    for (let at = 0; at < this.#queue.length; at++) {
      const prices = this.#visit(this.#queue[at] as number);
      if (prices !== null) return { rowPrices: prices };
    }
    this.#fixIsolated();
    return this.#finish();
  }

  #isFixed(j: number): boolean {
    return this.#lower[j] === this.#upper[j];
  }

  #fix(j: number, value: number): void {
    const { A } = this.#problem;
    this.#isLive[j] = 0;
    this.#x[j] = value;
    this.#fixedOrder.push(j);
    for (let p = A.columnStart[j] as number; p < (A.columnStart[j + 1] as number); p++) {
      const i = A.rowIndex[p] as number;
      this.#rowCount[i] = (this.#rowCount[i] as number) - 1;
      this.#rowOffset[i] = (this.#rowOffset[i] as number) + (A.values[p] as number) * value;
      if ((this.#rowCount[i] as number) <= 1) this.#queue.push(i);
    }
  }

  /** Removes the row if it is unlimited, empty or of one variable; prices if it cannot hold. */
  #visit(i: number): Float64Array | null {
    if (this.#rowIsLive[i] === 0) return null;
    const lower = this.#problem.rowLower[i] as number;
    const upper = this.#problem.rowUpper[i] as number;
    if (lower === -Infinity && upper === Infinity) {
      this.#rowIsLive[i] = 0;
      return null;
    }
    const count = this.#rowCount[i] as number;
    if (count > 1) return null;
    this.#rowIsLive[i] = 0;
    const offset = this.#rowOffset[i] as number;
    if (count === 0) {
      const slack = CONFLICT * Math.max(1, Math.abs(offset), this.#rowScale(i));
      if (lower - offset > slack) return this.#conflict([[i, 1]]);
      if (offset - upper > slack) return this.#conflict([[i, -1]]);
      return null;
    }
    return this.#tighten(i, lower - offset, upper - offset);
  }

  /** Size of the terms of a row whose variables are all fixed. */
  #rowScale(i: number): number {
    let size = 0;
    for (
      let p = this.#At.columnStart[i] as number;
      p < (this.#At.columnStart[i + 1] as number);
      p++
    ) {
      const term =
        (this.#At.values[p] as number) * (this.#x[this.#At.rowIndex[p] as number] as number);
      size = Math.max(size, Math.abs(term));
    }
    return size;
  }

  /** Row i has become lower <= a x_j <= upper. */
  #tighten(i: number, lower: number, upper: number): Float64Array | null {
    let j = -1;
    let a = 0;
    for (
      let p = this.#At.columnStart[i] as number;
      p < (this.#At.columnStart[i + 1] as number);
      p++
    ) {
      if (this.#isLive[this.#At.rowIndex[p] as number] === 0) continue;
      j = this.#At.rowIndex[p] as number;
      a = this.#At.values[p] as number;
    }
    const least = a > 0 ? lower / a : upper / a;
    const most = a > 0 ? upper / a : lower / a;
    if (least > (this.#lower[j] as number)) {
      this.#lower[j] = least;
      this.#lowerFrom[j] = i;
    }
    if (most < (this.#upper[j] as number)) {
      this.#upper[j] = most;
      this.#upperFrom[j] = i;
    }
    const l = this.#lower[j] as number;
    const u = this.#upper[j] as number;
    if (!Number.isFinite(l) || !Number.isFinite(u)) return null;
    if (l >= u - CLOSE * Math.max(1, Math.abs(u), Math.abs(l))) {
      if (l > u + CONFLICT * Math.max(1, Math.abs(u), Math.abs(l))) return this.#crossing(j);
      // An exact limit of the user wins over one computed from a row.
      const value = this.#lowerFrom[j] === -1 ? l : u;
      this.#lower[j] = value;
      this.#upper[j] = value;
      this.#fix(j, value);
    }
    return null;
  }

  /** Prices from the two rows whose demands on x_j exclude each other. */
  #crossing(j: number): Float64Array {
    const from: [number, number][] = [];
    const down = this.#lowerFrom[j] as number;
    const up = this.#upperFrom[j] as number;
    if (down >= 0) from.push([down, 1 / this.#entry(down, j)]);
    if (up >= 0) from.push([up, -1 / this.#entry(up, j)]);
    return this.#conflict(from);
  }

  #entry(i: number, j: number): number {
    for (
      let p = this.#At.columnStart[i] as number;
      p < (this.#At.columnStart[i + 1] as number);
      p++
    ) {
      if (this.#At.rowIndex[p] === j) return this.#At.values[p] as number;
    }
    return 0;
  }

  /**
   * Completes prices to a proof: variables fixed by rows of their own pull prices onto those rows, newest first,
   * until only the user's own bounds are left to answer for A'y.
   */
  #conflict(prices: readonly (readonly [number, number])[]): Float64Array {
    const y = new Float64Array(this.#rowIsLive.length);
    for (const [i, price] of prices) y[i] = (y[i] as number) + price;
    return this.#completed(y);
  }

  #completed(y: Float64Array): Float64Array {
    for (let k = this.#fixedOrder.length - 1; k >= 0; k--) {
      const j = this.#fixedOrder[k] as number;
      this.#handOver(j, y, -this.#columnTimes(j, y));
    }
    return y;
  }

  #columnTimes(j: number, y: Float64Array): number {
    const { A } = this.#problem;
    let sum = 0;
    for (let p = A.columnStart[j] as number; p < (A.columnStart[j + 1] as number); p++) {
      sum += (A.values[p] as number) * (y[A.rowIndex[p] as number] as number);
    }
    return sum;
  }

  /** Gives the price z of a bound to the row it came from; returns what stays with the user's bound. */
  #handOver(j: number, y: Float64Array, z: number): number {
    const i = (z > 0 ? this.#lowerFrom[j] : this.#upperFrom[j]) as number;
    if (z === 0 || i < 0) return z;
    y[i] = (y[i] as number) + z / this.#entry(i, j);
    return 0;
  }

  /** Variables in no live row and no product with others sit at the bound their price chooses. */
  #fixIsolated(): void {
    const { A, P, q } = this.#problem;
    for (let j = 0; j < this.#isLive.length; j++) {
      if (this.#isLive[j] === 0) continue;
      let isAlone = P.columnStart[j] === P.columnStart[j + 1];
      for (
        let p = A.columnStart[j] as number;
        isAlone && p < (A.columnStart[j + 1] as number);
        p++
      ) {
        isAlone = this.#rowIsLive[A.rowIndex[p] as number] === 0;
      }
      if (!isAlone) continue;
      const slope = q[j] as number;
      const l = this.#lower[j] as number;
      const u = this.#upper[j] as number;
      const value = slope > 0 ? l : slope < 0 ? u : Math.min(Math.max(0, l), u);
      // A fall without end is for the solver to prove: it needs a feasible point as well.
      if (Number.isFinite(value)) this.#fix(j, value);
    }
  }

  #finish(): Presolved {
    const { problem, variables, rows } = { problem: this.#problem, ...this.#live() };
    const newIndex = new Int32Array(problem.q.length).fill(-1);
    for (let k = 0; k < variables.length; k++) newIndex[variables[k] as number] = k;
    const newRow = new Int32Array(problem.rowLower.length).fill(-1);
    for (let k = 0; k < rows.length; k++) newRow[rows[k] as number] = k;
    const q = Float64Array.from(variables, (j) => problem.q[j] as number);
    for (const j of this.#fixedOrder) {
      const value = this.#x[j] as number;
      if (value === 0) continue;
      for (
        let p = problem.P.columnStart[j] as number;
        p < (problem.P.columnStart[j + 1] as number);
        p++
      ) {
        const k = newIndex[problem.P.rowIndex[p] as number] as number;
        if (k >= 0) q[k] = (q[k] as number) + (problem.P.values[p] as number) * value;
      }
    }
    const limit = (from: Float64Array): Float64Array =>
      Float64Array.from(rows, (i) => (from[i] as number) - (this.#rowOffset[i] as number));
    return {
      core: {
        P: selected(problem.P, {
          rows: newIndex,
          columns: newIndex,
          shape: [variables.length, variables.length],
        }),
        q,
        A: selected(problem.A, {
          rows: newRow,
          columns: newIndex,
          shape: [rows.length, variables.length],
        }),
        rowLower: limit(problem.rowLower),
        rowUpper: limit(problem.rowUpper),
        lower: Float64Array.from(variables, (j) => this.#lower[j] as number),
        upper: Float64Array.from(variables, (j) => this.#upper[j] as number),
      },
      variables,
      rows,
      liftProof: ({ y, z }) => {
        const prices = new Float64Array(this.#rowIsLive.length);
        for (let k = 0; k < rows.length; k++) prices[rows[k] as number] = y[k] as number;
        for (let k = 0; k < variables.length; k++) {
          this.#handOver(variables[k] as number, prices, z[k] as number);
        }
        return this.#completed(prices);
      },
      restore: (core) => this.#restore({ variables, rows }, core),
    };
  }

  #live(): { readonly variables: Int32Array; readonly rows: Int32Array } {
    const indices = (flags: Uint8Array): Int32Array => {
      const out: number[] = [];
      for (let k = 0; k < flags.length; k++) if (flags[k] === 1) out.push(k);
      return Int32Array.from(out);
    };
    return { variables: indices(this.#isLive), rows: indices(this.#rowIsLive) };
  }

  #restore(
    kept: { readonly variables: Int32Array; readonly rows: Int32Array },
    core: { readonly x: Float64Array; readonly y: Float64Array; readonly z: Float64Array },
  ): Candidate {
    const { P, q } = this.#problem;
    const x = this.#x.slice();
    const rowDuals = new Float64Array(this.#rowIsLive.length);
    const boundDuals = new Float64Array(x.length);
    for (let k = 0; k < kept.rows.length; k++)
      rowDuals[kept.rows[k] as number] = core.y[k] as number;
    for (let k = 0; k < kept.variables.length; k++)
      x[kept.variables[k] as number] = core.x[k] as number;
    for (let k = 0; k < kept.variables.length; k++) {
      const j = kept.variables[k] as number;
      boundDuals[j] = this.#handOver(j, rowDuals, core.z[k] as number);
    }
    for (let k = this.#fixedOrder.length - 1; k >= 0; k--) {
      const j = this.#fixedOrder[k] as number;
      let reduced = (q[j] as number) - this.#columnTimes(j, rowDuals);
      for (let p = P.columnStart[j] as number; p < (P.columnStart[j + 1] as number); p++) {
        reduced += (P.values[p] as number) * (x[P.rowIndex[p] as number] as number);
      }
      boundDuals[j] = this.#handOver(j, rowDuals, reduced);
    }
    return { x, rowDuals, boundDuals };
  }
}

interface Selection {
  /** New index of each row and column, -1 where it is left out. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly shape: readonly [number, number];
}

function selected(matrix: SparseMatrix, selection: Selection): SparseMatrix {
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  for (let j = 0; j < matrix.columnCount; j++) {
    const column = selection.columns[j] as number;
    if (column < 0) continue;
    for (let p = matrix.columnStart[j] as number; p < (matrix.columnStart[j + 1] as number); p++) {
      const row = selection.rows[matrix.rowIndex[p] as number] as number;
      if (row < 0) continue;
      rows.push(row);
      columns.push(column);
      values.push(matrix.values[p] as number);
    }
  }
  return sparseFromTriplets(selection.shape, { rows, columns, values });
}
