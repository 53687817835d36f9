/**
 * Equilibration of a problem before the interior point (Ruiz, "A scaling algorithm to equilibrate both rows and
 * columns norms in matrices", RAL-TR-2001-034), and the way back.
 *
 * x = D xs, rows times E, objective times c; hence y = E ys / c and z = zs / (c D).
 */
import type { SparseMatrix } from '../../domain/index.ts';
import { transpose } from './sparse-matrix.ts';

/** What the interior point sees: bounds are rows of the identity, so slots 0..n-1 are bounds, then the rows. */
export interface ScaledProblem {
  readonly n: number;
  readonly m: number;
  readonly P: SparseMatrix;
  readonly q: Float64Array;
  readonly A: SparseMatrix;
  readonly At: SparseMatrix;
  /** n + m. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** D (n). */
  readonly columnScale: Float64Array;
  /** E (m). */
  readonly rowScale: Float64Array;
  readonly costScale: number;
}

/** The continuous core of a problem after presolve. */
export interface CoreProblem {
  readonly P: SparseMatrix;
  readonly q: Float64Array;
  readonly A: SparseMatrix;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

const PASSES = 12;

export function scaleProblem(core: CoreProblem): ScaledProblem {
  const n = core.q.length;
  const m = core.rowLower.length;
  const P = { ...core.P, values: core.P.values.slice() };
  const A = { ...core.A, values: core.A.values.slice() };
  const D = new Float64Array(n).fill(1);
  const E = new Float64Array(m).fill(1);
  for (let pass = 0; pass < PASSES; pass++) {
    const factors = equilibrationFactors(P, A);
    applyFactors(P, A, factors);
    let worst = 0;
    for (let j = 0; j < n; j++) {
      const f = factors.columns[j] as number;
      D[j] = (D[j] as number) * f;
      worst = Math.max(worst, Math.abs(1 - f));
    }
    for (let i = 0; i < m; i++) {
      const f = factors.rows[i] as number;
      E[i] = (E[i] as number) * f;
      worst = Math.max(worst, Math.abs(1 - f));
    }
    if (worst < 1e-3) break;
  }
  const q = core.q.map((value, j) => value * (D[j] as number));
  const costScale = 1 / Math.min(1e12, Math.max(1e-12, objectiveSize(P, q)));
  for (let p = 0; p < P.values.length; p++) P.values[p] = (P.values[p] as number) * costScale;
  const side = (bounds: Float64Array, rows: Float64Array): Float64Array => {
    const out = new Float64Array(n + m);
    for (let j = 0; j < n; j++) out[j] = (bounds[j] as number) / (D[j] as number);
    for (let i = 0; i < m; i++) out[n + i] = (rows[i] as number) * (E[i] as number);
    return out;
  };
  return {
    n,
    m,
    P,
    q: q.map((value) => value * costScale),
    A,
    At: transpose(A),
    lower: side(core.lower, core.rowLower),
    upper: side(core.upper, core.rowUpper),
    columnScale: D,
    rowScale: E,
    costScale,
  };
}

interface Factors {
  readonly columns: Float64Array;
  readonly rows: Float64Array;
}

/** 1 / sqrt(largest entry) of each row and column of [P A'; A 0]; powers of two, so that scaling is exact. */
function equilibrationFactors(P: SparseMatrix, A: SparseMatrix): Factors {
  const columns = new Float64Array(P.columnCount);
  const rows = new Float64Array(A.rowCount);
  for (let j = 0; j < P.columnCount; j++) {
    let largest = 0;
    for (let p = P.columnStart[j] as number; p < (P.columnStart[j + 1] as number); p++) {
      largest = Math.max(largest, Math.abs(P.values[p] as number));
    }
    for (let p = A.columnStart[j] as number; p < (A.columnStart[j + 1] as number); p++) {
      const size = Math.abs(A.values[p] as number);
      const i = A.rowIndex[p] as number;
      largest = Math.max(largest, size);
      if (size > (rows[i] as number)) rows[i] = size;
    }
    columns[j] = largest;
  }
  const toFactor = (largest: number): number =>
    largest > 0 ? 2 ** -Math.round(Math.log2(largest) / 2) : 1;
  return { columns: columns.map(toFactor), rows: rows.map(toFactor) };
}

function applyFactors(P: SparseMatrix, A: SparseMatrix, factors: Factors): void {
  const { columns, rows } = factors;
  for (let j = 0; j < P.columnCount; j++) {
    const f = columns[j] as number;
    for (let p = P.columnStart[j] as number; p < (P.columnStart[j + 1] as number); p++) {
      P.values[p] = (P.values[p] as number) * f * (columns[P.rowIndex[p] as number] as number);
    }
    for (let p = A.columnStart[j] as number; p < (A.columnStart[j + 1] as number); p++) {
      A.values[p] = (A.values[p] as number) * f * (rows[A.rowIndex[p] as number] as number);
    }
  }
}

/** Largest of the entries of q and the mean column size of P; a power of two. */
function objectiveSize(P: SparseMatrix, q: Float64Array): number {
  let size = 0;
  for (const value of q) size = Math.max(size, Math.abs(value));
  let sum = 0;
  for (let j = 0; j < P.columnCount; j++) {
    let largest = 0;
    for (let p = P.columnStart[j] as number; p < (P.columnStart[j + 1] as number); p++) {
      largest = Math.max(largest, Math.abs(P.values[p] as number));
    }
    sum += largest;
  }
  size = Math.max(size, sum / Math.max(1, P.columnCount));
  return size > 0 ? 2 ** Math.round(Math.log2(size)) : 1;
}
