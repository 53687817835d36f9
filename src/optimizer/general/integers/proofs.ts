/**
 * Proofs for a problem on which the solver ended without a verdict. Both are answers to problems that always have
 * one, and both are verified on the problem itself before anything is said:
 *
 * - infeasible: the least sum of row violations over the box is above zero; its row prices are the Farkas vector;
 * - unbounded: along the steepest direction that keeps all limits and does not curve the objective falls, and
 *   there is a feasible point to start from.
 */
import { sparseMatrix } from '../../../domain/index.ts';
import type { GeneralProblem, GeneralResult, SparseMatrix } from '../../../domain/index.ts';
import { infeasibilityRay, unboundedRay } from '../rays.ts';
import { solveGeneral } from '../solve-general.ts';
import { nodeBound } from './node-bound.ts';

/** Violations below this, relative to the limits, are rounding. */
const VIOLATION = 1e-7;

/**
 * The result, or the same with a proven status and its ray where there was none.
 *
 * @param result of `solveGeneral` on `problem`; anything but `iterationLimit` is returned as it is
 */
export function secondOpinion(problem: GeneralProblem, result: GeneralResult): GeneralResult {
  if (result.status !== 'iterationLimit') return result;
  const least = leastViolation(problem);
  const count = result.iterations + least.iterations;
  if (least.isPositive) {
    const ray = infeasibilityRay(problem, withoutRounding(least.prices));
    return { ...result, iterations: count, ...(ray === null ? {} : { status: 'infeasible', ray }) };
  }
  const falling = steepestDirection(problem);
  const iterations = count + falling.iterations;
  const ray = unboundedRay(problem, falling.direction);
  const isFeasible = least.isZero && ray !== null;
  return { ...result, iterations, ...(isFeasible ? { status: 'unbounded', ray } : {}) };
}

export interface LeastViolation {
  /** Proven: no point of the box satisfies all rows. */
  readonly isPositive: boolean;
  /** A point was found that satisfies them, up to rounding. */
  readonly isZero: boolean;
  readonly prices: Float64Array;
  readonly iterations: number;
}

/** The least sum of row violations over the box; its objective is not looked at. */
export function leastViolation(problem: GeneralProblem): LeastViolation {
  const elastic = elasticProblem(problem);
  const { x, rowDuals, iterations, objective, certificate } = solveGeneral(elastic);
  const size = [...problem.rowLower, ...problem.rowUpper]
    .filter(Number.isFinite)
    .reduce((most, limit) => Math.max(most, Math.abs(limit)), 1);
  return {
    isPositive: nodeBound(elastic, x, rowDuals).value > VIOLATION * size,
    isZero: Math.max(objective, certificate.primalResidual) <= VIOLATION * size,
    prices: rowDuals,
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

/** Minimize q'd over the directions of size one that keep every limit and along which the objective is a line. */
function steepestDirection(problem: GeneralProblem): {
  readonly direction: Float64Array;
  readonly iterations: number;
} {
  const n = problem.variables.length;
  const m = problem.rows.length;
  const entries = entriesOf(problem.A);
  const curvature = entriesOf(problem.P);
  const cone = (limits: Float64Array, end: number): Float64Array =>
    limits.map((limit) => (Number.isFinite(limit) ? 0 : end));
  const flat = new Float64Array(n);
  const { x, iterations } = solveGeneral({
    ...problem,
    rows: Array.from({ length: m + n }, (_, i) => `c${String(i)}`),
    P: emptyMatrix(n),
    constant: 0,
    A: sparseMatrix(
      { rowCount: m + n, columnCount: n },
      {
        rows: [...entries.rows, ...curvature.rows.map((row) => row + m)],
        columns: [...entries.columns, ...curvature.columns],
        values: [...entries.values, ...curvature.values],
      },
    ).matrix,
    rowLower: Float64Array.of(...cone(problem.rowLower, -Infinity), ...flat),
    rowUpper: Float64Array.of(...cone(problem.rowUpper, Infinity), ...flat),
    lower: cone(problem.lower, -1),
    upper: cone(problem.upper, 1),
    isInteger: null,
  });
  return { direction: withoutRounding(x), iterations };
}

/** Rounding of zero would be a movement, or a price, where none is allowed. Prices and directions are of size one. */
function withoutRounding(values: Float64Array): Float64Array {
  return values.map((value) => (Math.abs(value) < 1e-8 ? 0 : value));
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
