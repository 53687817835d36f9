/**
 * The linear system of each interior-point step,
 *
 *   [ P + W + rho I       A'        ] [  dx ]   [ r ]
 *   [      A        -(V + delta I)  ] [ -dy ] = [ s ]
 *
 * W >= 0 the pull of the bounds, V >= 0 that of the rows (zero for equalities). With rho, delta > 0 it is
 * quasi-definite: every order factors, one order serves all steps. Solutions are refined against the same
 * regularized system; what rho and delta leave behind is a proximal step, not an error.
 */
import type { SparseMatrix } from '../../domain/index.ts';
import { analyze } from './elimination.ts';
import { SparseFactor } from './ldl.ts';
import type { FactorReport } from './ldl.ts';
import { minimumDegreeOrder } from './minimum-degree.ts';
import type { ScaledProblem } from './scaling.ts';

const REFINEMENTS_MAX = 10;
/**
 * An error of this share of the solution itself is no fault of the linear solve. Where rows nearly depend on
 * each other a tiny right-hand side has prices of 1e5 for its answer, and their rounding alone is larger than any
 * fixed share of that right-hand side.
 */
export const SOLUTION_SHARE = 1e-8;

export class KktSystem {
  readonly size: number;
  readonly #factor: SparseFactor;
  readonly #solutionShare: number;
  readonly #values: Float64Array;
  /** Position of each diagonal entry, in the caller's order of unknowns. */
  readonly #diagonal: Int32Array;
  readonly #baseDiagonal: Float64Array;
  readonly #signs: Int8Array;
  readonly #rhs: Float64Array;
  readonly #solution: Float64Array;
  readonly #residual: Float64Array;
  readonly #best: Float64Array;
  readonly #weight: Float64Array;

  constructor(problem: ScaledProblem, shouldStop: () => boolean, solutionShare: number) {
    this.#solutionShare = solutionShare;
    const { n, m } = problem;
    const upper = kktPattern(problem);
    const elimination = analyze(upper, minimumDegreeOrder(upper));
    this.size = n + m;
    this.#factor = new SparseFactor(elimination, { shouldStop });
    this.#values = new Float64Array(upper.values.length);
    this.#diagonal = new Int32Array(n + m);
    this.#baseDiagonal = new Float64Array(n + m);
    for (let p = 0; p < upper.values.length; p++) {
      this.#values[elimination.position[p] as number] = upper.values[p] as number;
    }
    for (let k = 0; k < n + m; k++) {
      // The diagonal is the last entry of each column of an upper triangle.
      const p = (upper.columnStart[k + 1] as number) - 1;
      this.#diagonal[k] = elimination.position[p] as number;
      this.#baseDiagonal[k] = upper.values[p] as number;
    }
    this.#signs = Int8Array.from(elimination.order, (k) => (k < n ? 1 : -1));
    this.#rhs = new Float64Array(n + m);
    this.#solution = new Float64Array(n + m);
    this.#residual = new Float64Array(n + m);
    this.#best = new Float64Array(n + m);
    this.#weight = new Float64Array(n + m);
  }

  /**
   * @param shift what is added to the diagonal: W + rho, then -(V + delta)
   */
  factor(shift: Float64Array): FactorReport {
    const { order } = this.#factor.elimination;
    for (let k = 0; k < this.size; k++) {
      this.#values[this.#diagonal[k] as number] =
        (this.#baseDiagonal[k] as number) + (shift[k] as number);
    }
    for (let k = 0; k < this.size; k++) {
      const at = this.#diagonal[order[k] as number] as number;
      this.#weight[k] = 1 / Math.max(1, Math.abs(this.#values[at] as number));
    }
    return this.#factor.factor(this.#values, this.#signs);
  }

  /** Solves for `rhs` into `out`; returns the remaining error relative to right-hand side and solution. */
  solve(rhs: Float64Array, out: Float64Array): number {
    const { order } = this.#factor.elimination;
    const b = this.#rhs;
    const x = this.#solution;
    const r = this.#residual;
    const best = this.#best;
    for (let k = 0; k < this.size; k++) b[k] = rhs[order[k] as number] as number;
    x.set(b);
    this.#factor.solve(x);
    const size = this.#norm(b);
    const scale = Math.max(size, this.#solutionShare * largestOf(x));
    let bestError = Infinity;
    for (let round = 0; ; round++) {
      this.#residualOf(x);
      const error = this.#norm(r) / scale;
      if (!(error < bestError)) break;
      const isSlow = error > 0.5 * bestError;
      bestError = error;
      best.set(x);
      if (scale === 0 || error * scale < 1e-15 * size || isSlow || round === REFINEMENTS_MAX) break;
      this.#factor.solve(r);
      for (let k = 0; k < this.size; k++) x[k] = (x[k] as number) + (r[k] as number);
    }
    for (let k = 0; k < this.size; k++) out[order[k] as number] = best[k] as number;
    return scale === 0 ? 0 : bestError;
  }

  /** Largest entry, each measured against the diagonal of its row. */
  #norm(v: Float64Array): number {
    let largest = 0;
    for (let k = 0; k < v.length; k++) {
      const size = Math.abs(v[k] as number) * (this.#weight[k] as number);
      if (!(size <= largest)) largest = size;
    }
    return largest;
  }

  /** residual = b - K x, all in elimination order. */
  #residualOf(x: Float64Array): void {
    const { columnStart, rowIndex } = this.#factor.elimination;
    const values = this.#values;
    const r = this.#residual;
    r.set(this.#rhs);
    for (let j = 0; j < this.size; j++) {
      const xj = x[j] as number;
      let sum = 0;
      const end = columnStart[j + 1] as number;
      for (let p = columnStart[j] as number; p < end; p++) {
        const i = rowIndex[p] as number;
        const value = values[p] as number;
        sum += value * (x[i] as number);
        if (i !== j) r[i] = (r[i] as number) - value * xj;
      }
      r[j] = (r[j] as number) - sum;
    }
  }
}

function largestOf(v: Float64Array): number {
  let largest = 0;
  for (const value of v) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Upper triangle of [P A'; A 0] with a full diagonal, entries of a column ascending. */
function kktPattern(problem: ScaledProblem): SparseMatrix {
  const { n, m, P, At } = problem;
  const size = P.values.length + At.values.length + n + m;
  const columnStart = new Int32Array(n + m + 1);
  const rowIndex = new Int32Array(size);
  const values = new Float64Array(size);
  let at = 0;
  const push = (i: number, value: number): void => {
    rowIndex[at] = i;
    values[at] = value;
    at++;
  };
  for (let j = 0; j < n; j++) {
    let diagonal = 0;
    for (let p = P.columnStart[j] as number; p < (P.columnStart[j + 1] as number); p++) {
      const i = P.rowIndex[p] as number;
      if (i < j) push(i, P.values[p] as number);
      else if (i === j) diagonal = P.values[p] as number;
    }
    push(j, diagonal);
    columnStart[j + 1] = at;
  }
  for (let i = 0; i < m; i++) {
    for (let p = At.columnStart[i] as number; p < (At.columnStart[i + 1] as number); p++) {
      push(At.rowIndex[p] as number, At.values[p] as number);
    }
    push(n + i, 0);
    columnStart[n + i + 1] = at;
  }
  return {
    rowCount: n + m,
    columnCount: n + m,
    columnStart,
    rowIndex: rowIndex.slice(0, at),
    values: values.slice(0, at),
  };
}
