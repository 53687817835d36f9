/**
 * Proof that rows and box hold no point, where a relaxation ended without a verdict: the least sum of row violations
 * is a problem that always has an answer, and weak duality (node-bound.ts) shows that it is above zero.
 */
import type { GeneralProblem } from '../../../domain/index.ts';
import { sparseMatrix } from '../../../domain/index.ts';
import { solveGeneral } from '../solve-general.ts';
import { nodeBound } from './node-bound.ts';

/** Violations below this, relative to the limits, are rounding. */
const VIOLATION = 1e-7;

/** @param problem bounds are those of the box; its objective is not looked at */
export function isProvenEmpty(problem: GeneralProblem): {
  readonly isEmpty: boolean;
  readonly iterations: number;
} {
  const elastic = elasticProblem(problem);
  const { x, rowDuals, iterations } = solveGeneral(elastic);
  const size = [...problem.rowLower, ...problem.rowUpper]
    .filter(Number.isFinite)
    .reduce((most, limit) => Math.max(most, Math.abs(limit)), 1);
  return { isEmpty: nodeBound(elastic, x, rowDuals).value > VIOLATION * size, iterations };
}

/** Two further variables in each row: what is missing to its lower limit, what is beyond its upper one. */
function elasticProblem(problem: GeneralProblem): GeneralProblem {
  const { A } = problem;
  const n = problem.variables.length;
  const m = problem.rows.length;
  const count = n + 2 * m;
  const rows = [...A.rowIndex];
  const columns: number[] = [];
  const values = [...A.values];
  for (let j = 0; j < n; j += 1) {
    const end = A.columnStart[j + 1] as number;
    for (let e = A.columnStart[j] as number; e < end; e += 1) columns.push(j);
  }
  for (let i = 0; i < m; i += 1) {
    rows.push(i, i);
    columns.push(n + 2 * i, n + 2 * i + 1);
    values.push(1, -1);
  }
  const extended = (head: Float64Array, tail: number): Float64Array => {
    const all = new Float64Array(count).fill(tail);
    all.set(head);
    return all;
  };
  const none = { rows: [], columns: [], values: [] };
  return {
    ...problem,
    variables: Array.from({ length: count }, (_, j) => `v${String(j)}`),
    P: sparseMatrix({ rowCount: count, columnCount: count }, none).matrix,
    q: extended(new Float64Array(n), 1),
    constant: 0,
    A: sparseMatrix({ rowCount: m, columnCount: count }, { rows, columns, values }).matrix,
    lower: extended(problem.lower, 0),
    upper: extended(problem.upper, Infinity),
    isInteger: null,
  };
}
