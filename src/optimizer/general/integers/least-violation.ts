/**
 * Whether a box holds any point, for a relaxation that ended without a verdict: the least sum of row violations
 * over the box, bounded from below by weak duality.
 */
import { sparseMatrix } from '../../../domain/index.ts';
import type { GeneralProblem, SparseMatrix } from '../../../domain/index.ts';
import { solveGeneral } from '../solve-general.ts';
import { nodeBound } from './node-bound.ts';

/** Violations below this, relative to the limits, are rounding. */
const VIOLATION = 1e-7;

export interface LeastViolation {
  /** Proven: no point of the box satisfies all rows. */
  readonly isPositive: boolean;
  readonly iterations: number;
}

/** The least sum of row violations over the box; its objective is not looked at. */
export function leastViolation(problem: GeneralProblem): LeastViolation {
  const elastic = elasticProblem(problem);
  const { x, rowDuals, iterations } = solveGeneral(elastic);
  const size = [...problem.rowLower, ...problem.rowUpper]
    .filter(Number.isFinite)
    .reduce((most, limit) => Math.max(most, Math.abs(limit)), 1);
  return {
    isPositive: nodeBound(elastic, x, rowDuals).value > VIOLATION * size,
    iterations,
  };
}

/** Two further variables in each row: what is missing to its lower limit, what is beyond its upper one. */
function elasticProblem(problem: GeneralProblem): GeneralProblem {
  const n = problem.variables.length;
  const m = problem.rows.length;
  const count = n + 2 * m;
  const entries = entriesOf(problem.A);
  for (let i = 0; i < m; i += 1) {
    entries.rows.push(i, i);
    entries.columns.push(n + 2 * i, n + 2 * i + 1);
    entries.values.push(1, -1);
  }
  const extended = (head: Float64Array, tail: number): Float64Array => {
    const all = new Float64Array(count).fill(tail);
    all.set(head);
    return all;
  };
  return {
    ...problem,
    variables: Array.from({ length: count }, (_, j) => `v${String(j)}`),
    P: emptyMatrix(count),
    q: extended(new Float64Array(n), 1),
    constant: 0,
    A: sparseMatrix({ rowCount: m, columnCount: count }, entries).matrix,
    lower: extended(problem.lower, 0),
    upper: extended(problem.upper, Infinity),
    isInteger: null,
  };
}

interface Entries {
  readonly rows: number[];
  readonly columns: number[];
  readonly values: number[];
}

function entriesOf(matrix: SparseMatrix): Entries {
  const columns: number[] = [];
  for (let j = 0; j < matrix.columnCount; j += 1) {
    const end = matrix.columnStart[j + 1] as number;
    for (let e = matrix.columnStart[j] as number; e < end; e += 1) columns.push(j);
  }
  return { rows: [...matrix.rowIndex], columns, values: [...matrix.values] };
}

function emptyMatrix(size: number): SparseMatrix {
  const none = { rows: [], columns: [], values: [] };
  return sparseMatrix({ rowCount: size, columnCount: size }, none).matrix;
}
