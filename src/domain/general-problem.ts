/**
 * A general convex quadratic or linear problem, some of its variables integer, as QPS/MPS files state it:
 *
 *   minimize   1/2 x'Px + q'x + constant
 *   subject to rowLower <= A x <= rowUpper,  lower <= x <= upper,  x_j integer where isInteger[j] = 1
 *
 * Infinite limits are +-Infinity.
 */

/** Compressed sparse columns; row indices ascend within a column and no entry appears twice. */
export interface SparseMatrix {
  readonly rowCount: number;
  readonly columnCount: number;
  /** columnCount + 1. */
  readonly columnStart: Int32Array;
  readonly rowIndex: Int32Array;
  readonly values: Float64Array;
}

export interface GeneralProblem {
  readonly name: string;
  /** n distinct names. */
  readonly variables: readonly string[];
  /** m distinct names. */
  readonly rows: readonly string[];
  /** n x n, symmetric, both triangles stored; the objective has the factor 1/2. */
  readonly P: SparseMatrix;
  /** n. */
  readonly q: Float64Array;
  readonly constant: number;
  /** m x n. */
  readonly A: SparseMatrix;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** n; 1 where the variable is integer; null when none is. */
  readonly isInteger: Uint8Array | null;
}

/**
 * Evidence beside an answer, in the user's units, computed from the user's problem alone. `relative` figures
 * are the absolute ones divided by the size of the terms they compare (at least one).
 */
export interface GeneralCertificate {
  /** Largest violation of a row or bound. */
  readonly primalResidual: number;
  /** Largest entry of Px + q - A'y - z. */
  readonly dualResidual: number;
  /** |primal value - dual value|. */
  readonly gap: number;
  readonly relativePrimalResidual: number;
  readonly relativeDualResidual: number;
  readonly relativeGap: number;
}

export interface GeneralResult {
  /** `nonConvex`: P has a direction of negative curvature, so no answer would be known to be the best. */
  readonly status: 'optimal' | 'infeasible' | 'unbounded' | 'nonConvex' | 'iterationLimit';
  /** n; for `infeasible` and `unbounded` the last point, for what it is worth. */
  readonly x: Float64Array;
  readonly objective: number;
  /** m; price of each row: > 0 where the lower limit holds, < 0 where the upper one does. */
  readonly rowDuals: Float64Array;
  /** n; the same of each bound. */
  readonly boundDuals: Float64Array;
  readonly certificate: GeneralCertificate;
  /**
   * Proof of `infeasible` (m + n prices; null where a lower limit lies above its upper one, which needs none),
   * `unbounded` (a direction of n) or `nonConvex` (a direction v of n with v'Pv < 0); null otherwise.
   */
  readonly ray: Float64Array | null;
  /** For integer problems: proven bound on the best value; null for continuous ones. */
  readonly bound: number | null;
  readonly iterations: number;
}
